"""One host and port for each fault, on 127.0.0.1."""

import http.client
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field

from tests.support.faults.answers import PAGE, Answer, Asked, Reset, items, reply, rss
from tests.support.faults.catalogue import Fault


@dataclass(slots=True)
class Site:
    """One host:port, for one fault."""

    fault: Fault
    listening: socket.socket
    context: ssl.SSLContext | None
    asked: list[tuple[float, str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    @property
    def home(self) -> str:
        scheme = "https" if self.fault.tls else "http"
        return f"{scheme}://{'localhost' if self.fault.tls else '127.0.0.1'}:{self.port}"

    @property
    def feed(self) -> str:
        own = self.fault.at == "feed" and self.fault.url
        return self.fault.url.replace("{port}", str(self.port)) if own else f"{self.home}/feed"

    def run(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(30)
            if self.fault.tls == "none":
                connection.sendall(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            asked = self._read(connection)
            for piece in self._answer(asked):
                connection.sendall(piece)
        except Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def _read(self, connection: socket.socket) -> Asked:
        stream = connection.makefile("rb")
        _, path, _ = stream.readline(9000).decode("latin-1").split()
        headers = {name.lower(): value for name, value in http.client.parse_headers(stream).items()}
        times = sum(1 for _, other in self.asked if other == path)
        self.asked.append((time.monotonic(), path))
        return Asked(path, headers, times, self.port)

    def _answer(self, asked: Asked) -> Answer:
        fault = self.fault
        whole = fault.serve is not None and "robots" in fault.name
        if asked.path == "/feed" and fault.at == "page":
            link = fault.url or "/page-{n}.html"
            return reply("200 OK", rss(items(fault.pages, link)), kind="application/rss+xml")
        if fault.serve is None or (asked.path == "/robots.txt" and not whole):
            return reply("404 Not Found")
        if asked.path.startswith("/bai-"):
            return reply("200 OK", PAGE)
        return fault.serve(asked)


def serve(given: tuple[Fault, ...], contexts: dict[str, ssl.SSLContext]) -> list[Site]:
    sites = []
    for fault in given:
        listening = socket.create_server((fault.at_address, 0), backlog=64)
        sites.append(Site(fault, listening, contexts.get(fault.tls)))
        threading.Thread(target=sites[-1].run, daemon=True).start()
    return sites
