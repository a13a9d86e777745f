"""Damaged rows: the check tells each by its name, and takes no odd text for damage."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.i18n.notices import set_listener
from pipeline.records import Article, Coverage, Document
from storage.database import open_database
from storage.maintenance.integrity import check_integrity
from tests.support.damaged import AT, change, copied_home, fill_all, fill_one, made_home
from tests.support.factories import PLAIN_TAGS, examine_pending
from tests.support.filled import fill

pytestmark = pytest.mark.one_in(3)

made = pytest.fixture(scope="module")(made_home)
home = pytest.fixture(copied_home)


def in_json(table: str, column: str, row: str, old: str, new: str) -> str:
    return f"UPDATE {table} SET {column} = replace({column}, '{old}', '{new}') WHERE {row}"


#: Changes of content that leave every page of the file sound → table whose row must be named.
FLIPS: dict[str, tuple[str, str]] = {
    "a letter of the text": (in_json("versions", "article", "id = 2", "Nội dung", "Nội dunk"), "versions 2"),
    "a letter of the title in the article": (in_json("versions", "article", "id = 2", "Bài 2", "Bàj 2"), "versions 2"),
    "a letter of the title's column": ("UPDATE versions SET title = 'Bàj 2' WHERE id = 2", "versions 2"),
    "a letter of the hash": (
        "UPDATE versions SET text_hash = 'f' || substr(text_hash, 2) || 'x' WHERE id = 2",
        "versions 2",
    ),
    "the time of publication": (
        "UPDATE versions SET published = '2026-03-02 06:00:07.000000' WHERE id = 2",
        "versions 2",
    ),
    "a field's name in the article": (in_json("versions", "article", "id = 2", '"lead"', '"leae"'), "versions 2"),
    "an optional field's name": (in_json("versions", "article", "id = 2", '"section"', '"sectiom"'), "versions 2"),
    "JSON that ends early": ("UPDATE versions SET article = substr(article, 1, 90) WHERE id = 2", "versions 2"),
    "a quotation mark of JSON": (in_json("taggings", "tags", "id = 3", '"tone"', '"tone_'), "taggings 3"),
    "the relevance in the tags": (in_json("taggings", "tags", "id = 3", '"main"', '"mention"'), "taggings 3"),
    "the relevance's column": ("UPDATE taggings SET relevance = 'no' WHERE id = 3", "taggings 3"),
    "a relevance there is not": (in_json("taggings", "tags", "id = 3", '"main"', '"mbin"'), "taggings 3"),
    "the score": ("UPDATE taggings SET score = 0.4 WHERE id = 3", "taggings 3"),
    "a tone there is not": (in_json("taggings", "tags", "id = 3", "neutral", "neutsal"), "taggings 3"),
    "another address in the article": (in_json("versions", "article", "id = 2", "bai-", "baj-"), "article"),
    "another rules' version in the tags": (in_json("taggings", "tags", "id = 3", '"r1"', '"s1"'), "article"),
    "a lead of nowhere": (in_json("versions", "article", "id = 2", '"lead": ""', '"lead": "Tin lạ"'), "article"),
    "a cell of the row for exports": ("UPDATE listings SET cells = replace(cells, 'Bài 4', 'Bàj 4')", "article"),
    "an entry's field": (in_json("candidates", "entry", "id = 1", '"title"', '"titlf"'), "candidates 1"),
    "a reason there is not": ("UPDATE fetches SET reason = 'oj' WHERE id = 1", "fetches 1"),
    "a link's reason": ("UPDATE candidates SET reason = 'nope' WHERE id = 1", "candidates 1"),
    "a decision's value": ("UPDATE decisions SET value = 'positivf' WHERE id = 1", "decisions 1"),
    "a published file's hash": (
        "UPDATE publication_files SET sha256 = 'f' || substr(sha256, 2)",
        "publication_files 1",
    ),
    "a publication's day": ("UPDATE publications SET day = '2026-0s-01'", "publications 1"),
}

#: The same, where the database must be SQLite: PostgreSQL does not take such a value.
SQLITE_FLIPS: dict[str, tuple[str, str]] = {
    "no UTF-8 in the article": ("UPDATE versions SET article = CAST(x'7b22ff227d' AS TEXT) WHERE id = 2", "versions 2"),
    "no UTF-8 in the title": ("UPDATE versions SET title = CAST(x'42c3' AS TEXT) WHERE id = 2", "versions 2"),
    "no UTF-8 in an outlet's name": ("UPDATE sources SET name = CAST(x'42e1bb' AS TEXT)", "sources a"),
    "no UTF-8 in a note": ("UPDATE decisions SET note = CAST(x'80' AS TEXT)", "decisions 1"),
    "no time": ("UPDATE items SET first_seen = '2026-0s-02 06:00:00.000000'", "items"),
    "no time of a poll": ("UPDATE polls SET at = 'xx'", "polls 1"),
    "a text for a number": ("UPDATE polls SET size = 'mười'", "polls 1"),
    "no JSON in a run": ("UPDATE runs SET counts = '{'", "runs 1"),
}


@pytest.mark.parametrize(("statement", "named"), [*FLIPS.values(), *SQLITE_FLIPS.values()], ids=[*FLIPS, *SQLITE_FLIPS])
def test_the_check_names_the_row(statement: str, named: str, home: Path) -> None:
    address = f"sqlite:///{home / 'diembao.db'}"
    change(address, statement)
    problems = check_integrity(address)
    assert any(f"row {named}" in p or (named == "article" and "article" in p) for p in problems), problems


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [("documents", "body", 2), ("publication_files", "body", 1)],
)
@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_packed_bytes_are_unpacked(table: str, column: str, row: int, damage: str, home: Path) -> None:
    address, key = f"sqlite:///{home / 'diembao.db'}", "publication_id" if table == "publication_files" else "id"
    with closing(sqlite3.connect(home / "diembao.db")) as connection:
        [(body,)] = connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,))
        changed = {"cut": body[:-3], "flipped": body[:8] + bytes([body[8] ^ 1 if len(body) > 8 else 0]) + body[9:]}
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (changed.get(damage, b""), row))
        connection.commit()
    problems = check_integrity(address)
    assert any(f"row {table} {row}" in problem for problem in problems), problems


POSTGRES_FLIPS = {
    "text": (
        "UPDATE versions SET article = replace(article::text, 'Nội dung', 'Nội dunk')::json WHERE id = 2",
        "versions 2",
    ),
    "title": ("UPDATE versions SET title = 'Bàj' WHERE id = 2", "versions 2"),
    "field": (
        "UPDATE versions SET article = replace(article::text, '\"lead\"', '\"leae\"')::json WHERE id = 2",
        "versions 2",
    ),
    "shape": ("UPDATE versions SET article = '[]'::json WHERE id = 2", "versions 2"),
    "tags": ("UPDATE taggings SET tags = '{}'::json WHERE id = 3", "taggings 3"),
    "relevance": ("UPDATE taggings SET relevance = 'no' WHERE id = 3", "taggings 3"),
    "body": ("UPDATE documents SET body = substring(body from 1 for 9) WHERE id = 2", "documents 2"),
    "file": ("UPDATE publication_files SET body = substring(body from 1 for 9)", "publication_files 1"),
    "decision": ("UPDATE decisions SET value = 'positivf'", "decisions 1"),
}


def test_on_postgresql_too(postgres: Callable[[], str]) -> None:
    for name, (statement, named) in POSTGRES_FLIPS.items():
        address = postgres()
        fill_all(address)
        assert check_integrity(address) == []
        change(address, statement)
        problems = check_integrity(address)
        assert any(f"row {named}" in problem for problem in problems), (name, problems)


def test_a_sound_database_has_no_faults(made: Path) -> None:
    assert check_integrity(f"sqlite:///{made / 'diembao.db'}") == []


@pytest.mark.one_in(8)
@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Bài \x00 mới", "Nội\x00 dung"),
        ("Nửa chữ \ud83d", "và \udc00 nữa"),
        ("  Nhiều   khoảng\u00a0trắng ", "a\n\n b\tc"),
        ("", "Không có tiêu đề"),
        ("Chỉ có tiêu đề", ""),
        ("🐟" * 50, "𐍈"),
        ('Ngoặc "kép" và \\u0000', "{}"),
        ("\ufffd thay chữ hỏng", "\ufffd"),
    ],
)
def test_odd_texts_are_no_damage(title: str, body: str, address: str) -> None:
    storage = open_database(address)
    fill(storage, range(1))

    def examine(document: Document) -> Coverage:
        article = Article(document.url, document.url, title, "", body, published=AT)
        return Coverage(document.id, article, PLAIN_TAGS)

    fill_one(storage)
    examine_pending(storage, examine, AT + timedelta(hours=1))
    storage.close()
    assert check_integrity(address) == []


@pytest.fixture(autouse=True)
def _no_listener() -> None:
    set_listener(None)
