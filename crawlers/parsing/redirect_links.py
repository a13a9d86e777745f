"""A search's own link, behind which an article's address is hidden → that address."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from pipeline.text.urls import is_fetchable, site_of

#: Google News hides an article's address behind a token; the older ones hold it in base64.
_TOKEN = re.compile(r"/rss/articles/([\w-]{20,}={0,2})$")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]+")
_TARGET = re.compile(r"""\bdata-n-au=["']([^"']+)["']""")


def unwrap_link(url: str) -> str:
    """Return the address that a search's own link leads to, where the link itself says so; else the link."""
    parts = urlsplit(url)
    if parts.path.endswith("/apiclick.aspx"):
        target = parse_qs(parts.query).get("url", [""])[0]
        return target if is_fetchable(target) else url
    if (token := _TOKEN.search(parts.path)) is not None:
        for target in _within(token[1]):
            return target
    return url


def is_redirect_link(url: str) -> bool:
    """Whether an address is a search's own, behind which an article's is hidden."""
    return "/rss/articles/" in url and _TOKEN.search(urlsplit(url).path) is not None


def redirect_target(body: bytes, url: str) -> str | None:
    """Return the article's address in the page that a hidden one (`is_wrapped`) gives."""
    from html import unescape

    found = _TARGET.search(body[:500_000].decode("utf-8", "replace"))
    target = unescape(found[1]) if found else ""
    return target if is_fetchable(target) and site_of(target) != site_of(url) else None


def _within(token: str) -> Iterator[str]:
    try:
        held = base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return
    for found in _ADDRESS.findall(held):
        address = found.decode("ascii")
        if is_fetchable(address) and "." in (urlsplit(address).hostname or ""):
            yield address
