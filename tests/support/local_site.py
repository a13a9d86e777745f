"""A scripted site on 127.0.0.1, and a crawl of sources in a process of its own."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from pipeline.records import Source
from tests.support.cli import run_python


@dataclass(frozen=True, slots=True)
class Reply:
    body: str | bytes = ""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


#: Reply of a page: fixed, or a function of the query parameters.
Page = Reply | Callable[[dict[str, str]], Reply]


class LocalSite:
    """Serves `pages` by path and 404 for the rest.

    `asked` holds the requested paths with their queries, in order, `headers` the headers of each request.
    """

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self.pages, self.asked, self.headers = dict(pages), list[str](), list[dict[str, str]]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers.append({name.lower(): value for name, value in self.headers.items()})
                parts = urlsplit(self.path)
                page = site.pages.get(parts.path, Reply(status=404))
                reply = page if isinstance(page, Reply) else page({k: v[0] for k, v in parse_qs(parts.query).items()})
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                with suppress(ConnectionError):  # whoever asked may have been killed
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.home = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


_DRIVER = """
import json, sys
from datetime import datetime
from pydantic import TypeAdapter
from crawlers.crawl import crawl
from pipeline.records import Candidate, CrawlSettings, FeedState, Poll, Source
class Desk:
    wanted = []
    def feed_state(self, url): return FeedState(url)
    def save_poll(self, poll):
        row = TypeAdapter(Poll).dump_python(poll, mode="json")
        print(json.dumps(row))
        if not given["pages"]: return []
        number, source, feed = len(self.wanted), poll.source_id, poll.feed_url
        new = [Candidate(number + n, source, feed, e.url, e) for n, e in enumerate(poll.entries)]
        self.wanted += new
        return new
    def save_fetch(self, result):
        row = {"page": self.wanted[result.candidate_id].url, "to": result.url}
        print(json.dumps(row | {"reason": getattr(result, "reason", "ok")}))
given = json.loads(sys.stdin.read())
sources = TypeAdapter(tuple[Source, ...]).validate_python(given["sources"])
crawl(sources, [], Desk(), CrawlSettings(**given["settings"]))
"""


def crawled(*sources: Source, pages: bool = False, **settings: Any) -> list[dict[str, Any]]:
    """Return the polls of one crawl and, with `pages`, the fetches of the pages they list."""
    given = {"sources": [asdict(s) for s in sources], "pages": pages, "settings": {"delay_seconds": 0.0} | settings}
    done = run_python(_DRIVER, text=json.dumps(given))
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
