"""A redirect link of Google News or Bing News → the address of the article."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from pipeline.text.urls import is_fetchable, site_of

#: Token of a Google News link; older tokens hold the article's address in base64.
_TOKEN = re.compile(r"/rss/articles/([\w-]{20,}={0,2})$")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]+")
#: Attribute of Google's redirect page that holds the article's address.
_TARGET = re.compile(r"""\bdata-n-au=["']([^"']+)["']""")


def unwrap_link(url: str) -> str:
    """Return the article's address if a redirect link contains it, else the link."""
    parts = urlsplit(url)
    if parts.path.endswith("/apiclick.aspx"):
        target = parse_qs(parts.query).get("url", [""])[0]
        return target if is_fetchable(target) else url
    if (token := _TOKEN.search(parts.path)) is not None:
        for target in _decode_token(token[1]):
            return target
    return url


def is_redirect_link(url: str) -> bool:
    """Whether an address is a redirect link of Google News, whose page must be fetched for the article's address."""
    return "/rss/articles/" in url and _TOKEN.search(urlsplit(url).path) is not None


def redirect_target(body: bytes, url: str) -> str | None:
    """Return the article's address in the page of a redirect link (`is_redirect_link`); None if there is none."""
    from html import unescape

    match = _TARGET.search(body[:500_000].decode("utf-8", "replace"))
    target = unescape(match[1]) if match else ""
    return target if is_fetchable(target) and site_of(target) != site_of(url) else None


def _decode_token(token: str) -> Iterator[str]:
    try:
        decoded = base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return
    for match in _ADDRESS.findall(decoded):
        address = match.decode("ascii")
        if is_fetchable(address) and "." in (urlsplit(address).hostname or ""):
            yield address
