"""`python -m tests.support.faults FOLDER`, in a network namespace of its own: serve the faults, crawl them all once."""

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pipeline.records import Candidate, CrawlSettings, Feed, FeedState, Fetched, FetchFailure, Poll, Reason, Source
from tests.support.certificates import certificates
from tests.support.faults.answers import FEED_BYTES, PAGE_BYTES, TIMEOUT
from tests.support.faults.catalogue import Fault, faults
from tests.support.faults.content import LOGIN
from tests.support.faults.names import INSIDE, PUBLIC, answer_names
from tests.support.faults.packing import make_bombs
from tests.support.faults.sites import serve


class Notebook:
    """A Desk that writes down what it is told, one JSON line each, and wants every page of a fault at a page."""

    def __init__(self, at_page: dict[str, Fault]) -> None:
        self._at_page, self._urls, self.lines = at_page, dict[int, tuple[str, str]](), list[dict[str, Any]]()

    def feed_state(self, feed_url: str, /) -> FeedState:
        return FeedState(feed_url)

    def save_poll(self, poll: Poll, /) -> list[Candidate]:
        line = {"poll": poll.source_id, "reason": poll.reason, "note": poll.note, "invalid": poll.invalid}
        entries = [(e.title, e.url) for e in poll.entries[:5]]
        self.lines.append(line | {"count": len(poll.entries), "entries": entries, "etag": poll.etag})
        wanted = poll.entries if poll.source_id in self._at_page else ()
        found = [
            Candidate(len(self._urls) + n, poll.source_id, poll.feed_url, e.url, e) for n, e in enumerate(wanted, 1)
        ]
        self._urls |= {c.id: (poll.source_id, c.url) for c in found}
        return found

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        source, url = self._urls[result.candidate_id]
        reason = result.reason if isinstance(result, FetchFailure) else Reason.OK
        note = result.note if isinstance(result, FetchFailure) else ""
        self.lines.append({"page": source, "reason": reason, "note": note, "url": url, "to": result.url})


def own_peak() -> int:
    """Return the most memory this process has held, in KiB; getrusage would count that of its parent too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))


def main(folder: Path) -> None:
    """Serve every fault and crawl them all at once; print what the desk was told, and what the crawl cost."""
    for command in ("link set lo up", *(f"addr add {ip}/32 dev lo" for ip in ("169.254.169.254", INSIDE, PUBLIC))):
        subprocess.run(["ip", *command.split()], check=True)
    (folder / "hosts").write_text("127.0.0.1 localhost\n10.9.9.9 noi-bo.example\n", "utf-8")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", "utf-8")
    for name in ("hosts", "resolv.conf"):
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)
    answer_names()
    contexts = certificates(folder)
    os.environ["SSL_CERT_FILE"] = str(folder / "root.pem")
    intruders: list[str] = []

    def watch(secret: socket.socket) -> None:
        while True:
            connection, _ = secret.accept()
            intruders.append(str(connection.getsockname()))
            connection.close()

    every = faults()
    make_bombs()
    sites = serve(every, contexts)
    secrets = [("0.0.0.0", 9999), *((INSIDE, s.port) for s in sites if s.fault.at_address == PUBLIC)]
    for secret in secrets:
        threading.Thread(target=watch, args=(socket.create_server(secret),), daemon=True).start()
    sources = [
        Source(
            s.fault.name,
            s.fault.name,
            s.home,
            (Feed(s.feed, s.fault.kind),),
        )
        for s in sites
    ]
    desk = Notebook({s.fault.name: s.fault for s in sites if s.fault.at == "page"})
    settings = CrawlSettings(
        contact="toa-soan@baothu.example", delay_seconds=0.05, timeout_seconds=TIMEOUT, max_feed_bytes=FEED_BYTES,
        max_page_bytes=PAGE_BYTES, max_entries=500,
        allow_private=tuple(f"localhost:{s.port}" for s in sites if s.fault.name == "wants a login"),
    )  # fmt: skip
    from crawlers.crawl import crawl

    began, before = time.monotonic(), own_peak()
    crawl(sources, [], desk, settings, {"wants a login": LOGIN})
    cost = {
        "seconds": round(time.monotonic() - began, 1),
        "before_mb": before // 1024,
        "own_mb": own_peak() // 1024,
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "intruders": intruders,
        "asked": {s.fault.name: [(round(at - began, 2), path) for at, path in s.asked] for s in sites},
    }
    for line in [*desk.lines, cost]:
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
