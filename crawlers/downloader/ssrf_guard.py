"""Guard against requests into private networks (SSRF), whatever name or redirect leads there."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawlers.downloader.exceptions import UnsafeAddress
from pipeline.records import Source
from pipeline.text.private_hosts import (
    is_local_name,
    is_metadata_service,
    is_private_host,
    is_public,
    numeric_address,
    server_of,
    server_of_pair,
)
from pipeline.text.urls import is_fetchable


def private_addresses_named(sources: Iterable[Source]) -> set[str]:
    """Return "host:port" of private addresses in the sources, written as numbers or as localhost, in normal form.

    A person wrote them, and so allows them to that source and its redirects. A metadata service is never allowed.
    """
    allowed: set[str] = set()
    for source in sources:
        for url in (source.home, *(feed.url for feed in source.feeds)):
            host = urlsplit(url).hostname or "" if is_fetchable(url) else ""
            if host and is_private_host(host) and not is_metadata_service(host):
                allowed.add(server_of(url))
    return allowed


def host_port(url: str) -> str:
    """Return "host:port" of an address: the server whose delay all its sources share."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


class GuardMiddleware:
    """Checks every request, redirects included, before its name is resolved.

    `allowed` are the servers of the settings, open to all; `own` those that each source names for itself, by the id
    that its requests carry as `source_id` in their meta.
    """

    def __init__(self, allowed: Iterable[str], own: Mapping[str, Iterable[str]]) -> None:
        self.allowed = frozenset(map(server_of_pair, allowed))
        self._own = {id: frozenset(servers) for id, servers in own.items()}
        self._hosts = frozenset(pair.rsplit(":", 1)[0] for pair in self.allowed)
        #: Results of `_check` by scheme, server and source.
        self._checked: dict[tuple[str, str, str], tuple[str, str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "GuardMiddleware":
        settings = crawler.settings
        return cls(settings.getlist("DIEMBAO_ALLOW_PRIVATE"), settings.getdict("DIEMBAO_OWN_PRIVATE"))

    def process_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        source = str(request.meta.get("source_id", ""))
        server = parts.scheme, parts.netloc, source
        if server not in self._checked:
            self._checked[server] = self._check(request.url, parts, source)
        slot, refusal = self._checked[server]
        # Set for each request, because a redirect leads to another host.
        request.meta["download_slot"] = slot
        if refusal is not None:
            raise UnsafeAddress(f"{refusal}: {request.url[:200]}")

    def _check(self, url: str, parts: SplitResult, source: str) -> tuple[str, str | None]:
        """Return "host:port" of an address, and why it is refused to a source; None if it is allowed."""
        if parts.scheme not in ("http", "https"):
            return "", f"scheme {parts.scheme!r}"
        host, slot = (parts.hostname or "").rstrip("."), host_port(url)
        if is_metadata_service(host):
            return slot, "metadata service"
        server = server_of(url)
        is_allowed = server in self.allowed or server in self._own.get(source, ())
        ip = "127.0.0.1" if is_local_name(host) else numeric_address(host)
        if ip is not None and not is_public(ip) and not is_allowed:
            return slot, f"private address {ip}"
        # The resolver does not know the port, so a name allowed at one port is refused at others here.
        if ip is None and server.rpartition(":")[0] in self._hosts and not is_allowed:
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
        pairs = map(server_of_pair, crawler.settings.getlist("DIEMBAO_ALLOW_PRIVATE"))
        own = crawler.settings.getdict("DIEMBAO_OWN_PRIVATE").values()
        # A name is allowed by the settings alone: what a source may open are numbers and localhost, and whether it is
        # this source's turn is decided by GuardMiddleware.
        resolver.allowed = frozenset(
            pair.rsplit(":", 1)[0] for pair in (*pairs, *(one for each in own for one in each))
        )
        return resolver

    def getHostByName(self, name: str, timeout: Any = None) -> "Deferred[str]":
        address: Deferred[str] = super().getHostByName(name, timeout)

        def check(address: str) -> str:
            known = (numeric_address(name) or name.rstrip(".").lower()) in self.allowed
            if is_metadata_service(address) or (not is_public(address) and not known):
                self.refused.add(name)
                # Twisted would log any other exception with its traceback, for each such name.
                raise DNSLookupError(f"{name} is at the private address {address}")
            return address

        return address.addCallback(check)
