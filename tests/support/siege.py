"""A desk to be attacked: one hostile day of the press, two departments, what is assigned, written and published."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from diembao.web.desk_route import DeskRoute
from diembao.web.routing import all_routes
from pipeline.records import Alert, SavedSearch
from pipeline.records.accounts import PERMISSIONS, Account, Role
from pipeline.records.audit import Actor
from pipeline.records.publications import Publication, PublishedItem
from pipeline.register.matters import NewMatter, PressContact
from storage.database import Database
from tests.support.desk import MORNING, SOURCES, store_day, written
from tests.support.desk_server import MAKER, PASSWORD, Desk, DeskClient, serve_desk, write_desk_home

#: The desk's clock: 08:30 of the day whose press is stored.
NOW = MORNING + timedelta(minutes=30)
DAY = date(2026, 11, 22)
#: Would run, load, close or evaluate something wherever it is not shown as text; in a spreadsheet a formula.
HOSTILE = (
    "=1+1\"'></title></textarea></script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "<a href=javascript:alert(4)>{{ 7*191191 }}${7*191191}<%= 7*191191 %>"
)
#: Would come out only where a template evaluated it.
EVALUATED = str(7 * 191191)  # so long that no hash of the audit holds it by chance
LINK = "javascript:alert(5)//"
#: Name of the published file with a script in it.
PAGE = "diem-bao-2026-11-22.html"


@dataclass(frozen=True, slots=True)
class Siege:
    """A desk, and what lies in it."""

    desk: Desk
    #: name of an article → its key: `mine` is assigned to the department `ours`, `theirs` to `others`, `nobodys` to
    #: none, `kept` is of the story that `ours` was given
    keys: dict[str, str]
    stories: dict[str, str]
    events: dict[str, str]
    ours: int
    others: int
    #: number of a published digest
    publication: int
    #: name of the article a matter was opened from → its number; of `mine` `ours` is in charge, of `theirs` `others`
    matters: dict[str, int]
    #: an account that nobody else needs: it may be disabled and erased
    spare: Account

    def values(self, name: str = "theirs") -> dict[str, str]:
        """Return for every parameter of a path a value that stands for something; of articles that of `name`."""
        return {
            "account": str(self.spare.id),
            "department": str(self.others),
            "token": "x" * 43,
            "day": DAY.isoformat(),
            "number": str(self.publication),
            "name": PAGE,
            "form": "html",
            "id": SOURCES[0].id,
            "version": "1",
            "key": self.keys[name],
            "item": self.keys[name],
            "story": self.stories[name],
            "event": self.events[name],
            "assignment": "2",
            "comment": "1",
            "seq": "1",
            "matter": str(self.matters.get(name, 1)),
            "contact": "1",
            "year": "2026",
            "clarification": "1",
        }

    def path(self, route: DeskRoute, name: str = "theirs") -> str:
        """Return the path of a route with its parameters filled in. Raises KeyError for one that is not known here."""
        values = self.values(name)
        room = route.path.split("/")[1]
        values["key"] = values.get(room, values["key"])
        return route.path.format(**values)


def routes() -> list[tuple[str, DeskRoute]]:
    """Return every method and route of the desk."""
    return [(method, route) for route in all_routes() for method in route.methods]


@contextmanager
def besieged(root: Path, address: str) -> Iterator[Siege]:
    """Serve a desk on a filled database, with the clock at NOW, until the block ends."""
    root.mkdir(parents=True, exist_ok=True)
    clock = root / "clock.json"
    set_clock(clock, 0)
    before = os.environ.get("DIEMBAO_CLOCK")
    os.environ["DIEMBAO_CLOCK"] = str(clock)
    try:
        with serve_desk(write_desk_home(root / "home"), address) as desk:
            yield _fill(desk)
    finally:
        if before is None:
            del os.environ["DIEMBAO_CLOCK"]
        else:
            os.environ["DIEMBAO_CLOCK"] = before


def set_clock(clock: Path, seconds: float) -> None:
    """Let the clock of a file stand so many seconds after NOW."""
    moment = NOW + timedelta(seconds=seconds)
    clock.write_text(json.dumps({"now": moment.isoformat(), "steady": 1000.0 + seconds}), "utf-8")


def _fill(desk: Desk) -> Siege:
    storage = desk.storage
    keys = dict(store_day(storage, _articles()))
    storage.crawl.set_sources([replace(source, name=f"{source.name} {HOSTILE}") for source in SOURCES])
    found = {name: storage.articles.item(key) for name, key in keys.items()}
    ours = storage.accounts.create_department("so-y-te", f"Sở Y tế {HOSTILE}", "yte@example.vn", MAKER, NOW)
    others = storage.accounts.create_department("so-cong-thuong", "Sở Công Thương", "", MAKER, NOW)
    lan = desk.account("reviewer", "lan", full_name=f"Lan {HOSTILE}")
    actor = Actor(lan.id, lan.name, "127.0.0.1", "desk")
    give = storage.reviews.assign
    give(actor, keys["mine"], ours.id, NOW, note=HOSTILE)
    give(actor, keys["theirs"], others.id, NOW, note="của Sở Công Thương")
    give(actor, keys["kept"], ours.id, NOW, scope="story")
    for name in ("mine", "theirs", "nobodys"):
        storage.reviews.comment(actor, keys[name], f"{name} {HOSTILE} @lan @so-y-te", NOW)
    matters = {}
    for name, unit in (("mine", ours.id), ("theirs", others.id), ("nobodys", None)):
        new = NewMatter(f"{name} {HOSTILE}", "opinion", keys[name], due=DAY, passage=HOSTILE, unit=unit)
        matters[name] = storage.register.open(actor, new, NOW).id
        storage.register.add_note(actor, matters[name], f"{name} {HOSTILE}", NOW)
    told = PressContact(0, DAY, "spoken", ours.id, HOSTILE, HOSTILE, matters["mine"], "", HOSTILE, NOW, lan.id, "")
    storage.register.save_contact(actor, told, NOW)
    storage.register.clarify(actor, keys["theirs"], HOSTILE, NOW)
    storage.search.save(SavedSearch("lan", '"Cà Ná"', NOW, lan.id, shared=False))
    storage.drafts.change(DAY, actor, NOW, lead=f"Lời dẫn {HOSTILE}")
    storage.service.raise_alert(Alert("source:a", DAY.isoformat(), NOW, f"Nguồn {HOSTILE}", {}))
    return Siege(
        desk,
        keys,
        {name: item.story for name, item in found.items() if item is not None},
        {name: item.event for name, item in found.items() if item is not None},
        ours.id,
        others.id,
        _publish(storage, keys["mine"]),
        matters,
        desk.account("viewer", "spare", full_name=HOSTILE),
    )


def _articles() -> list[tuple[Any, Any]]:
    made = [written(name, title=f"{name} {HOSTILE}", text=_text(name)) for name in ("mine", "theirs", "nobodys")]
    made = [
        (replace(article, authors=(HOSTILE,), canonical=LINK, lead=HOSTILE, section=HOSTILE), tags)
        for article, tags in made
    ]
    made.append(written("kept", text=_text("kept")))
    made.append(written("out", text=_text("out"), title=f"out {HOSTILE}", relevance="no"))
    return made


def _text(name: str) -> str:
    words = " ".join(f"{name}từ{n}" for n in range(80))
    return f"Tại cảng Cà Ná {HOSTILE}\n{words}."


def _publish(storage: Database, key: str) -> int:
    item = PublishedItem(key, 1, HOSTILE, HOSTILE, "main", "neutral", "r1")
    files = {PAGE: f"<!doctype html><title>x</title><script>alert(6)</script>{HOSTILE}".encode()}
    return storage.publications.publish(
        Publication(0, DAY, NOW, "vi", f"Điểm báo {HOSTILE}", "0" * 64, "r1", (item,), files)
    )


#: Letter → role of a visitor.
ROLES: dict[str, Role] = {
    "V": "viewer",
    "R": "reviewer",
    "E": "editor",
    "A": "analyst",
    "M": "administrator",
    "U": "auditor",
}


def visitor_of(desk: Desk, letter: str, department: int | None = None) -> Account | None:
    """Make an account for a letter of ROLES; for F an editor who has yet to set up the second factor, for N nobody."""
    if letter == "N":
        return None
    return desk.account("editor", totp=False) if letter == "F" else desk.account(ROLES[letter], department=department)


def letter_for(route: DeskRoute) -> str:
    """Return the letter of a role that may take a route."""
    if route.access in ("anybody", "signed in"):
        return "E"
    return next(letter for letter in "EMAURV" if route.access in PERMISSIONS[ROLES[letter]])


def enter(client: DeskClient, name: str, password: str = PASSWORD) -> str:
    """Send name and password; return where it leads, or the status."""
    client.get("/sign-in")
    answer = client.send_form("/sign-in", name=name, password=password)
    return answer.headers.get("location") or str(answer.status_code)
