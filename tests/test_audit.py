"""The audit: one chain without a gap, read newest first, filtered, exported, and erasure that keeps it."""

import csv
import io
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from diembao.jobs.audit import AUDIT_COLUMNS, audit_rows, read_head, write_audit_csv
from pipeline.records.accounts import NewAccount, SessionLimits
from pipeline.records.audit import MACHINE, Actor, AuditFilter, AuditHead
from storage.audit.chain import append, canonical
from storage.database import Database, open_database
from tests.support.audited import T0, TABLES, event, fill
from tests.support.cli import json_lines, run_inside

AN = Actor(None, "an", "", "command")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    opened.close()


def test_entries_follow_each_other_and_are_read_newest_first(db: Database) -> None:
    assert db.audit.head() == AuditHead(0, "0" * 64)
    assert db.audit.verify().is_sound
    fill(db)
    verdict = db.audit.verify()
    assert (verdict.rows, verdict.fault) == (4, None)
    assert verdict.head == db.audit.head()
    first, *_ = reversed(db.audit.page(AuditFilter()))
    assert (first.seq, first.name, first.address, first.account) == (1, "lan", "10.0.0.7", 7)
    assert first.at == T0 + timedelta(minutes=1)
    assert first.after == {"state": "approved", "at": "2026-11-22T01:00:00.000000Z", "note": "Điện gió “Bình”"}
    assert first.personal == {"after": {"mail": "x@y"}}
    assert [row.seq for row in db.audit.page(AuditFilter(), before_seq=4, limit=2)] == [3, 2]


def test_an_entry_is_stored_with_its_change_or_not_at_all(db: Database) -> None:
    with pytest.raises(RuntimeError), db.audit._writing() as connection:
        append(connection, event())
        raise RuntimeError
    assert db.audit.head().seq == 0
    with pytest.raises(ValueError, match="transaction that writes"), db.audit._reading() as connection:
        append(connection, event())
    with pytest.raises(ValueError, match="JSON"):
        db.audit.record(event(after=float("nan")))
    with pytest.raises(ValueError, match="naive"):
        db.audit.record(event(at=datetime(2026, 1, 1)))  # noqa: DTZ001
    assert db.audit.record(event(after="a\x00\ud800\n", object_id="a\x00\ud800")) == 1
    assert db.audit.verify().is_sound


def test_filters(db: Database) -> None:
    fill(db, 3)
    db.audit.record(event(4, AN, action="account.created", object_kind="account", object_id="9"))
    db.audit.record(event(5, MACHINE, action="accounting"))

    def found(**wanted: Any) -> list[int]:
        return [row.seq for row in db.audit.page(AuditFilter(**wanted))]

    assert found(who="lan") == [3, 2, 1]
    assert found(who="an") == [4]
    assert found(account=7) == [3, 2, 1]
    assert found(action="account") == [4]
    assert found(action="article.approved", object_id="k2") == [2]
    assert found(object_kind="account") == [4]
    assert found(since=T0 + timedelta(minutes=3), until=T0 + timedelta(minutes=5)) == [4, 3]
    assert found(who="' OR 1=1 --") == found(action="%") == []


def test_the_head_of_a_day_is_its_last_entry(db: Database) -> None:
    db.audit.record(event(0, at=datetime(2026, 11, 21, 16, 59, tzinfo=UTC)))
    db.audit.record(event(0, at=datetime(2026, 11, 21, 17, 1, tzinfo=UTC)))
    db.audit.record(event(0, at=datetime(2026, 11, 21, 17, 0, 30, tzinfo=UTC)))
    heads = [db.audit.head_of_day(date(2026, 11, day), ZONE).seq for day in (20, 21, 22, 23)]
    assert heads == [0, 1, 3, 3]
    head = db.audit.head_of_day(date(2026, 11, 22), ZONE)
    assert read_head(str(head)) == head
    assert read_head("3:xyz") is None
    assert db.audit.verify([head]).is_sound


