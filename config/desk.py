"""[desk] of settings.toml: the address of the web page, who stands before it, and how long a session lasts."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from config.load import Faults
from pipeline.i18n.catalogs import mark

_FORBID = {"extra": "forbid"}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SECRET = re.compile(r"[A-Z][A-Z0-9_]*")
#: Names of this machine, under which the desk may always be asked for.
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
#: Addresses of every interface of a machine, which are no names of it.
_ANY_INTERFACE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class SsoSettings:
    """[desk.sso]: sign-in by the office's own OpenID Connect provider."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Address of the provider, below which .well-known/openid-configuration lies; '': no such sign-in.
    issuer: str = ""
    client_id: str = ""
    #: Name of the secret that holds the client's secret.
    secret: str = "DIEMBAO_DESK_SSO_SECRET"
    #: Claim of the ID token that holds the name of an existing account.
    claim: str = "preferred_username"
    #: Whether the provider asks for a second factor itself, so that the desk need not.
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """[desk]: the web page at which the office works."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Whether `diembao serve` starts it.
    enabled: bool = False
    #: Address and port on which it listens; port 0: any free one.
    host: str = "127.0.0.1"
    port: int = 8322
    #: Addresses under which people reach it, e.g. "https://diembao.example.vn".
    addresses: tuple[str, ...] = ()
    #: Addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
    trusted_proxies: tuple[str, ...] = ()
    #: Minutes without use after which a session ends.
    idle_minutes: int = 60
    #: Hours after sign-in at which a session ends, used or not.
    session_hours: int = 12
    #: Whether a scheduled `send` waits until a person has released the digest.
    gate: bool = False
    #: Local time, HH:MM, until which it waits.
    gate_until: str = "07:30"
    #: What it does then: send the digest marked as not reviewed, or hold it.
    gate_otherwise: Literal["send", "hold"] = "send"
    sso: SsoSettings = field(default_factory=SsoSettings)

    def hosts(self) -> tuple[str, ...]:
        """Return the names under which the desk answers, without ports."""
        names = [urlsplit(address).hostname or "" for address in self.addresses]
        bound = () if self.host in _ANY_INTERFACE else (f"[{self.host}]" if ":" in self.host else self.host,)
        return tuple(dict.fromkeys([*names, *bound, *OWN_HOSTS]))

    def secure_hosts(self) -> frozenset[str]:
        """Return the names under which the desk is reached by https, as a Host header has them."""
        parts = (urlsplit(address) for address in self.addresses)
        return frozenset(part.netloc.lower() for part in parts if part.scheme == "https")


def check_desk(desk: DeskSettings, faults: Faults) -> None:
    """Add what in [desk] cannot be meant."""
    if not 0 <= desk.port <= 65535:
        faults.add(("desk", "port"), mark("no number of a port: {found}"), found=desk.port)
    for key, least in (("idle_minutes", 1), ("session_hours", 1)):
        if (value := getattr(desk, key)) < least:
            faults.add(("desk", key), mark("at least {least} is needed, found {found}"), least=least, found=value)
    if not _TIME.fullmatch(desk.gate_until):
        faults.add(("desk", "gate_until"), mark("not a time of day as HH:MM: {found!r}"), found=desk.gate_until)
    for address in desk.addresses:
        if not _is_origin(address):
            faults.add(
                ("desk", "addresses"),
                mark("scheme and name alone are needed, e.g. {example}, found {found!r}"),
                example="https://diembao.example.vn",
                found=address,
            )
    for proxy in desk.trusted_proxies:
        faults.try_(("desk", "trusted_proxies"), ip_network, proxy)
    if desk.host in _ANY_INTERFACE and not desk.addresses:
        faults.add(
            ("desk", "addresses"),
            mark("is empty: name the address under which other machines reach the desk, or it answers none of them"),
        )
    _check_sso(desk.sso, faults)


def _check_sso(sso: SsoSettings, faults: Faults) -> None:
    if not _SECRET.fullmatch(sso.secret):
        faults.add(
            ("desk", "sso", "secret"),
            mark("the name of a secret, e.g. {example}, not the secret itself"),
            example="DIEMBAO_DESK_SSO_SECRET",
        )
    if not sso.issuer:
        return
    if not _is_provider(sso.issuer):
        faults.add(("desk", "sso", "issuer"), mark("an address that begins with https:// is needed"))
    for key in ("client_id", "claim"):
        if not getattr(sso, key).strip():
            faults.add(("desk", "sso", key), mark("is empty"))


def _is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and address == f"{parts.scheme}://{parts.netloc}"


def _is_provider(address: str) -> bool:
    """Whether a provider is asked by https, or is on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
