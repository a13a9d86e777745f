"""Thirty days of a hundred feeds, played through the real polling decision → what it costs and what it misses.

The clock and the feeds are simulated; the decision (pipeline.polling.poll_interval), its memory and the query for
what is due (storage.crawl.feed_state) are the ones of every collection. Seeded, so that two runs print the same.
"""

import argparse
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from pipeline.polling.poll_interval import needs_full_fetch
from pipeline.records import Feed, Poll, Reason, Source
from pipeline.text.urls import host_of
from storage.crawl.feed_state import load_due_feeds, load_state, register_feeds, store_poll_state
from storage.database import Database
from storage.engine.migrate import open_engine

START = datetime(2026, 3, 2, tzinfo=UTC)
TICK = timedelta(minutes=10)
#: polls of one host in one collection
PER_HOST = 4
#: of 30 days; and how many of the feeds' hosts are down for three of them
DAYS, OUTAGE, DOWN = 30, (12, 15), 30
#: Share of a day's articles by hour of the day in Vietnam: little at night, peaks before work, at noon, after work.
_HOURS = np.array([1, 1, 1, 1, 2, 5, 9, 10, 8, 8, 8, 7, 6, 6, 7, 8, 9, 9, 7, 6, 5, 4, 3, 2], dtype=float)


@dataclass(slots=True)
class Press:
    """One feed: when it publishes, how many entries it shows, what it says of itself."""

    url: str
    #: minutes since START, ascending
    published: list[float]
    shown: int
    wish: timedelta | None
    #: answers 304 for an hour after each change, as caches do
    lies: bool
    down: bool
    #: articles seen, as places in `published`
    had: set[int] = field(default_factory=set)
    etag_of: int = -1
    recovered: float | None = None


def make_press(rng: np.random.Generator) -> list[Press]:
    """A hundred feeds on fifty hosts: 10 that publish 150 a day, 30 of 40, 40 of 8, 15 of 1, 5 that are dead."""
    presses: list[Press] = []
    hours = np.roll(_HOURS, -7) / _HOURS.sum()  # the clock of the simulation is UTC
    for number in range(100):
        rate, shown = next(
            kind
            for limit, kind in ((10, (150, 50)), (40, (40, 30)), (80, (8, 20)), (95, (1, 10)), (100, (0, 10)))
            if number < limit
        )
        minutes: list[float] = []
        for day in range(DAYS):
            week = (START + timedelta(days=day)).weekday()
            expected = rate * (0.6 if week == 6 else 0.8 if week == 5 else 1.0)
            count = rng.poisson(expected)
            # Articles come in bursts: a third of them within minutes of another.
            for hour in rng.choice(24, size=count, p=hours):
                at = day * 1440 + hour * 60 + rng.uniform(0, 60)
                minutes.append(minutes[-1] + rng.uniform(0, 5) if minutes and rng.random() < 0.33 else at)
        host = f"h{number % 50}.example" if number % 10 else "crowded.example"
        wish = [None, None, None, timedelta(minutes=60), timedelta(days=1), timedelta(minutes=5)][number % 6]
        lies = number % 25 == 7
        presses.append(
            Press(f"https://{host}/{number}.rss", sorted(minutes), shown, wish, lies, down=number % 50 < DOWN)
        )
    return presses


def ask(press: Press, minute: float, at: datetime, full: bool) -> tuple[Poll, int, int]:
    """Play one request; return the poll, the links in it, and how many of them are new."""
    outage = OUTAGE[0] * 1440 <= minute < OUTAGE[1] * 1440
    if press.down and outage:
        return Poll("s", press.url, at, Reason.TIMEOUT), 0, 0
    end = bisect_right(press.published, minute)
    newest = end - 1
    recent = newest >= 0 and minute - press.published[newest] < 60
    if not full and (newest == press.etag_of or (press.lies and recent)):
        return Poll("s", press.url, at, Reason.NOT_MODIFIED, wish=press.wish), 0, 0
    window = range(max(0, end - press.shown), end)
    new = [i for i in window if i not in press.had]
    press.had.update(new)
    press.etag_of = newest
    forced = full and newest >= 0
    poll = Poll("s", press.url, at, Reason.OK, etag="x", wish=press.wish, forced=forced)
    return poll, len(window), len(new)


