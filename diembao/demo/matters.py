"""Sample matters of the sample press: what the machine proposes first, as an office would have taken it up."""

from datetime import datetime
from zoneinfo import ZoneInfo

from config.register.book import RegisterBook
from diembao.jobs.register.candidates import propose
from diembao.jobs.register.opening import chosen_due
from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from pipeline.register.deadlines import Due
from pipeline.register.matters import NewMatter
from pipeline.register.steps import StepRefused
from pipeline.rules.rulebook import Rulebook
from storage.database import Database

#: Kind of the sample matters, an id of the packaged register.toml.
_KIND = "opinion"


def make_matters(
    storage: Database, rules: Rulebook, book: RegisterBook, people: list[Account], zone: ZoneInfo, at: datetime
) -> int:
    """Open a matter for the unit of the first of `people` that has one, and one for nobody yet; return how many."""
    office = next(one for one in people if one.allows("matter.manage"))
    unit = next((one.department for one in people if one.department is not None), None)
    actor = Actor(office.id, office.name, "", "desk")
    proposed = list(propose(storage, rules, book.rules, at))[:2]
    for candidate, in_charge in zip(proposed, (unit, None), strict=False):
        due = _due(book, zone, at)
        new = NewMatter(
            candidate.title,
            _KIND,
            candidate.item,
            "event",
            due=None if due is None else due.day,
            unit=in_charge,
        )
        storage.register.open(actor, new, at)
    return len(proposed)


def _due(book: RegisterBook, zone: ZoneInfo, at: datetime) -> Due | None:
    """Return when a sample matter is due; None where holidays.toml lacks the year: somebody would type the day."""
    try:
        return chosen_due(book, _KIND, typed=None, concluded=None, is_unexpected=False, first_seen=at, zone=zone, at=at)
    except StepRefused:
        return None
