"""A matter about to be opened: what is proposed for it, when it is due, and whether there is one already.

The machine proposes and counts; a person opens, and may write another day over the one that was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING

from analysis.digest.excerpt import excerpt, title_pieces
from diembao.jobs.register.sight import visible_matters
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.deadlines import Due, Term, due_of
from pipeline.register.matters import MatterFilter, MatterScope, NewMatter
from pipeline.register.phrases import likeness, words_of
from pipeline.register.steps import StepRefused
from pipeline.register.working_days import NoHolidays

if TYPE_CHECKING:
    from config.register.book import RegisterBook
    from pipeline.records import Item
    from pipeline.records.accounts import Account
    from pipeline.records.audit import Actor
    from pipeline.register.matters import Matter
    from pipeline.register.rules import MatterKind
    from storage.database import Database

#: Years that a day typed by hand may be of.
_YEARS = range(2000, 2101)
#: Share of words of two titles from which on they are near, and the words that a title needs to be compared.
_NEAR, _WORDS = 0.6, 4


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of matter, and when one that is opened now would be due; both None: the day is typed by hand."""

    kind: MatterKind
    due: Due | None
    #: why no day could be counted: holidays.toml lacks a year
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What the page that opens a matter shows."""

    item: Item
    scope: MatterScope
    title: str
    excerpt: str
    kinds: Sequence[KindChoice]
    #: when it would be due as an unexpected matter
    unexpected: Due
    #: matters that are open already, and may be the same one
    similar: Sequence[Matter]


def opening(
    storage: Database, account: Account, book: RegisterBook, key: str, scope: MatterScope, zone: tzinfo, at: datetime
) -> Opening | None:
    """Return what is proposed for a matter that is opened from an article; None for an unknown one."""
    item = storage.articles.item(key)
    if item is None:
        return None
    title = "".join(piece.text for piece in title_pieces(item))
    words = "".join(piece.text for piece in excerpt(item))
    kinds = tuple(_choice(book, kind, item.first_seen, zone, at) for kind in book.rules.kind)
    hours = unexpected_due(book, item.first_seen, zone)
    return Opening(item, scope, title, words, kinds, hours, similar_matters(storage, account, item.key, title))


def unexpected_due(book: RegisterBook, first_seen: datetime, zone: tzinfo) -> Due:
    """Return when an unexpected matter is due: its hours run from first sight, on days off too."""
    term = Term(book.rules.unexpected.hours, "hours")
    return due_of(term, first_seen, first_seen, zone, book.calendar)


def _choice(book: RegisterBook, kind: MatterKind, first_seen: datetime, zone: tzinfo, at: datetime) -> KindChoice:
    if kind.term is None or kind.counts_from == "conclusion":
        return KindChoice(kind, None)
    try:
        return KindChoice(kind, counted_due(book, kind, at, first_seen, zone))
    except NoHolidays as error:
        return KindChoice(kind, None, error.message)


def counted_due(
    book: RegisterBook, kind: MatterKind, counted_from: datetime, first_seen: datetime, zone: tzinfo
) -> Due | None:
    """Return when a matter of a kind is due, counted from a moment; None: it has no term. Raises NoHolidays."""
    if kind.term is None:
        return None
    over = book.rules.terms.end_on_working_day
    return due_of(kind.term, counted_from, first_seen, zone, book.calendar, end_on_working_day=over)


def chosen_due(
    book: RegisterBook,
    kind_id: str,
    *,
    typed: date | None,
    concluded: date | None,
    is_unexpected: bool,
    first_seen: datetime,
    zone: tzinfo,
    at: datetime,
) -> Due | None:
    """Return the due day of a matter that is opened at `at`; None: it has none.

    A day that was typed holds over all that is counted. `concluded` is the day of a conclusion, from which some kinds
    count. Raises StepRefused for an unknown kind, and where a day has to be typed.
    """
    kind = book.rules.kinds.get(kind_id)
    if kind is None:
        raise StepRefused(Message(mark("Choose what kind of matter it is.")))
    for day in (typed, concluded):
        if day is not None and day.year not in _YEARS:
            raise StepRefused(Message(mark("A day between {first} and {last} is needed."), first=2000, last=2100))
    if typed is not None:
        return Due(typed)
    if is_unexpected:
        return unexpected_due(book, first_seen, zone)
    begins = at
    if kind.counts_from == "conclusion":
        if concluded is None:
            raise StepRefused(
                Message(mark("The term of this kind counts from a conclusion: type its day, or the day that is due."))
            )
        begins = datetime.combine(concluded, time.min, zone)
    try:
        return counted_due(book, kind, begins, first_seen, zone)
    except NoHolidays as error:
        needed = Message(mark("{problem} Type the day that is due by hand."), problem=error.message)
        raise StepRefused(needed) from error


def similar_matters(storage: Database, account: Account, key: str, title: str) -> list[Matter]:
    """Return the open matters of the same story or event as an article, or with nearly its title, the newest first."""
    told = set(storage.register.matters_beside(key))
    found = visible_matters(storage, account, MatterFilter(states=("new", "assigned", "preparing", "answered")))
    return [one for one in found if one.id in told or are_near(one.title, title)]


def are_near(title: str, other: str) -> bool:
    """Return whether two titles share most of their words."""
    return min(len(words_of(title)), len(words_of(other))) >= _WORDS and likeness(title, other) >= _NEAR


def end_of_hours(day: date, hour: str, zone: tzinfo) -> datetime | None:
    """Return the moment of a time HH:MM of a local day; None where no time is given. Raises StepRefused."""
    if not hour:
        return None
    try:
        minutes = time.fromisoformat(hour)
    except ValueError:
        raise StepRefused(Message(mark("No time of day: {found}; write it as 17:00."), found=hour[:20])) from None
    return datetime.combine(day, minutes, zone)


def put_aside(storage: Database, actor: Actor, book: RegisterBook, key: str, reason: str, at: datetime) -> int:
    """Open a matter of an article's story and drop it at once, with the reason; return its number.

    Raises StepRefused, before anything is stored, without a reason and where the story has a matter.
    """
    item = storage.articles.item(key)
    if item is None:
        raise StepRefused(Message(mark("There is no article of that id: {item}"), item=key))
    if not reason.strip():
        raise StepRefused(Message(mark("A reason is needed.")))
    title = "".join(piece.text for piece in title_pieces(item)) or item.article.url
    return storage.register.put_aside(actor, NewMatter(title, _kind_of_no_term(book), key, "story"), reason, at).id


def _kind_of_no_term(book: RegisterBook) -> str:
    """Return the last kind without a term, «việc khác» as shipped; else the last of all."""
    return next((kind.id for kind in reversed(book.rules.kind) if kind.term is None), book.rules.kind[-1].id)