def out_of_reach(press: Press) -> set[int]:
    """Articles that came and went while the host was down: nobody could have had them."""
    if not press.down:
        return set()
    first, end = (bisect_left(press.published, day * 1440) for day in OUTAGE)
    return set(range(first, max(first, end - press.shown)))


def play(seed: int, folder: Path) -> dict[str, float]:
    """Run the simulation; return its figures by name."""
    presses = make_press(np.random.default_rng(seed))
    by_url = {p.url: p for p in presses}
    address = f"sqlite:///{folder / 'polling.db'}"
    Database(address).close()
    engine = open_engine(address)
    source = Source("s", "S", "https://example.com/", tuple(Feed(p.url) for p in presses))
    storage = Database(address)
    storage.crawl.set_sources([source])
    storage.close()
    with engine.begin() as connection:
        register_feeds(connection, [source])
    requests, most_of_host = 0, 0
    delays: list[float] = []
    seen_before = {p.url: 0 for p in presses}
    for tick in range(DAYS * 144):
        minute = tick * TICK.total_seconds() / 60
        at = START + tick * TICK
        with engine.begin() as connection:
            due = load_due_feeds(connection, at, PER_HOST, ())
            asked = Counter(host_of(url) for url in due)
            most_of_host = max([most_of_host, *asked.values()])
            for url in due:
                press = by_url[url]
                state = load_state(connection, url)
                poll, links, new = ask(press, minute, at, needs_full_fetch(state, at))
                store_poll_state(connection, poll, links, new)
                requests += 1
                if poll.reason is not Reason.TIMEOUT and minute >= OUTAGE[1] * 1440 and press.recovered is None:
                    press.recovered = minute - OUTAGE[1] * 1440
                if new and seen_before[url]:
                    delays += [minute - press.published[i] for i in sorted(press.had)[-new:]]
                seen_before[url] += 1
    engine.dispose()
    end = DAYS * 1440 - 24 * 60  # what was published on the last day may still be had
    published = missed = lost = 0
    for press in presses:
        gone = out_of_reach(press)
        whole = set(range(bisect_left(press.published, end)))
        published += len(whole)
        lost += len(whole & gone)
        missed += len(whole - press.had - gone)
    return {
        "articles": published,
        "out_of_reach": lost,
        "missed_percent": 100 * missed / (published - lost),
        "requests": requests,
        "requests_percent": 100 * requests / (len(presses) * 96 * DAYS),
        "most_of_host": most_of_host,
        "recovery_minutes": max(p.recovered if p.recovered is not None else 1e9 for p in presses if p.down),
        "delay_median": float(np.median(delays)),
        "delay_95": float(np.quantile(delays, 0.95)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(int(not report(parser.parse_args().seed)))


def report(seed: int = 1) -> bool:
    """Print the table; return whether what is demanded of polling holds."""
    with tempfile.TemporaryDirectory() as folder:
        figures = play(seed, Path(folder))
    print(f"polling, 30 days of 100 feeds, seed {seed}")
    rows = [
        ("articles published", f"{figures['articles']:.0f}"),
        ("  came and went while their host was down", f"{figures['out_of_reach']:.0f}"),
        ("missed of the others (at most 2 %)", f"{figures['missed_percent']:.2f} %"),
        ("requests", f"{figures['requests']:.0f}"),
        ("of a poll every 15 minutes (at most 40 %)", f"{figures['requests_percent']:.1f} %"),
        (f"most polls of one host in one collection (at most {PER_HOST})", f"{figures['most_of_host']:.0f}"),
        ("last feed read again after the outage of 3 days", f"{figures['recovery_minutes']:.0f} min"),
        ("from publication to poll: median", f"{figures['delay_median']:.0f} min"),
        ("from publication to poll: 95 %", f"{figures['delay_95']:.0f} min"),
    ]
    for name, value in rows:
        print(f"  {name:<56}{value:>12}")
    return (
        figures["missed_percent"] <= 2
        and figures["requests_percent"] <= 40
        and figures["most_of_host"] <= PER_HOST
        and figures["recovery_minutes"] <= 24 * 60
    )


if __name__ == "__main__":
    main()
