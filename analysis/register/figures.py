"""The register → its figures of any span of days: by unit, kind, topic and month, days to answer, share in time.

A figure of a span that is over stays what it was: matters stand as at its end, units are called as they were then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from analysis.register.standing import Standing
from analysis.register.state import RegisterState
from pipeline.register.rules import Names


@dataclass(frozen=True, slots=True)
class Sums:
    """What a group of matters did in a span; `name` is the group's: a unit, a kind, a topic, a month."""

    name: str
    #: opened in the span
    opened: int
    #: answered in the span
    answered: int
    #: of those answered in the span that have a term: in time, and all
    in_time: int
    with_term: int
    #: median days from opening to answer of those answered in the span; None: none was
    days: float | None
    #: the same in working days, of those whose years holidays.toml has
    working_days: float | None
    #: waiting for their answer at the end, and those of them that were overdue
    open: int
    overdue: int
    #: closed, and found not to need an answer, in the span
    closed: int
    dropped: int

    @property
    def share_in_time(self) -> float | None:
        """The share in time in per cent; None: nothing with a term was answered."""
        return 100 * self.in_time / self.with_term if self.with_term else None


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """The figures of the days `first` to `last`, as they stood at the end of `last`, or at `moment` where earlier."""

    first: date
    last: date
    moment: datetime
    all: Sums
    #: by unit, the one with most matters first; a unit that was renamed has a row for each of its names
    units: tuple[Sums, ...]
    #: by kind, in the order of register.toml
    kinds: tuple[Sums, ...]
    #: by topic of the article that a matter was opened from, which may have several; '' where it has none
    topics: tuple[Sums, ...]
    #: by calendar month, named 2026-11
    months: tuple[Sums, ...]
    #: names of kinds by id
    kind_names: Mapping[str, Names]

    @property
    def is_used(self) -> bool:
        """Whether there was any matter in the span."""
        s = self.all
        return any((s.opened, s.answered, s.open, s.closed, s.dropped))


def register_figures(state: RegisterState, first: date, last: date) -> RegisterFigures:
    """Return the figures of the local days from `first` to `last`, both included."""
    end = min(datetime.combine(last + timedelta(days=1), time.min, state.zone), state.moment)
    found = state.standings_at(end)
    counter = _Counter(state, first, last, end)
    kinds = list(dict.fromkeys((*state.rules.kinds, *(s.matter.kind for s in found))))

    def topics(one: Standing) -> Sequence[str]:
        report = state.origin(one.matter.id)
        return report.topics if report is not None and report.topics else ("",)

    return RegisterFigures(
        first,
        last,
        end,
        counter.sums("", found),
        tuple(counter.groups(found, lambda s: (state.unit_name(s.unit, s.then),), _most, state.answered_by)),
        tuple(sorted(counter.groups(found, lambda s: (s.matter.kind,), _most), key=lambda g: kinds.index(g.name))),
        tuple(counter.groups(found, topics, _most)),
        tuple(_by_month(state, found, first, last, end)),
        {kind.id: kind.name for kind in state.rules.kind},
    )


def _most(sums: Sums) -> tuple[object, ...]:
    return not sums.name, -(sums.opened + sums.answered + sums.open), sums.name


def _by_month(
    state: RegisterState, found: Sequence[Standing], first: date, last: date, end: datetime
) -> Iterable[Sums]:
    """Yield the sums of each month as it stood at its own end: they are those of the report of that month."""
    month = first.replace(day=1)
    while month <= last:
        after = (month + timedelta(days=32)).replace(day=1)
        begins, ends = max(first, month), min(last, after - timedelta(days=1))
        moment = min(datetime.combine(ends + timedelta(days=1), time.min, state.zone), end)
        stood = found if moment >= end else state.standings_at(moment)
        if datetime.combine(begins, time.min, state.zone) < end:
            yield _Counter(state, begins, ends, moment).sums(f"{month:%Y-%m}", stood)
        month = after


class _Counter:
    def __init__(self, state: RegisterState, first: date, last: date, moment: datetime) -> None:
        self._book, self._first, self._last, self._moment = state, first, last, moment

    def groups(
        self,
        found: Iterable[Standing],
        names: Callable[[Standing], Iterable[str]],
        order: Callable[[Sums], tuple[object, ...]],
        answered_by: Callable[[Standing], str] | None = None,
    ) -> list[Sums]:
        """Return the sums of each group with something in the span, or open at its end.

        `answered_by`: the group of a matter's answer, where that may be another than the matter's.
        """
        members: dict[str, tuple[list[Standing], list[Standing]]] = {}
        for one in found:
            of_answer = names(one) if answered_by is None else (answered_by(one),)
            for part, groups in enumerate((names(one), of_answer)):
                for name in groups:
                    members.setdefault(name, ([], []))[part].append(one)
        sums = [self.sums(name, *some) for name, some in members.items()]
        filled = [s for s in sums if s.opened or s.answered or s.open or s.closed or s.dropped]
        return sorted(filled, key=order)

    def sums(self, name: str, found: Sequence[Standing], with_answer: Sequence[Standing] | None = None) -> Sums:
        """Return the sums of matters; `with_answer`: those whose answers are theirs, where these are others."""
        state = self._book
        own = found if with_answer is None else with_answer
        answered = [s for s in own if s.answer is not None and self._within(s.answer.at)]
        waiting = [s for s in found if s.matter.is_open]
        ended = [s for s in found if self._within(s.ended_at)]
        in_time = [timely for s in answered if (timely := s.in_time(state.zone)) is not None]
        days = [n for s in answered if (n := s.days(state.zone)) is not None]
        worked = [n for s in answered if (n := s.working_days(state.zone, state.calendar)) is not None]
        return Sums(
            name,
            sum(self._within(s.matter.opened_at) for s in found),
            len(answered),
            sum(in_time),
            len(in_time),
            float(median(days)) if days else None,
            float(median(worked)) if worked else None,
            len(waiting),
            sum(s.is_overdue(self._moment, state.zone) for s in waiting),
            sum(not s.was_dropped for s in ended),
            sum(s.was_dropped for s in ended),
        )

    def _within(self, at: datetime | None) -> bool:
        return at is not None and self._first <= at.astimezone(self._book.zone).date() <= self._last
