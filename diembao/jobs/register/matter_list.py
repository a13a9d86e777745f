"""The register's list: the matters that an account may see, filtered, in the order in which to look at them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from diembao.jobs.register.due_state import DueState, due_state
from diembao.jobs.register.sight import visible_matters, within_sight
from pipeline.register.deadlines import Due, is_overdue
from pipeline.register.matters import MATTER_STATES, OPEN_STATES, MatterFilter, MatterState
from pipeline.register.phrases import folded, words_of
from pipeline.text.normalize import strip_diacritics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from config.register.book import RegisterBook
    from diembao.jobs.register.due_state import Urgency
    from pipeline.records.accounts import Account
    from pipeline.register.matters import Matter, MatterStep
    from storage.database import Database

#: Which states are listed: those that wait for an answer, these and those whose answer the office has to look at, one
#: of them, or all.
StateChoice = Literal["current", "open", "all", "new", "assigned", "preparing", "answered", "closed", "not_needed"]
STATE_CHOICES: tuple[StateChoice, ...] = ("current", "open", *MATTER_STATES, "all")
#: Matters on a page.
PAGE = 100


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What of the register is wanted; '' and None leave a field open."""

    state: StateChoice = "open"
    kind: str = ""
    unit: int | None = None
    urgency: Urgency = ""
    #: words of the title, whatever their diacritics, or the matter's number
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A matter of the list."""

    matter: Matter
    due_state: DueState
    #: whether the account's own unit is in charge
    is_own: bool
    #: why the office sent its answer back; None: it did not, or something was done since
    returned: str | None = None


@dataclass(frozen=True, slots=True)
class MatterList:
    """A page of the list, and how many matters the account may see of each kind of due_state, whatever the filter."""

    rows: Sequence[ListRow]
    total: int
    open: int
    #: not yet given to a unit
    unassigned: int
    #: answered, for the office to look at
    answered: int
    soon: int
    overdue: int


def matter_list(
    storage: Database,
    account: Account,
    book: RegisterBook,
    wanted: ListFilter,
    zone: tzinfo,
    at: datetime,
    page: int = 1,
) -> MatterList:
    """Return a page (from 1) of the matters that a filter lets through.

    Those of the own unit come first, then what is due first; matters that wait for nothing follow, the newest first.
    """
    # A number finds its matter whatever its state is.
    states = () if _is_number(wanted.text) else _states(wanted.state)
    units = None if wanted.unit is None else (wanted.unit,)
    asked = MatterFilter(states=states, kind=wanted.kind, units=units)
    rows = [_row(one, account, book, zone, at) for one in visible_matters(storage, account, asked)]
    found = [row for row in rows if _is_wanted(row, wanted)]
    found.sort(key=_order)
    shown = found[(page - 1) * PAGE : page * PAGE]
    returns = storage.register.returns([row.matter.id for row in shown if row.matter.state == "preparing"])
    waiting = visible_matters(storage, account, MatterFilter(states=tuple(OPEN_STATES)))
    counts = Counter(due_state(one, book, zone, at).urgency for one in waiting)
    return MatterList(
        [replace(row, returned=returns[row.matter.id].text) if row.matter.id in returns else row for row in shown],
        len(found),
        len(waiting),
        sum(one.unit is None for one in waiting),
        answered_matters(storage, account),
        counts["soon"],
        counts["overdue"],
    )


def waiting_matters(storage: Database, account: Account, zone: tzinfo, at: datetime) -> tuple[int, int]:
    """Return how many matters of the account's unit wait for an answer, and how many of them are overdue.

    Without a unit those are counted that the account may see.
    """
    units = None if account.department is None else (account.department,)
    found = visible_matters(storage, account, MatterFilter(states=tuple(OPEN_STATES), units=units))
    due = [Due(one.due, one.due_at) for one in found if one.due is not None]
    return len(found), sum(is_overdue(one, at, zone) for one in due)


def answered_matters(storage: Database, account: Account) -> int:
    """Return how many matters that the account may see are answered and wait for the office to look at that."""
    return storage.register.count(within_sight(account, MatterFilter(states=("answered",))))


def returned_matters(storage: Database, account: Account) -> Sequence[MatterStep]:
    """Return the steps by which answers of the account's unit were sent back that it has not given anew."""
    if account.department is None:
        return ()
    wanted = MatterFilter(states=("preparing",), units=(account.department,))
    returns = storage.register.returns([one.id for one in visible_matters(storage, account, wanted)])
    return [returns[number] for number in sorted(returns)]


def _states(choice: StateChoice) -> tuple[MatterState, ...]:
    if choice == "all":
        return ()
    if choice == "open":
        return tuple(OPEN_STATES)
    if choice == "current":
        return (*OPEN_STATES, "answered")
    return (choice,)


def _is_number(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 10


def _row(matter: Matter, account: Account, book: RegisterBook, zone: tzinfo, at: datetime) -> ListRow:
    is_own = account.department is not None and matter.unit == account.department
    return ListRow(matter, due_state(matter, book, zone, at), is_own)


def _is_wanted(row: ListRow, wanted: ListFilter) -> bool:
    if wanted.urgency and row.due_state.urgency != wanted.urgency:
        return False
    if _is_number(wanted.text):
        if int(wanted.text) == row.matter.id:
            return True
        states = _states(wanted.state)
        if states and row.matter.state not in states:
            return False
    title = strip_diacritics(folded(row.matter.title))
    numbers = set(words_of(row.matter.title))
    # Part of a number is another number: «4» does not stand in «14%».
    return all(word in numbers if word.isdigit() else strip_diacritics(word) in title for word in words_of(wanted.text))


def _order(row: ListRow) -> tuple[bool, bool, date, int]:
    matter = row.matter
    due = matter.due if matter.is_open and matter.due is not None else date.max
    return not row.is_own, not matter.is_open, due, -matter.id
