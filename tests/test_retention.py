"""What is older than it need be kept: told first, taken away in small steps, and what must stay stays."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from config.faults.errors import ConfigError
from config.settings import RetentionSettings, load_settings
from diembao.jobs.retention import _limits
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Document,
    DocumentOutcome,
    Entry,
    Examined,
    Fetched,
    FetchFailure,
    Irrelevant,
    Poll,
    Reason,
    Source,
    Tags,
    Unreadable,
    VerdictReason,
)
from storage.database import Database, open_database
from storage.maintenance.backup import checksum
from storage.maintenance.integrity import check_integrity
from storage.maintenance.retention import BATCH, Limits
from storage.schema.core import documents, versions
from storage.schema.maintenance import attempt_days
from storage.search.parser import parse
from tests.support.cli import Diembao
from tests.support.factories import examine_pending, store_pages

pytestmark = pytest.mark.few_on_postgresql

T0 = datetime(2026, 3, 1, 20, tzinfo=UTC)
LATER = T0 + timedelta(days=400)
SOURCE = Source("a", "Báo A", "http://a.example/", ())
NOTHING = Limits(None, None, None, None)
BODY = b"<p>" + b"noi dung " * 500


def quiet(_stage: str, _done: int, _all: int) -> None:
    pass


def store(storage: Database, names: str, at: datetime = T0) -> dict[str, str]:
    """Store pages: 'i1' irrelevant, 'c1' coverage, 'u1' unreadable, 'f1' not had; return keys by name."""
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(f"http://a.example/{n}.html", title=f"Bài {n}", summary="Tóm tắt") for n in names.split())
    wanted = storage.crawl.save_poll(
        run, Poll("a", "http://a.example/rss", at, Reason.OK, 200, entries=entries, size=70), recheck_all=False
    )
    storage.crawl.save_fetches(
        run,
        [
            FetchFailure(c.id, at, c.url, Reason.TIMEOUT)
            if "/f" in c.url
            else Fetched(c.id, at, c.url, 200, BODY + c.url.encode())
            for c in wanted
        ],
    )

    def examine(d: Document) -> Examined:
        article = Article(
            d.url,
            d.url,
            f"Tin {d.url[17:-5]}",
            "Sa pô",
            f"Nội dung dài của bài {d.url[17:-5]}. " * 20,
            published=at,
            language="vi",
        )
        tags = Tags("vi", "no", 0.1, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")
        if "/u" in d.url:
            return Unreadable(d.id, Reason.NO_TEXT)
        if "/i" in d.url:
            return Irrelevant(d.id, article, tags)
        return Coverage(d.id, article, replace(tags, relevance="main"), b"abc")

    examine_pending(storage, examine, at)
    every = storage.articles.items(relevance=("main", "mention", "no"))
    return {item.article.title.removeprefix("Tin "): item.key for item in every}


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    assert check_integrity(address) == []
    opened.close()


def rows(storage: Database, query: str) -> list[tuple[object, ...]]:
    with storage._engine.connect().execution_options(reads=True) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_pages_go_by_what_they_were(storage: Database) -> None:
    keys = store(storage, "i1 c1 u1")
    store(storage, "i2 c2", T0 + timedelta(days=10))
    limits = replace(NOTHING, irrelevant_pages=T0 + timedelta(days=5))
    planned = {kept.kind: kept for kept in storage.maintenance.plan(limits)}
    assert {kind: kept.rows for kind, kept in planned.items() if kept.rows} == {"irrelevant_pages": 2}
    assert planned["irrelevant_pages"].bytes > 200
    assert storage.maintenance.purge(limits, LATER, quiet)["irrelevant_pages"] == 2
    assert rows(
        storage, "SELECT outcome, count(*) FROM documents WHERE removed_at IS NULL GROUP BY outcome ORDER BY 1"
    ) == [
        ("coverage", 2),
        ("irrelevant", 1),
    ]
    assert storage.maintenance.plan(limits)[0].rows == 0
    assert storage.articles.document_outcomes()[DocumentOutcome.UNREADABLE] == 1
    limits = replace(NOTHING, coverage_pages=T0 + timedelta(days=5))
    assert storage.maintenance.purge(limits, LATER, quiet)["coverage_pages"] == 1
    found = storage.articles.item(keys["c1"])
    assert found is not None
    assert found.article.text.startswith("Nội dung")
    [stale] = [
        one for one in storage.articles.outdated_taggings("r2", since=None, after=0, limit=9) if one.key == keys["i1"]
    ]
    assert (stale.document.body, stale.document.entry.title) == (b"", "Tin i1")
    with storage._engine.connect().execution_options(reads=True) as connection:
        gone = connection.execute(select(documents.c.entry).where(documents.c.removed_at.is_not(None))).scalars().all()
    assert [(entry["summary"], bool(entry["title"])) for entry in gone] == [("", True)] * 3


def test_pages_that_wait_stay(storage: Database) -> None:
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", T0)
    poll = Poll("a", "http://a.example/rss", T0, Reason.OK, 200, entries=(Entry("http://a.example/x.html"),))
    store_pages(storage, run, poll, lambda _: BODY)
    limits = Limits(LATER, LATER, None, LATER)
    assert not any(storage.maintenance.purge(limits, LATER, quiet).values())
    assert storage.articles.pending_documents(1)[0].body == BODY


def test_attempts_become_sums(storage: Database) -> None:
    store(storage, "i1 c1 f1")
    store(storage, "c2", T0 + timedelta(hours=5))  # the next day in UTC
    store(storage, "c3", LATER)
    limits = replace(NOTHING, attempts=T0 + timedelta(days=5))
    assert {k.kind: k.rows for k in storage.maintenance.plan(limits) if k.rows} == {"attempts": 6}
    for _ in range(2):  # what is summed up is not summed up again
        storage.maintenance.purge(limits, LATER, quiet)
        with storage._engine.connect().execution_options(reads=True) as connection:
            days = [dict(r._mapping) for r in connection.execute(select(attempt_days).order_by(attempt_days.c.day))]
        assert [(d["source_id"], d["day"], d["polls"], d["entries"], d["new"]) for d in days] == [
            ("a", "2026-03-01", 1, 3, 3),
            ("a", "2026-03-02", 1, 1, 1),
        ]
        assert [(d["fetches"], d["fetches_failed"], d["polls_failed"]) for d in days] == [(3, 1, 0), (1, 0, 0)]
        assert days[1]["bytes"] == 70 + len(BODY) + len("http://a.example/c2.html")
    assert rows(storage, "SELECT (SELECT count(*) FROM polls), (SELECT count(*) FROM fetches)") == [(1, 1)]


def test_texts_of_no_use_go_and_their_titles_stay(storage: Database) -> None:
    keys = store(storage, "i1 i2 c1")
    storage.articles.decide([Decision(keys["i2"], "relevance", "mention", "Lan", T0)])
    limits = replace(NOTHING, irrelevant_texts=T0 + timedelta(days=1))
    [planned] = [kept for kept in storage.maintenance.plan(limits) if kept.rows]
    assert (planned.kind, planned.rows) == ("irrelevant_texts", 1)
    assert planned.bytes > 400
    storage.maintenance.purge(limits, LATER, quiet)
    thin, decided, about = (storage.articles.item(keys[name]) for name in ("i1", "i2", "c1"))
    assert thin is not None
    assert decided is not None
    assert about is not None
    article = thin.article
    assert (article.title, article.text, article.lead, article.published) == ("Tin i1", "", "", T0)
    assert (thin.outlet, thin.tags.language, thin.tags.relevance) == ("Báo A", "vi", "no")
    assert decided.article.text.startswith("Nội dung dài của bài i2.")
    assert about.article.text.startswith("Nội dung dài của bài c1.")
    assert [hit.item.key for hit in storage.search.search(parse("relevance:no tin"), zone=UTC)] == [keys["i1"]]
    assert storage.maintenance.plan(limits)[3].rows == 0


def test_more_than_one_step_and_nothing_else_is_touched(address: str) -> None:
    storage = open_database(address)
    store(storage, " ".join(f"c{n}" for n in range(BATCH + 20)))
    before = checksum(address)
    assert not any(storage.maintenance.purge(NOTHING, LATER, quiet).values())
    assert checksum(address) == before
    seen: list[int] = []
    limits = replace(NOTHING, coverage_pages=LATER)
    storage.maintenance.purge(limits, LATER, lambda _kind, done, _all: seen.append(done))
    assert seen == [BATCH, BATCH + 20]
    with storage._engine.connect().execution_options(reads=True) as connection:
        assert all(a["text"] for a in connection.execute(select(versions.c.article)).scalars())
    storage.maintenance.vacuum()
    assert len(list(storage.articles.items())) == BATCH + 20
    storage.close()


@pytest.fixture
def settings_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(line: str) -> Path:
        (tmp_path / "config").mkdir(exist_ok=True)
        written = f'[province]\nname = "N"\nname_en = "N"\n[retention]\n{line}\n'
        (tmp_path / "config" / "settings.toml").write_text(written)
        return tmp_path

    return write


def test_too_short_a_time_is_refused(settings_file: Callable[[str], Path]) -> None:
    assert load_settings(settings_file("attempts_days = 0") / "config").retention.attempts_days == 0
    for days in (-1, 7):
        with pytest.raises(ConfigError) as caught:
            load_settings(settings_file(f"attempts_days = {days}") / "config")
        assert "at least 29 days" in str(caught.value.faults[0])


def test_the_command(settings_file: Callable[[str], Path], diembao: Diembao) -> None:
    home = settings_file("coverage_pages_days = 40")
    storage = open_database(home / "diembao.db")
    old = datetime.now(UTC) - timedelta(days=50)
    store(storage, "i1 i2 c1 c2", old)
    for day in range(1, 41):
        storage.service.begin_run("collect", old + timedelta(days=day))
    storage.close()
    planned = diembao("--home", home, "retention")
    assert planned.returncode == 0, planned.stderr
    assert "diembao retention --apply" in planned.stdout
    with closing(sqlite3.connect(home / "diembao.db")) as connection:
        assert connection.execute("SELECT count(*) FROM documents WHERE removed_at IS NULL").fetchone() == (4,)
    applied = json.loads(diembao("--home", home, "--json", "retention", "--apply", "--vacuum").stdout.splitlines()[-1])
    rows = {"irrelevant_pages": 2, "coverage_pages": 2, "attempts": 0, "irrelevant_texts": 2, "page_images": 0}
    rows["matter_notes"] = 0
    assert applied["applied"] == rows
    assert applied["free_bytes"] == 0


@pytest.mark.one_in(3)
@pytest.mark.parametrize("days", [timedelta(days=60), timedelta(days=3300)])
def test_a_clock_that_is_ahead_takes_nothing_away(days: timedelta, storage: Database) -> None:
    """Not by what it says, and not by having collected while it was ahead."""
    for day in range(10):
        store(storage, f"i{day} c{day}", T0 + timedelta(days=day))
    ahead = T0 + timedelta(days=9) + days
    storage.service.begin_run("collect", ahead)
    settings = RetentionSettings(irrelevant_pages_days=30, coverage_pages_days=30, attempts_days=30)
    limits = _limits(storage, settings, ahead + timedelta(hours=1))
    assert limits == NOTHING
    assert not any(storage.maintenance.purge(limits, ahead, quiet).values())


def test_days_of_collection_count_as_days_of_the_clock_where_it_is_right(storage: Database) -> None:
    for day in range(41):
        for hour in (0, 9):
            storage.service.begin_run("collect", T0 + timedelta(days=day, hours=hour))
    at = T0 + timedelta(days=40, hours=9)
    settings = RetentionSettings(irrelevant_pages_days=30, coverage_pages_days=0, attempts_days=365)
    limits = _limits(storage, settings, at)
    assert limits.irrelevant_pages == at - timedelta(days=30)
    assert (limits.coverage_pages, limits.attempts) == (None, None), "0: never; 365: it has not worked so long"
    assert _limits(storage, settings, T0 - timedelta(days=900)).irrelevant_pages == T0 - timedelta(days=930)


#: Damage of the first of three articles, or of its page → the kind of which it stays.
DAMAGE = {
    "article without JSON": ("UPDATE versions SET article = '{' WHERE id = 1", "irrelevant_texts"),
    "tags without JSON": ("UPDATE taggings SET tags = '{' WHERE version_id = 1", "irrelevant_texts"),
    "entry without JSON": ("UPDATE documents SET entry = '{' WHERE id = 1", "irrelevant_pages"),
    "entry of another shape": ("UPDATE documents SET entry = '[]' WHERE id = 1", "irrelevant_pages"),
    "article of another shape": ("UPDATE versions SET article = '[1]' WHERE id = 1", "irrelevant_texts"),
    "no UTF-8": ("UPDATE versions SET article = CAST(x'7b22ff227d' AS TEXT) WHERE id = 1", "irrelevant_texts"),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("statement", "kind"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_row_costs_only_itself(statement: str, kind: str, tmp_path: Path) -> None:
    storage = open_database(tmp_path / "d.db")
    store(storage, "i1 i2 i3")
    with closing(sqlite3.connect(tmp_path / "d.db")) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(statement)
        connection.commit()
        before = connection.execute("SELECT entry FROM documents").fetchone()
    limits = Limits(LATER, None, None, LATER)
    gone = storage.maintenance.purge(limits, LATER, quiet)
    assert gone[kind] == 2
    with closing(sqlite3.connect(tmp_path / "d.db")) as connection:
        if kind == "irrelevant_pages":
            assert connection.execute("SELECT entry FROM documents").fetchone() == before, "what is damaged stays"
    storage.close()
