"""What tests do at the register's pages: open a matter, read it back, read a page's words, fill a form."""

import re
from html import unescape
from typing import Any

from pipeline.records.accounts import Account
from pipeline.register.matters import Matter, NewMatter
from tests.support.desk_server import DeskClient
from tests.support.register_desk import NOW, RegisterDesk, acting


def opened(register: RegisterDesk, item: str = "school", **more: Any) -> Matter:
    """Open a matter from an article as the office does; `more` are fields of NewMatter."""
    given: dict[str, Any] = {
        "title": "Trường mới thiếu phòng học",
        "kind": "other",
        "item": register.keys[item],
        **more,
    }
    return register.desk.storage.register.open(acting(register.mai), NewMatter(**given), NOW)


def matter_of(register: RegisterDesk, number: int) -> Matter:
    found = register.desk.storage.register.matter(number)
    assert found is not None
    return found


def last(register: RegisterDesk) -> Matter:
    """Return the matter that was opened last."""
    return register.desk.storage.register.matters(limit=1)[0]


def client(register: RegisterDesk, account: Account) -> DeskClient:
    return register.desk.client(account)


def words(page: str) -> str:
    """Return what a page says, without its tags and with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def form(register: RegisterDesk, item: str, **more: object) -> dict[str, object]:
    """Return the fields of a form that opens a matter, with every open matter seen."""
    seen = " ".join(str(one.id) for one in register.desk.storage.register.matters())
    return {"item": register.keys[item], "title": "Đường chậm", "kind": "opinion", "seen": seen, **more}
