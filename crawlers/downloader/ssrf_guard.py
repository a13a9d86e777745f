"""Guard against requests into private networks (SSRF), whatever name or redirect leads there."""

import ipaddress
import socket
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawlers.downloader.exceptions import UnsafeAddress
from pipeline.records import Source
from pipeline.text.urls import is_fetchable

#: IPv6 prefix for translated IPv4 addresses (RFC 6052): a gateway may route them into its own network.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def numeric_address(host: str) -> str | None:
    """Return the dotted or IPv6 form of a numeric host; None for a name.

    Decimal, octal and hexadecimal forms are numeric too. So are digits of other scripts and full-width ones, which
    become ASCII before the name is resolved.
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
    """Return whether a numeric address is public; an IPv4 address within an IPv6 one is judged by itself."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def private_addresses_named(sources: Iterable[Source]) -> set[str]:
    """Return "host:port" of private addresses in the sources, written as numbers or as localhost.

    A person wrote them, and so allows them.
    """
    allowed: set[str] = set()
    for source in sources:
        for url in (source.home, *(feed.url for feed in source.feeds)):
            if not is_fetchable(url):
                continue
            host = urlsplit(url).hostname or ""
            ip = numeric_address(host)
            if host == "localhost" or (ip is not None and not is_public(ip)):
                allowed.add(host_port(url))
    return allowed


def host_port(url: str) -> str:
    """Return "host:port" of an address: the server whose delay all its sources share."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


class GuardMiddleware:
    """Checks every request, redirects included, before its name is resolved."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(allowed)
        self._hosts = frozenset(pair.rsplit(":", 1)[0] for pair in self.allowed)
        #: Results of `_check` by scheme and server.
        self._checked: dict[tuple[str, str], tuple[str, str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "GuardMiddleware":
        return cls(crawler.settings.getlist("DIEMBAO_ALLOW_PRIVATE"))

    def process_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        server = parts.scheme, parts.netloc
        if server not in self._checked:
            self._checked[server] = self._check(request.url, parts)
        slot, refusal = self._checked[server]
        # Set for each request, because a redirect leads to another host.
        request.meta["download_slot"] = slot
        if refusal is not None:
            raise UnsafeAddress(f"{refusal}: {request.url[:200]}")

    def _check(self, url: str, parts: SplitResult) -> tuple[str, str | None]:
        """Return "host:port" of an address, and why it is refused; None if it is allowed."""
        if parts.scheme not in ("http", "https"):
            return "", f"scheme {parts.scheme!r}"
        host, slot = (parts.hostname or "").rstrip("."), host_port(url)
        ip = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else numeric_address(host)
        if ip is not None and not is_public(ip) and slot not in self.allowed:
            return slot, f"private address {ip}"
        # The resolver does not know the port, so a name allowed at one port is refused at others here.
        if ip is None and host in self._hosts and slot not in self.allowed:
            return slot, f"{slot} is not in allow_private"
        return slot, None


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and refuses private addresses, at every use of a name."""

    allowed: frozenset[str] = frozenset()
    #: Names refused so far, because Twisted turns a refusal into a mere failure to resolve.
    refused: ClassVar[set[str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        resolver: GuardedResolver = super().from_crawler(crawler, reactor)
        resolver.allowed = frozenset(h.rsplit(":", 1)[0] for h in crawler.settings.getlist("DIEMBAO_ALLOW_PRIVATE"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = None) -> "Deferred[str]":
        address: Deferred[str] = super().getHostByName(name, timeout)

        def check(address: str) -> str:
            if not is_public(address) and name not in self.allowed:
                self.refused.add(name)
                # Twisted would log any other exception with its traceback, for each such name.
                raise DNSLookupError(f"{name} is at the private address {address}")
            return address

        return address.addCallback(check)
