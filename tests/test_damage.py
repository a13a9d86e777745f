"""Damaged rows: the check tells each by its name, and none costs more than itself in what is made of the rest."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.i18n.notices import set_listener
from pipeline.records import Article, Coverage, Decision, Document, Entry, Poll, Reason
from pipeline.records.publications import Publication
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from storage.maintenance.backup import copy, restore
from storage.maintenance.integrity import check_integrity
from tests.support.cli import CommandResult, json_lines, run_inside
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages
from tests.test_backup import SOURCE, fill, quiet

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)


def fill_all(address: str) -> None:
    """Store six articles, a decision and a published digest."""
    storage = open_database(address)
    fill(storage, range(6), AT)
    key = next(iter(storage.articles.items())).key
    storage.articles.decide([Decision(key, "tone", "positive", "Lan", AT, "vì tin vui")])
    published = Publication(0, date(2026, 3, 1), AT, "vi", "Điểm báo", "0" * 64, "r1", (), {"a.html": b"<p>xin"})
    storage.publications.publish(published)
    storage.stories.group(AT)
    storage.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    fill_all(f"sqlite:///{folder / 'diembao.db'}")
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copyfile(made / "diembao.db", tmp_path / "diembao.db")
    return tmp_path


def change(address: str, statement: str, **values: object) -> None:
    """Change rows past all checks, as a failing disk would."""
    engine = connect(address)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.execute(text(statement), values)
    engine.dispose()


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


def fill_one(storage: Database) -> None:
    """Store a page more, which waits to be examined."""
    run = storage.service.begin_run("collect", AT)
    entries = (Entry("https://a.example/la.html", title="Bài lạ"),)
    poll = Poll("a", SOURCE.feeds[0].url, AT, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll)


# ---- what is made of the rest

#: Damage of one article of six → the statement.
ONE_BAD = {
    "no UTF-8": "UPDATE versions SET article = CAST(x'7b22ff227d' AS TEXT) WHERE id = 2",
    "UTF-8 cut in a title": (
        "UPDATE versions SET article = CAST(replace(CAST(article AS BLOB), x'c3a0', x'c3') AS TEXT) WHERE id = 2"
    ),
    "no JSON": "UPDATE versions SET article = '{\"url\": ' WHERE id = 2",
    "JSON of another shape": "UPDATE versions SET article = '[1, 2]' WHERE id = 2",
    "JSON null": "UPDATE versions SET article = 'null' WHERE id = 2",
    "a field less": "UPDATE versions SET article = json_remove(article, '$.title') WHERE id = 2",
    "tags without JSON": "UPDATE taggings SET tags = substr(tags, 1, 20) WHERE id = 2",
    "tags of another shape": "UPDATE taggings SET tags = '{}' WHERE id = 2",
    "no time of first sight": (
        "UPDATE items SET first_seen = '2026-03-02 0x:00:00' WHERE key = (SELECT item_key FROM versions WHERE id = 2)"
    ),
}


def left_out(done: CommandResult) -> bool:
    return done.returncode == 1 and "Left out, because it is damaged: article" in done.stderr


@pytest.fixture(params=ONE_BAD.values(), ids=list(ONE_BAD))
def damaged(request: pytest.FixtureRequest, home: Path) -> Path:
    change(f"sqlite:///{home / 'diembao.db'}", request.param)
    return home


def run(home: Path, *words: str | Path) -> CommandResult:
    return run_inside("--home", home, "--lang", "en", *words)


def test_json_lines_go_on(damaged: Path) -> None:
    done = run(damaged, "export", damaged / "x.jsonl")
    assert left_out(done), done
    assert len((damaged / "x.jsonl").read_text("utf-8").splitlines()) == 5


def test_the_digest_goes_on(damaged: Path) -> None:
    done = run(damaged, "digest", "--day", "2026-03-03", "--form", "md", "--out", damaged)
    assert left_out(done), done
    [file] = damaged.glob("*.md")
    whole = file.read_text("utf-8")
    assert [n for n in range(1, 7) if f"Bài {n}" in whole] == [1, 3, 4, 5, 6]


def test_a_digest_is_published(damaged: Path) -> None:
    done = run(damaged, "publish", "--day", "2026-03-03")
    assert left_out(done), done
    storage = open_database(damaged / "diembao.db")
    published = storage.publications.latest(date(2026, 3, 3))
    assert published is not None
    assert len(published.items) == 5
    storage.close()


def test_a_search_goes_on(damaged: Path) -> None:
    done = run(damaged, "--json", "search", "bài", "--by", "relevance")
    assert left_out(done), done
    assert len(json_lines(done.stdout)) == 5


def test_a_table_goes_on(damaged: Path) -> None:
    run(damaged, "export", damaged / "x.csv")  # its rows were made before the damage
    assert len((damaged / "x.csv").read_text("utf-8").splitlines()) in (6, 7)
    done = run(damaged, "export", damaged / "x.xlsx")
    assert left_out(done), done


def test_a_backup_is_made_and_restored(damaged: Path) -> None:
    done = run(damaged, "db", "backup", damaged / "kept" / "b.db")
    assert (damaged / "kept" / "b.db").is_file(), done
    live = damaged / "live.db"
    restore(damaged / "kept" / "b.db", f"sqlite:///{live}", quiet)
    assert check_integrity(f"sqlite:///{live}") == check_integrity(f"sqlite:///{damaged / 'diembao.db'}") != []


def test_the_check_names_it(damaged: Path) -> None:
    done = run(damaged, "db", "check")
    assert done.returncode == 1
    assert "2" in done.stderr


@pytest.mark.parametrize("statement", [ONE_BAD["no UTF-8"], ONE_BAD["no JSON"]])
def test_a_damaged_row_is_not_copied_to_postgresql(statement: str, home: Path, postgres: Callable[[], str]) -> None:
    address = f"sqlite:///{home / 'diembao.db'}"
    change(address, statement)
    with pytest.raises(StorageError, match="row versions 2 is damaged"):
        copy(address, postgres(), quiet)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sources SET name = CAST(x'42e1bb' AS TEXT)",
        "UPDATE candidates SET entry = '{' WHERE id = 2",
        "UPDATE candidates SET entry = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE runs SET counts = CAST(x'ff' AS TEXT)",
        "UPDATE polls SET note = CAST(x'ff' AS TEXT)",
        "UPDATE fetches SET url = CAST(x'68747470ff' AS TEXT) WHERE id = 2",
        "UPDATE facts SET kind = CAST(x'61ff' AS TEXT)",
        "UPDATE facts SET kind = 'a'",
        "UPDATE listings SET cells = CAST(x'61ff' AS TEXT)",
        "UPDATE listings SET cells = 'không có dấu phân cách'",
        "UPDATE publications SET items = '{'",
        "UPDATE publications SET title = CAST(x'ff' AS TEXT)",
        "UPDATE decisions SET note = CAST(x'ff' AS TEXT)",
        "UPDATE documents SET entry = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE documents SET body = x'789c01' WHERE id = 2",
        "UPDATE versions SET fingerprint = x'01' WHERE id = 2",
        "UPDATE fetches SET reason = 'oj' WHERE id = 2",
        "UPDATE polls SET reason = 'oj'",
        "UPDATE documents SET reason = 'no_texu' WHERE id = 2",
        "UPDATE candidates SET reason = 'oj', outcome = 'waitinh' WHERE id = 2",
        "INSERT INTO job_runs (job, due, started, ended, how, late_seconds, said, server) VALUES "
        "('digest', '2026-03-02 06:15:00', '2026-03-02 06:15:00', '2026-03-02 06:15:00', 'donf', 0, '', 'x')",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("ledger", "--day", "2026-03-02"),
        ("digest", "--day", "2026-03-03", "--form", "html", "--out", "{home}"),
        ("export", "{home}/x.csv"),
        ("export", "{home}/x.jsonl"),
        ("search", "bài"),
        ("db", "backup", "{home}/kept/b.db"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_damage_anywhere_ends_no_reader(words: tuple[str, ...], statement: str, home: Path) -> None:
    change(f"sqlite:///{home / 'diembao.db'}", statement)
    done = run(home, *(word.replace("{home}", str(home)) for word in words))
    assert done.returncode in (0, 1)


def test_a_damaged_page_is_unreadable_and_the_others_are_read(address: str) -> None:
    storage = open_database(address)
    fill(storage, range(2))
    storage.close()
    storage = open_database(address)
    fill_one(storage)
    body = "x'789c01'" if address.startswith("sqlite") else "'\\x789c01'::bytea"
    change(address, f"UPDATE documents SET body = {body} WHERE outcome = 'waiting'")
    assert storage.articles.pending_documents(10) == []
    assert storage.articles.pending_count() == 0, "it waits no longer"
    assert sum(storage.articles.unreadable_reasons().values()) == 1
    storage.close()


@pytest.fixture(autouse=True)
def _no_listener() -> None:
    set_listener(None)
