"""register.toml → the rules of the register, checked for sense as well as form."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.register.rules import MatterKind, RefusalReason, RegisterRules

FILE = "register.toml"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
#: Numbers: where they stand, and their least and greatest value
_RANGES = (
    ("unexpected", "hours", 1, 24 * 31),
    ("unexpected", "warn_hours", 0, 24 * 31),
    ("reminders", "soon_working_days", 0, 60),
    ("reminders", "escalate_after_days", 0, 365),
    ("calendar", "information_day", 1, 31),
    ("calendar", "conference_day", 1, 31),
    ("retention", "notes_days", 0, 36_500),
    ("candidates", "days", 1, 60),
    ("candidates", "outlets", 2, 100),
    ("watch", "days", 0, 366),
    ("watch", "hours", 1, 24 * 31),
)
#: Longest term in each unit; a longer one is a slip.
_LONGEST_TERM = {"working_days": 250, "days": 366, "hours": 24 * 31}


def load_register(directory: Path | None) -> RegisterRules:
    """Read register.toml of `directory`, or the packaged one. Raises ConfigError."""
    name, text = resolve(directory, FILE)
    rules, faults = read_toml(text, RegisterRules, name=name)
    _check_ids("kind", rules.kind, faults)
    _check_ids("refusal", rules.refusal, faults)
    if not rules.kind:
        faults.add(("kind",), mark("is empty"))
    for n, kind in enumerate(rules.kind):
        if kind.term is None:
            continue
        longest = _LONGEST_TERM[kind.term.unit]
        if not 1 <= kind.term.amount <= longest:
            faults.add(("kind", n, "term"), _OUT_OF_RANGE, least=1, most=longest, found=kind.term.amount)
        if not kind.basis.strip():
            faults.add(("kind", n), mark("a term needs its basis: document and article"))
    for n, reason in enumerate(rules.refusal):
        if not reason.basis.strip():
            faults.add(("refusal", n, "basis"), mark("is empty"))
    for table, key, least, most in _RANGES:
        value = getattr(getattr(rules, table), key)
        if not least <= value <= most:
            faults.add((table, key), _OUT_OF_RANGE, least=least, most=most, found=value)
    for table, key in (("reminders", "at"), ("lists", "weekly_at")):
        value = getattr(getattr(rules, table), key)
        if not _TIME.fullmatch(value):
            faults.add((table, key), mark("not a time of day as HH:MM: {found!r}"), found=value)
    for table, key in (("candidates", "requests"), ("watch", "correction")):
        if not all(words.strip(" …") for words in getattr(getattr(rules, table), key)):
            faults.add((table, key), mark("is empty"))
    _check_calendar(rules, faults)
    faults.raise_any()
    return rules


_OUT_OF_RANGE = mark("a number from {least} to {most} is needed, found {found}")


def _check_ids(table: str, rows: Sequence[MatterKind | RefusalReason], faults: Faults) -> None:
    ids: set[str] = set()
    for n, row in enumerate(rows):
        if not _ID.fullmatch(row.id):
            faults.add((table, n, "id"), mark("small letters, digits and '_' only, found {found!r}"), found=row.id)
        if row.id in ids:
            faults.add((table, n, "id"), mark("{name!r} is used twice"), name=row.id)
        ids.add(row.id)
        if not row.name.vi.strip() or not row.name.en.strip():
            faults.add((table, n, "name"), mark("is empty"))


def _check_calendar(rules: RegisterRules, faults: Faults) -> None:
    months = rules.calendar.conference_months
    if len(set(months)) != len(months) or not set(months) <= set(range(1, 13)):
        faults.add(
            ("calendar", "conference_months"),
            mark("different months from 1 to 12 are needed, found {found}"),
            found=list(months),
        )
    for key in ("report_before", "report_from"):
        words = getattr(rules.calendar, key)
        if not _is_day_of_year(words):
            faults.add(("calendar", key), mark("no day of a year as MM-DD: {found!r}"), found=words)


def _is_day_of_year(words: str) -> bool:
    if not re.fullmatch(r"\d\d-\d\d", words):
        return False
    try:
        date.fromisoformat(f"2000-{words}")  # a leap year: 29 February is a day
    except ValueError:
        return False
    return True
