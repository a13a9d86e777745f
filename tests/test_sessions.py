"""Sessions: only hashes are stored, two ends, new at each sign-in, ended by changes; none of them in a backup."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from diembao.jobs.people.tokens import hash_token, new_token
from pipeline.records.accounts import Account, SessionLimits, SessionOfAccount
from storage.database import Database, open_database
from storage.maintenance.backup import backup, checksum, restore
from tests.support.people import CLERK, T0, actor_of, add_totp, make_account, signed_in

pytestmark = pytest.mark.few_on_postgresql

HOUR = timedelta(hours=1)


@pytest.fixture
def lan(db: Database) -> Account:
    return make_account(db, "lan")


def begin(db: Database, account: Account, limits: SessionLimits | None = None) -> str:
    token, hashed = new_token()
    db.accounts.begin_session(account.id, hashed, T0, "203.0.113.7", "x" * 999, limits or SessionLimits())
    return token


def find(db: Database, token: str, after: timedelta = timedelta()) -> SessionOfAccount | None:
    return db.accounts.session(hash_token(token), T0 + after)


def test_tokens_are_long_and_never_stored(db: Database, lan: Account) -> None:
    tokens = {begin(db, lan) for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 43 for token in tokens)
    session = find(db, min(tokens))
    assert session is not None and session.account == lan
    assert (session.address, len(session.agent)) == ("203.0.113.7", 200)
    assert db.accounts.session(min(tokens), T0) is None, "the token itself is no hash"
    assert len(db.accounts.sessions(lan.id, T0)) == 50
    assert find(db, "x") is find(db, "") is None


def test_a_session_ends_when_it_is_not_used_and_at_last_however_it_is_used(db: Database, lan: Account) -> None:
    token = begin(db, lan)
    assert find(db, token, HOUR - timedelta(seconds=1)) is not None
    assert find(db, token, HOUR) is None
    for minutes in range(30, 12 * 60, 30):
        session = find(db, token, timedelta(minutes=minutes))
        assert session is not None, minutes
        db.accounts.touch_session(session, T0 + timedelta(minutes=minutes))
    assert find(db, token, 12 * HOUR - timedelta(seconds=1)) is not None
    assert find(db, token, 12 * HOUR) is None
    short = begin(db, lan, SessionLimits(timedelta(minutes=30), timedelta(minutes=5)))
    assert find(db, short, timedelta(minutes=4)) is not None
    assert find(db, short, timedelta(minutes=5)) is None


def test_a_touch_is_written_at_most_once_a_minute(db: Database, lan: Account) -> None:
    token = begin(db, lan)
    for seconds, noted in ((30, 0), (59, 0), (61, 61), (100, 61), (122, 122)):
        session = find(db, token, timedelta(seconds=seconds))
        assert session is not None
        db.accounts.touch_session(session, T0 + timedelta(seconds=seconds))
        session = find(db, token, timedelta(seconds=seconds))
        assert session is not None and session.used_at == T0 + timedelta(seconds=noted)


def test_signing_out_here_and_everywhere(db: Database, lan: Account) -> None:
    one, two, three = (begin(db, lan) for _ in range(3))
    session = find(db, one)
    assert session is not None
    db.accounts.end_session(session.id, T0, "")
    db.accounts.end_session(session.id, T0, "")
    assert find(db, one) is None
    kept = find(db, two)
    assert kept is not None
    assert db.accounts.end_sessions(lan.id, actor_of(lan), T0, kept.id) == 1
    assert find(db, three) is None
    assert find(db, two) is not None
    assert db.accounts.end_sessions(lan.id, actor_of(lan), T0) == 1
    assert find(db, two) is None


@pytest.mark.parametrize("fields", [{"disabled": True}, {"role": "viewer"}, {"department": 1}])
def test_disabling_and_other_rights_end_sessions(db: Database, lan: Account, fields: dict[str, object]) -> None:
    db.accounts.create_department("a", "A", "", CLERK, T0)
    token = begin(db, lan)
    db.accounts.change(lan.id, CLERK, T0, full_name="Lan", language="en")
    assert find(db, token) is not None
    db.accounts.change(lan.id, CLERK, T0, **fields)
    assert find(db, token) is None


def test_a_new_password_and_a_removed_second_factor_end_sessions(db: Database, lan: Account) -> None:
    add_totp(db, lan)
    token = begin(db, lan)
    db.accounts.remove_totp(lan.id, CLERK, T0)
    assert find(db, token) is None
    token = begin(db, lan)
    db.accounts.set_password(lan.id, "hash", CLERK, T0)
    assert find(db, token) is None
    token = begin(db, lan)
    db.accounts.erase(lan.id, CLERK, T0)
    assert find(db, token) is None


def test_each_sign_in_is_a_new_session(db: Database, lan: Account) -> None:
    one, two = signed_in(db, "lan"), signed_in(db, "lan")
    assert one.token != two.token
    assert find(db, one.token) is not None
    assert find(db, two.token) is not None


def test_a_session_of_a_clock_that_was_ahead_is_none(db: Database, lan: Account) -> None:
    _, hashed = new_token()
    db.accounts.begin_session(lan.id, hashed, T0 + timedelta(days=3000), "", "", SessionLimits())
    assert db.accounts.session(hashed, T0) is None
    db.maintenance.bring_back(T0)
    assert db.audit.verify().is_sound


def quiet(_table: str, _done: int, _all: int) -> None:
    pass


def test_no_backup_holds_a_session(
    db: Database, lan: Account, address: str, tmp_path: Path, postgres: Callable[..., str]
) -> None:
    token = signed_in(db, "lan").token
    db.accounts.invite(lan.id, "i" * 64, T0, T0 + HOUR, CLERK)
    before = checksum(address)
    saved = tmp_path / "saved.db"
    assert backup(address, saved, quiet) == before, "sessions are no part of the content"
    with closing(sqlite3.connect(saved)) as connection:
        for table in ("sessions", "invitations", "sign_in_attempts"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert hash_token(token).encode() not in saved.read_bytes()
    assert find(db, token) is not None, "the database itself keeps its sessions"
    # A copy made by hand is no backup, but can be restored.
    restore(saved, f"sqlite:///{tmp_path / 'back.db'}", quiet)
    again = open_database(tmp_path / "back.db")
    token = begin(again, lan)
    again.close()
    restore(tmp_path / "back.db", target := postgres(), quiet)
    restore(tmp_path / "back.db", f"sqlite:///{tmp_path / 'third.db'}", quiet)
    for one in (target, f"sqlite:///{tmp_path / 'third.db'}"):
        restored = open_database(one)
        assert find(restored, token) is None
        assert restored.accounts.by_name("lan") == lan
        restored.close()
