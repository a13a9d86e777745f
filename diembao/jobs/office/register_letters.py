"""Letters of the register: the day's message to a reader, and that a clock runs out. Titles alone, never notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.jobs.office.letter_parts import Place, Said, Unsent, one_line, shortened
from diembao.jobs.register.sight import may_read
from diembao.jobs.register.unit_names import unit_names
from diembao.jobs.register_upkeep.readers import (
    after_concerns_account,
    clock_cause,
    headed_by,
    load_after_answers,
    load_day,
    told_to_account,
    told_to_mailbox,
)
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.records.accounts import Account, Department
from pipeline.register.reminders import clock_end, clock_state, concerns_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.register.book import RegisterBook
    from diembao.jobs.register.unit_names import UnitNames
    from pipeline.register.matters import Matter
    from pipeline.register.reminders import AfterAnswer, Told
    from storage.database import Database

#: Characters of a title; matters of one list, of others the number is given.
_TITLE, _MOST_LISTED = 120, 100
#: Events after an answer that are listed of one matter.
_MOST_EVENTS = 10
#: List of Told → its head in the letter, and its word in the subject.
_HEADS = {
    "escalated": (mark("Long overdue, told to the head of the unit and the office:"), mark("{count} long overdue")),
    "overdue": (mark("Overdue:"), mark("{count} overdue")),
    "soon": (mark("Due soon:"), mark("{count} due soon")),
    "given": (mark("New to your unit:"), mark("{count} new")),
    "unassigned": (mark("Overdue or due soon, and no unit is in charge:"), mark("{count} without a unit in charge")),
}


@dataclass(frozen=True, slots=True)
class _Words:
    """What the lines of a letter are made with."""

    place: Place
    zone: ZoneInfo
    units: UnitNames
    #: today, local
    day: date
    own: int | None


def of_register_day(
    storage: Database, book: RegisterBook, reader: Account | Department, day: str, place: Place, at: datetime
) -> Said | Unsent:
    """Return the day's message to an account or a department's mailbox."""
    if day != place.today.isoformat():
        return Unsent("late")
    found = load_day(storage, book, place.today, place.zone)
    if isinstance(reader, Account):
        told = told_to_account(found, reader, headed_by(storage, book, reader, place.today), at)
        own = reader.department
        news = load_after_answers(storage, book, found, ("account", reader.id), partial(after_concerns_account, reader))
    else:
        told, own = told_to_mailbox(found, reader.id, at), reader.id
        news = load_after_answers(
            storage, book, found, ("mailbox", reader.id), lambda matter: concerns_after(matter, (reader.id,))
        )
    if not (told.matters or news):
        return Unsent("done")
    words = _Words(place, place.zone, unit_names(storage, book.units), place.today, own)
    is_office = isinstance(reader, Account) and reader.allows("matter.manage")
    lines = [*_lines(told, words), *_after_lines(news, words, is_office=is_office)]
    return _subject(told, len({one.matter.id for one in news}), place.today), lines[:-1]


def of_clock(
    storage: Database, book: RegisterBook, account: Account, what: str, place: Place, at: datetime
) -> Said | Unsent:
    """Return that the clock of a matter is about to run out or did, to an account of the office."""
    number, _, _ = what.partition(" ")
    matter = storage.register.matter(int(number)) if number.isdigit() else None
    ends = None if matter is None else clock_end(matter, book.rules, place.zone)
    if matter is None or ends is None:
        return Unsent("done")
    state = clock_state(matter, book.rules, at, place.zone)
    if clock_cause(matter, state, ends.astimezone(UTC)) != f"clock {what}":
        return Unsent("done")
    if not account.allows("matter.manage") or not may_read(account, matter):
        return Unsent("not_visible")
    words = _Words(place, place.zone, unit_names(storage, book.units), place.today, account.department)
    until = ends.astimezone(place.zone)
    if state == "over":
        subject = translate(
            "Matter {number}: time to inform the press ran out at {at:%H:%M %d/%m}", number=matter.id, at=until
        )
    else:
        subject = translate("Matter {number}: inform the press by {at:%H:%M %d/%m}", number=matter.id, at=until)
    seen = translate("First seen at {at:%H:%M %d/%m/%Y}.", at=matter.first_seen.astimezone(place.zone))
    return subject, [*_matter_lines(matter, words), seen]


def _subject(told: Told, after: int, today: date) -> str:
    counts = [
        translate(short, count=len(getattr(told, name))) for name, (_, short) in _HEADS.items() if getattr(told, name)
    ]
    if after:
        counts.append(translate("{count} with news after the answer", count=after))
    return translate("Register on {day:%d/%m}: {counts}", day=today, counts=", ".join(counts))


def _lines(told: Told, words: _Words) -> list[str]:
    lines: list[str] = []
    if words.own is not None:
        lines += [translate("Matters that the press raised, for {department}:", department=_unit(words, words.own)), ""]
    for name, (head, _) in _HEADS.items():
        matters: Sequence[Matter] = getattr(told, name)
        if not matters:
            continue
        lines.append(translate(head))
        for matter in matters[:_MOST_LISTED]:
            lines += _matter_lines(matter, words)
        if len(matters) > _MOST_LISTED:
            lines.append(translate("and {count} more", count=len(matters) - _MOST_LISTED))
        lines.append("")
    return lines


def _after_lines(news: Sequence[AfterAnswer], words: _Words, *, is_office: bool) -> list[str]:
    """Return what became known of reports after answers, matter by matter; a reprint is named to the office alone."""
    by_matter: dict[int, list[AfterAnswer]] = {}
    for one in news:
        by_matter.setdefault(one.matter.id, []).append(one)
    if not by_matter:
        return []
    lines = [translate("After the answer:")]
    for some in list(by_matter.values())[:_MOST_LISTED]:
        unit = some[0].matter.unit
        events = _events(some, words.zone, is_office=is_office)
        facts = [] if unit is None or unit == words.own else [_unit(words, unit)]
        lines += _lines_with(some[0].matter, [*facts, *events], words)
    if len(by_matter) > _MOST_LISTED:
        lines.append(translate("and {count} more", count=len(by_matter) - _MOST_LISTED))
    return [*lines, ""]


def _events(some: Sequence[AfterAnswer], zone: ZoneInfo, *, is_office: bool) -> list[str]:
    named = [one for one in some if one.is_linked or is_office]
    lines = []
    for one in named[:_MOST_EVENTS]:
        outlet = one_line(one.outlet) + ("" if one.is_linked else f" ({translate('reprinted')})")
        state = translate_code("watch-state", one.state)
        lines.append(f"{outlet}: {state} ({one.at.astimezone(zone):%H:%M %d/%m/%Y})")
    if len(named) > _MOST_EVENTS:
        lines.append(translate("and {count} more", count=len(named) - _MOST_EVENTS))
    for state, count in Counter(one.state for one in some if not one.is_linked and not is_office).items():
        lines.append(translate("{count} reprints: {state}", count=count, state=translate_code("watch-state", state)))
    return lines


def _unit(words: _Words, number: int) -> str:
    return one_line(words.units.at(number, words.day))


def _matter_lines(matter: Matter, words: _Words) -> list[str]:
    """Return a matter in two or three lines: number and title; unit and due date; link."""
    facts = [] if matter.unit is None or matter.unit == words.own else [_unit(words, matter.unit)]
    facts.append(_due(matter, words))
    return _lines_with(matter, ["; ".join(facts)], words)


def _lines_with(matter: Matter, facts: Sequence[str], words: _Words) -> list[str]:
    title = shortened(matter.title, _TITLE)
    lines = [f"- {translate('Matter {number}: {title}', number=matter.id, title=title)}"]
    lines += [f"  {fact}" for fact in facts]
    return [*lines, *([f"  {words.place.desk}/register/matter/{matter.id}"] if words.place.desk else [])]


def _due(matter: Matter, words: _Words) -> str:
    if matter.due is None:
        return translate("no term")
    if matter.due_at is not None:
        return translate("due at {at:%H:%M %d/%m/%Y}", at=matter.due_at.astimezone(words.zone))
    if matter.due < words.day:
        return translate(
            "due on {day:%d/%m/%Y}, over for {count} days", day=matter.due, count=(words.day - matter.due).days
        )
    return translate("due on {day:%d/%m/%Y}", day=matter.due)
