"""Fields of the register's forms: days, numbers of units, and what a step sets. Whatever cannot be read is refused."""

from collections.abc import Callable, Mapping
from datetime import date

from diembao.jobs.register.opening import end_of_hours
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import LINK_PARTS, StepKind, StepRequest
from pipeline.register.steps import StepRefused

#: Characters of a line, and of a text of several lines.
LINE, TEXT = 500, 8_000


def typed_day(visit: Visit, name: str) -> date | None:
    """Return a day of the form, YYYY-MM-DD; None: none was typed. Raises StepRefused."""
    text = visit.field(name, limit=LINE)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise StepRefused(Message(mark("No day: {value}; write it as 2026-03-01."), value=text[:40])) from None
    if not 2000 <= day.year <= 2100:
        raise StepRefused(Message(mark("A day between {first} and {last} is needed."), first=2000, last=2100))
    return day


def local_today(visit: Visit) -> date:
    """Return the local day of the visit."""
    return visit.now.astimezone(visit.context.zone).date()


def refuse_past_due(visit: Visit, day: date) -> None:
    """Raise StepRefused for a due day that is over, unless the form confirms it (field `past_due`)."""
    if day < local_today(visit) and visit.field("past_due", limit=LINE) != "1":
        words = mark("This day is over: {day}. Tick the box beside the day to have it written down all the same.")
        raise StepRefused(Message(words, day=day.strftime("%d/%m/%Y")))


def typed_number(text: str) -> int | None:
    """Return a whole number; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def typed_units(visit: Visit) -> tuple[int, ...]:
    """Return the units that were ticked as taking part. Raises StepRefused for what is no number."""
    numbers = [typed_number(text) for text in visit.form.getlist("taking_part")]
    if None in numbers:
        raise StepRefused(Message(mark("There is no such unit, or it is disabled.")))
    return tuple(number for number in numbers if number is not None)


def step_request(visit: Visit) -> StepRequest:
    """Return the step that a form asks for. Raises StepRefused for one that cannot be meant."""
    kind = _KINDS.get(visit.field("step", limit=LINE))
    if kind is None:
        raise StepRefused(Message(mark("There is no such step.")))
    expected = typed_number(visit.field("version", limit=LINE))
    return StepRequest(kind, _VALUES[kind](visit), visit.field("reason", limit=TEXT), expected)


def _assign(visit: Visit) -> Mapping[str, object]:
    return {"unit": typed_number(visit.field("unit", limit=LINE)), "taking_part": typed_units(visit)}


def _answer(visit: Visit) -> Mapping[str, object]:
    day = typed_day(visit, "answer_day")
    if day is not None and day > local_today(visit):
        raise StepRefused(Message(mark("The day of the answer's document has not come yet.")))
    return {
        "answer_text": visit.field("answer_text", limit=TEXT),
        "answer_number": visit.field("answer_number", limit=LINE),
        "answer_day": day,
        "answer_address": visit.field("answer_address", limit=2_000),
    }


def _close(visit: Visit) -> Mapping[str, object]:
    return {"result": visit.field("result", limit=TEXT)}


def _drop(visit: Visit) -> Mapping[str, object]:
    text = visit.field("joined_to", limit=LINE)
    number = typed_number(text)
    if text and number is None:
        raise StepRefused(Message(mark("There is no matter number {number}."), number=text[:40]))
    return {} if number is None else {"joined_to": number}


def _set_due(visit: Visit) -> Mapping[str, object]:
    day = typed_day(visit, "due")
    if day is None:
        return {"due": None}
    refuse_past_due(visit, day)
    return {"due": day, "due_at": end_of_hours(day, visit.field("due_hour", limit=LINE), visit.context.zone)}


def _edit(visit: Visit) -> Mapping[str, object]:
    kind = visit.field("kind", limit=LINE)
    if kind not in visit.context.register().rules.kinds:
        raise StepRefused(Message(mark("Choose what kind of matter it is.")))
    return {
        "title": visit.field("title", limit=LINE),
        "kind": kind,
        "passage": visit.field("passage", limit=TEXT),
        "is_unexpected": visit.field("is_unexpected", limit=LINE) == "1",
    }


def _link(visit: Visit) -> Mapping[str, object]:
    part = visit.field("part", limit=LINE)
    item = visit.field("item", limit=2_000).split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2]
    if part not in LINK_PARTS or not item:
        raise StepRefused(Message(mark("Name the article, and why it belongs to the matter.")))
    return {"item": item, "part": part}


def _unlink(visit: Visit) -> Mapping[str, object]:
    return {"link": typed_number(visit.field("link", limit=LINE))}


def _nothing(visit: Visit) -> Mapping[str, object]:
    return {}


#: Steps that a person can ask for → what of the form they set.
_VALUES: Mapping[StepKind, Callable[[Visit], Mapping[str, object]]] = {
    "assign": _assign,
    "begin": _nothing,
    "answer": _answer,
    "return": _nothing,
    "close": _close,
    "drop": _drop,
    "reopen": _set_due,
    "set_due": _set_due,
    "edit": _edit,
    "link": _link,
    "unlink": _unlink,
}
_KINDS: Mapping[str, StepKind] = {kind: kind for kind in _VALUES}
