"""Whoever says that all is well says it of collection too: status, its JSON and exit code, /readyz and metrics."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from config.schedule import Job
from diembao.service.collection_health import CollectionHealth, collection_health, find_troubles
from diembao.service.health import HealthServer, HealthState
from diembao.system.home import Home
from pipeline.records import (
    CollectionFigures,
    Entry,
    Feed,
    Fetched,
    FetchFailure,
    JobOutcome,
    Poll,
    Reason,
    Source,
    SourceStanding,
)
from storage.database import Database, open_database
from tests.support.cli import json_lines, run_inside

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # 10:00 in Vietnam
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Press:
    """A database in which sources were polled as each case says."""

    def __init__(self, storage: Database) -> None:
        self.storage = storage
        self._run = storage.service.begin_run("collect", NOW)
        self._links = 0

    def sources(self, count: int, feeds: int = 1, **more: Any) -> list[Source]:
        homes = [f"http://s{n}.example/" for n in range(count)]
        made = [
            Source(f"s{n}", f"Báo {n}", home, tuple(Feed(f"{home}{f}") for f in range(feeds)), **more)
            for n, home in enumerate(homes)
        ]
        self.storage.crawl.set_sources(made)
        return made

    def poll(
        self, source: Source, ago: timedelta, reason: Reason = Reason.OK, *, feed: int = 0, new: int = 0, **more: Any
    ) -> None:
        entries = tuple(Entry(f"{source.home}bai-{self._links + n}.html", "Tin") for n in range(new))
        self._links += new
        poll = Poll(source.id, source.feeds[feed].url, NOW - ago, reason, entries=entries, **more)
        self.storage.crawl.save_poll(self._run, poll, recheck_all=False)

    def pages(self, source: Source, ago: timedelta, reasons: list[Reason]) -> None:
        entries = tuple(Entry(f"{source.home}trang-{n}.html", "Tin") for n in range(len(reasons)))
        poll = Poll(source.id, source.feeds[0].url, NOW - ago, Reason.OK, entries=entries)
        candidates = self.storage.crawl.save_poll(self._run, poll, recheck_all=False)
        results: list[Fetched | FetchFailure] = [
            Fetched(c.id, NOW - ago, c.url, 200, b"x")
            if reason is Reason.OK
            else FetchFailure(c.id, NOW - ago, c.url, reason)
            for c, reason in zip(candidates, reasons, strict=True)
        ]
        self.storage.crawl.save_fetches(self._run, results)


def only_feed_gone(press: Press) -> None:
    [source] = press.sources(1)
    press.poll(source, 9 * HOUR, new=3)
    for n in (4, 3, 2, 1):
        press.poll(source, n * HOUR, Reason.NOT_FOUND)


def only_feed_failed_once(press: Press) -> None:
    [source] = press.sources(1)
    press.poll(source, 3 * HOUR)
    press.poll(source, HOUR, Reason.TIMEOUT)


def only_feed_never_read(press: Press) -> None:
    [source] = press.sources(1)
    press.poll(source, HOUR, Reason.UNASKED_304)


def both_feeds_of_the_only_source_gone(press: Press) -> None:
    [source] = press.sources(1, feeds=2)
    press.poll(source, HOUR, Reason.GONE)
    press.poll(source, HOUR, Reason.FORBIDDEN, feed=1)


def all_of_many_fail(press: Press) -> None:
    for source in press.sources(95):
        press.poll(source, 2 * HOUR, Reason.DNS)


def all_fail_with_some_not_asked(press: Press) -> None:
    one, other, third = press.sources(3)
    press.poll(one, HOUR, Reason.REFUSED)
    press.poll(other, HOUR, Reason.REFUSED)
    press.poll(third, HOUR, Reason.NOT_ASKED)


def half_fail(press: Press) -> None:
    for n, source in enumerate(press.sources(4)):
        press.poll(source, HOUR, Reason.SERVER_ERROR if n < 2 else Reason.OK)


def two_of_three_fail(press: Press) -> None:
    for n, source in enumerate(press.sources(3)):
        press.poll(source, HOUR, Reason.TLS if n < 2 else Reason.NOT_MODIFIED)


def the_only_one_that_is_on_fails(press: Press) -> None:
    one, other = press.sources(2)
    press.poll(one, HOUR, Reason.NOT_A_FEED)
    press.poll(other, HOUR)
    off = Source(other.id, other.name, other.home, other.feeds, enabled=False)
    press.storage.crawl.set_sources([one, off])


def failed_long_ago_and_not_due(press: Press) -> None:
    """Its wait is a day long by now: nothing was asked in the last 24 hours."""
    [source] = press.sources(1)
    for n in range(40, 25, -1):
        press.poll(source, n * HOUR, Reason.NOT_FOUND)


def all_wait(press: Press) -> None:
    for source in press.sources(2, feeds=2):
        press.poll(source, 2 * HOUR, feed=1)
        press.poll(source, HOUR, Reason.RATE_LIMITED, not_before=NOW + 9 * HOUR)


def nothing_asked_for_days(press: Press) -> None:
    for source in press.sources(3):
        press.poll(source, 3 * DAY)


def nothing_new(press: Press) -> None:
    [source] = press.sources(1)
    for n in range(8, 1, -1):
        press.poll(source, n * DAY - HOUR, new=20)
    press.poll(source, HOUR)


def no_page_came(press: Press) -> None:
    [source] = press.sources(1)
    press.pages(source, HOUR, [Reason.FORBIDDEN] * 5)


def never_collected_though_served(press: Press) -> None:
    press.sources(2)
    press.storage.service.plan_job("collect", NOW - 2 * DAY, "test")


UNWELL: list[Callable[[Press], None]] = [
    only_feed_gone, only_feed_failed_once, only_feed_never_read, both_feeds_of_the_only_source_gone, all_of_many_fail,
    all_fail_with_some_not_asked, half_fail, two_of_three_fail, the_only_one_that_is_on_fails,
    failed_long_ago_and_not_due, all_wait, nothing_asked_for_days, nothing_new, no_page_came,
    never_collected_though_served,
]  # fmt: skip


def new_home(press: Press) -> None:
    press.sources(2)


def no_source_at_all(press: Press) -> None:
    pass


def just_served(press: Press) -> None:
    press.sources(2)
    press.storage.service.plan_job("collect", NOW - HOUR, "test")


def one_of_many_fails(press: Press) -> None:
    for n, source in enumerate(press.sources(9)):
        press.poll(source, HOUR, Reason.GONE if n == 0 else Reason.OK)


def one_of_two_fails(press: Press) -> None:
    one, other = press.sources(2)
    press.poll(one, HOUR, Reason.GONE)
    press.poll(other, HOUR)


def one_feed_of_the_only_source_fails(press: Press) -> None:
    [source] = press.sources(1, feeds=3)
    press.poll(source, HOUR, Reason.GONE)
    press.poll(source, HOUR, feed=1)


def failed_and_is_back(press: Press) -> None:
    [source] = press.sources(1)
    for n in (5, 4, 3):
        press.poll(source, n * HOUR, Reason.TIMEOUT)
    press.poll(source, HOUR)


def unchanged(press: Press) -> None:
    [source] = press.sources(1)
    press.poll(source, 5 * HOUR, new=2)
    press.poll(source, HOUR, Reason.NOT_MODIFIED)


def all_are_off(press: Press) -> None:
    sources = press.sources(3)
    for source in sources:
        press.poll(source, HOUR, Reason.GONE)
    press.storage.crawl.set_sources([Source(s.id, s.name, s.home, s.feeds, enabled=False) for s in sources])


def failing_ones_are_off(press: Press) -> None:
    sources = press.sources(4)
    for n, source in enumerate(sources):
        press.poll(source, HOUR, Reason.GONE if n < 3 else Reason.OK)
    press.storage.crawl.set_sources(
        [Source(s.id, s.name, s.home, s.feeds, enabled=n == 3) for n, s in enumerate(sources)]
    )


def within_its_hours_only(press: Press) -> None:
    [source] = press.sources(1, hours="22:00-06:00")
    press.poll(source, 5 * HOUR)  # 05:00; it is 10:00 now


def one_host_waits(press: Press) -> None:
    sources = press.sources(4)
    for source in sources:
        press.poll(source, 2 * HOUR)
    press.poll(sources[0], HOUR, Reason.RATE_LIMITED, not_before=NOW + 9 * HOUR)


def some_not_asked(press: Press) -> None:
    for n, source in enumerate(press.sources(3)):
        press.poll(source, HOUR, Reason.OK if n else Reason.NOT_ASKED)


def a_quiet_paper(press: Press) -> None:
    """Two links a day: a day without any is nothing unusual."""
    [source] = press.sources(1)
    for n in range(8, 1, -1):
        press.poll(source, n * DAY - HOUR, new=2)
    press.poll(source, HOUR)


def a_young_home(press: Press) -> None:
    [source] = press.sources(1)
    press.poll(source, 2 * DAY, new=90)
    press.poll(source, HOUR)


def a_few_pages_lost(press: Press) -> None:
    [source] = press.sources(1)
    press.pages(source, HOUR, [*[Reason.FORBIDDEN] * 6, Reason.OK])


def four_pages_lost(press: Press) -> None:
    [source] = press.sources(1)
    press.pages(source, HOUR, [Reason.NOT_FOUND] * 4)


WELL: list[Callable[[Press], None]] = [
    new_home, no_source_at_all, just_served, one_of_many_fails, one_of_two_fails, one_feed_of_the_only_source_fails,
    failed_and_is_back, unchanged, all_are_off, failing_ones_are_off, within_its_hours_only, one_host_waits,
    some_not_asked, a_quiet_paper, a_young_home, a_few_pages_lost, four_pages_lost,
]  # fmt: skip
JOBS = (Job("collect", ("collect", "--due"), every_minutes=10),)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    assert run_inside("--home", folder, "init").returncode == 0
    return Home(folder)


@pytest.fixture
def press(home: Home) -> Iterator[Press]:
    home.database.unlink(missing_ok=True)
    storage = open_database(home.database)
    yield Press(storage)
    storage.close()


def status(home: Home, *words: str, tmp: Path) -> tuple[int, str]:
    clock = tmp / "clock.json"
    clock.write_text(json.dumps({"now": NOW.isoformat(), "steady": 0.0}))
    done = run_inside("--home", home.root, *words, "status", DIEMBAO_CLOCK=str(clock))
    return done.returncode, done.stdout


@pytest.mark.parametrize("case", UNWELL, ids=lambda case: case.__name__)
def test_collection_in_trouble_is_not_well(
    case: Callable[[Press], None], press: Press, home: Home, tmp_path: Path
) -> None:
    case(press)
    text = status(home, "--lang", "en", tmp=tmp_path)
    assert text[0] == 1
    assert text[1].startswith("NOT WELL:")
    code, out = status(home, "--json", tmp=tmp_path)
    [row] = json_lines(out)
    collection = [trouble for trouble in row["troubles"] if "diembao serve" not in trouble]
    assert (code, row["healthy"], row["collection"]["healthy"]) == (1, False, False)
    assert 1 <= len(collection) <= 2, collection


@pytest.mark.parametrize("case", WELL, ids=lambda case: case.__name__)
def test_what_is_no_trouble(case: Callable[[Press], None], press: Press, home: Home, tmp_path: Path) -> None:
    case(press)
    code, out = status(home, "--json", tmp=tmp_path)
    [row] = json_lines(out)
    assert row["collection"]["healthy"] is True
    assert [t for t in row["troubles"] if "diembao serve" not in t] == []
    assert code == (1 if case is just_served else 0), "a service that was started and does not run"


def test_the_screen_says_how_collection_stands(press: Press, home: Home, tmp_path: Path) -> None:
    assert "Thu thập: chưa thu thập lần nào" in status(home, tmp=tmp_path)[1]
    one_host_waits(press)
    code, text = status(home, "--lang", "en", tmp=tmp_path)
    assert code == 0
    assert "All is well." in text
    assert "Collection: 3 of 4 sources can be read; last asked 09:00 20/11" in text
    assert "Báo 0 waits until 19:00 20/11: 1 feeds at s0.example (server asks for fewer requests)" in text


@pytest.mark.parametrize("case", [only_feed_gone, all_of_many_fail, half_fail, all_wait, nothing_new, no_page_came])
def test_on_postgresql_too(case: Callable[[Press], None], postgres: Callable[..., str]) -> None:
    storage = open_database(postgres())
    case(Press(storage))
    [trouble] = collection_health(storage, JOBS, NOW, ZONE).troubles
    assert "diembao" in trouble or "19:00" in trouble
    storage.close()


def standing(asked: int = 1, failing: int = 0, *, held: int = 0, ago: timedelta = HOUR) -> SourceStanding:
    return SourceStanding("s", "Báo", 1, asked, failing, held, NOW + DAY if held else None, NOW - ago, NOW)


@pytest.mark.parametrize(
    ("asked", "failing", "troubles"),
    [
        *((1, 0, 0), (1, 1, 1), (2, 1, 0), (2, 2, 1), (3, 1, 0), (3, 2, 1)),
        *((9, 4, 0), (9, 5, 1), (9, 9, 1), (95, 47, 0), (95, 48, 1)),
    ],
)
def test_shares(asked: int, failing: int, troubles: int) -> None:
    sources = tuple(standing(failing=n < failing) for n in range(asked))
    assert len(find_troubles(CollectionFigures(sources), NOW, ZONE)) == troubles


@pytest.mark.parametrize(("ago", "troubles"), [(23 * HOUR, 0), (24 * HOUR, 1), (9 * DAY, 1)])
def test_standing_still(ago: timedelta, troubles: int) -> None:
    due = SourceStanding("s", "Báo", 1, 1, 0, 0, None, NOW - ago, NOW - ago + HOUR)
    assert len(find_troubles(CollectionFigures((due,)), NOW, ZONE)) == troubles
    not_due = SourceStanding("s", "Báo", 1, 1, 0, 0, None, NOW - ago, NOW)
    assert find_troubles(CollectionFigures((not_due,)), NOW, ZONE) == []


def test_a_monitor_hears_it_over_http(tmp_path: Path) -> None:
    state = HealthState(tmp_path)
    health = HealthServer("127.0.0.1:0", state)

    def ask(path: str) -> tuple[int, str]:
        try:
            with urlopen(health.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    assert ask("/readyz")[0] == 200
    figures = CollectionFigures(tuple(standing(failing=1) for _ in range(3)), new=7)
    state.collection = CollectionHealth(figures, ("None of the 3 sources can be read",))
    code, body = ask("/readyz")
    assert (code, json.loads(body)["collection"]) == (503, ["None of the 3 sources can be read"])
    assert ask("/healthz")[0] == 200, "a restart would mend nothing"
    metrics = ask("/metrics")[1]
    for line in (
        "diembao_ready 0.0",
        "diembao_collection_well 0.0",
        "diembao_sources_failing 3.0",
        "diembao_sources_asked 3.0",
    ):
        assert line in metrics
    state.collection = CollectionHealth(CollectionFigures((standing(),)), ())
    assert ask("/readyz")[0] == 200
    assert "diembao_ready 1.0" in ask("/metrics")[1]
    health.close()


def test_the_jobs_that_collect_are_known_by_their_command(press: Press) -> None:
    press.sources(1)
    press.storage.service.plan_job("sang", NOW - 3 * DAY, "test")
    for command, troubles in ((("collect",), 1), (("run",), 1), (("process",), 0), (("digest",), 0)):
        jobs = [Job("sang", command, every_minutes=10)]
        assert len(collection_health(press.storage, jobs, NOW, ZONE).troubles) == troubles
    assert JobOutcome.PLANNED == "planned"
