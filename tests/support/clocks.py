"""Moments of a clock that is right and of one that is ahead, and what is polled at them."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.records import Entry, Feed, Poll, Reason, Source
from storage.database import Database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 29, 12, tzinfo=ZONE)
#: A moment at which the packaged holidays.toml has all days off that are needed.
CALENDAR_KNOWN = datetime(2026, 7, 1, 12, tzinfo=ZONE)
AHEAD = datetime(2035, 3, 1, 12, tzinfo=ZONE)
SOURCE = Source("bao", "Báo", "https://bao.example/", (Feed("https://bao.example/rss"),))


def poll(storage: Database, at: datetime, *urls: str) -> None:
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(url, title=f"Tin {url}") for url in urls)
    storage.crawl.save_poll(run, Poll("bao", SOURCE.feeds[0].url, at, Reason.OK, entries=entries), recheck_all=False)


def clock_at(folder: Path, moment: datetime) -> str:
    """Return the path of a clock ($DIEMBAO_CLOCK) that stands at a moment, written into the folder."""
    file = folder / "clock.json"
    file.write_text(json.dumps({"now": moment.isoformat(), "steady": 1000.0}), "utf-8")
    return str(file)
