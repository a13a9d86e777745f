"""OpenID Connect: a provider's addresses and keys, the code of a sign-in → the claims of its ID token, checked."""

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from config.desk import SsoSettings
from diembao.system.secrets import secret
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Seconds for one answer of the provider.
_PATIENCE = 10.0
#: Seconds for which addresses and keys of a provider are kept.
_KEPT = 600.0
#: Seconds by which two clocks may differ.
_LEEWAY = 60
#: Signatures that are taken: none that a public key could forge.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]


class ProviderError(DiembaoError):
    """The provider does not answer, or what it says does not hold; the message is for the person, `why` for the log."""

    def __init__(self, why: str) -> None:
        self.message = Message(mark("The office's sign-in did not work; try again, or sign in with name and password."))
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that was begun: what the browser keeps until it comes back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


_known: dict[str, tuple[float, dict[str, Any], dict[str, Any]]] = {}
_lock = threading.Lock()


def authorization_url(sso: SsoSettings, flow: Flow) -> str:
    """Return the address at the provider where the person signs in. Raises ProviderError."""
    metadata, _ = _provider(sso.issuer)
    with _client(sso, flow) as client:
        url, _state = client.create_authorization_url(
            str(metadata["authorization_endpoint"]), state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
        )
    return str(url)


def claims_of(sso: SsoSettings, flow: Flow, code: str) -> dict[str, Any]:
    """Return the claims of the ID token for a code: signature, issuer, audience, times and nonce hold.

    Raises ProviderError.
    """
    from authlib.common.errors import AuthlibBaseError
    from httpx import HTTPError

    metadata, keys = _provider(sso.issuer)
    try:
        with _client(sso, flow) as client:
            answer = client.fetch_token(str(metadata["token_endpoint"]), code=code, code_verifier=flow.verifier)
        id_token = str(answer["id_token"])
    except (AuthlibBaseError, HTTPError, KeyError, ValueError) as error:
        raise ProviderError(f"no token: {type(error).__name__}") from error
    try:
        return _checked(sso, flow, id_token, keys)
    except ProviderError:
        # The provider may have changed its keys since they were read.
        _, keys = _provider(sso.issuer, fresh=True)
        return _checked(sso, flow, id_token, keys)


def _checked(sso: SsoSettings, flow: Flow, id_token: str, keys: dict[str, Any]) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        token = jwt.decode(id_token, KeySet.import_key_set({"keys": _signing(keys)}), algorithms=_ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": sso.issuer},
            "aud": {"essential": True, "value": sso.client_id},
            "nonce": {"essential": True, "value": flow.nonce},
        }
        claims = CodeIDToken(token.claims, token.header, options, {"nonce": flow.nonce, "client_id": sso.client_id})
        claims.validate(leeway=_LEEWAY)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"the ID token does not hold: {type(error).__name__}: {error}") from error
    return dict(token.claims)


def _signing(keys: dict[str, Any]) -> list[Any]:
    """Return the public keys of a set for signatures: never a shared secret."""
    return [key for key in keys.get("keys", ()) if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]


def _client(sso: SsoSettings, flow: Flow) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        client_id=sso.client_id,
        client_secret=secret(sso.secret) or "",
        scope="openid profile email",
        redirect_uri=flow.redirect_uri,
        code_challenge_method="S256",
        timeout=_PATIENCE,
        follow_redirects=False,
    )


def _provider(issuer: str, *, fresh: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a provider's own account of itself, and its keys."""
    from httpx import Client, HTTPError

    with _lock:
        found = _known.get(issuer)
    if found is not None and not fresh and time.monotonic() - found[0] < _KEPT:
        return found[1], found[2]
    try:
        with Client(timeout=_PATIENCE, follow_redirects=False) as client:
            metadata = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
            if metadata["issuer"] != issuer:
                raise ProviderError(f"the provider calls itself {metadata['issuer']!r}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if urlsplit(metadata[name]).scheme != urlsplit(issuer).scheme:
                    raise ProviderError(f"{name} has another scheme than the provider")
            keys = client.get(metadata["jwks_uri"]).raise_for_status().json()
    except (HTTPError, KeyError, TypeError, ValueError) as error:
        raise ProviderError(f"{issuer} cannot be read: {type(error).__name__}") from error
    with _lock:
        _known[issuer] = time.monotonic(), metadata, keys
    return metadata, keys
