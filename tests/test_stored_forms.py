"""What exports take as it is stored: ordinary articles always, damaged and odd ones never, in one order."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from pipeline.records import Decision, Item
from pipeline.tables.columns import ITEMS
from pipeline.tables.exact_cells import cells_of_rows
from storage.database import Database, open_database
from storage.engine.damage import DamagedText, is_damaged
from storage.engine.raw_rows import raw_bytes, raw_rows
from storage.exports import csv_rows, json_lines
from storage.exports.article_order import MOST, Row, newest_first
from storage.exports.choice import ArticleChoice
from storage.exports.disk_sort import sort_on_disk
from storage.schema.core import items
from tests.test_csv_rows import SOURCES, T0, collect

pytestmark = pytest.mark.few_on_postgresql

EVERYTHING = ArticleChoice(relevance=("main", "mention"))


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    collect(opened, T0)
    yield opened
    opened.close()


def change(storage: Database, statement: str) -> None:
    with storage._engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_nearly_all_articles_are_taken_as_they_are_stored(storage: Database) -> None:
    lines = list(storage.exports.json_lines(EVERYTHING))
    assert len(lines) == 24
    assert all(isinstance(line, bytes) for line in lines), "each is copied, whatever its text holds"
    rows = list(storage.exports.csv_rows(EVERYTHING, exact=True))
    whole = [row for row in rows if row.whole is not None]
    # Texts with control characters, carriage returns, the separator of lists or an apostrophe before a formula.
    assert 0 < len(whole) <= 10
    found = {i.key: tuple(column.value(i) for column in ITEMS) for i in storage.articles.items()}
    assert cells_of_rows(rows) == [found[row.item] for row in rows]


def test_what_a_person_decided_is_in_the_cells_and_not_in_the_lines(storage: Database) -> None:
    first, *_ = storage.articles.items()
    storage.articles.decide([Decision(first.key, "tone", "unsure", "Lan", T0)])
    [line] = [line for line in storage.exports.json_lines(EVERYTHING) if isinstance(line, Item)]
    assert (line.key, line.tags.tone) == (first.key, "unsure")
    rows = list(storage.exports.csv_rows(EVERYTHING, exact=True))
    cells = next(cells for cells in cells_of_rows(rows) if cells[0] == first.key)
    assert "unsure" in cells


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("versions.article", '"parts"', '"part"'),
        ("taggings.tags", '"neutral"', '"unsure"'),
        ("taggings.tags", ": ", ":"),
        ("facts.json_sum", "", ""),
    ],
)
def test_json_that_is_not_as_it_was_is_no_line(storage: Database, column: str, old: str, new: str) -> None:
    table, name = column.split(".")
    value = f"replace(CAST({name} AS TEXT), '{old}', '{new}')" if old else "NULL"
    if old and storage._engine.dialect.name == "postgresql":
        value = f"CAST({value} AS JSON)"
    assert len(list(storage.exports.json_lines(EVERYTHING))) == 24
    change(storage, f"UPDATE {table} SET {name} = {value}")
    lines = list(storage.exports.json_lines(EVERYTHING))
    assert any(isinstance(line, Item) for line in lines)
    assert [i.key for i in storage.articles.items()] == [
        line.key if isinstance(line, Item) else line[9:].partition(b'"')[0].decode() for line in lines
    ]


@pytest.mark.parametrize("cells", ["cells || 'x'", "replace(cells, ',', ';')", "''"])
def test_cells_that_are_not_as_they_were_are_read_by_no_other_form(storage: Database, cells: str) -> None:
    before = cells_of_rows(list(storage.exports.csv_rows(EVERYTHING, exact=True)))
    change(storage, f"UPDATE listings SET cells = {cells}")
    rows = list(storage.exports.csv_rows(EVERYTHING, exact=True))
    assert all(row.whole is not None for row in rows)
    assert cells_of_rows(rows) == before


def test_the_order_of_a_second_is_the_same_both_ways(storage: Database) -> None:
    """Articles of one second are put in order by us; where they are many, by the database."""
    change(storage, "UPDATE facts SET at = 1793000000")
    with storage._engine.connect() as connection:
        for module, read in ((csv_rows, raw_rows), (json_lines, raw_bytes)):
            query = module._select(EVERYTHING)
            by_database = [row[1] for some in module._of_second(connection, query, 1793000000) for row in some]
            shuffled = [row for some in read(connection, query, "shuffled", 5) for row in some]
            random.Random(1).shuffle(shuffled)
            times = csv_rows._times(connection, shuffled) if module is csv_rows else [row[2] for row in shuffled]
            of_key = {row[1]: time for row, time in zip(shuffled, times, strict=True)}
            ours = newest_first([shuffled], lambda rows, of=of_key: [of[row[1]] for row in rows], lambda _: ())
            assert [row[1] for some in ours for row in some] == by_database
            assert len(by_database) == 24


def test_an_item_whose_version_is_missing_keeps_no_other_from_its_place(storage: Database) -> None:
    keys = [row.item for row in storage.exports.csv_rows(EVERYTHING)]
    change(storage, "UPDATE facts SET at = 1793000000")
    change(storage, f"UPDATE items SET version = 99 WHERE key = '{keys[0]}'")
    found = [row.item for row in storage.exports.csv_rows(EVERYTHING)]
    assert sorted(found) == sorted(keys)
    assert found[-1] == keys[0]


@pytest.mark.parametrize("chunk", [1, 7, 1_000, 10_000])
def test_rows_of_a_second_are_in_order_however_many_they_are(chunk: int) -> None:
    draw = random.Random(chunk)
    seconds = [9] * 3 + [8] * (2 * MOST + 500) + [7] + [6] * 2 + [5] * MOST + [4]
    rows: list[Row] = [(at, f"{n:05}", draw.randrange(5)) for n, at in enumerate(draw.sample(seconds, len(seconds)))]
    expected = sorted(rows, key=lambda row: (-row[0], -row[2], row[1]))
    draw.shuffle(rows)
    rows.sort(key=lambda row: -row[0])
    asked: list[int] = []

    def in_order(at: int) -> Iterator[Sequence[Row]]:
        asked.append(at)
        yield [row for row in expected if row[0] == at]

    chunks = (rows[n : n + chunk] for n in range(0, len(rows), chunk))
    found = [row for some in newest_first(chunks, lambda some: [row[2] for row in some], in_order) for row in some]
    assert found == expected
    assert 8 in asked or chunk > MOST


@pytest.mark.parametrize("many", [0, 1, 9_999, 10_000, 25_001])
def test_what_is_sorted_on_disk_is_sorted(many: int) -> None:
    draw = random.Random(many)
    rows: list[Any] = [(float(draw.randrange(-50, 50)), f"{n:06}", 0.5, ("a", None), ()) for n in range(many)]
    draw.shuffle(rows)
    assert list(sort_on_disk(iter(rows))) == sorted(rows)


def test_a_damaged_text_costs_no_other_row(tmp_path: Any) -> None:
    storage = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    storage.crawl.set_sources(SOURCES)
    collect(storage, T0)
    change(storage, "UPDATE items SET origin = CAST(x'61ff' AS TEXT) WHERE rowid IN (9, 20)")
    query = items.select().with_only_columns(items.c.key, items.c.origin).order_by(items.c.key)
    with storage._engine.connect() as connection:
        for chunk in (1, 4, 100):
            rows = [row for some in raw_rows(connection, query, "rows", chunk) for row in some]
            assert len(rows) == len({row[0] for row in rows}) == 26
            assert sum(map(is_damaged, rows)) == 2
            assert sum(type(row[1]) is DamagedText for row in rows) == 2
            raw = [row for some in raw_bytes(connection, query, "raw", chunk) for row in some]
            assert [row[0].decode() for row in raw] == [row[0] for row in rows]
    storage.close()
