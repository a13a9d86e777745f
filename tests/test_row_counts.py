"""Kept numbers of rows: what triggers keep is what is there, whatever was written and by whom."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.records import CandidateOutcome, DocumentOutcome
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.engine.row_counts import keep_counts
from storage.maintenance.backup import copy, upgrade
from storage.maintenance.integrity import check_integrity
from tests.support.damaged import change, fill_all
from tests.support.filled import quiet

TABLES = ("candidates", "documents", "fetches", "items", "polls", "versions")

#: Statements by which rows come, change and go, several of one story at once among them.
STATEMENTS = (
    "UPDATE documents SET outcome = 'unreadable', outcome_reason = 'no_text' WHERE id < 4",
    "UPDATE documents SET outcome = 'unreadable', outcome_reason = 'gallery' WHERE id IN (3, 4)",
    "UPDATE documents SET outcome = outcome, note = 'x'",
    "UPDATE candidates SET outcome = 'lost' WHERE id IN (1, 2, 3)",
    "UPDATE candidates SET outcome = 'waiting', next_try = first_seen WHERE id = 2",
    # All of one story, then all from there to one that is new, then apart again.
    "UPDATE items SET story = 'one'",
    "UPDATE items SET story = 'two' WHERE story = 'one'",
    "UPDATE items SET story = 'three' WHERE key = (SELECT min(key) FROM items)",
    "UPDATE items SET story = key",
    "UPDATE items SET story = (SELECT min(key) FROM items) WHERE key < (SELECT max(key) FROM items)",
    "INSERT INTO items (key, url, source_id, candidate_id, first_seen, version, story, event, origin) "
    "SELECT key || 'b', url || 'b', source_id, candidate_id, first_seen, version, 'four', event, origin FROM items",
    "INSERT INTO items (key, url, source_id, candidate_id, first_seen, version, story, event, origin) "
    "SELECT key || 'c', url || 'c', source_id, candidate_id, first_seen, version, story || 'c', event, origin "
    "FROM items WHERE story <> 'four'",
    "DELETE FROM items WHERE story = 'four'",
    "DELETE FROM items WHERE url LIKE '%c' AND key > (SELECT min(key) FROM items WHERE url LIKE '%c')",
    "DELETE FROM items WHERE url LIKE '%c'",
    "DELETE FROM fetches WHERE id < 3",
    "DELETE FROM fetches WHERE id < 0",
    "DELETE FROM polls",
)


def found(address: str) -> dict[str, object]:
    """Count the rows one by one, with no help of the numbers that are kept."""
    engine = connect(address)
    with engine.connect().execution_options(reads=True) as connection:
        rows = {name: connection.execute(text(f"SELECT * FROM {name}")).mappings().all() for name in TABLES}
    engine.dispose()
    documents = rows["documents"]
    return {
        "candidates": Counter(row["outcome"] for row in rows["candidates"]),
        "documents": Counter(row["outcome"] for row in documents),
        "unreadable": Counter(r["outcome_reason"] for r in documents if r["outcome"] == "unreadable"),
        "totals": {
            **{name: len(some) for name, some in rows.items()},
            "stories": len({r["story"] for r in rows["items"]}),
        },
    }


def kept(storage: Database) -> dict[str, object]:
    """Return what the program says of the same."""
    return {
        "candidates": +Counter(storage.crawl.candidate_outcomes()),
        "documents": +Counter(storage.articles.document_outcomes()),
        "unreadable": Counter(storage.articles.unreadable_reasons()),
        "totals": storage.maintenance.totals(),
    }


def test_numbers_follow_every_change(address: str) -> None:
    fill_all(address)
    storage = open_database(address)
    assert kept(storage) == found(address)
    assert all(storage.maintenance.totals().values())
    assert set(storage.crawl.candidate_outcomes()) == set(CandidateOutcome)
    assert set(storage.articles.document_outcomes()) == set(DocumentOutcome)
    seen = []
    for statement in STATEMENTS:
        change(address, statement)
        assert kept(storage) == found(address), statement
        seen.append(kept(storage)["totals"])
    assert len({str(totals) for totals in seen}) > 5
    storage.close()


def test_what_is_rolled_back_is_not_counted(address: str) -> None:
    fill_all(address)
    before = found(address)
    engine = connect(address)
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM polls"))
        connection.rollback()
    engine.dispose()
    storage = open_database(address)
    assert kept(storage) == before
    storage.close()


def test_a_wrong_number_is_told_and_mended(address: str, tmp_path: Path) -> None:
    fill_all(address)
    change(address, "UPDATE row_counts SET total = total + 5 WHERE kind = 'items'")
    change(address, "INSERT INTO row_counts (kind, outcome, reason, total) VALUES ('documents', 'lost', '', 1)")
    change(address, "DELETE FROM row_counts WHERE kind = 'polls'")
    problems = sorted(str(problem) for problem in check_integrity(address))
    assert [problem.partition(":")[0] for problem in problems] == ["documents lost", "items", "polls"]
    assert all("diembao db upgrade" in problem for problem in problems)
    assert upgrade(address, tmp_path / "saved.db", quiet) is None
    assert check_integrity(address) == []
    storage = open_database(address)
    assert kept(storage) == found(address)
    storage.close()


def test_a_trigger_that_is_missing_is_made_again(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 't.db'}"
    fill_all(address)
    with closing(sqlite3.connect(tmp_path / "t.db")) as file, file:
        file.execute("DROP TRIGGER count_fetches_delete")
        file.execute("DELETE FROM fetches WHERE id = 1")
    assert [str(problem).partition(":")[0] for problem in check_integrity(address)] == ["fetches"]
    engine = connect(address)
    with engine.begin() as connection:
        keep_counts(connection)
    engine.dispose()
    change(address, "DELETE FROM fetches WHERE id = 2")
    assert check_integrity(address) == []


@pytest.mark.parametrize("to_postgres", [True, False])
def test_a_copy_counts_its_rows(to_postgres: bool, tmp_path: Path, postgres: Callable[..., str]) -> None:
    file, server = f"sqlite:///{tmp_path / 't.db'}", postgres("template0" if to_postgres else "template1")
    source, target = (file, server) if to_postgres else (server, file)
    fill_all(source)
    copy(source, target, quiet)
    change(target, "DELETE FROM polls")
    storage = open_database(target)
    assert kept(storage) == found(target)
    storage.close()
