"""What must hold of the rows of the register: forms of days and steps, and each matter as its steps make it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import Matter, MatterStep, StepKind
from pipeline.register.steps import with_step
from storage.engine.damage import brief
from storage.engine.json_records import JsonRecord
from storage.register.rows import matters_of, select_steps, steps_of
from storage.schema.register import matters

_KIND, _SETS = JsonRecord[StepKind](StepKind), JsonRecord(dict[str, Any])


def _days(*names: str) -> Callable[[Any], Iterator[Message]]:
    def check(values: Any) -> Iterator[Message]:
        for name in names:
            if values[name] is not None:
                date.fromisoformat(values[name])
        yield from ()

    return check


def _step(values: Any) -> Iterator[Message]:
    _KIND.validate_python(values["kind"])
    fields = Matter.__dataclass_fields__.keys() | {"link"}
    if unknown := _SETS.validate_python(values["sets"]).keys() - fields:
        raise ValueError(f"sets: {', '.join(sorted(unknown))} is no field of a matter")
    yield from ()


#: Table → what must hold of a row whose values have their form; a function may raise instead of yielding.
REGISTER_CHECKS: Mapping[str, Callable[[Any], Iterator[Message]]] = {
    "matters": _days("due", "answer_day"),
    "matter_steps": _step,
    "press_contacts": _days("day"),
}


def matter_faults(connection: Connection) -> Iterator[Message]:
    """Yield the matters that are not what their steps made of them. Rows whose values have no form are left out.

    Their number and steps are compared one by one, so that a damaged one hides no other.
    """
    try:
        stored = {one.id: one for one in matters_of(connection, connection.execute(select(matters)).all())}
        steps = steps_of(connection, select_steps())
    except (ValueError, TypeError, AttributeError):
        return  # told row by row
    by_number: dict[int, list[MatterStep]] = {number: [] for number in stored}
    for step in steps:
        by_number.setdefault(step.matter, []).append(step)
    for number, own in by_number.items():
        message = _difference(stored.get(number), own)
        if message is not None:
            yield message


def _difference(stored: Matter | None, steps: list[MatterStep]) -> Message | None:
    number = steps[0].matter if steps else stored.id if stored else 0
    made: Matter | None = None
    try:
        for step in steps:
            made = with_step(made, step)
    except (ValueError, TypeError) as error:
        return Message(mark("row {row}: {fault}"), row=f"matters {number}", fault=brief(error))
    if made == stored:
        return None
    fault = Message(mark("is not what its steps made of it (table matter_steps)"))
    return Message(mark("row {row}: {fault}"), row=f"matters {number}", fault=fault)
