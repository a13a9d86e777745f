"""A crawl of sources in a process of its own, and what its desk was told."""

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from pipeline.records import Source
from tests.support.cli import run_python

DRIVER = """
import json, sys
from pipeline.records import *
from crawlers.crawl import crawl
class Desk:
    count = 0
    seen = {}
    def feed_state(self, url): return FeedState(url)
    def save_poll(self, poll):
        told = {"feed": poll.feed_url, "reason": poll.reason, "entries": len(poll.entries), "note": poll.note}
        print(json.dumps(told))
        wanted = []
        for entry in poll.entries:
            if entry.url not in self.seen:
                Desk.count += 1
                self.seen[entry.url] = Desk.count
                wanted.append(Candidate(Desk.count, poll.source_id, poll.feed_url, entry.url, entry))
        return wanted
    def save_fetch(self, result):
        urls = {n: url for url, n in self.seen.items()}
        told = {"page": urls[result.candidate_id], "to": result.url, "reason": getattr(result, "reason", "ok")}
        print(json.dumps({**told, "size": len(getattr(result, "body", b""))}))
given = json.loads(sys.stdin.read())
sources = [
    Source(**{**s, "feeds": tuple(Feed(**f) for f in s["feeds"]), "selectors": Selectors()})
    for s in given["sources"]
]
crawl(sources, [], Desk(), CrawlSettings(**given["settings"]))
"""


def crawl(
    sources: list[Source], prefix: tuple[str, ...] = (), setup: str = "", **settings: Any
) -> list[dict[str, Any]]:
    """Run a crawl in a process; return what its desk was told, in order."""
    given = {"sources": [asdict(s) for s in sources], "settings": {"delay_seconds": 0.0, "contact": "a@b.c"} | settings}
    if prefix:
        command = [*prefix, sys.executable, "-W", "ignore", "-c", setup + DRIVER]
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
        )
    else:
        done = run_python(setup + DRIVER, text=json.dumps(given))
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
