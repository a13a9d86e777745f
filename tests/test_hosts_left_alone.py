"""A host is left alone for its failing feeds, and its healthy feeds still get their turn; who waits is named."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from crawlers.spiders.feed_turns import FeedTurns
from pipeline.records import (
    CandidateOutcome,
    Entry,
    Feed,
    FeedState,
    FetchFailure,
    HostWait,
    Poll,
    Reason,
    Source,
)
from storage.database import Database, open_database
from tests.support.cli import Diembao, json_lines

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
HEALTHY = tuple(f"/tot{n}" for n in range(5))
FAILING = tuple(f"/hong{n}" for n in range(3))


class Host:
    """A site of five healthy and three failing feeds; `asked` counts the requests by path."""

    def __init__(self, fail: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.asked: Counter[str] = Counter()
        self.over = Event()
        host = self
        # One feed that asks for time is enough; of those that break it takes three.
        failing = FAILING[:1] if fail in (slow_down, out_of_service) else FAILING

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked[self.path] += 1
                if self.path in failing:
                    fail(self)
                    if fail is hang:
                        host.over.wait(4)
                    return
                path = self.path.removeprefix("/")
                item = f"<item><title>Tin {path}</title><link>/bai-{path}.html</link></item>"
                body = f"<rss version='2.0'><channel><title>B</title>{item}</channel></rss>".encode()
                known = self.path in (*HEALTHY, *FAILING)
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body) if known else 0))
                self.end_headers()
                self.wfile.write(body if known else b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.home = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def hang(request: BaseHTTPRequestHandler) -> None:
    """Say nothing until the crawl has given up."""


def cut(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def slow_down(request: BaseHTTPRequestHandler) -> None:
    request.send_response(429)
    request.send_header("Retry-After", "86400")
    request.send_header("Content-Length", "0")
    request.end_headers()


def out_of_service(request: BaseHTTPRequestHandler) -> None:
    request.send_response(503)
    request.send_header("Retry-After", "7200")
    request.send_header("Content-Length", "0")
    request.end_headers()


def write_home(folder: Path, host: Host) -> None:
    (folder / "config").mkdir()
    feeds = ", ".join(f'{{ url = "{host.home}{path}" }}' for path in (*FAILING, *HEALTHY))
    source = f'[[source]]\nid = "ma"\nname = "Báo Mạ"\nhome = "{host.home}/"\ndelay_seconds = 0\nfeeds = [{feeds}]\n'
    (folder / "config" / "sources.toml").write_text(source, "utf-8")
    settings = (files("config") / "settings.toml").read_text("utf-8")
    settings = settings.replace("timeout_seconds = 30.0", "timeout_seconds = 1.0")
    (folder / "config" / "settings.toml").write_text(settings, "utf-8")


@pytest.mark.parametrize(
    ("fail", "options"),
    [
        (hang, ["--due"]),
        (cut, []),
        pytest.param(slow_down, ["--source", "ma"], marks=pytest.mark.thorough),
        *(pytest.param(hang, options, marks=pytest.mark.thorough) for options in ([], ["--source", "ma"])),
        *(pytest.param(cut, options, marks=pytest.mark.thorough) for options in (["--due"], ["--source", "ma"])),
        pytest.param(out_of_service, ["--source", "ma"], marks=pytest.mark.thorough),
    ],
)
def test_healthy_feeds_get_their_turn(
    fail: Callable[[BaseHTTPRequestHandler], None], options: list[str], tmp_path: Path, diembao: Diembao
) -> None:
    """The failing feeds stand first in the file: by the second collection every healthy one was asked."""
    host = Host(fail)
    write_home(tmp_path, host)
    seen: list[set[str]] = []
    try:
        done = diembao("--home", tmp_path, "--json", "collect", *options)
        seen.append({path for path in HEALTHY if host.asked[path]})
        done = diembao("--home", tmp_path, "--json", "collect", *options)
        seen.append({path for path in HEALTHY if host.asked[path]})
    finally:
        host.close()
    assert seen[1] == set(HEALTHY), host.asked
    [tally] = [row["collect"] for row in json_lines(done.stdout)]
    assert "not_asked" not in tally["reasons"], "what was not asked did not fail"


def test_the_others_wait_by_name_until_the_time_the_host_said(tmp_path: Path, diembao: Diembao) -> None:
    host = Host(slow_down)
    write_home(tmp_path, host)
    try:
        [first] = [row["collect"] for row in json_lines(diembao("--home", tmp_path, "--json", "collect").stdout)]
        assert first["reasons"] == {"rate_limited": 1}
        assert first["waiting"] == 7
        before = Counter(host.asked)
        diembao("--home", tmp_path, "collect")
        diembao("--home", tmp_path, "collect", "--due")
        assert host.asked == before, "a host that asks for time is left alone"
        [status] = json_lines(diembao("--home", tmp_path, "--json", "status").stdout)
        [wait] = status["sources"][0]["waits"]
        assert (wait["host"], wait["feeds"], wait["reason"]) == (host.home.removeprefix("http://"), 8, "rate_limited")
        until = datetime.fromisoformat(wait["until"])
        assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(days=1)
        diembao("--home", tmp_path, "digest", "--out", tmp_path / "out")
        for ending in ("html", "md"):
            [file] = (tmp_path / "out").glob(f"diem-bao-*.{ending}")
            text = file.read_text("utf-8")
            assert "Đang chờ (chưa hỏi)" in text
            assert "8 danh mục ở 127.0.0.1" in text.replace("\\", "")
    finally:
        host.close()


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([MA])
    yield opened
    opened.close()


HOST = "baoma.example"
MA = Source("ma", "Báo Mạ", f"http://{HOST}/", tuple(Feed(f"http://{HOST}/{n}.rss") for n in range(4)))


def polled(storage: Database, n: int, at: datetime, reason: Reason, **more: Any) -> None:
    poll = replace(Poll("ma", MA.feeds[n].url, at, reason), **more)
    storage.crawl.save_poll(storage.service.begin_run("collect", at), poll, recheck_all=False)


def test_what_was_not_asked_keeps_its_state_and_is_overdue_first(storage: Database) -> None:
    polled(storage, 0, AT, Reason.OK)
    polled(storage, 1, AT, Reason.OK)
    before = storage.crawl.feed_state(MA.feeds[1].url)
    later = AT + timedelta(hours=1)
    polled(storage, 0, later, Reason.TIMEOUT)
    polled(storage, 1, later, Reason.NOT_ASKED)
    assert storage.crawl.feed_state(MA.feeds[1].url) == before
    due = storage.crawl.due_feeds(later + timedelta(minutes=1), per_host=9)
    assert due == [*(MA.feeds[n].url for n in (2, 3)), MA.feeds[1].url]


@pytest.mark.parametrize("reason", [r for r in Reason if r not in (Reason.OK, Reason.NOT_MODIFIED, Reason.NOT_ASKED)])
def test_failures_go_last_and_the_longest_unasked_first(reason: Reason) -> None:
    states = {
        ("ma", "a"): FeedState("a", polled_at=AT, failures=2),
        ("ma", "b"): FeedState("b", polled_at=AT),
        ("ma", "c"): FeedState("c", polled_at=AT - timedelta(hours=1), failures=1),
        ("ma", "d"): FeedState("d"),
        ("ma", "e"): FeedState("e", polled_at=AT - timedelta(hours=2)),
    }
    turns = FeedTurns(states)
    assert [url for _, url in turns.first] == ["d", "e", "b"]
    assert sorted(states, key=turns.priority, reverse=True) == [*turns.first, ("ma", "c"), ("ma", "a")]
    assert turns.take_failing() == [("ma", "c"), ("ma", "a")]
    assert turns.take_failing() == []


@pytest.mark.parametrize("n", range(4))
def test_a_source_of_which_nothing_was_asked_waits_and_did_not_fail(n: int, storage: Database) -> None:
    polled(storage, n, AT, Reason.NOT_ASKED)
    [day] = storage.crawl.source_days(AT, AT + timedelta(hours=1))
    assert (day.state, day.reasons, day.feeds_failed) == ("waiting", {}, 0)
    assert day.waits == (HostWait(HOST, 1, Reason.NOT_ASKED),)
    polled(storage, n, AT + timedelta(minutes=10), Reason.OK)
    [day] = storage.crawl.source_days(AT, AT + timedelta(hours=1))
    assert (day.state, day.waits) == ("unchanged", ())


def test_a_feed_that_asks_for_time_again_and_again_waits_alone(storage: Database) -> None:
    """The first 429 holds for the host; the next one, with healthy neighbours since, for the feed itself."""
    day = timedelta(days=1)
    polled(storage, 0, AT, Reason.RATE_LIMITED, not_before=AT + day)
    assert storage.crawl.slowed_hosts(AT + day / 2) == {HOST}
    for n in (1, 2, 3):
        polled(storage, n, AT + day, Reason.OK)
    polled(storage, 0, AT + day, Reason.RATE_LIMITED, not_before=AT + 2 * day)
    assert storage.crawl.slowed_hosts(AT + day * 1.5) == frozenset()
    due = storage.crawl.due_feeds(AT + day * 1.5, per_host=9)
    assert set(due) == {MA.feeds[n].url for n in (1, 2, 3)}, "it keeps its own wait"


@pytest.mark.parametrize("healthy", [False, True])
def test_a_host_that_answers_nothing_since_waits_as_a_whole(healthy: bool, storage: Database) -> None:
    day = timedelta(days=1)
    if healthy:  # before the first 429, which says nothing of the time after it
        polled(storage, 1, AT - day, Reason.OK)
    polled(storage, 0, AT, Reason.RATE_LIMITED, not_before=AT + day)
    polled(storage, 0, AT + day, Reason.RATE_LIMITED, not_before=AT + 2 * day)
    assert storage.crawl.slowed_hosts(AT + day * 1.5) == {HOST}


@pytest.mark.parametrize("summary", ["", "Tóm tắt của tin."])
def test_a_page_that_was_not_asked_for_is_no_attempt(summary: str, storage: Database) -> None:
    """Not even after a week of it; what the feed says of it is read meanwhile."""
    entry = Entry(f"http://{HOST}/bai.html", "Tin", summary)
    run = storage.service.begin_run("collect", AT)
    poll = Poll("ma", MA.feeds[0].url, AT, Reason.OK, entries=(entry,))
    [candidate] = storage.crawl.save_poll(run, poll, recheck_all=False)
    for n in range(9):
        at = AT + timedelta(hours=n)
        storage.crawl.save_fetches(run, [FetchFailure(candidate.id, at, candidate.url, Reason.NOT_ASKED)])
        assert [c.id for c in storage.crawl.due_candidates(at, ["ma"])] == [candidate.id]
    [line] = storage.crawl.ledger(AT, AT + timedelta(days=1))
    wait = CandidateOutcome.SUMMARY if summary else CandidateOutcome.WAITING
    assert (line.outcome, line.attempts, line.reason) == (wait, 0, Reason.NOT_ASKED)
    [day] = storage.crawl.source_days(AT, AT + timedelta(days=1))
    assert (day.failed, day.reasons) == (0, {})
    assert len(storage.articles.pending_documents(9)) == (1 if summary else 0)
