"""The register → the rows of its exported tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.register.rows import contact_rows, matter_rows, step_rows
from diembao.jobs.register.aftermath import matter_article_rows
from diembao.jobs.register_papers.state import register_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from config.register.book import RegisterBook
    from pipeline.register.matters import MatterNote
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """Which rows of a table of the register are wanted; days are local, both included."""

    #: one of analysis.tables.definitions.REGISTER_TABLES
    table: str
    since: date | None
    until: date | None
    #: of the article that a matter was opened from; empty: all
    topics: Collection[str]
    zone: ZoneInfo
    #: aware; None: now
    as_of: datetime | None
    with_notes: bool


def register_rows(storage: Database, request: RegisterRequest, book: RegisterBook) -> Iterable[Any]:
    """Return the rows of a table; the days bound when a matter was opened, a step made, a contact had."""
    state = register_state(storage, book, request.zone, request.as_of, articles=request.table == "matters")

    def on(day: date) -> bool:
        return (request.since is None or day >= request.since) and (request.until is None or day <= request.until)

    def wanted(at: datetime) -> bool:
        return on(at.astimezone(request.zone).date())

    if request.table == "matter_steps":
        return (row for row in step_rows(state) if wanted(row.step.at))
    if request.table == "matter_articles":
        matters = [one.matter for one in state.standings if wanted(one.matter.opened_at)]
        return matter_article_rows(storage, book.rules, matters, request.as_of)
    if request.table == "press_contacts":
        return contact_rows(state, (one for one in state.contacts if on(one.day)))

    def notes_of(matter: int) -> list[MatterNote]:
        written = storage.register.notes(matter)
        return [note for note in written if request.as_of is None or note.at < request.as_of]

    notes = {one.matter.id: notes_of(one.matter.id) for one in state.standings} if request.with_notes else None
    topics = frozenset(request.topics)
    return (
        row
        for row in matter_rows(state, notes)
        if wanted(row.matter.opened_at) and (not topics or topics.intersection(row.origin.topics if row.origin else ()))
    )
