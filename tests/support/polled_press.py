"""Sources that were polled as each case says: in trouble (UNWELL) and not (WELL)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.records import Entry, Feed, Fetched, FetchFailure, Poll, Reason, Source
from storage.database import Database

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # 10:00 in Vietnam
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
