"""A source's login → the Authorization header for its own servers, and for no others."""

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

from pipeline.records import Source


def server_of_url(url: str) -> str:
    """Return scheme, host and port of an address as written; Scrapy drops the header if a redirect leaves them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def auth_headers(source: Source, login: str) -> dict[str, str]:
    """Return the Authorization header (Basic, RFC 7617) for each server of a source; `login` is NAME:PASSWORD."""
    header = f"Basic {b64encode(login.encode()).decode()}"
    return {server_of_url(url): header for url in (source.home, *(feed.url for feed in source.feeds))}


def login_header(headers: Mapping[str, str], url: str) -> dict[str, str]:
    """Return the Authorization header for an address, from those of `auth_headers`; {} for another server."""
    value = headers.get(server_of_url(url))
    return {} if value is None else {"Authorization": value}
