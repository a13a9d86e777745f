"""Addresses with a name and password in them → the address to ask, and what to say to that very server alone."""

from base64 import b64encode
from urllib.parse import unquote, urlsplit, urlunsplit

from pipeline.records import Source
from pipeline.urls import is_fetchable


def without_login(url: str) -> str:
    """Return an address without name and password: these go into a header, and into no log or note."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url


def server_of(url: str) -> str:
    """Return scheme, host and port as written: Scrapy takes a header back where a redirect leaves that."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def logins(source: Source) -> dict[str, str]:
    """Return the Authorization header (Basic, RFC 7617) for each server of a source that wants one."""
    found: dict[str, str] = {}
    for url in (source.home, *(feed.url for feed in source.feeds)):
        login, at, _ = urlsplit(url).netloc.rpartition("@") if is_fetchable(url) else ("", "", "")
        if at:
            name, _, password = login.partition(":")
            pair = f"{unquote(name)}:{unquote(password)}".encode()
            found[server_of(url)] = f"Basic {b64encode(pair).decode()}"
    return found
