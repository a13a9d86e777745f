"""Requests → responses: limits requests at once and the size of response heads, and skips hosts left alone."""

import asyncio
from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from crawlers.downloader.host_backoff import HostBackoffMiddleware

#: Limit in bytes of a response's head (status line and headers).
#: Twisted has no limit: a server that never ended its head took 500 MB in 4 s.
_MAX_HEAD = 256 * 2**10


class PressHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._backoff: HostBackoffMiddleware | None = None
        # Scrapy's limit also counts requests that wait for their host's turn, so a few slow hosts would use it up.
        # This limit counts only requests already sent.
        self._slots = asyncio.Semaphore(crawler.settings.getint("DIEMBAO_ON_THE_WIRE"))
        pool: Any = self._pool
        pool._factory = _limit_heads(pool._factory)

    async def download_request(self, request: Request) -> Response:
        if self._backoff is None:
            self._backoff = self._crawler.get_downloader_middleware(HostBackoffMiddleware)
        if self._backoff is not None:
            self._backoff.check(request)
        async with self._slots:
            return await super().download_request(request)


def _limit_heads(make_factory: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes protocol factories, with a limit on heads; a longer head ends the connection."""

    def make_limited(*arguments: Any, **named: Any) -> Any:
        factory = make_factory(*arguments, **named)
        build = factory.buildProtocol
        factory.buildProtocol = lambda address: _limited(build(address))
        return factory

    return make_limited


def _limited(protocol: Any) -> Any:
    """Return a protocol that ends its connection where a head is too long."""
    receive, size = protocol.dataReceived, 0

    def receive_limited(data: bytes) -> None:
        nonlocal size
        in_head = protocol._parser is not None and protocol._parser.state in ("STATUS", "HEADER")
        size = size + len(data) if in_head else 0
        if size > _MAX_HEAD:
            protocol.transport.abortConnection()
        else:
            receive(data)

    protocol.dataReceived = receive_limited
    return protocol
