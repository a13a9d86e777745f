"""One matter as its page shows it: its facts, steps in words, articles in excerpts, notes, and what may be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.digest.excerpt import excerpt, title_pieces
from diembao.jobs.access import visible
from diembao.jobs.register.due_state import DueState, due_state
from diembao.jobs.register.opening import counted_due, unexpected_due
from diembao.jobs.register.sight import allowed_steps, may_read, may_read_notes
from diembao.jobs.register.unit_names import UnitNames, unit_names
from pipeline.register.returned import returns_that_hold
from pipeline.register.working_days import NoHolidays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from config.register.book import RegisterBook
    from pipeline.records import Item
    from pipeline.records.accounts import Account, Sight
    from pipeline.register.deadlines import Due
    from pipeline.register.matters import Matter, MatterLink, MatterNote, MatterStep, StepKind
    from pipeline.register.rules import MatterKind
    from pipeline.register.units import Spokesperson
    from storage.database import Database
    from storage.office.heads import ArticleHead

#: Fields of a step that its page leaves out: what its time, its kind or another field says.
_SILENT = frozenset({"first_seen", "scope", "closed_at", "answered_at"})


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step, the person's unit as it was called then, and what was set: field and value."""

    step: MatterStep
    unit: str
    #: values: texts, days, moments, booleans, names of units; of a link its article's title
    changes: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """An article of a matter: its headline and an excerpt, never its text. `item` None: it cannot be read."""

    link: MatterLink
    item: Item | None
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class MatterPage:
    """One matter for one account."""

    matter: Matter
    #: None: register.toml does not have it any more
    kind: MatterKind | None
    due_state: DueState
    #: names of today while it is open, else of the day on which it ended
    unit: str
    taking_part: tuple[str, ...]
    steps: Sequence[ShownStep]
    articles: Sequence[LinkedArticle]
    #: articles that may belong to it and that the account may see
    proposals: Sequence[ArticleHead]
    #: how many there are besides
    hidden_proposals: int
    #: None: they are not for this account
    notes: Sequence[MatterNote] | None
    #: unit of who wrote a note, by the note's number, as it was called then
    note_units: Mapping[int, str]
    spokespersons: Sequence[Spokesperson]
    #: whether private telephone numbers may be shown
    is_office: bool
    allowed: tuple[StepKind, ...]
    #: units to choose from
    units: Sequence[tuple[int, str]]
    #: the day that the rules give for its kind; None: none
    counted: Due | None
    #: the step by which its answer was sent back; None: it was not, or something was done since
    returned: MatterStep | None
    #: its other matter, where the account may see that
    joined_to: Matter | None

    @property
    def origin(self) -> LinkedArticle | None:
        """The article that it was opened from."""
        return next((one for one in self.articles if one.link.part == "origin"), None)


def matter_page(
    storage: Database, account: Account, matter: Matter, book: RegisterBook, zone: tzinfo, at: datetime
) -> MatterPage:
    """Return what an account is shown of a matter that it may see; notes only of what is its own."""
    names, today = unit_names(storage, book.units), at.astimezone(zone).date()
    steps = storage.register.steps(matter.id)
    day = today if matter.is_open else max((step.at for step in steps), default=at).astimezone(zone).date()
    notes = storage.register.notes(matter.id) if may_read_notes(account, matter) else None
    allowed = allowed_steps(account, matter)
    joined = storage.register.matter(matter.joined_to) if matter.joined_to is not None else None
    proposals = (
        storage.register.articles_beside(matter.id) if "link" in allowed and matter.state != "not_needed" else []
    )
    sight = visible(storage, account)
    heads = storage.office.heads(proposals)
    seen = [one for key in proposals if (one := heads.get(key)) is not None and sight.shows(one.key, one.story)]
    return MatterPage(
        matter,
        book.rules.kinds.get(matter.kind),
        due_state(matter, book, zone, at),
        names.at(matter.unit, day),
        tuple(names.at(one, day) for one in matter.taking_part),
        list(shown_steps(storage, matter.id, steps, names, book, zone, sight)),
        [_article(storage, link) for link in storage.register.links(matter.id)],
        seen,
        len(heads) - len(seen),
        notes,
        {note.id: names.at(note.department, note.at.astimezone(zone).date()) for note in notes or ()},
        names.spokespersons(matter.unit, today),
        account.allows("matter.manage"),
        allowed,
        names.choices(today),
        _counted(matter, book, zone),
        returns_that_hold(steps).get(matter.id),
        joined if joined is not None and may_read(account, joined) else None,
    )


def shown_steps(
    storage: Database,
    number: int,
    steps: Sequence[MatterStep],
    names: UnitNames,
    book: RegisterBook,
    zone: tzinfo,
    sight: Sight,
) -> Iterator[ShownStep]:
    """Yield steps of a matter with their values in words, units under the names of their day.

    Titles stand there of articles in sight alone: what was taken off a matter is for its units no longer.
    """
    links = {link.id: link.item for link in storage.register.links(number, removed=True)}
    heads = storage.office.heads(links.values())
    for step in steps:
        day = step.at.astimezone(zone).date()
        changes = []
        for field, value in step.values.items():
            if field in _SILENT or value in (None, "", [], False):
                continue
            if field == "link":
                head = heads.get(links.get(int(str(value)), ""))
                is_seen = head is not None and sight.shows(head.key, head.story)
                changes.append((field, head.title if head is not None and is_seen else ""))
            else:
                changes.append((field, _said(field, value, names, book, day)))
        yield ShownStep(step, names.at(step.department, day), tuple(changes))


def _said(field: str, value: Any, names: UnitNames, book: RegisterBook, day: date) -> Any:
    if field == "unit":
        return names.at(value, day)
    if field == "taking_part":
        return ", ".join(names.at(one, day) for one in value)
    if field == "kind":
        return book.rules.kinds.get(value, value)
    return value


def _article(storage: Database, link: MatterLink) -> LinkedArticle:
    item = storage.articles.item(link.item)
    if item is None:
        return LinkedArticle(link, None, "", "")
    title = "".join(piece.text for piece in title_pieces(item))
    return LinkedArticle(link, item, title, "".join(piece.text for piece in excerpt(item)))


def _counted(matter: Matter, book: RegisterBook, zone: tzinfo) -> Due | None:
    if matter.is_unexpected:
        return unexpected_due(book, matter.first_seen, zone)
    kind = book.rules.kinds.get(matter.kind)
    if kind is None or kind.counts_from == "conclusion":
        return None
    try:
        return counted_due(book, kind, matter.opened_at, matter.first_seen, zone)
    except NoHolidays:
        return None
