"""Articles that an archive had first: in tables, searches, reports, digests, at the desk; published digests stay."""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from analysis.documents.blocks import plain_text_lines
from analysis.documents.labels import labels
from analysis.report.charts import report_charts
from analysis.report.document import report_document
from analysis.report.figures import Span
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.export import ExportRequest, export
from diembao.jobs.publishing import publish as publish_job
from diembao.jobs.publishing.digest import build_draft, render
from diembao.jobs.reading.searching import run_search
from diembao.jobs.reporting.report import build_report
from pipeline.records import Coverage, Entry, Poll, Reason
from pipeline.rules.rulebook import Rulebook
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.engine.migrate import _config, migrate
from storage.maintenance.row_faults import find_row_faults
from storage.search.parser import QueryError, parse
from tests.support.archived_days import archived, of_the_day, read_back
from tests.support.days import END, LABELS, ZONE, fill, item
from tests.support.factories import examine_pending, store_pages
from tests.support.reading_room import NOW, ReadingRoom, reading_room

pytestmark = [pytest.mark.few_on_postgresql, pytest.mark.long(12)]

#: A day on which nothing was collected, ten days before the sample day
PAST = datetime(2026, 11, 11, 9, tzinfo=ZONE)
DAY = date(2026, 11, 22)
SPAN = Span(date(2026, 11, 9), date(2026, 11, 22))


def past(count: int = 4) -> list[Any]:
    """Return articles of the day on which nothing was collected."""
    return [archived(n, PAST + timedelta(minutes=n)) for n in range(100, 100 + count)]


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    """The sample day with 12 articles that were collected, 3 of an archive, and 4 of a day without a collection."""
    made = open_database(address)
    fill(made, 12)
    read_back(made, [*past(), *of_the_day(50, 3)])
    yield made
    made.close()


def written(storage: Database, folder: Path, form: str, **more: Any) -> bytes:
    asked = replace(ExportRequest("items", None, None, ("main", "mention", "no"), (), (), ZONE), **more)
    path = folder / f"x.{form}"
    export(storage, path, asked, topic_labels=LABELS)
    if form != "xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in sorted(book.namelist()) if name != "docProps/core.xml")


def table(storage: Database, folder: Path, name: str = "items") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(storage, folder, "csv", table=name).decode("utf-8-sig"))))


def test_every_form_of_the_tables_says_so(storage: Database, tmp_path: Path) -> None:
    rows = table(storage, tmp_path)
    assert Counter(row["provenance"] for row in rows) == {"live": 12, "archive": 7}
    for row in rows:
        assert bool(row["captured"]) == (row["provenance"] == "archive")
        assert row["captured"] in ("", row["first_seen"])
    lines = [json.loads(line) for line in written(storage, tmp_path, "jsonl").splitlines()]
    by_key = {row["item"]: row for row in rows}
    for line in lines:
        assert line["provenance"] == by_key[line["key"]]["provenance"]
        captured = line["captured_at"] and datetime.fromisoformat(line["captured_at"]).astimezone(ZONE).isoformat()
        assert (captured or "") == by_key[line["key"]]["captured"]
    # What is written from stored cells and JSON is what whole articles give.
    for form in ("csv", "jsonl", "parquet", "xlsx"):
        assert written(storage, tmp_path, form) == written(storage, tmp_path, form, as_of=END + timedelta(days=400))


def collect(storage: Database, n: int, url: str, at: datetime) -> None:
    """Let a collection find an article at an address."""
    run = storage.service.begin_run("collect", at)
    poll = Poll(item(n).source_id, "http://s.example/rss", at, Reason.OK, 200, entries=(Entry(url),))
    store_pages(storage, run, poll, lambda _: b"<p>live")
    article = replace(item(n).article, url=url, canonical=url, text="Bài viết khác về cảng Cà Ná.")
    examine_pending(storage, lambda d: Coverage(d.id, article, item(n).tags), at)
    storage.service.end_run(run, at, 0, {})


def test_it_is_told_by_what_found_the_article_first(storage: Database) -> None:
    url = "http://s4.example/archived-50"
    found = {one.article.url: one for one in storage.articles.items()}
    assert found[url].provenance == "archive"
    assert found[url].captured_at == found[url].first_seen == of_the_day(50, 1)[0].page.fetched_at
    # A feed gives the same address later, and an archive has one that was collected, captured before and after.
    collect(storage, 50, url, END + timedelta(hours=1))
    live = next(one for one in found.values() if one.provenance == "live").article.url
    captures = (END - timedelta(days=1), END + timedelta(days=1))
    for n, at in enumerate(captures):
        read_back(storage, [archived(n, at, url=live)], name=f"{n}.warc.gz")
    after = {one.article.url: one for one in storage.articles.items()}
    assert len(after) == len(found)
    assert (after[url].provenance, after[live].provenance) == ("archive", "live")


