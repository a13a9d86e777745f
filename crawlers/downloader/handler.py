"""Requests → answers, so many at a time, with heads of bounded size, and none to hosts that are to be left alone."""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from crawlers.downloader.host_backoff import HostBackoffMiddleware

#: Bytes of an answer before its body. Twisted has no limit: a server that never ended its head took 500 MB in 4 s.
_MAX_HEAD = 256 * 2**10


class PressHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._patience: HostBackoffMiddleware | None = None
        # Scrapy counts requests that only wait for their host's turn as under way, so that a few slow hosts would
        # take all the places; here only those count that are on the wire.
        self._room = asyncio.Semaphore(crawler.settings.getint("DIEMBAO_ON_THE_WIRE"))
        self._pool._factory = _bounded(self._pool._factory)

    async def download_request(self, request: Request) -> Response:
        if self._patience is None:
            self._patience = self._crawler.get_downloader_middleware(HostBackoffMiddleware)
        if self._patience is not None:
            self._patience.check(request)
        async with self._room:
            return await super().download_request(request)


def _bounded(factory: Any) -> Any:
    """Return the protocol factory with a limit to the size of heads; what goes beyond it ends the connection."""

    class BoundedFactory(factory):  # type: ignore[misc]
        def buildProtocol(self, address: Any) -> Any:
            protocol = super().buildProtocol(address)
            received, size = protocol.dataReceived, 0

            def bounded(data: bytes) -> None:
                nonlocal size
                reading = protocol._parser is not None and protocol._parser.state in ("STATUS", "HEADER")
                size = size + len(data) if reading else 0
                if size > _MAX_HEAD:
                    protocol.transport.abortConnection()
                else:
                    received(data)

            protocol.dataReceived = bounded
            return protocol

    return BoundedFactory
