"""Stored rows of articles: to the byte what the articles themselves give, whatever happened to them since."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis.tables.writers import write_csv
from diembao.jobs.export import ExportRequest, export
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Entry,
    Irrelevant,
    Poll,
    Reason,
    Relevance,
    Source,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.tables.columns import ITEMS
from pipeline.tables.csv_rows import stored_cells
from pipeline.tagging.reason_text import relevance_reason_text, without_name
from storage.database import Database, open_database
from storage.derived.csv_rows import text_of_item
from storage.maintenance.retention import Limits
from storage.schema.derived import facts, listings
from tests.support.days import item
from tests.support.factories import examine_pending, store_pages

pytestmark = pytest.mark.few_on_postgresql

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
T0 = datetime(2026, 11, 21, 6, 0, 0, 250_000, tzinfo=UTC)
LATER = T0 + timedelta(days=400)
SOURCES = [
    Source("a", '=Báo "A", Đài', "http://a.example/", (), country="VN", category="local"),
    Source("b", "Báo B", "http://b.example/", (), country="JP", category="foreign"),
]
#: what a title, lead, section, author and language may be
ODD = (
    '=HYPERLINK("http://x")', "  +1", "hai\r\ndòng", "ba\rdòng\n", 'dấu "ngoặc", phẩy; chấm', "\x1f\x1e\x00\ud800a", "",
    "@x", "Ngày 1/7/2026: thêm ký tự \u2028 và 🌊", "-", "'đã có", "\t=1", "x" * 4000,
)  # fmt: skip
ALL: Sequence[Relevance] = ("main", "mention", "no")


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    collect(opened, T0)
    yield opened
    opened.close()


def collect(storage: Database, at: datetime, edit: str = "") -> None:
    run = storage.service.begin_run("collect", at)
    for source in SOURCES:
        entries = tuple(Entry(f"{source.home}{n}.html", edit) for n in range(len(ODD)))
        poll = Poll(source.id, f"{source.home}rss,1", at, Reason.OK, 200, entries=entries)
        store_pages(storage, run, poll, lambda c: (c.url + edit).encode(), recheck_all=True)
    examine_pending(storage, lambda d: examined(d.id, d.url, edit), at)
    storage.stories.group(at)
    storage.service.end_run(run, at, 0, {})


def examined(document: int, url: str, edit: str) -> Coverage | Irrelevant:
    n = int(url.rpartition("/")[2].removesuffix(".html"))
    odd = ODD[n]
    # Every third one is a report of its own, the others are reprints of each other.
    body = " ".join(f"{word}{n % 3 and n}" for word in item(n).article.text.split())
    text = f"Theo TTXVN, {body} {odd} {edit}".encode("utf-8", "ignore").decode()
    title = f"{odd}{'' if odd else 'Cà Ná'}{edit}".replace("\ud800", "")
    article = Article(
        url, url, title, odd, text, (odd, "An"), section=odd, language="vi|x",
        published=None if n % 5 == 4 else T0.replace(microsecond=0) - timedelta(hours=n, minutes=7),
    )  # fmt: skip
    article = replace(article, published_from="none" if n % 5 == 4 else "page")
    clean = [getattr(article, name).replace("\x00", "").replace("\ud800", "") for name in ("title", "lead", "section")]
    article = replace(article, title=clean[0], lead=clean[1], section=clean[2], authors=(clean[1], "An"))
    tags = replace(item(n).tags, relevance="no" if n == 6 else "main" if n % 4 else "mention", rules="r1")
    if n == 6:
        return Irrelevant(document, article, tags)
    return Coverage(document, article, tags, dump(compute_fingerprint(title, text, article.published, "vi")))


def wanted(**more: object) -> ExportRequest:
    return replace(ExportRequest("items", None, None, ALL, (), (), ZONE), **more)


def both(storage: Database, folder: Path, asked: ExportRequest) -> tuple[str, str]:
    """Return an export, and what the articles themselves give."""
    path = folder / "rows.csv"
    export(storage, path, asked, topic_labels={})
    articles = storage.articles.items(
        since=asked.start, until=asked.end, relevance=asked.relevance, topics=asked.topics
    )
    stream = io.StringIO(newline="")
    write_csv(ITEMS, [i for i in articles if not asked.sources or i.source_id in asked.sources], stream)
    return path.read_bytes().decode("utf-8"), stream.getvalue()


def assert_same(storage: Database, folder: Path) -> int:
    """Compare them in every choice there is; return how many articles there are of all."""
    day = T0.astimezone(ZONE).date()
    choices = (
        wanted(),
        wanted(relevance=("main", "mention")),
        wanted(relevance=("mention",), topics=("energy", "tourism")),
        wanted(sources=("b",), since=day),
        wanted(until=day - timedelta(days=1)),
        wanted(since=day, until=day),
        wanted(since=date(2030, 1, 1)),
    )
    for asked in choices:
        exported, expected = both(storage, folder, asked)
        assert exported == expected, asked
    return len(list(csv.reader(io.StringIO(both(storage, folder, wanted())[1], newline="")))) - 1


def stored(storage: Database) -> int:
    with storage._engine.connect() as connection:
        return len(connection.execute(listings.select()).all())


def test_whatever_an_article_holds(storage: Database, tmp_path: Path) -> None:
    assert assert_same(storage, tmp_path) == 2 * len(ODD)
    assert stored(storage) == 2 * (len(ODD) - 1), "of what is not about the province nothing is stored"


def test_whatever_comes_after(storage: Database, tmp_path: Path) -> None:
    first, *_, last = storage.articles.items()
    storage.articles.decide(
        [
            Decision(first.key, "tone", "negative", "Lan", T0),
            Decision(first.key, "topics", "sea_islands", "Lan", T0),
            Decision(last.key, "relevance", "no", "Lan", T0),
        ]
    )
    assert assert_same(storage, tmp_path) == 2 * len(ODD)
    other = next(i for i in storage.articles.items() if i.event != first.event)
    storage.stories.merge("event", [first.key, other.key], "", T0)
    another = next(i for i in storage.articles.items() if i.story != first.story)
    storage.stories.merge("story", [first.key, another.key], "", T0)
    assert_same(storage, tmp_path)
    storage.crawl.set_sources([replace(SOURCES[0], name="Báo, khác", country="FR", category="foreign"), SOURCES[1]])
    assert_same(storage, tmp_path)
    stale = storage.articles.outdated_taggings("r2", since=None, after=0, limit=100)
    again = replace(item(1).tags, relevance="mention", rules="r2", tone="unsure")
    storage.articles.save_retaggings([Coverage(one.id, Article("", "", "", "", ""), again) for one in stale], "r2", T0)
    assert assert_same(storage, tmp_path) == 2 * len(ODD)
    collect(storage, T0 + timedelta(hours=30), edit=" (sửa)")
    assert {i.version for i in storage.articles.items()} >= {2}
    assert_same(storage, tmp_path)
    storage.maintenance.purge(Limits(None, None, None, irrelevant_texts=LATER), LATER, lambda *_: None)
    assert_same(storage, tmp_path)


def test_where_none_are_stored(storage: Database, tmp_path: Path) -> None:
    """Not even what is missing by mistake is left out of a table."""
    with storage._engine.begin() as connection:
        connection.execute(listings.delete().where(listings.c.item_key < "8"))
    assert assert_same(storage, tmp_path) == 2 * len(ODD)
    with storage._engine.begin() as connection:
        connection.execute(listings.delete())
        connection.execute(facts.delete())
    assert assert_same(storage, tmp_path) == 2 * len(ODD)
    assert stored(storage) == 2 * (len(ODD) - 1), "an older database has them once they are asked for"


def test_what_is_stored_is_what_the_columns_say_today() -> None:
    """Where this fails, stored rows are of another form than new ones: add a migration that deletes all facts."""
    made = hashlib.sha256("".join(stored_cells(text_of_item(item(n))) for n in range(30)).encode()).hexdigest()
    assert made == "ce8235b1c99ad0b8f9ead16a2149620bb53b4ca24122308dd9edaa3db5dfdc3a"


def test_a_sentence_in_a_table_names_no_account() -> None:
    decided = VerdictReason("decided", {"who": "lan", "note": "old"})
    assert relevance_reason_text(without_name(decided), "vi") == "Người duyệt đã xem và quyết định: tin cũ"
    listed = VerdictReason("text", {"text": "lan"})
    assert without_name(listed) is listed
