"""Exports of today, which read narrow columns and stored JSON, say to the byte what whole articles say."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from analysis.tables.definitions import LEDGER
from analysis.tables.sheet_words import SheetWords
from analysis.tables.workbooks import write_xlsx
from analysis.tables.writers import write_csv
from diembao.jobs.export import ExportRequest, export
from pipeline.records import Decision, Feed, Poll, Reason
from pipeline.tables.columns import Cell, Column, ColumnType, of_cells
from storage.database import Database, open_database
from tests.support.plain_book import write_plain_book
from tests.test_csv_rows import SOURCES, T0, ZONE, collect, wanted

pytestmark = pytest.mark.few_on_postgresql

LATER = T0 + timedelta(days=400)
TABLES = ("items", "stories", "tags", "daily")
LABELS = {"energy": "Năng lượng"}
TOKYO = ZoneInfo("Asia/Tokyo")
WORDS = SheetWords("vi", LABELS)


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    with_feeds = [replace(source, feeds=(Feed(f"{source.home}rss"),)) for source in SOURCES]
    third = replace(
        with_feeds[0], id="c", name="Báo C", home="http://c.example/", feeds=(Feed("http://c.example/rss"),)
    )
    paused = replace(third, id="d", name="Báo D", enabled=False, feeds=())
    opened.crawl.set_sources([*with_feeds, third, paused])
    collect(opened, T0)
    run = opened.service.begin_run("collect", T0)
    for feed, hours, reason in (
        ("http://c.example/rss", 1, Reason.TIMEOUT),
        ("http://c.example/rss", 26, Reason.NOT_ASKED),
        ("http://a.example/rss", 30, Reason.NOT_ASKED),
        ("http://a.example/rss", 31, Reason.NOT_MODIFIED),
        ("http://b.example/rss", 50, Reason.OK),
        ("http://b.example/rss", 51, Reason.SERVER_ERROR),
    ):
        poll = Poll(feed[7], feed, T0 + timedelta(hours=hours), reason, 200)
        opened.crawl.save_poll(run, poll, recheck_all=False)
    opened.crawl.leave_alone("c.example", T0 + timedelta(hours=70), T0 + timedelta(hours=90), Reason.TIMEOUT)
    opened.service.end_run(run, T0, 0, {})
    yield opened
    opened.close()


def written(storage: Database, folder: Path, asked: ExportRequest, form: str) -> dict[str, bytes]:
    """Return an export by its parts; a file that is no archive has one."""
    path = folder / f"x.{form}"
    export(storage, path, asked, topic_labels=LABELS)
    if form != "xlsx":
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def assert_same(storage: Database, folder: Path, forms: tuple[str, ...] = ("csv", "jsonl", "parquet", "xlsx")) -> None:
    """Compare the exports of today with those as of a later day, which are made of whole articles."""
    day = T0.astimezone(ZONE).date()
    for table in TABLES:
        choices = [
            wanted(table=table),
            wanted(table=table, relevance=("main", "mention"), zone=TOKYO),
            wanted(table=table, topics=("energy", "tourism"), sources=("b",)),
            wanted(table=table, since=day, until=day, relevance=("mention",)),
            wanted(table=table, since=date(2030, 1, 1), until=date(2030, 1, 2)),
        ]
        for n, asked in enumerate(choices):
            for form in (forms, ("csv", "parquet"))[n] if n < 2 else forms[:1]:
                whole = written(storage, folder, replace(asked, as_of=LATER), form)
                assert written(storage, folder, asked, form) == whole, (form, asked)


def test_every_form_of_every_table(storage: Database, tmp_path: Path) -> None:
    assert_same(storage, tmp_path)


def test_whatever_comes_after(storage: Database, tmp_path: Path) -> None:
    first, second, *_, last = storage.articles.items()
    storage.articles.decide(
        [
            Decision(first.key, "tone", "negative", "Lan", T0),
            Decision(first.key, "topics", "sea_islands energy", "Lan", T0),
            Decision(last.key, "relevance", "no", "Lan", T0),
        ]
    )
    storage.stories.merge("story", [first.key, second.key], "", T0)
    collect(storage, T0 + timedelta(hours=30), edit=" (sửa)")
    assert {i.version for i in storage.articles.items()} >= {2}
    assert_same(storage, tmp_path, ("csv", "jsonl"))


def test_the_ledger(storage: Database, tmp_path: Path) -> None:
    for sources in ((), ("b",)):
        asked = replace(wanted(table="ledger"), sources=sources)
        exported = written(storage, tmp_path, asked, "csv")[""]
        entries = list(storage.crawl.ledger(T0 - timedelta(days=9), LATER, source_ids=sources))
        with (tmp_path / "whole.csv").open("w", encoding="utf-8", newline="") as stream:
            assert write_csv(LEDGER, entries, stream) == len(entries) > 9
        assert exported == (tmp_path / "whole.csv").read_bytes()


ODD = (
    "a", "", " a", "a ", "a\nb", "<b>&\"'", "_x0041_", "\x00\x0b\ud800a", "\r\n", "🌊" * 16_000, "x" * 40_000, "\ufffe",
    "=1+1", "\u00a0x",
)  # fmt: skip
LINKS = (
    "http://a.example/?a=1&b=2", "http://a.example/ d\"<>[]^`{}#mục \"2\"", "http://a.example/%20 x",
    "javascript:alert(1)", "http://a.example/" + "x" * 2_000, "", "https://a.example/đường#",
)  # fmt: skip
KINDS: tuple[Column[tuple[Cell, ...]], ...] = of_cells(
    [
        Column(kind, kind, "Nghĩa.", lambda _: None)
        for kind in get_args(ColumnType)  # each kind once: text, link, list, time, day, integer, number, yes/no
    ]
)


def odd_rows() -> list[tuple[Cell, ...]]:
    times = (datetime(2026, 11, 21, 6, 59, 59, tzinfo=ZONE), datetime(1900, 1, 1, 7, tzinfo=ZONE), None)
    days = (date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2026, 11, 21), None)
    numbers = (0.952, 1.0, None, 1e-7, 12345678.901)
    return [
        (
            ODD[n % len(ODD)], LINKS[n % len(LINKS)], (ODD[n % 3], "b") if n % 4 else (), times[n % 3], days[n % 5],
            n if n % 7 else None, numbers[n % 5], (True, False, None)[n % 3],
        )
        for n in range(1_300)
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [odd_rows(), odd_rows()[2:3], []], ids=["many", "one", "none"])
def test_a_workbook_is_what_xlsxwriter_writes(rows: list[tuple[Cell, ...]], tmp_path: Path) -> None:
    assert write_xlsx("items", KINDS, rows, tmp_path / "ours.xlsx", WORDS) == len(rows)
    write_plain_book("items", KINDS, rows, tmp_path / "plain.xlsx", WORDS)
    with zipfile.ZipFile(tmp_path / "ours.xlsx") as ours, zipfile.ZipFile(tmp_path / "plain.xlsx") as plain:
        assert ours.namelist() == plain.namelist()
        for name in plain.namelist():
            if name != "docProps/core.xml":  # when it was written
                assert ours.read(name) == plain.read(name), name
