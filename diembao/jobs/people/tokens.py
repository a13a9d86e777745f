"""Tokens: random ones of which only the hash is stored, and signed ones that carry what they say."""

import hashlib
import hmac
import ipaddress
import secrets
from datetime import UTC, datetime

from diembao.system.desk_key import derived_key


def new_token() -> tuple[str, str]:
    """Return a token of 256 random bits for a cookie or a link, and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token. Its 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def sign(key: bytes, purpose: str, payload: str, bound_to: str = "") -> str:
    """Return a payload with its HMAC-SHA256; `bound_to` is signed with it and must be the same again to read it."""
    return f"{payload}.{_mac(key, purpose, payload, bound_to)}"


def signed_payload(key: bytes, purpose: str, token: str, bound_to: str = "") -> str | None:
    """Return the payload of a signed token; None for one that was not signed by this key for this purpose."""
    payload, _, mac = token.rpartition(".")
    expected = _mac(key, purpose, payload, bound_to)
    return payload if hmac.compare_digest(mac.encode("utf-8", "replace"), expected.encode()) else None


def _mac(key: bytes, purpose: str, payload: str, bound_to: str) -> str:
    # The length of the first part keeps the border between the two.
    text = f"{len(payload)}.{payload}.{bound_to}".encode("utf-8", "replace")
    return hmac.new(derived_key(key, purpose), text, hashlib.sha256).hexdigest()


def device_token(key: bytes, account: int) -> str:
    """Return the token by which a browser is known to have signed in to an account before; it signs in nobody."""
    return sign(key, "device", f"{account}.{secrets.token_urlsafe(16)}")


def known_device(key: bytes, account: int, token: str) -> str:
    """Return a name of the device that a token stands for; "" where it is none of that account's."""
    payload = signed_payload(key, "device", token) if token else None
    if payload is None or payload.partition(".")[0] != str(account):
        return ""
    return f"device:{hash_token(payload)[:32]}"


def source_of(address: str) -> str:
    """Return by what attempts from an address are counted: of IPv6 the /64, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def seconds(at: datetime) -> int:
    """Return a time as whole seconds since 1970."""
    return int(at.astimezone(UTC).timestamp())
