"""Accounts: made, invited, changed, disabled, erased; who may see what; the last administrator stays."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast, get_args

import pytest
from sqlalchemy import literal, select, union_all

from diembao.jobs.access import may_comment, may_read_publications, visible
from diembao.jobs.people.accounts import (
    Newcomer,
    change_password,
    check_mail,
    create_account,
    first_administrator_link,
    invitation,
    invite_account,
    take_invitation,
)
from diembao.jobs.people.passwords import PasswordRefused, is_password
from diembao.jobs.people.second_factor import use_code
from diembao.jobs.people.tokens import hash_token
from diembao.system.clock import now
from pipeline.records.accounts import (
    PERMISSIONS,
    ROLES,
    Account,
    Assigned,
    NewAccount,
    Permission,
    SessionLimits,
    Sight,
)
from pipeline.records.audit import AuditFilter
from storage.accounts.errors import AccountRefused
from storage.accounts.sight import visible as condition
from storage.database import Database, open_database
from tests.support.cli import json_lines, run_inside
from tests.support.people import CLERK, KEY, PASSWORD, T0, actor_of, add_totp, make_account


def actions(db: Database) -> list[str]:
    return [row.action for row in reversed(db.audit.page(AuditFilter()))]


def test_an_account_is_made_and_changed_with_its_audit_entries(db: Database) -> None:
    office = db.accounts.create_department("so-y-te", "Sở Y tế", "yte@tinh.example", CLERK, T0)
    lan = create_account(db, NewAccount(" Lan ", "reviewer", "Lan  Trần", "lan@a.example", office.id), CLERK, T0)
    assert (lan.name, lan.full_name, lan.department, lan.has_password, lan.version) == ("lan", "Lan Trần", 1, False, 1)
    changed = db.accounts.change(lan.id, CLERK, T0, role="editor", mail="l@b.example", department=None)
    assert (changed.role, changed.mail, changed.department, changed.version) == ("editor", "l@b.example", None, 2)
    assert db.accounts.change(lan.id, CLERK, T0, role="editor").version == 2
    assert [account.name for account in db.accounts.accounts()] == ["lan"]
    assert db.accounts.by_name("lan") == db.accounts.account(lan.id)
    assert actions(db) == ["department.created", "account.created", "account.changed"]
    entry = db.audit.page(AuditFilter(action="account.changed"))[0]
    assert (entry.before, entry.after) == (
        {"role": "reviewer", "department": 1},
        {"role": "editor", "department": None},
    )
    assert entry.personal == {"before": {"mail": "lan@a.example"}, "after": {"mail": "l@b.example"}}
    renamed = db.accounts.change_department(office.id, CLERK, T0, name="Sở Y tế tỉnh", disabled=True)
    assert (renamed.name, renamed.disabled, renamed.handle) == ("Sở Y tế tỉnh", True, "so-y-te")
    assert db.accounts.departments() == [renamed]


def test_what_is_refused(db: Database) -> None:
    create_account(db, NewAccount("lan", "reviewer"), CLERK, T0)
    db.accounts.create_department("so-y-te", "Sở Y tế", "", CLERK, T0)
    wrong = ["LAN", "", "a b", "a@b", "-a", "lân", "a" * 65, "a\r\nb", "../x", "#1"]
    for name in wrong:
        with pytest.raises(AccountRefused):
            create_account(db, NewAccount(name, "reviewer"), CLERK, T0)
    binh = NewAccount("binh", "reviewer")
    for new in (
        replace(binh, full_name="Lan\r\nBcc: x"),
        replace(binh, mail="a@b\nc"),
        replace(binh, mail="a"),
        replace(binh, department=99),
    ):
        with pytest.raises(AccountRefused):
            create_account(db, new, CLERK, T0)
    with pytest.raises(AccountRefused):
        db.accounts.create_department("so-y-te", "x", "", CLERK, T0)
    with pytest.raises(AccountRefused):
        db.accounts.change(99, CLERK, T0, role="viewer")
    with pytest.raises(ValueError, match="fields"):
        db.accounts.change(1, CLERK, T0, password_hash="x")
    assert check_mail(" lan@so.tinh.example ") == "lan@so.tinh.example"
    assert actions(db) == ["account.created", "department.created"]


def test_the_last_administrator_stays(db: Database) -> None:
    one, two = (
        make_account(db, "one", "administrator"),
        db.accounts.create(NewAccount("two", "administrator"), CLERK, T0),
    )
    for fields in ({"role": "viewer"}, {"disabled": True}):
        with pytest.raises(AccountRefused, match="only active administrator"):
            db.accounts.change(one.id, actor_of(one), T0, **fields)
    with pytest.raises(AccountRefused, match="only active administrator"):
        db.accounts.erase(one.id, actor_of(two), T0)
    with pytest.raises(AccountRefused, match="own account"):
        db.accounts.erase(one.id, actor_of(one), T0)
    assert db.accounts.change(one.id, actor_of(one), T0, full_name="Một").full_name == "Một"
    make_account(db, "three", "administrator")
    assert db.accounts.change(one.id, actor_of(one), T0, disabled=True).disabled
    assert db.accounts.has_administrator()


def test_an_invitation_holds_once(db: Database) -> None:
    lan, token = invite_account(db, NewAccount("lan", "reviewer"), CLERK, T0)
    again, newer = invite_account(db, NewAccount("lan", "reviewer"), CLERK, T0)
    assert lan.id == again.id
    assert invitation(db, token, T0) is None, "replaced by the newer one"
    assert invitation(db, newer, T0 + timedelta(days=7)) is None
    with pytest.raises(PasswordRefused):
        take_invitation(db, newer, Newcomer("short"), "Ninh Thuận", "10.0.0.1", T0)
    taken = take_invitation(db, newer, Newcomer(PASSWORD), "Ninh Thuận", "10.0.0.1", T0)
    assert taken is not None and taken.has_password
    assert is_password(db.accounts.password_hash(lan.id), PASSWORD)
    for used in (token, newer, "", "x"):
        assert take_invitation(db, used, Newcomer(PASSWORD), "", "10.0.0.1", T0) is None
    assert actions(db)[-2:] == ["account.invitation_taken", "account.password_set"]
    _, third = invite_account(db, NewAccount("lan", "reviewer"), CLERK, T0)
    db.accounts.change(lan.id, CLERK, T0, disabled=True)
    assert invitation(db, third, T0) is None
    with pytest.raises(AccountRefused, match="disabled"):
        invite_account(db, NewAccount("lan", "reviewer"), CLERK, T0)


def test_an_invitation_can_take_the_second_factor_off(db: Database) -> None:
    lan = make_account(db, "lan", "administrator")
    _, codes = add_totp(db, lan)
    db.accounts.begin_session(lan.id, "h" * 64, T0, "", "", SessionLimits())
    _, token = invite_account(db, NewAccount("lan", "administrator"), CLERK, T0, resets_second_factor=True)
    assert db.accounts.session("h" * 64, T0) is not None, "not before it is taken"
    taken = take_invitation(db, token, Newcomer(PASSWORD), "", "10.0.0.1", T0)
    assert taken is not None and not taken.has_totp and taken.needs_second_factor
    assert taken.permissions == frozenset()
    assert db.accounts.session("h" * 64, T0) is None
    assert not use_code(db, KEY, lan.id, codes[0], "", T0)


def test_recovery_codes_are_long_and_earlier_ones_hold(db: Database) -> None:
    lan = make_account(db, "lan", "administrator")
    _, codes = add_totp(db, lan)
    assert len(codes) == len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", code) for code in codes), "24 letters of five bits each"
    earlier = "k3qd-7wpa-zz2m-h5xr"
    db.accounts.replace_recovery_codes(lan.id, [hash_token(earlier.replace("-", ""))], CLERK, T0)
    assert use_code(db, KEY, lan.id, earlier.upper(), "", T0)
    assert not use_code(db, KEY, lan.id, earlier, "", T0)


def test_the_first_administrator(db: Database) -> None:
    link = first_administrator_link(db, T0)
    second = first_administrator_link(db, T0)
    assert link and second
    assert invitation(db, link, T0) is None, "the newer link replaced it"
    assert invitation(db, second, T0 + timedelta(hours=24)) is None
    with pytest.raises(AccountRefused):
        take_invitation(db, second, Newcomer(PASSWORD, "no name"), "", "10.0.0.1", T0)
    made = take_invitation(db, second, Newcomer(PASSWORD, "Lan", "Lan Trần"), "Ninh Thuận", "10.0.0.1", T0)
    assert made is not None
    assert (made.name, made.role, made.full_name) == ("lan", "administrator", "Lan Trần")
    assert first_administrator_link(db, T0) is None
    db.accounts.invite(None, "e" * 64, T0, T0 + timedelta(hours=1), CLERK)
    assert db.accounts.invitation("e" * 64, T0) is None, "of no use while there is an administrator"


def test_the_password_is_changed_by_who_knows_it(db: Database) -> None:
    lan = make_account(db, "lan")
    keep = db.accounts.begin_session(lan.id, "a" * 64, T0, "", "", SessionLimits())
    db.accounts.begin_session(lan.id, "b" * 64, T0, "", "", SessionLimits())
    new = "mười bảy con thuyền giấy"
    with pytest.raises(PasswordRefused, match="present"):
        change_password(db, lan, ("wrong", new), "", actor_of(lan), T0, keep)
    with pytest.raises(PasswordRefused, match="at least"):
        change_password(db, lan, (PASSWORD, "short"), "", actor_of(lan), T0, keep)
    change_password(db, lan, (PASSWORD, new), "", actor_of(lan), T0, keep)
    assert db.accounts.session("a" * 64, T0) is not None
    assert db.accounts.session("b" * 64, T0) is None
    assert is_password(db.accounts.password_hash(lan.id), new)


def test_preferences(db: Database) -> None:
    lan = make_account(db, "lan")
    db.accounts.set_preference(lan.id, "keys", {"approve": "đ"})
    db.accounts.set_preference(lan.id, "keys", {"approve": "a"})
    db.accounts.set_preference(lan.id, "theme", "dark")
    db.accounts.set_preference(lan.id, "theme", None)
    assert db.accounts.preferences(lan.id) == {"keys": {"approve": "a"}}
    db.accounts.erase(lan.id, CLERK, T0)
    assert db.accounts.preferences(lan.id) == {}
    with pytest.raises(AccountRefused, match="erased"):
        db.accounts.change(lan.id, CLERK, T0, disabled=False)


def test_roles() -> None:
    every = set(get_args(Permission))
    assert PERMISSIONS.keys() == set(ROLES)
    assert set().union(*PERMISSIONS.values()) == every
    assert {role for role in ROLES if "publish" in PERMISSIONS[role]} == {"editor"}
    assert {role for role in ROLES if "review" in PERMISSIONS[role]} == {"reviewer", "editor"}
    assert {role for role in ROLES if "account.manage" in PERMISSIONS[role]} == {"administrator"}
    assert {role for role in ROLES if "audit.read" in PERMISSIONS[role]} == {"auditor"}
    assert PERMISSIONS["auditor"] == {"digest.read", "article.read", "audit.read", "matter.read"}


@dataclass
class Given:
    """What departments were given, as `db.reviews` tells it."""

    of: dict[int, Assigned] = field(default_factory=dict)

    @property
    def reviews(self) -> "Given":
        return self

    def assigned_to(self, department: int, /) -> Assigned:
        return self.of.get(department, Assigned())


PAIRS = [("k1", "s1"), ("k2", "s1"), ("k3", "s3"), ("k4", "s4")]


def test_who_sees_which_article(db: Database) -> None:
    office = db.accounts.create_department("so-y-te", "Sở Y tế", "", CLERK, T0)
    given = cast("Database", Given({office.id: Assigned(frozenset({"k3"}), frozenset({"s1"}))}))

    def seen(account: Account | None) -> set[str]:
        sight = visible(given, account)
        found = {item for item, story in PAIRS if sight.shows(item, story)}
        assert in_query(db, sight) == found
        return found

    every = {key for key, _ in PAIRS}
    viewer = make_account(db, "viewer", "viewer", department=office.id)
    assert seen(None) == set()
    assert seen(viewer) == {"k1", "k2", "k3"}
    assert seen(make_account(db, "alone", "viewer")) == set()
    for role in ("reviewer", "analyst", "auditor"):
        assert seen(make_account(db, role, role)) == every
    for role in ("editor", "administrator"):
        account = make_account(db, role, role)
        assert seen(account) == set(), "not before there is a second factor"
        assert not may_read_publications(account)
        add_totp(db, account)
        complete = db.accounts.account(account.id)
        assert seen(complete) == every
        assert may_read_publications(complete)
    sight = visible(given, viewer)
    assert may_read_publications(viewer)
    assert may_comment(sight, viewer, "k3", "s3")
    assert not may_comment(sight, viewer, "k4", "s4")
    disabled = db.accounts.change(viewer.id, CLERK, T0, disabled=True)
    assert seen(disabled) == set()
    assert not may_read_publications(disabled)
    assert not may_read_publications(None)


def in_query(db: Database, sight: Sight) -> set[str]:
    pairs = [select(literal(item).label("item"), literal(story).label("story")) for item, story in PAIRS]
    rows = union_all(*pairs).subquery()
    with db.accounts._reading() as connection:
        query = select(rows.c.item).where(condition(sight, rows.c.item, rows.c.story))
        return set(connection.execute(query).scalars())


def test_the_commands(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = run_inside("--home", tmp_path, "--lang", "en", *words)
        return done.returncode, done.stdout

    code, out = run("--json", "account", "invite", "lan", "--role", "administrator", "--full-name", "Lan Trần")
    assert code == 0
    token = json_lines(out)[0]["path"].rsplit("/", 1)[1]
    db = open_database(tmp_path / "diembao.db")
    made = take_invitation(db, token, Newcomer(PASSWORD), "", "", now())
    assert made is not None and made.role == "administrator"
    add_totp(db, made)
    assert run("account", "list")[1].split() == ["lan", "administrator", "Lan", "Trần", "second", "factor"]
    with pytest.raises(Exception, match="only active administrator"):
        run("account", "disable", "lan")
    with pytest.raises(Exception, match="No such account"):
        run("account", "disable", "nobody")
    assert "/invitation/" in run("account", "invite", "lan", "--role", "administrator", "--reset-second-factor")[1]
    run("account", "invite", "binh", "--role", "viewer")
    assert run("account", "disable", "binh") == (0, "binh is disabled; the sessions have ended.\n")
    assert "disabled" in run("account", "list")[1]
    assert run("account", "disable", "binh", "--enable") == (0, "binh can sign in again.\n")
    assert db.audit.verify().is_sound
    db.close()
