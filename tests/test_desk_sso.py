"""Sign-in by an OpenID Connect provider: a real one on loopback, with RS256 keys, and what it must not be believed."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from pyotp.totp import TOTP

from diembao.system.clock import now
from diembao.web.auth import oidc
from tests.support.desk_server import MAKER, Desk, DeskClient, serve_desk, write_desk_home

CLIENT, SECRET = "diembao", "the secret of the client"


@dataclass
class Provider:
    """What the provider knows, and what it is to say next."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    name: str = ""
    #: code → query of the authorization request
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    #: changes the claims, or the token, that it gives
    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signs_with: RSAKey | None = None

    def token(self, nonce: str) -> str:
        at = int(now().timestamp())
        claims = {"iss": self.url, "sub": "4711", "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": nonce}
        claims |= {"preferred_username": self.name}
        return jwt.encode(self.header, self.claims(claims), self.signs_with or self.key)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        provider = self.provider
        if url.path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            self._say({"issuer": provider.url, **{name: f"{provider.url}/{name}" for name in names}})
        elif url.path == "/jwks_uri":
            self._say({"keys": [provider.key.as_dict(private=False)]})
        elif url.path == "/authorization_endpoint":
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = f"code{len(provider.asked)}"
            provider.asked[code] = query
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?code={code}&state={query['state']}")
            self.end_headers()

    def do_POST(self) -> None:
        form = {n: v[0] for n, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        asked = self.provider.asked.pop(form["code"], None)
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = asked is not None and self.headers["Authorization"] == f"Basic {login}"
        if asked is not None:
            hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
            right &= base64.urlsafe_b64encode(hashed).decode().rstrip("=") == asked["code_challenge"]
            right &= form["redirect_uri"] == asked["redirect_uri"]
        if not right or asked is None:
            self._say({"error": "invalid_grant"}, 400)
            return
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": self.provider.token(asked["nonce"])})

    def _say(self, value: object, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.claims, running.signs_with, running.name = (lambda claims: claims), None, ""
    running.header = {"alg": "RS256", "kid": "one"}
    running.asked.clear()
    oidc._known.clear()
    return running


def _serve(provider: Provider, folder: Any, second_factor: bool) -> Any:
    home = write_desk_home(folder)
    settings = home.config / "settings.toml"
    text = settings.read_text("utf-8").replace('issuer = ""', f'issuer = "{provider.url}"', 1)
    text = text.replace('client_id = ""', f'client_id = "{CLIENT}"', 1)
    text = text.replace("second_factor = false", f"second_factor = {str(second_factor).lower()}", 1)
    settings.write_text(text, "utf-8")
    return serve_desk(home, f"sqlite:///{home.database}")


@pytest.fixture(scope="module", autouse=True)
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_DESK_SSO_SECRET", SECRET)
        yield


@pytest.fixture(scope="module")
def desk(running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with _serve(running, tmp_path_factory.mktemp("home"), False) as served:
        yield served


@pytest.fixture(scope="module")
def trusting(running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose provider asks for the second factor itself."""
    with _serve(running, tmp_path_factory.mktemp("home"), True) as served:
        yield served


def leave(client: DeskClient, wished: str = "") -> str:
    """Go to the provider; return the address at the desk to which it sends the browser back."""
    assert "/sign-in/provider" in client.get("/sign-in").text
    there = client.get("/sign-in/provider", params={"next": wished}).headers["location"]
    return str(client.get(there).headers["location"])


def enter(client: DeskClient, wished: str = "") -> Any:
    return client.get(leave(client, wished))


def test_an_account_that_exists_gets_in(desk: Desk, provider: Provider) -> None:
    account = desk.account("reviewer", "lan.nguyen")
    provider.name = "Lan.Nguyen"
    with desk.client() as client:
        assert enter(client, "/profile").headers["location"] == "/profile"
        assert account.name in client.get("/profile").text
    with desk.client() as client:
        back = leave(client, "//evil.example")
        assert client.get(back).headers["location"] == "/"
        assert client.get(back).headers["location"] == "/sign-in", "no answer is taken twice"


def test_the_name_at_the_provider_may_be_another(desk: Desk, provider: Provider) -> None:
    account = desk.account("reviewer", sso_subject="lan@office.example")
    provider.name = "lan@office.example"
    with desk.client() as client:
        assert enter(client).status_code == 303
        assert account.name in client.get("/profile").text
    provider.name = account.name
    with desk.client() as client:
        assert enter(client).status_code == 403, "whoever takes that name at the provider is not this person"


@pytest.mark.parametrize("name", ["nobody", "", "disabled"])
def test_nobody_gets_an_account_by_signing_in(desk: Desk, provider: Provider, name: str) -> None:
    if name == "disabled":
        account = desk.account("viewer", "disabled")
        desk.storage.accounts.change(account.id, MAKER, now(), disabled=True)
    before = len(desk.storage.accounts.accounts())
    provider.name = name
    with desk.client() as client:
        assert enter(client).status_code == 403
        assert client.get("/today").status_code == 303
    assert len(desk.storage.accounts.accounts()) == before


def test_the_second_factor_is_the_desks_where_the_provider_asks_for_none(desk: Desk, provider: Provider) -> None:
    account, secret = desk.with_password("editor")
    provider.name = account.name
    with desk.client() as client:
        assert enter(client, "/profile").headers["location"] == "/sign-in/provider/code"
        assert client.get("/profile").status_code == 303
        assert client.send_form("/sign-in/provider/code", code="000000").status_code == 403
        code = TOTP(secret).at(now())
        assert client.send_form("/sign-in/provider/code", code=code).headers["location"] == "/profile"
        assert client.get("/profile").status_code == 200
    bare = desk.account("editor", totp=False)
    provider.name = bare.name
    with desk.client() as client:
        assert enter(client).status_code == 303
        assert client.get("/today").headers["location"] == "/second-factor"


def test_a_provider_that_asks_for_it_is_believed(trusting: Desk, provider: Provider) -> None:
    account = trusting.account("editor", totp=False)
    provider.name = account.name
    with trusting.client() as client:
        assert enter(client).headers["location"] == "/"
        assert client.get("/today").status_code == 200
        # Another session of the account, begun without the provider, is not vouched for by the cookie.
        client.sign_in(trusting.token(account))
        assert client.get("/today").headers["location"] == "/second-factor"


_OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"aud": "another client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None},
        {"preferred_username": ["lan.nguyen"]},
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(desk: Desk, provider: Provider, change: dict[str, Any]) -> None:
    account = desk.account("reviewer")
    provider.name = account.name

    def changed(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (claims | change).items() if value is not None}

    provider.claims = changed
    with desk.client() as client:
        assert enter(client).status_code in (403, 502)
        assert client.get("/today").status_code == 303


def test_a_token_of_another_key_lets_nobody_in(desk: Desk, provider: Provider) -> None:
    provider.name = desk.account("reviewer").name
    provider.signs_with = _OTHER
    with desk.client() as client:
        assert enter(client).status_code == 502
        assert client.get("/today").status_code == 303


def test_a_new_key_of_the_provider_is_learnt(desk: Desk, provider: Provider) -> None:
    provider.name = desk.account("reviewer").name
    with desk.client() as client:
        assert enter(client).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    provider.header = {"alg": "RS256", "kid": "two"}
    with desk.client() as client:
        assert enter(client).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


def test_an_answer_belongs_to_the_browser_that_asked(desk: Desk, provider: Provider) -> None:
    provider.name = desk.account("reviewer").name
    with desk.client() as mine, desk.client() as other:
        back = leave(mine)
        leave(other)
        assert other.get(back).status_code == 502, "another state"
        assert other.get("/today").status_code == 303
        assert desk.client().get(back).headers["location"] == "/sign-in"
        assert mine.get("/sign-in/provider/back?error=access_denied&state=x").status_code == 502
        assert mine.get(back.replace("code=", "code=x")).status_code == 502


def test_without_a_provider_there_is_no_such_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = write_desk_home(tmp_path_factory.mktemp("home"))
    with serve_desk(home, f"sqlite:///{home.database}") as desk, desk.client() as client:
        assert "/sign-in/provider" not in client.get("/sign-in").text
        assert client.get("/sign-in/provider").status_code == 404
