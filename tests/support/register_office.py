"""An office with a register: units with members, heads and mailboxes, and matters of all kinds of standing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert, select

from config.register.book import RegisterBook, load_register_book
from config.schedule import load_schedule
from diembao.jobs.configuration import write_configuration
from diembao.jobs.register_upkeep.health import register_causes
from diembao.system.home import Home
from pipeline.records import Reason
from pipeline.records.accounts import Account, NewAccount, Role
from pipeline.records.audit import Actor
from pipeline.register.matters import Matter, NewMatter, StepKind, StepRequest
from pipeline.register.units import Unit, UnitName, Units
from storage.database import Database, open_database
from storage.schema.core import fetches, items
from tests.support.alert_office import free_port
from tests.support.desk import Made, store_day, written
from tests.support.desk_server import MAKER
from tests.support.letter_office import Office, Post, set_up_mail

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: A Monday, and 07:31 of it: one minute after the reminders of register.toml.
DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, 0, 31, tzinfo=UTC)
#: Before anything happens.
LONG_AGO = AT - timedelta(days=60)
#: handle → name; of `u5` the mailbox alone can be written to, of `u6` nobody
UNITS = {f"u{n}": f"Sở số {n}" for n in range(1, 7)}
#: sign-in name → role, handle of the unit ('': of the office)
STAFF: Mapping[str, tuple[Role, str]] = {
    "bien": ("editor", ""),
    "lan": ("reviewer", ""),
    "phan": ("analyst", "u1"),
    "an": ("viewer", "u1"),
    "anh": ("viewer", "u1"),
    "binh": ("viewer", "u2"),
    "chi": ("viewer", "u3"),
    "dung": ("viewer", "u4"),
}
#: handle → sign-in name of its head
HEADS = {"u1": "an", "u2": "binh"}


@dataclass
class RegisterOffice:
    """A database with the people of STAFF, numbers of units by handle and of accounts by name."""

    storage: Database
    address: str
    units: Mapping[str, int]
    accounts: Mapping[str, int]
    items: Sequence[str]

    @property
    def office(self) -> Actor:
        return Actor(self.accounts["lan"], "lan", "127.0.0.1", "desk")

    def account(self, name: str) -> Account:
        found = self.storage.accounts.account(self.accounts[name])
        assert found is not None
        return found

    def asked_for(self, item: str, at: datetime, reason: Reason) -> None:
        """Store that the page of an article was asked for, and what came of it."""
        with self.storage.register._writing() as connection:
            link = connection.execute(select(items.c.candidate_id).where(items.c.key == item)).scalar_one()
            query = select(fetches).where(fetches.c.candidate_id == link).order_by(fetches.c.id)
            row = dict(connection.execute(query).mappings().first() or {})
            del row["id"]
            connection.execute(insert(fetches).values(**row | {"at": at, "reason": reason}))

    def open(self, title: str, at: datetime, unit: str = "", **more: Any) -> Matter:
        """Open a matter, given to a unit where one is named; `taking_part` are handles."""
        taking_part = tuple(self.units[handle] for handle in more.pop("taking_part", ()))
        new = NewMatter(title, "opinion", self.items[0], unit=self.units[unit] if unit else None)
        return self.storage.register.open(self.office, replace(new, taking_part=taking_part, **more), at)

    def do(self, matter: Matter, kind: StepKind, at: datetime, text: str = "", **values: object) -> Matter:
        done = self.storage.register.step(self.office, matter.id, StepRequest(kind, values, text), at)
        assert isinstance(done, Matter)
        return done


def fill(storage: Database) -> Mapping[str, str]:
    """Store an article, the departments and the people; for tests.support.desk.Made."""
    keys = store_day(storage, [written("x")])
    numbers = {}
    for handle, name in UNITS.items():
        mail = "u5@example.vn" if handle == "u5" else ""
        numbers[handle] = storage.accounts.create_department(handle, name, mail, MAKER, LONG_AGO).id
    for name, (role, handle) in STAFF.items():
        new = NewAccount(name, role, name.capitalize(), f"{name}@example.vn", numbers.get(handle))
        made = storage.accounts.create(new, MAKER, LONG_AGO)
        if made.needs_second_factor:
            storage.accounts.propose_totp(made.id, "unknown")
            storage.accounts.confirm_totp(made.id, 1, (), MAKER, LONG_AGO)
    return keys


def office_of(storage: Database, address: str, keys: Mapping[str, str]) -> RegisterOffice:
    """Return the office that `fill` made."""
    units = {one.handle: one.id for one in storage.accounts.departments()}
    accounts = {one.name: one.id for one in storage.accounts.accounts()}
    return RegisterOffice(storage, address, units, accounts, list(keys.values()))


def book(units: Units | None = None, folder: Path | None = None) -> RegisterBook:
    """Return the packaged rules with the heads of HEADS, or with other units."""
    heads = Units(tuple(Unit(handle, head=head) for handle, head in HEADS.items()))
    return replace(load_register_book(folder), units=units or heads)


def merged(until: date, old: str, new: str) -> Units:
    """Return units of which one ended and another took over its work."""
    return Units(
        (
            Unit(old, names=(UnitName("Tên cũ"),), until=until, successor=new),
            Unit(new, names=(UnitName("Tên trước", until=until), UnitName("Tên sau", since=until + timedelta(days=1)))),
        )
    )


def many_matters(made: RegisterOffice, count: int, seed: int) -> list[dict[str, Any]]:
    """Open matters with whatever units, due days and states, all before AT; return what was done, in plain words."""
    random, told = Random(seed), list[dict[str, Any]]()
    for n in range(count):
        opened = AT - timedelta(minutes=random.randrange(2, 20 * 24 * 60))
        unit = random.choice(["", *UNITS])
        taking = [handle for handle in random.sample(list(UNITS), random.choice([0, 0, 1, 2])) if handle != unit]
        due = random.choice([None, *(DAY + timedelta(days=days) for days in range(-9, 10))])
        matter = made.open(f"Việc {n} «{seed}»", opened, unit, taking_part=taking, due=due)
        given = opened if unit or taking else None
        if unit and random.random() < 0.3:  # another unit is given it later
            unit = random.choice(list(UNITS))
            later = opened + (AT - timedelta(minutes=2) - opened) * random.random()
            before = {h for h, number in made.units.items() if number in matter.units}
            made.do(matter, "assign", later, unit=made.units[unit], taking_part=())
            since = {unit: opened if unit in before else later}
            taking = []
        else:
            since = {handle: given for handle in (unit, *taking) if handle}
        state = random.choice(["", "", "", "answer", "drop"]) if unit else ""
        if state == "answer":
            made.do(matter, "answer", AT - timedelta(minutes=1), answer_text="Đã trả lời")
        elif state == "drop":
            made.do(matter, "drop", AT - timedelta(minutes=1), "không thuộc thẩm quyền")
        told.append(
            {"number": matter.id, "unit": unit, "taking": taking, "due": due, "open": not state, "since": since}
        )
    return told


@contextmanager
def mail_office(
    request: pytest.FixtureRequest, made: Made, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Office, RegisterOffice]]:
    """Serve a mail server for a copy of a database that `fill` made, with the heads of HEADS in units.toml."""
    address, keys = made.copy(request, folder)
    home, post = Home(folder / "home"), Post(free_port())
    write_configuration(home.config)
    heads = "\n".join(f'[[unit]]\nhandle = "{handle}"\nhead = "{head}"\n' for handle, head in HEADS.items())
    units = home.config / "units.toml"
    units.write_text(f"{units.read_text('utf-8')}\n{heads}", "utf-8")
    server = Controller(post, hostname="127.0.0.1", port=post.port, ready_timeout=60)
    server.start()
    set_up_mail(home, post.port)
    storage = open_database(address)
    monkeypatch.setenv("DIEMBAO_DATABASE", address)
    monkeypatch.setenv("DIEMBAO_CLOCK", str(home.root / "clock"))
    found = Office(storage, address, keys, home, post)
    found.at(AT)
    try:
        yield found, office_of(storage, address, keys)
    finally:
        storage.close()
        server.stop(no_assert=True)


def causes(office: RegisterOffice, at: datetime = AT, folder: Path = Path("/nowhere")) -> set[str]:
    """Return the causes for which status and alerts speak of the register at a moment."""
    return {cause for cause, _ in register_causes(office.storage, folder, load_schedule(None), at, ZONE)}
