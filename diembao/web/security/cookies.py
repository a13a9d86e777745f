"""Cookies of the desk: their names, their attributes, and values that only the desk can have written."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from starlette.responses import Response

from diembao.jobs.people import tokens

#: Cookies: the session; a browser without one (its value is the seed of form tokens); what the next page says; the
#: first half of a sign-in; the language before sign-in; the device that signed in before; a provider's word.
SESSION, VISIT, NOTICE, PENDING, LANGUAGE = "session", "visit", "notice", "pending", "language"
DEVICE, PROVIDER = "device", "provider"
#: Characters of the longest signed value.
_LONGEST = 3000


def cookie_name(name: str, is_secure: bool) -> str:
    """Return a cookie's full name; under https browsers keep a `__Host-` cookie from any other host or path."""
    return f"__Host-diembao-{name}" if is_secure else f"diembao-{name}"


def set_cookie(response: Response, name: str, value: str, is_secure: bool, *, seconds: int | None = None) -> None:
    """Let a browser keep a cookie for so many seconds, or as long as it is open; no script can read it."""
    response.set_cookie(
        cookie_name(name, is_secure), value, max_age=seconds, path="/", secure=is_secure, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str, is_secure: bool) -> None:
    response.delete_cookie(cookie_name(name, is_secure), path="/", secure=is_secure, httponly=True, samesite="lax")


def sign(key: bytes, purpose: str, value: Any) -> str:
    """Return a JSON value as text that `read_signed` with the same purpose takes."""
    body = urlsafe_b64encode(json.dumps(value, ensure_ascii=False).encode()).decode()
    return tokens.sign(key, f"cookie {purpose}", body)


def read_signed(key: bytes, purpose: str, text: str) -> Any:
    """Return the JSON value of a signed text; None where the desk did not sign it for this purpose."""
    body = tokens.signed_payload(key, f"cookie {purpose}", text) if text and len(text) <= _LONGEST else None
    return None if body is None else json.loads(urlsafe_b64decode(body))
