"""Steps of a matter: which may follow which, what each must say, and the matter that they make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, shown
from pipeline.records.audit import Json
from pipeline.register.matters import (
    LINK_PARTS,
    MATTER_SCOPES,
    Matter,
    MatterState,
    MatterStep,
    StepKind,
    StepRequest,
)

#: manage: the office; work: the units of the matter too; machine: the service alone
Work = Literal["manage", "work", "machine"]
_ANY: frozenset[MatterState] = frozenset({"new", "assigned", "preparing", "answered", "closed", "not_needed"})
_WAITING: frozenset[MatterState] = frozenset({"new", "assigned", "preparing"})
#: Kind of step → states in which it may be made, and who may make it.
RULES: Mapping[StepKind, tuple[frozenset[MatterState], Work]] = {
    "assign": (_WAITING, "manage"),
    "begin": (frozenset({"assigned"}), "work"),
    "answer": (frozenset({"assigned", "preparing"}), "work"),
    "return": (frozenset({"answered"}), "manage"),
    "close": (frozenset({"answered"}), "manage"),
    "drop": (_WAITING, "manage"),
    "reopen": (frozenset({"closed", "not_needed"}), "manage"),
    "set_due": (_WAITING, "manage"),
    "edit": (_WAITING, "manage"),
    "link": (_ANY, "work"),
    "unlink": (_ANY, "manage"),
    "transfer": (_ANY, "machine"),
}
#: Kind of step → fields that it may set.
_FIELDS: Mapping[StepKind, frozenset[str]] = {
    "assign": frozenset({"unit", "taking_part"}),
    "begin": frozenset(),
    "answer": frozenset({"answer_text", "answer_number", "answer_day", "answer_address"}),
    "return": frozenset(),
    "close": frozenset({"result"}),
    "drop": frozenset({"joined_to"}),
    "reopen": frozenset({"due", "due_at"}),
    "set_due": frozenset({"due", "due_at"}),
    "edit": frozenset({"title", "kind", "passage", "is_unexpected"}),
    "link": frozenset({"item", "part"}),
    "unlink": frozenset({"link"}),
    "transfer": frozenset({"unit", "taking_part"}),
}
_NEED_REASON: frozenset[StepKind] = frozenset({"return", "drop", "reopen", "set_due"})


class StepRefused(DiembaoError):
    """A step that the matter's state, or what the step lacks, does not allow; the message says which."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return str(shown(self.message))


def possible_steps(matter: Matter) -> tuple[StepKind, ...]:
    """Return the kinds of step that a matter's state allows, in the order of `RULES`."""
    return tuple(kind for kind, (states, _) in RULES.items() if matter.state in states)


def values_of(matter: Matter, request: StepRequest) -> dict[str, Json]:
    """Return what a step sets, as it is stored, its new state among it. Raises StepRefused."""
    kind, values = request.kind, request.values
    if kind not in RULES or matter.state not in RULES[kind][0]:
        raise StepRefused(Message(mark("This step is not possible any more: the matter has another state.")))
    if unknown := set(values) - _FIELDS[kind]:
        raise ValueError(f"a step of kind {kind} sets no {', '.join(sorted(unknown))}")
    if kind in _NEED_REASON and not request.text.strip():
        raise StepRefused(Message(mark("A reason is needed.")))
    set_values = _CHECKS.get(kind, _plain)(matter, dict(values))
    return {name: to_json(value) for name, value in set_values.items()}


