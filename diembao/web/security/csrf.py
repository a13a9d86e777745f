"""Whether a form was sent by a page of the desk: by what the browser says, and by a token bound to the session."""

import hmac

from starlette.datastructures import Headers

from diembao.jobs.people import tokens
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Field of every form.
FIELD = "csrf"
#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD"})


def token(key: bytes, seed: str) -> str:
    """Return the token of the forms that a browser with this session (or cookie of a visit) gets."""
    return tokens.sign(key, "form", "", seed).lstrip(".")


def is_token(key: bytes, seed: str, found: str) -> bool:
    """Whether a form's token is that of the session; compared in constant time."""
    return bool(seed) and hmac.compare_digest(token(key, seed).encode(), found.encode("utf-8", "replace"))


def foreign(headers: Headers, scheme: str, origins: frozenset[str]) -> Message | None:
    """Return why a request was not sent by a page of the desk; None where the browser says nothing against it.

    `scheme` is the request's own, `origins` the desk's public addresses.
    """
    site = headers.get("sec-fetch-site", "").lower()
    if site and site not in ("same-origin", "none"):
        return Message(mark("The form was sent by another site, and was not taken."))
    origin = headers.get("origin", "").lower()
    host = headers.get("host", "").lower()
    if origin and origin != f"{scheme}://{host}" and origin not in origins:
        return Message(mark("The form was sent by another site, and was not taken."))
    return None
