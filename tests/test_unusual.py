"""A digest says of which source, topic or place it tells more than the weeks before; days without data are none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.publishing.digest import DAILY, build_draft, render
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    PlaceFound,
    Poll,
    Reason,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from storage.database import Database, open_database
from tests.support.factories import examine_pending, store_pages

#: 06:00 in Vietnam
CUTOFF = datetime(2026, 11, 17, 23, tzinfo=UTC)
DAY = CUTOFF.date() + timedelta(days=1)
SOURCE = Source("sun", "Báo Nắng Gió", "http://sun.example/", ())


def store(storage: Database, at: datetime, articles: int) -> None:
    """Store what a collection half a day before `at` brings; with no article, a poll that found nothing."""
    at -= timedelta(hours=12)
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(f"{SOURCE.home}{at:%Y%m%d}-{n}.html") for n in range(articles))
    poll = Poll(SOURCE.id, f"{SOURCE.home}rss", at, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll)
    place, topic = PlaceFound("nt.ca_na", "Cà Ná", "", ()), TopicFound("energy", 0.9, ())
    tags = Tags("vi", "main", 0.9, VerdictReason.text(""), (place,), (topic,), (), "neutral", "r1")

    def examine(d: Document) -> Coverage:
        return Coverage(d.id, Article(d.url, d.url, f"Bài {d.url}", "", d.url, published=at, language="vi"), tags)

    examine_pending(storage, examine, at)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "t.db")
    opened.crawl.set_sources([SOURCE])
    for n in range(1, 41):
        if n % 10 != 3:  # of these days nothing is known
            store(opened, CUTOFF - timedelta(days=n), n % 3)
    yield opened
    opened.close()


def digest(storage: Database, language: str = "vi") -> dict[str, str]:
    made = build_draft(
        storage,
        load_settings(None),
        load_rulebook(None),
        day=DAY,
        language=language,
        made_at=CUTOFF + timedelta(hours=1),
    )
    files = render(made, DAILY, letter=True)
    return {name: body.decode("utf-8", "replace") for name, body in files.items()}


def test_many_articles_are_said_in_every_form(storage: Database) -> None:
    store(storage, CUTOFF, 20)
    made = digest(storage)
    [page] = [body for name, body in made.items() if name == f"diem-bao-{DAY}.html"]
    [plain] = [body for name, body in made.items() if name.endswith(".md")]
    for body in (page, plain):
        assert "Khác thường hôm nay" in body
        for what in ("Báo Nắng Gió", "Chủ đề ", "Địa danh Cà Ná"):
            assert f"{what}" in body
        assert "20 bài, trung bình 1,0 bài trong" in body
    assert any("Khác thường hôm nay" in body for name, body in made.items() if name.startswith("letter"))
    assert "Unusual today" in "".join(digest(storage, "en").values())


def test_a_usual_day_and_a_short_past_say_nothing(storage: Database, tmp_path: Path) -> None:
    store(storage, CUTOFF, 2)
    assert "Khác thường hôm nay" not in "".join(digest(storage).values())
    other = open_database(tmp_path / "new.db")
    other.crawl.set_sources([SOURCE])
    for n in range(10):
        store(other, CUTOFF - timedelta(days=n), 20 if n == 0 else 1)
    assert "Khác thường hôm nay" not in "".join(digest(other).values())
    other.close()