def test_a_search_tells_them_apart(storage: Database, rules: Rulebook) -> None:
    def keys(query: str) -> set[str]:
        return {hit.item.key for hit in storage.search.search(parse(query), by="time", limit=100, zone=ZONE)}

    archives = {one.key for one in storage.articles.items() if one.provenance == "archive"}
    every = keys("cảng")
    assert len(archives) == 7 and archives < every
    assert keys("provenance:archive") == keys("cảng provenance:archive") == archives
    assert keys("provenance:live") == keys("cảng NOT provenance:archive") == every - archives
    assert keys("cảng provenance:(live OR archive)") == every
    with pytest.raises(QueryError, match="live, archive"):
        parse("provenance:wayback")
    hits = storage.search.search(parse("cảng"), by="time", limit=100, zone=ZONE)
    assert {hit.item.key for hit in hits if hit.item.captured_at is not None} == archives
    found = run_search(storage, "cảng", rules, LABELS, zone=ZONE)
    [facet] = [facet for facet in found.facets if facet.field == "provenance"]
    assert [(value.count, len(keys(value.query))) for value in facet.values] == [(12, 12), (7, 7)]
    assert run_search(storage, "cảng provenance:live", rules, LABELS, zone=ZONE).words.endswith("cách có bài thu thập")


def test_the_table_of_days_tells_days_of_archives_alone(storage: Database, tmp_path: Path) -> None:
    rows = table(storage, tmp_path, "daily")
    by_day: dict[str, Counter[str]] = {}
    for row in rows:
        by_day.setdefault(row["day"], Counter())[row["collected"]] += 1
    assert by_day["2026-11-11"]["archive"] == 4 and by_day["2026-11-11"]["yes"] == 0
    assert set(by_day["2026-11-12"]) == {"no"}
    of_archives = [row for row in rows if row["archived"] not in ("", "0")]
    assert sum(int(row["archived"]) for row in of_archives) == 7
    # Nobody fetched the pages of an archive: what was read on a day is not more for them.
    assert {row["pages"] for row in rows if row["day"] == "2026-11-11"} == {""}
    assert sum(int(row["pages"] or 0) for row in rows) == 12
    for form in ("csv", "parquet"):
        whole = written(storage, tmp_path, form, table="daily", as_of=END + timedelta(days=400))
        assert written(storage, tmp_path, form, table="daily") == whole
    days = storage.crawl.source_days(PAST - timedelta(hours=9), PAST + timedelta(hours=15))
    assert sum(day.documents + day.coverage for day in days) == 0
    live = storage.crawl.source_history(END, END + timedelta(days=1), periods=1)
    assert sum(figures.documents for [figures] in live.values()) == 12


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_report_counts_them_apart(storage: Database, lang: str) -> None:
    settings = load_settings(None)
    report = build_report(storage, settings, SPAN, LABELS, ("Cà Ná",), keywords=False)
    # Of the provinces beside it an archive brings nothing.
    assert [voice.headlines for voice in report.voice if voice.own] == [12]
    assert (report.now.items, report.now.archived, report.now.pages) == (19, 7, 12)
    assert report.now.only_archived() == [PAST.date()] and report.now.partly() == [date(2026, 11, 21)]
    assert PAST.date() not in report.now.gaps() and len(report.now.gaps()) == 11
    assert report.now.attention == pytest.approx(1000 * report.now.found_days[date(2026, 11, 22)] / 12)
    assert sum(outlet.archived for outlet in report.now.outlets.values()) == 7
    assert all(not days[PAST.date()] for days in report.now.topic_days.values())
    words = labels(lang)
    pictures = report_charts(report, words, LABELS) if lang == "vi" else {}
    made = report_document(report, END, lang, province="Ninh Thuận", topic_labels=LABELS, pictures=pictures)
    lines = "\n".join(plain_text_lines(made))
    for said in {
        "vi": (
            "7 trong 19 bài của kỳ này (36,8 %) đọc lại từ kho lưu trữ",
            "1 ngày không thu thập được nguồn nào, chỉ có bài đọc lại từ kho lưu trữ",
        ),
        "en": (
            "7 of the 19 articles of this period (36.8 %) were read back from archives",
            "1 days on which no source was read, with articles of archives alone",
        ),
    }[lang]:
        assert said in lines
    # A span of archives alone has numbers, and says what they are worth; one without them is as it was.
    alone = build_report(storage, settings, Span(PAST.date(), PAST.date()), LABELS, keywords=False)
    assert not alone.now.known and alone.now.counted and alone.now.attention is None
    said = "\n".join(plain_text_lines(report_document(alone, END, lang, province="x", topic_labels=LABELS)))
    assert words.of("report", "blind_archives") in said and words.of("report", "blind") not in said
    day = DAY + timedelta(days=1)
    without = build_report(storage, settings, Span(day, day), LABELS, keywords=False)
    plain = "\n".join(plain_text_lines(report_document(without, END, lang, province="x", topic_labels=LABELS)))
    assert words.of("report", "of_archives") not in plain and words.of("report", "archived") not in plain


