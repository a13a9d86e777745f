"""Moments of a clock that is right and of one that is ahead, and what is polled at them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.records import Entry, Feed, Poll, Reason, Source
from storage.database import Database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 29, 12, tzinfo=ZONE)
AHEAD = datetime(2035, 3, 1, 12, tzinfo=ZONE)
SOURCE = Source("bao", "Báo", "https://bao.example/", (Feed("https://bao.example/rss"),))


def poll(storage: Database, at: datetime, *urls: str) -> None:
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(url, title=f"Tin {url}") for url in urls)
    storage.crawl.save_poll(run, Poll("bao", SOURCE.feeds[0].url, at, Reason.OK, entries=entries), recheck_all=False)
