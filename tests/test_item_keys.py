"""Ids of articles: no spreadsheet takes one for a number, and those of earlier releases stay what they are."""

import csv
import re
from io import StringIO

import pytest

from pipeline.tables.columns import Column
from pipeline.tables.csv_cells import cell_of_id, write_rows
from pipeline.tables.csv_rows import SEPARATOR, CsvRow, csv_line
from storage.articles.identity import item_key

#: ids of earlier releases of which a spreadsheet makes another value
NUMBERS = [
    "1234567890123456", "0000000000000012", "12345678e0123456", "1e34567890123456", "123456789012345e",
    "7484546e40139613",    "9999999999999e99", "00000000000000e1", "0e00000000000000", "8888888888888888",
]  # fmt: skip
#: ids of earlier releases that are texts to every spreadsheet
TEXTS = [
    "00ff00ff00ff00ff",
    "12345678f0123456",
    "e123456789012345",
    "123e4567890e1234",
    "abcdefabcdefabcd",
    "1234567890a23456",
]


def test_ids_begin_with_a_letter_and_differ() -> None:
    keys = [item_key(f"https://bao.example/bai-{n}.html") for n in range(3000)]
    assert len(set(keys)) == 3000
    assert all(re.fullmatch(r"[g-v][0-9a-f]{15}", key) for key in keys)
    assert len({key[0] for key in keys}) == 16
    assert item_key("https://bao.example/bai-1.html") == keys[1], "the same at every run"


@pytest.mark.parametrize("key", NUMBERS)
def test_an_old_id_that_looks_like_a_number_is_a_text_in_csv(key: str) -> None:
    expected = f"'{key}" if key != "123456789012345e" else key  # an exponent without digits is no number
    assert cell_of_id(key) == expected
    stream = StringIO()
    write_rows(
        [Column("item", "text", "", lambda row: row), Column("words", "text", "", lambda row: row)], [key], stream
    )
    assert next(csv.reader(StringIO(stream.getvalue()))) == [expected, key]
    line = csv_line(CsvRow(key, key, key, "", "Báo", "bao", "VN", "local", f"a{SEPARATOR}b"))
    assert next(csv.reader(StringIO(line)))[:3] == [expected] * 3


@pytest.mark.parametrize("key", [*TEXTS, "g0123456789e1234", ""])
def test_other_ids_stay_as_they_are(key: str) -> None:
    assert cell_of_id(key) == key
