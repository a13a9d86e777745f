"""Outlets → one web server each on 127.0.0.1, with their articles dated back from a given now."""

import argparse
import json
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from diembao.demo.articles import Article, Outlet, outlets
from diembao.demo.site import Reply, reply

#: Seconds before each answer of the slow outlet.
SLOW_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where an outlet announces articles; `css` selects a listing's links, `language` '' means several."""

    address: str
    kind: str
    css: str
    language: str


@dataclass(frozen=True, slots=True)
class ServedOutlet:
    """An outlet at its addresses of this run; `state` is up, slow or dead (connection refused)."""

    id: str
    name: str
    home: str
    feeds: tuple[FeedAddress, ...]
    country: str
    languages: tuple[str, ...]
    category: str
    state: str
    reading: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as answered; `at` is time.monotonic() at arrival, header names are in lower case."""

    outlet: str
    path: str
    status: int
    headers: Mapping[str, str]
    method: str = "GET"
    at: float = field(default=0.0, compare=False)


class Press:
    """The sample press while it is up: a context manager that opens and closes every server.

    `now` fixes all publication times. `changed` are (outlet, slug) to `change` before opening. `ports` gives
    outlets a set port, so that a press can be closed and opened again at the same addresses; others get a free
    one. `slow` is the delay in seconds of the slow outlet.
    """

    def __init__(
        self,
        now: datetime,
        *,
        changed: Iterable[tuple[str, str]] = (),
        ports: Mapping[str, int] | None = None,
        slow: float = SLOW_SECONDS,
    ) -> None:
        self.now = now
        self.slow = slow
        self.requests: list[Request] = []
        self._ports = dict(ports or {})
        self._papers = {outlet.id: outlet for outlet in outlets()}
        self._printed = {outlet.id: {article.slug: article for article in outlet.articles} for outlet in outlets()}
        self._edited_at: dict[tuple[str, str], datetime] = {}
        self._servers: list[ThreadingHTTPServer] = []
        self._reserved: list[socket.socket] = []
        for outlet, slug in changed:
            self.change(outlet, slug)

    def __enter__(self) -> Self:
        for paper in self._papers.values():
            port = self._ports.get(paper.id, 0)
            if paper.state == "dead":  # a bound port without a listener refuses connections, and nobody else gets it
                reserved = socket.socket()
                reserved.bind(("127.0.0.1", port))
                self._reserved.append(reserved)
                self._ports[paper.id] = reserved.getsockname()[1]
                continue
            server = _Server(("127.0.0.1", port), _Handler)
            server.press, server.paper = self, paper
            self._ports[paper.id] = server.server_address[1]
            self._servers.append(server)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for reserved in self._reserved:
            reserved.close()
        self._servers.clear()
        self._reserved.clear()

    @property
    def ports(self) -> Mapping[str, int]:
        """Port by outlet, to open another press at the same addresses."""
        return dict(self._ports)

    @property
    def outlets(self) -> tuple[ServedOutlet, ...]:
        return tuple(
            ServedOutlet(
                paper.id,
                paper.name,
                self.home(paper.id),
                tuple(
                    FeedAddress(self.home(paper.id) + offer.path[1:], offer.kind, offer.css, offer.language)
                    for offer in paper.offers
                ),
                paper.country,
                paper.languages,
                paper.category,
                paper.state,
                dict(paper.reading),
            )
            for paper in self._papers.values()
        )

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles as they stand now, after `change`."""
        return tuple(article for printed in self._printed.values() for article in printed.values())

    def home(self, outlet: str) -> str:
        return f"http://127.0.0.1:{self._ports[outlet]}/"

    def address(self, outlet: str, slug: str) -> str:
        """Return the canonical address of an article, whatever address a feed lists."""
        return self.home(outlet) + article_path(self._papers[outlet], self._printed[outlet][slug], self.now)[1:]

    def change(self, outlet: str, slug: str) -> None:
        """Publish the next version of an article at its address. Raises ValueError without a further version."""
        article = self._printed[outlet][slug]
        if not article.versions:
            raise ValueError(f"{article.key} has no further version")
        self._printed[outlet][slug] = article.edited(article.versions[0])
        self._edited_at[outlet, slug] = self.now

    def edited_at(self, article: Article) -> datetime | None:
        """Return the time of the last change of a page: its edit, else its publication."""
        return self._edited_at.get((article.outlet, article.slug)) or article.published(self.now)

    def printed(self, outlet: str) -> tuple[Article, ...]:
        """Return the articles of an outlet, newest first, undated last."""
        return tuple(
            sorted(
                self._printed[outlet].values(),
                key=lambda article: (article.hours_before is None, article.hours_before or 0.0),
            )
        )


def article_path(paper: Outlet, article: Article, now: datetime) -> str:
    """Return the path of the page of an article."""
    published = article.published(now) or now
    path = paper.path.format(slug=article.slug, id=article.number, lang=article.language, date=f"{published:%Y/%m/%d}")
    return f"/noi-bo{path}" if article.kind == "internal" else path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    press: Press
    paper: Outlet

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: an error here means that the client hung up."""


class _Handler(BaseHTTPRequestHandler):
    """Answers from `reply`; adds validators, 304 and exact lengths; logs to the press, not the screen."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        arrived = time.monotonic()
        assert isinstance(self.server, _Server)
        press, paper = self.server.press, self.server.paper
        if paper.state == "slow":
            time.sleep(press.slow)
        answer = reply(press, paper, self.path)
        etag = f'"{sha256(answer.body).hexdigest()[:20]}"'
        status = 304 if answer.validators and self._unchanged(etag, answer) else answer.status
        body = b"" if status == 304 else answer.body
        headers = {name.lower(): value for name, value in self.headers.items()}
        press.requests.append(Request(paper.id, self.path, status, headers, self.command, arrived))
        self.send_response(status)
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.validators:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", answer.modified)
        if status != 304:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def _unchanged(self, etag: str, answer: Reply) -> bool:
        etags = self.headers.get("If-None-Match")
        if etags is not None:
            return etag in etags
        return self.headers.get("If-Modified-Since") == answer.modified

    def version_string(self) -> str:
        return "nginx"

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the press records its requests."""


def main() -> None:
    """Serve until interrupted; print the outlets as JSON, and write them to --port-file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port-file", type=Path, help="write the JSON here too")
    options = parser.parse_args()
    with Press(datetime.now(UTC)) as press:
        text = json.dumps([asdict(outlet) for outlet in press.outlets], ensure_ascii=False, indent=2)
        if options.port_file:
            options.port_file.write_text(text, "utf-8")
        print(text, flush=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
