"""Whom a comment is to reach: names as people write them → people and departments, and what keeps word from them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diembao.jobs.access import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Item
    from pipeline.records.accounts import Account
    from pipeline.records.reviews import Comment
    from storage.database import Database

_APART = re.compile(r"[,;@\n]+")
#: The one letter of Vietnamese that has no mark to take off.
_D_WITH_STROKE = {0x111: "d"}


@dataclass(frozen=True, slots=True)
class Addressees:
    """Names of a field: those to write after '@' in a comment, those that nobody has, those that several have."""

    names: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a comment names, as they are shown: who gets mail, who may not see the article, who has no address."""

    mailed: tuple[str, ...]
    unseeing: tuple[str, ...]
    without_mail: tuple[str, ...]


def find_addressees(storage: Database, text: str) -> Addressees:
    """Return whom a text names: by name or handle, with '@' or without, tone marks and capitals or none.

    Names stand apart by commas, semicolons, '@', or by blanks where each part is a name.
    """
    known = _known(storage)
    names: list[str] = []
    unknown: list[str] = []
    ambiguous: list[str] = []
    for part in _APART.split(text):
        words = part.split()
        while words:
            long = next((n for n in range(len(words), 0, -1) if _plain(" ".join(words[:n])) in known), 0)
            said = " ".join(words[: long or len(words)])
            found = known.get(_plain(said), set())
            target = unknown if not found else ambiguous if len(found) > 1 else names
            target.append(next(iter(found)) if len(found) == 1 else said)
            words = words[long:] if long else []
    return Addressees(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(ambiguous)))


def reach(storage: Database, comment: Comment, item: Item) -> Reach:
    """Return whom the mail about a comment reaches, and whom it names in vain."""
    accounts = [one for one in storage.accounts.accounts() if not one.disabled]
    mailed: list[str] = []
    unseeing: list[str] = []
    without: list[str] = []
    for mention in comment.mentions:
        if mention.kind == "person":
            people = [one for one in accounts if one.id == mention.id]
            name = next((one.full_name or one.name for one in people), mention.name)
        else:
            people, name = [one for one in accounts if one.department == mention.id], mention.name
        people = [one for one in people if one.id != comment.account]
        if mention.kind == "person" and not people:
            continue
        if not _some_see(storage, people, item, mention.id if mention.kind == "department" else None):
            unseeing.append(name)
        elif any(one.mail for one in people):
            mailed.append(name)
        else:
            without.append(name)
    return Reach(tuple(mailed), tuple(unseeing), tuple(without))


def _some_see(storage: Database, people: Sequence[Account], item: Item, department: int | None) -> bool:
    if department is not None and storage.reviews.is_assigned(department, item.key):
        return True
    return any(visible(storage, one).shows(item.key, item.story) for one in people)


def _known(storage: Database) -> dict[str, set[str]]:
    """Return names in plain letters → the names to write after '@'."""
    known: dict[str, set[str]] = {}
    for department in storage.accounts.departments():
        if not department.disabled:
            for name in (department.handle, department.name):
                known.setdefault(_plain(name), set()).add(department.handle)
    for account in storage.accounts.accounts():
        if not account.disabled:
            for name in (account.name, account.full_name):
                if name:
                    known.setdefault(_plain(name), set()).add(account.name)
    return known


def _plain(name: str) -> str:
    """Return a name without tone marks, in small letters, its words one blank apart."""
    letters = unicodedata.normalize("NFD", name.casefold().translate(_D_WITH_STROKE))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
