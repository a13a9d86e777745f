"""JSON over HTTP with a server of the office, and with no other.

Names are resolved here, for every connection anew, and the connection goes to the address that was looked at: a name
that leads into the house at one moment and out of it at the next opens nothing. No redirect is followed, no proxy of
the environment is asked, and no answer is read past a limit of time and size.
"""

import json
import socket
import time
import typing
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore

from config.engines.server_address import PUBLIC_ADDRESS
from diembao.translation.translator import EngineDown, TextFailed
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.text.private_hosts import is_metadata_service, is_public

#: Bytes of an answer at most: 20,000 characters of a translation, twice over, escaped.
_LARGEST = 1_000_000
#: Seconds for a connection.
_CONNECT = 10.0
#: Statuses of a server that serves nothing now: a wrong key, too many requests, a proxy without it, one that starts.
_UNUSABLE = frozenset({401, 403, 429, 502, 503, 504})


class RefusedAddress(DiembaoError):
    """A server must not be asked; the message is a Message and says why."""


def private_addresses(host: str, port: int, *, allow_public: bool) -> list[str]:
    """Return the numeric addresses of a host. Raises RefusedAddress, or OSError where its name leads nowhere.

    Refused is a host of which one address is public (unless `allow_public`) or that of a cloud's metadata service.
    """
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in (host, *addresses):
        if is_metadata_service(address):
            raise RefusedAddress(Message(mark("{host} is where a cloud hands out the keys of its machines"), host=host))
    if not allow_public and any(is_public(address) for address in addresses):
        raise RefusedAddress(Message(PUBLIC_ADDRESS, host=host))
    return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the request's time, however slowly the server drips."""

    def __init__(self, stream: httpcore.NetworkStream, backend: "_GuardedBackend") -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.rest())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.rest())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        encrypted = self._stream.start_tls(ssl_context, server_hostname, min(_CONNECT, self._backend.rest()))
        return _TimedStream(encrypted, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to private addresses alone, unless others are allowed."""

    def __init__(self, *, allow_public: bool) -> None:
        self._allow_public = allow_public
        self._connections = httpcore.SyncBackend()
        self._end = 0.0

    def begin(self, seconds: float) -> None:
        """Let the next request take so many seconds as a whole."""
        self._end = time.monotonic() + seconds

    def rest(self) -> float:
        """Return the seconds left of the request. Raises httpcore.ReadTimeout."""
        rest = self._end - time.monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout("the time of the request is over")
        return rest

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = private_addresses(host, port, allow_public=self._allow_public)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception | None = None
        for address in addresses:
            try:
                seconds = min(_CONNECT, self.rest())
                stream = self._connections.connect_tcp(address, port, seconds, local_address, socket_options)
                return _TimedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise httpcore.ConnectError(str(failure))


class GuardedClient:
    """A connection to one server; closed by who opened it."""

    def __init__(self, address: str, *, key: str | None, allow_public: bool) -> None:
        self._address = address.rstrip("/")
        self._host = urlsplit(address).netloc
        self._backend = _GuardedBackend(allow_public=allow_public)
        self._pool = httpcore.ConnectionPool(max_connections=1, network_backend=self._backend)
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "diembao"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def close(self) -> None:
        self._pool.close()

    def get(self, path: str, seconds: float) -> Any:
        """Return the JSON at a path of the server; see `post`."""
        return self._ask("GET", path, None, seconds)

    def post(self, path: str, body: Mapping[str, Any], seconds: float) -> Any:
        """Return the JSON that the server answers, within so many seconds as a whole.

        Raises TextFailed for an answer that is late, too large, cut, no JSON or an error; EngineDown where the server
        is not reached, must not be asked, or says that it cannot serve now.
        """
        return self._ask("POST", path, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), seconds)

    def _ask(self, method: str, path: str, content: bytes | None, seconds: float) -> Any:
        headers = self._headers | ({"Content-Type": "application/json"} if content is not None else {})
        self._backend.begin(seconds)
        try:
            with self._pool.stream(
                method, self._address + path, headers=list(headers.items()), content=content
            ) as answer:
                if answer.status in _UNUSABLE:
                    raise self._down(f"HTTP {answer.status}")
                if answer.status != 200:
                    raise TextFailed("status", f"HTTP {answer.status}")
                body = _read(answer.iter_stream())
        except RefusedAddress as error:
            raise EngineDown(error.args[0]) from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise self._down(str(error)) from error
        except httpcore.TimeoutException as error:
            raise TextFailed("timeout", f"{seconds:g} s") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise TextFailed("cut", str(error)[:200]) from error
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise TextFailed("malformed", "no JSON") from error

    def _down(self, cause: str) -> EngineDown:
        message = mark("{host} does not translate now ({cause}); see whether its server runs, and [translation]")
        return EngineDown(Message(message, host=self._host, cause=cause))


def _read(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _LARGEST:
            raise TextFailed("too_large", f"{_LARGEST} B")
    return bytes(body)
