"""register.toml as records: kinds of matters with their terms, reminders, the calendar of the year, and fixed lists."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from typing import ClassVar, Literal

from pipeline.register.deadlines import Term

_FORBID = {"extra": "forbid"}
_ONE_DAY = timedelta(days=1)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: What a term counts from: the day on which the matter reached the agency, or that of a conclusion, which comes later.
CountsFrom = Literal["receipt", "conclusion"]


@dataclass(frozen=True, slots=True)
class Names:
    """What something is called, in both languages of the program."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the name in 'vi' or 'en'."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, slots=True)
class MatterKind:
    """[[kind]]: a kind of matter, and how long there is to deal with it."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    name: Names
    #: None: no term; the day is typed by hand.
    term: Term | None = None
    counts_from: CountsFrom = "receipt"
    #: Document and article that the term comes from, in Vietnamese; '' where there is no term.
    basis: str = ""
    #: False: read in a secondary source; shown with "check with your lawyer".
    sure: bool = False
    #: True: the rule is for others and taken as a guide («tham khảo»), no legal duty of the province.
    analogy: bool = False


@dataclass(frozen=True, slots=True)
class TermRules:
    """[terms]: how terms end."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Whether a term in calendar days that would end on a day off ends with the next working day.
    end_on_working_day: bool = True


@dataclass(frozen=True, slots=True)
class UnexpectedRules:
    """[unexpected]: matters that a person marks as unexpected."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Hours from first sight to the first information for the press, day and night.
    hours: int = 24
    #: Hours before the end of that time from which the office is told.
    warn_hours: int = 4
    basis: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Reminders:
    """[reminders]: when a matter is due soon, and who is told when."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Working days before its end within which a term is due soon.
    soon_working_days: int = 3
    #: Local time, HH:MM, of the one message a day to each unit.
    at: str = "07:30"
    #: Whether nothing is told on days off: what came up meanwhile is told on the next working day.
    working_days_only: bool = True
    #: Days after the due day from which the head of the unit is told too.
    escalate_after_days: int = 3

    @property
    def time(self) -> time:
        """The local time of the message."""
        return time.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """[calendar]: what the office owes the press and the ministry at fixed times of the year."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Day of each month by which the monthly information is given; the month's last day where it has fewer.
    information_day: int = 25
    #: Months (1 to 12) with a press conference, and its day.
    conference_months: tuple[int, ...] = (3, 6, 9, 12)
    conference_day: int = 20
    #: Day, MM-DD, before which the yearly report is sent.
    report_before: str = "12-20"
    #: First day, MM-DD, of the twelve months that a report covers; those of year Y begin in Y - 1.
    report_from: str = "12-15"
    basis: str = ""
    sure: bool = False

    def information_on(self, year: int, month: int) -> date:
        """Return the day of the monthly information."""
        return _day_of(year, month, self.information_day)

    def conferences(self, year: int) -> tuple[date, ...]:
        """Return the days of the year's press conferences, in their order."""
        return tuple(_day_of(year, month, self.conference_day) for month in sorted(self.conference_months))

    def report_due(self, year: int) -> date:
        """Return the day before which the report of a year is sent."""
        return _month_day(year, self.report_before)

    def report_window(self, year: int) -> tuple[date, date]:
        """Return the first and last day that the report of a year covers."""
        begins = _month_day(year, self.report_from)
        if (begins.month, begins.day) == (1, 1):
            return begins, date(year, 12, 31)
        return _month_day(year - 1, self.report_from), begins - _ONE_DAY

    def report_year(self, day: date) -> int:
        """Return the year whose report covers a day."""
        return day.year if self.report_window(day.year)[1] >= day else day.year + 1


@dataclass(frozen=True, slots=True)
class Lists:
    """[lists]: when the weekly list is made."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    weekly_day: Weekday = "thursday"
    #: Local time, HH:MM, up to which the list covers a week.
    weekly_at: str = "15:00"

    @property
    def weekday(self) -> int:
        """The day of the week as `date.weekday` counts: 0 is Monday."""
        return WEEKDAYS.index(self.weekly_day)

    @property
    def time(self) -> time:
        """The local time of the weekly list."""
        return time.fromisoformat(self.weekly_at)


@dataclass(frozen=True, slots=True)
class NoteRetention:
    """[retention]: how long notes are kept."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Days after a matter is closed after which its notes go; 0: never.
    notes_days: int = 730


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """[candidates]: which stories are proposed to people."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Days up to now whose stories are looked at.
    days: int = 7
    #: Outlets from which on a story counts as widely carried.
    outlets: int = 3
    #: Topics that are named as a reason, as topics alone; ids of topics.toml.
    topics: tuple[str, ...] = ()
    #: Phrases by which a text asks for an answer; "…" stands for some words of the same sentence.
    requests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchRules:
    """[watch]: how the articles of a matter are looked at again."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Days after the answer for which their pages are fetched again; while a matter is open they always are.
    days: int = 30
    #: Hours between two looks at a page.
    hours: int = 24
    #: Words of a notice of correction.
    correction: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """[[refusal]]: a reason for which information may be refused to the press."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    name: Names
    basis: str
    sure: bool = False


@dataclass(frozen=True)
class RegisterRules:
    """All of register.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    kind: tuple[MatterKind, ...]
    terms: TermRules = field(default_factory=TermRules)
    unexpected: UnexpectedRules = field(default_factory=UnexpectedRules)
    reminders: Reminders = field(default_factory=Reminders)
    calendar: YearCalendar = field(default_factory=YearCalendar)
    lists: Lists = field(default_factory=Lists)
    retention: NoteRetention = field(default_factory=NoteRetention)
    refusal: tuple[RefusalReason, ...] = ()
    candidates: CandidateRules = field(default_factory=CandidateRules)
    watch: WatchRules = field(default_factory=WatchRules)

    @cached_property
    def kinds(self) -> dict[str, MatterKind]:
        """The kinds by id, in the order of the file."""
        return {kind.id: kind for kind in self.kind}

    @cached_property
    def refusals(self) -> dict[str, RefusalReason]:
        """The reasons of refusal by id, in the order of the file."""
        return {reason.id: reason for reason in self.refusal}


def _day_of(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _month_day(year: int, words: str) -> date:
    """Return a day of a year written as MM-DD; 29 February is 28 in other years."""
    month, day = map(int, words.split("-"))
    return _day_of(year, month, day)
