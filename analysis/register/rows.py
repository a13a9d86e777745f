"""The register → the rows of its exported tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analysis.register.standing import Standing
from analysis.register.state import RegisterState, Report
from pipeline.records.audit import Json
from pipeline.register.matters import Matter, MatterNote, MatterStep, PressContact


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter as it stood, with what is computed of it."""

    matter: Matter
    standing: Standing
    #: handle of its unit and the name of its time; '': none was in charge
    unit: str
    unit_name: str
    #: handles
    taking_part: tuple[str, ...]
    kind_name: str
    days: int | None
    working_days: int | None
    in_time: bool | None
    overdue: bool
    #: the article that it was opened from; None: it is not stored any more
    origin_key: str
    origin: Report | None
    #: articles that belong to it
    articles: int
    #: texts of its notes, oldest first; only where they were asked for
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a matter; people are not in it, but the department of who made it."""

    step: MatterStep
    #: handle of the department of who made it; '': the office, or a command
    by_unit: str
    #: handle and name of the unit that it put in charge; '': it put none
    unit: str
    unit_name: str
    taking_part: tuple[str, ...]

    def value(self, name: str) -> Json:
        """Return what it set of a field of the matter; None: nothing."""
        return self.step.values.get(name)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An entry of the log of contacts with the press; who wrote it is not in it."""

    contact: PressContact
    #: handle and name of the unit that spoke; '': the office
    unit: str
    unit_name: str


def matter_rows(state: RegisterState, notes: Mapping[int, Sequence[MatterNote]] | None = None) -> Iterator[MatterRow]:
    """Yield one row for every matter, by number; `notes` of the moment by number of the matter."""
    for one in state.standings:
        matter = one.matter
        yield MatterRow(
            matter,
            one,
            state.handle(one.unit),
            state.unit_name(one.unit, one.then),
            tuple(filter(None, map(state.handle, matter.taking_part))),
            state.kind_name(matter.kind, "vi"),
            one.days(state.zone),
            one.working_days(state.zone, state.calendar),
            one.in_time(state.zone),
            one.is_overdue(state.moment, state.zone),
            state.origins.get(matter.id, ""),
            state.origin(matter.id),
            len(state.linked(matter.id)),
            tuple(note.text for note in (notes or {}).get(matter.id, ()) if note.text is not None),
        )


def step_rows(state: RegisterState) -> Iterator[StepRow]:
    """Yield one row for every step up to the state's moment, in the order in which they were made."""
    for step in state.steps:
        unit, part = step.values.get("unit"), step.values.get("taking_part")
        number = unit if isinstance(unit, int) else None
        yield StepRow(
            step,
            state.handle(step.department),
            state.handle(number),
            state.unit_name(number, step.at),
            tuple(state.handle(one) for one in part if isinstance(one, int)) if isinstance(part, list | tuple) else (),
        )


def contact_rows(state: RegisterState, contacts: Iterable[PressContact]) -> Iterator[ContactRow]:
    """Yield one row for every entry of the log, by day."""
    for one in contacts:
        at = datetime.combine(one.day, datetime.min.time(), state.zone)
        yield ContactRow(one, state.handle(one.unit), state.unit_name(one.unit, at))


def day_of(value: Json) -> date | None:
    """Return a day that a step set."""
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def moment_of(value: Json) -> datetime | None:
    """Return an aware time that a step set."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