def test_eight_writers_leave_one_chain(address: str) -> None:
    open_database(address).close()
    numbers: list[int] = []
    failed: list[BaseException] = []

    def work(writer: int) -> None:
        db = open_database(address)
        try:
            numbers.extend(db.audit.record(event(n, Actor(writer, f"w{writer}", "", "desk"))) for n in range(50))
        except BaseException as error:
            failed.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(numbers) == list(range(1, 401))
    db = open_database(address)
    verdict = db.audit.verify()
    assert (verdict.rows, verdict.fault) == (400, None)
    assert [len(db.audit.page(AuditFilter(who=f"w{n}"))) for n in range(8)] == [50] * 8
    db.close()


def test_erasing_an_account_keeps_the_chain(db: Database) -> None:
    lan = db.accounts.create(NewAccount("lan", "reviewer", "Lan Trần", "lan@tinh.example"), AN, T0)
    db.accounts.begin_session(lan.id, "t" * 64, T0, "10.0.0.7", "Firefox", SessionLimits())
    db.audit.record(event(3, Actor(lan.id, "lan", "10.0.0.7", "desk")))
    before = db.audit.head()
    db.accounts.erase(lan.id, AN, T0)
    assert db.audit.verify([before]).is_sound
    rows = db.audit.page(AuditFilter())
    assert (rows[0].action, rows[0].object_id, rows[0].erased) == ("account.erased", str(lan.id), False)
    assert [row.erased for row in rows[1:]] == [True, True, False]
    assert "lan" not in str([(row.name, row.address, row.personal) for row in rows]).casefold()
    assert db.audit.page(AuditFilter(account=lan.id))[0].after is not None
    erased = db.accounts.account(lan.id)
    assert erased is not None and (erased.disabled, erased.full_name, erased.mail) == (True, "", "")
    assert "Lan" not in str(everything(db))


def everything(db: Database) -> list[Any]:
    with db.audit._reading() as connection:
        return [connection.execute(select(table)).all() for table in TABLES]


def test_the_csv_holds_no_formula(db: Database) -> None:
    db.audit.record(event(1, Actor(1, "=cmd()", "", "desk"), object_id="@sum", after="=1+1"))
    stream = io.StringIO()
    assert write_audit_csv(audit_rows(db, AuditFilter()), stream, ZONE) == 1
    header, row = csv.reader(io.StringIO(stream.getvalue()))
    assert tuple(header) == AUDIT_COLUMNS
    assert [cell for cell in row if cell[:1] in "=+-@" and cell] == []
    assert row[1] == "2026-11-22T08:01:00.000000+07:00"


def test_the_commands(tmp_path: Path) -> None:
    file = tmp_path / "diembao.db"
    db = open_database(file)
    fill(db)
    head = db.audit.head()
    db.close()

    def run(*words: str | Path) -> tuple[int, str, str]:
        done = run_inside("--home", tmp_path, "--lang", "en", *words)
        return done.returncode, done.stdout, done.stderr

    assert run("audit", "verify", "--head", str(head))[:2] == (
        0,
        f"4 entries, each as it was written. Head: {head}\n",
    )
    code, out, _ = run("audit", "list", "--who", "lan", "--object", "article:k2", "--since", "2026-11-22")
    assert (code, out.count("\n")) == (0, 1)
    assert "lan (10.0.0.7)  article.approved  article k2" in out
    assert run("audit", "list", "--until", "2026-11-21")[1] == ""
    assert run("audit", "list", "--csv", tmp_path / "a.csv")[0] == 0
    assert len((tmp_path / "a.csv").read_text("utf-8").splitlines()) == 5
    assert json_lines(run("--json", "audit", "list", "--limit", "1")[1])[0]["seq"] == 4
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute("UPDATE audit_entries SET after = '1' WHERE seq = 2")
        connection.commit()
    code, _, err = run("audit", "verify")
    assert code == 1
    assert "audit entry 2: is not as it was written" in err


def test_canonical_json() -> None:
    assert canonical({"b": [T0, None, 1.5], "a": "ă"}) == '{"a":"\\u0103","b":["2026-11-22T01:00:00.000000Z",null,1.5]}'
