"""Addresses → refused where they lead into a private network, whatever name or redirect led there."""

import ipaddress
import socket
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from pipeline.errors import DiembaoError
from pipeline.records import Source
from pipeline.text.urls import is_fetchable

#: IPv4 within IPv6 by translation (RFC 6052): a gateway may well lead it into its own network.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class UnsafeAddress(DiembaoError):
    """The address leads where the crawl must not go."""


def numeric_address(host: str) -> str | None:
    """Return the dotted or IPv6 form of a numeric host, decimal, octal and hexadecimal forms too; None for a name.

    So are digits of other scripts and full-width ones, which become ASCII on the way to the network.
    """
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    try:
        return str(ipaddress.ip_address(host.strip("[]").split("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except OSError:
        return None


def is_public(address: str) -> bool:
    """Whether a numeric address is out on the Internet (IPv4 within IPv6 is unwrapped)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def private_addresses_named(sources: Iterable[Source]) -> set[str]:
    """Return "host:port" of private addresses that a person wrote into the sources as numbers, or as localhost."""
    found: set[str] = set()
    for source in sources:
        for url in (source.home, *(feed.url for feed in source.feeds)):
            if not is_fetchable(url):
                continue
            host = urlsplit(url).hostname or ""
            ip = numeric_address(host)
            if host == "localhost" or (ip is not None and not is_public(ip)):
                found.add(host_port(url))
    return found


def host_port(url: str) -> str:
    """Return "host:port" of an address: a server, to which politeness is owed whatever source leads there."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


class GuardMiddleware:
    """Looks at every request on its way out, redirects included, before anything is resolved or connected."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(allowed)
        self._hosts = frozenset(pair.rsplit(":", 1)[0] for pair in self.allowed)
        #: by scheme and server: what `_look` said of it
        self._known: dict[tuple[str, str], tuple[str, str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "GuardMiddleware":
        return cls(crawler.settings.getlist("DIEMBAO_ALLOW_PRIVATE"))

    def process_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        server = parts.scheme, parts.netloc
        if server not in self._known:
            self._known[server] = self._look(request.url, parts)
        slot, refusal = self._known[server]
        # The host and port of this very request, which a redirect may have led elsewhere.
        request.meta["download_slot"] = slot
        if refusal is not None:
            raise UnsafeAddress(f"{refusal}: {request.url[:200]}")

    def _look(self, url: str, parts: SplitResult) -> tuple[str, str | None]:
        """Return "host:port" of an address, and why nothing may be asked there; None where it may."""
        if parts.scheme not in ("http", "https"):
            return "", f"scheme {parts.scheme!r}"
        host, slot = (parts.hostname or "").rstrip("."), host_port(url)
        ip = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else numeric_address(host)
        if ip is not None and not is_public(ip) and slot not in self.allowed:
            return slot, f"private address {ip}"
        # The resolver is told no port: a name allowed with one port is not to be asked at another.
        if ip is None and host in self._hosts and slot not in self.allowed:
            return slot, f"{slot} is not in allow_private"
        return slot, None


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and refuses answers inside a private network, each time they are used."""

    allowed: frozenset[str] = frozenset()
    #: names refused so far: what a refusal becomes on its way through Twisted is a mere failure to resolve
    refused: ClassVar[set[str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        made: GuardedResolver = super().from_crawler(crawler, reactor)
        made.allowed = frozenset(h.rsplit(":", 1)[0] for h in crawler.settings.getlist("DIEMBAO_ALLOW_PRIVATE"))
        return made

    def getHostByName(self, name: str, timeout: Any = None) -> "Deferred[str]":
        found: Deferred[str] = super().getHostByName(name, timeout)

        def look(address: str) -> str:
            if not is_public(address) and name not in self.allowed:
                self.refused.add(name)
                # Any other exception here would be logged by Twisted with its traceback, for each such name.
                raise DNSLookupError(f"{name} is at the private address {address}")
            return address

        return found.addCallback(look)
