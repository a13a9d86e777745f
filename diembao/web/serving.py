"""The desk's web server: uvicorn in this process, until a signal stops it."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import BaseTransport, TimerHandle, Transport

#: Seconds in which a new connection must send the whole head of its first request, and an open one the next.
_HEAD_SECONDS = 15
#: Seconds that running requests have when the desk is stopped.
_GRACE = 10
#: Connections that are open at once; event streams are one each.
_MOST_CONNECTIONS = 500


class _PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit for the head of the first request: uvicorn itself waits for ever."""

    _head_timer: "TimerHandle | None" = None

    def connection_made(self, transport: "BaseTransport") -> None:
        super().connection_made(cast("Transport", transport))
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._close_silent)

    def _close_silent(self) -> None:
        if self.cycle is None:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP without the words of a library."""
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n"
            b"X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'\r\n\r\n"
        )
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        super().connection_lost(exc)


class DeskServer:
    """uvicorn over a socket that listens already."""

    def __init__(self, app: Starlette, listening: socket.socket) -> None:
        self._socket = listening
        config = Config(
            app,
            http=_PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            # The log is the desk's own: paths of invitations hold tokens.
            access_log=False,
            # The client's address is for diembao.web.security.client to tell.
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_HEAD_SECONDS,
            timeout_graceful_shutdown=_GRACE,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = _Server(config)

    def run(self, on_start: Callable[[], Any] = lambda: None) -> None:
        """Serve until `stop` is called; `on_start` is called as soon as requests are answered."""
        self._server.on_start = on_start
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        """Ask the server to end; may be called from a signal handler or another thread."""
        self._server.should_exit = True


class _Server(Server):
    """uvicorn's server, which leaves signals to the command that runs it."""

    on_start: Callable[[], Any] = staticmethod(lambda: None)

    def capture_signals(self) -> Any:
        return nullcontext()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Event streams end by themselves only after minutes: a server that waits for its requests would wait for them.
        if (live := getattr(cast("Starlette", self.config.app).state, "live", None)) is not None:
            live.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()
