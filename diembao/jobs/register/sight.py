"""Who may see a matter, read its notes and take its steps: the one filter of the register.

The office (permission matter.manage) sees and does all. A unit's members (matter.work) see the matters of which their
unit is in charge or in which it takes part, with their notes. Others with matter.read see every matter and no notes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diembao.jobs.access import visible
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import MatterFilter
from pipeline.register.steps import RULES, StepRefused, possible_steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipeline.records.accounts import Account
    from pipeline.records.audit import Actor
    from pipeline.register.matters import Matter, MatterClash, MatterNote, StepKind, StepRequest
    from storage.database import Database


def sees_every_matter(account: Account) -> bool:
    """Whether an account sees all matters, and not those of its unit alone."""
    return account.allows("matter.read") and account.allows("article.read")


def may_read(account: Account, matter: Matter) -> bool:
    """Whether an account may see a matter."""
    return sees_every_matter(account) or (account.allows("matter.read") and _is_own(account, matter))


def may_read_notes(account: Account, matter: Matter) -> bool:
    """Whether an account may read and write the notes of a matter."""
    return account.allows("matter.manage") or (account.allows("matter.work") and _is_own(account, matter))


def _is_own(account: Account, matter: Matter) -> bool:
    return account.department is not None and account.department in matter.units


def allowed_steps(account: Account, matter: Matter) -> tuple[StepKind, ...]:
    """Return the steps that an account may take now; a unit that only takes part prepares and answers too."""
    if not may_read_notes(account, matter):
        return ()
    is_office = account.allows("matter.manage")
    return tuple(
        kind
        for kind in possible_steps(matter)
        if RULES[kind][1] == "work" or (is_office and RULES[kind][1] == "manage")
    )


def visible_matters(
    storage: Database, account: Account, wanted: MatterFilter = MatterFilter(), limit: int | None = None
) -> Sequence[Matter]:
    """Return the matters that a filter lets through and the account may see, the newest first."""
    return storage.register.matters(within_sight(account, wanted), limit)


def within_sight(account: Account, wanted: MatterFilter) -> MatterFilter:
    """Return a filter that lets through no matter which the account may not see."""
    if sees_every_matter(account):
        return wanted
    own = () if account.department is None or not account.allows("matter.read") else (account.department,)
    return replace(wanted, units=own if wanted.units is None else tuple(set(own).intersection(wanted.units)))


def find_matter(storage: Database, actor: Actor, account: Account, number: int, at: datetime) -> Matter | None:
    """Return a matter that the account may see; asking for another's is refused (None) and recorded."""
    matter = storage.register.matter(number)
    if matter is None or may_read(account, matter):
        return matter
    storage.register.refuse(actor, number, "matter", at)
    return None


def read_notes(
    storage: Database, actor: Actor, account: Account, matter: Matter, at: datetime
) -> Sequence[MatterNote] | None:
    """Return the notes of a matter, the oldest first; None, and an entry of the audit, for who may not read them."""
    if may_read_notes(account, matter):
        return storage.register.notes(matter.id)
    storage.register.refuse(actor, matter.id, "notes", at)
    return None


def add_note(storage: Database, actor: Actor, account: Account, matter: Matter, text: str, at: datetime) -> int:
    """Write a note; return its number. Raises StepRefused for who may not."""
    if not may_read_notes(account, matter):
        storage.register.refuse(actor, matter.id, "notes", at)
        raise StepRefused(Message(mark("Notes are for the units of the matter and the office.")))
    return storage.register.add_note(actor, matter.id, text, at)


def take_step(
    storage: Database, actor: Actor, account: Account, matter: Matter, request: StepRequest, at: datetime
) -> Matter | MatterClash:
    """Take a step of a matter that the account may see. Raises StepRefused for one that is not for it.

    A unit links articles that it may see already: what is linked it may read, so that nobody gives themselves sight.
    """
    if request.kind == "link" and not account.allows("matter.manage"):
        _check_sight(storage, account, str(request.values.get("item", "")))
    if request.kind not in allowed_steps(account, matter):
        # Of two reasons the state is told first: it may have changed since the person saw the page.
        if request.kind in RULES and request.kind not in possible_steps(matter) and may_read_notes(account, matter):
            return storage.register.step(actor, matter.id, request, at)
        raise StepRefused(Message(mark("Your account may not take this step.")))
    return storage.register.step(actor, matter.id, request, at)


def _check_sight(storage: Database, account: Account, key: str) -> None:
    """Raise StepRefused, in the words for an article that there is not, for one that an account may not see."""
    item = storage.articles.item(key)
    if item is None or not visible(storage, account).shows(item.key, item.story):
        raise StepRefused(Message(mark("There is no article of that id: {item}"), item=key))