def _plain(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    return values


def _assign(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    if values.get("unit") is None:
        raise StepRefused(Message(mark("Choose the unit in charge.")))
    # Units take part until a step says otherwise.
    wanted = values.get("taking_part", matter.taking_part)
    taking_part = tuple(one for one in dict.fromkeys(wanted) if one != values["unit"])
    state = "assigned" if matter.state == "new" or values["unit"] != matter.unit else matter.state
    return {"unit": values["unit"], "taking_part": taking_part, "state": state}


def _begin(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    return {"state": "preparing"}


def _answer(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    told = {name: _text(values.get(name, "")) for name in ("answer_text", "answer_number", "answer_address")}
    if not any(told.values()):
        raise StepRefused(Message(mark("Say what was answered: text, number of the document or address.")))
    return {**told, "answer_day": values.get("answer_day"), "state": "answered"}


def _return(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    return {"state": "preparing", "answered_at": None}


def _close(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    if not (result := _text(values.get("result", ""))):
        raise StepRefused(Message(mark("Say what came of it in the press; a matter is not closed without.")))
    return {"result": result, "state": "closed"}


def _drop(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    joined_to = values.get("joined_to")
    if joined_to == matter.id:
        raise StepRefused(Message(mark("A matter cannot be joined to itself.")))
    return {"state": "not_needed", "joined_to": joined_to}


def _reopen(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    # The term of before is over, most often: without a new day there is none, and nothing is overdue at once.
    due = values.get("due")
    set_anew = {"due": due, "due_at": None if due is None else values.get("due_at")}
    if matter.state == "closed":
        state = "preparing" if matter.unit is not None else "new"
        return {"state": state, "closed_at": None, "answered_at": None, **set_anew}
    return {"state": "assigned" if matter.unit is not None else "new", "reason": "", "joined_to": None, **set_anew}


def _set_due(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    if values.get("due") is None:
        raise StepRefused(Message(mark("Choose a day.")))
    return {"due": values["due"], "due_at": values.get("due_at")}


def _edit(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    if "title" in values and not _text(values["title"]):
        raise StepRefused(Message(mark("A matter needs a title.")))
    return {name: _text(value) if isinstance(value, str) else value for name, value in values.items()}


def _link(matter: Matter, values: dict[str, Any]) -> dict[str, Any]:
    if values.get("part") not in LINK_PARTS or not values.get("item"):
        raise ValueError("a link needs an item and one of the parts")
    if values["part"] == "origin":
        raise StepRefused(Message(mark("A matter is opened from one article; others raise it again.")))
    return {}


_CHECKS: Mapping[StepKind, Callable[[Matter, dict[str, Any]], dict[str, Any]]] = {
    "assign": _assign,
    "begin": _begin,
    "answer": _answer,
    "return": _return,
    "close": _close,
    "drop": _drop,
    "reopen": _reopen,
    "set_due": _set_due,
    "edit": _edit,
    "link": _link,
}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def to_json(value: object) -> Json:
    """Return a field's value as a step stores it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"a step cannot store {value!r}")


#: Fields of Matter that are days, and those that are moments.
_DAYS = frozenset({"due", "answer_day"})
_MOMENTS = frozenset({"due_at", "answered_at", "closed_at", "opened_at", "first_seen"})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    return tuple(value) if name == "taking_part" else value


def with_step(matter: Matter | None, step: MatterStep) -> Matter:
    """Return a matter after a step; `matter` is None before the first one, which opens it.

    Raises ValueError for steps that do not begin with one that opens it, and for values that are damaged.
    """
    values = {name: _value(name, value) for name, value in step.values.items()}
    if step.kind == "open":
        if matter is not None or values.get("scope") not in MATTER_SCOPES:
            raise ValueError(f"matter {step.matter}: step {step.id} cannot open it")
        return Matter(id=step.matter, opened_at=step.at, **values)
    if matter is None:
        raise ValueError(f"matter {step.matter}: its first step does not open it")
    values.pop("link", None)
    if step.kind == "answer":
        values["answered_at"] = step.at
    elif step.kind == "close":
        values["closed_at"] = step.at
        values["settled_at"] = matter.settled_at or matter.answered_at
    elif step.kind == "drop":
        values["reason"] = step.text
    return replace(matter, **values, version=matter.version + 1)


def fold(steps: Iterable[MatterStep]) -> dict[int, Matter]:
    """Return the matters that steps make, by number; the steps of each are in the order in which they were made."""
    matters: dict[int, Matter] = {}
    for step in steps:
        matters[step.matter] = with_step(matters.get(step.matter), step)
    return matters


def steps_before(steps: Iterable[MatterStep], until: datetime) -> list[MatterStep]:
    """Return the steps of each matter (in the order in which they were made) up to its first one not before `until`.

    A clock that was set back between two steps of a matter puts them into no other order.
    """
    over: set[int] = set()
    kept = []
    for step in steps:
        if step.at >= until:
            over.add(step.matter)
        if step.matter not in over:
            kept.append(step)
    return kept