def test_a_published_digest_does_not_change(address: str, rules: Rulebook) -> None:
    settings, made_at = load_settings(None), END + timedelta(minutes=15)
    with closing(open_database(address)) as storage:
        fill(storage, 12)

        def publish(day: date) -> Any:
            at = made_at + (day - DAY)
            return publish_job.publish(storage, settings, rules, day=day, language="vi", made_at=at)

        first, next_day = publish(DAY), publish(DAY + timedelta(days=1))
        read_back(storage, [*past(), *of_the_day(50, 3)], END + timedelta(days=30))
        assert storage.publications.publication(first.id) == first
        assert storage.publications.latest(DAY) == first
        # The next day's is compared with what was in the digest before it, and corrects nothing.
        again = publish(DAY + timedelta(days=1))
        assert again.files == next_day.files
        # As the day stood then, the articles of the archive are not there; as it is now, each says what it is.
        then = build_draft(storage, settings, rules, day=DAY, language="vi", as_of=END + timedelta(days=1))
        assert {one.key for one in then.items} == {one.key for one in first.items}
        now_ = build_draft(storage, settings, rules, day=DAY, language="vi", made_at=made_at)
        assert len(now_.items) == 15
        pages = render(now_, ("brief", "html", "md", "docx"))
        for name in ("diem-bao-2026-11-22.md", "diem-bao-2026-11-22.html"):
            assert pages[name].decode().count("từ kho lưu trữ") >= 4
            assert "Đọc lại từ kho lưu trữ (bản chụp ngày 21/11/2026)" in pages[name].decode()
            assert "3 tin, bài trong số này đọc lại từ kho lưu trữ" in pages[name].decode()
        brief = next(body for name, body in pages.items() if "tom-tat" in name and name.endswith(".html"))
        assert "3 tin, bài trong số này đọc lại từ kho lưu trữ" in brief.decode()
        # What is unusual is told by what collections found.
        assert now_.day.unusual == then.day.unusual or not now_.day.unusual


@pytest.mark.parametrize("count", [0, 2])
def test_the_migration_there_and_back(address: str, tmp_path: Path, count: int) -> None:
    """Only where there are articles of archives the facts are made anew."""
    with closing(open_database(address)) as storage:
        fill(storage, 3)
        read_back(storage, past(count))
        storage.search.search(parse("cảng"), by="time", limit=9, zone=ZONE)
        before = written(storage, tmp_path, "csv")
    engine = connect(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT * FROM facts"))
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0030")
        columns = connection.execute(text("SELECT * FROM items")).keys()
        assert "captured_at" not in columns
        connection.execute(text("INSERT INTO facts SELECT * FROM kept"))
        connection.execute(text("UPDATE facts SET kind = replace(replace(kind || '\n', '|archive\n', ''), '|\n', '')"))
        migrate(connection)
        facts = connection.execute(text("SELECT kind FROM facts")).scalars().all()
        was = connection.execute(text("SELECT kind FROM kept")).scalars().all()
        assert sorted(facts) == ([] if count else sorted(was))
        connection.execute(text("DROP TABLE kept"))
    with closing(open_database(address)) as storage:
        assert written(storage, tmp_path, "csv") == before
        found = storage.search.search(parse("provenance:archive"), by="time", limit=9, zone=ZONE)
        assert len(found) == count
    with engine.connect() as connection:
        assert list(find_row_faults(connection)) == []
    engine.dispose()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, tables: Path) -> Iterator[ReadingRoom]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "d.db").write_bytes(tables.read_bytes())
    with reading_room(folder, f"sqlite:///{folder / 'd.db'}") as opened:
        read_back(opened.desk.storage, [*past(), *of_the_day(150, 3)], NOW - timedelta(minutes=5))
        yield opened


def test_the_desk_shows_what_is_of_an_archive(room: ReadingRoom) -> None:
    storage = room.desk.storage
    key = next(one.key for one in storage.articles.items() if one.provenance == "archive")
    with room.desk.client(room.desk.account("reviewer")) as client:
        assert "Đọc lại từ kho lưu trữ 2026.warc.gz ngày 22/11/2026" in client.get(f"/article/{key}").text
        found = client.get("/search", params={"q": "provenance:archive"}).text
        assert found.count("từ kho lưu trữ, chụp ngày") == 7
        listed = client.get("/archives").text
        assert "2026.warc.gz" in listed and 'href="/search?q=provenance' in listed
        assert 'href="/archives"' in client.get("/sources").text
        story = next(one.story for one in storage.articles.items() if one.key == key)
        assert "từ kho lưu trữ, chụp ngày" in client.get(f"/story/{story}").text
        assert "từ kho lưu trữ" in client.get("/review", params={"search": "provenance:archive"}).text
    with room.desk.client(room.desk.account("viewer")) as client:
        assert client.get("/archives").status_code == 403
