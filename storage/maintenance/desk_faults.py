"""What must hold of the rows of the desk's tables: reviews, acts, comments, assignments, drafts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import Mention, RejectReason, ReviewKind
from storage.engine.json_records import JsonRecord

_REASON, _KIND = JsonRecord[RejectReason](RejectReason), JsonRecord[ReviewKind](ReviewKind)
_MENTIONS, _KEYS = JsonRecord(tuple[Mention, ...]), JsonRecord(tuple[str, ...])
_LEFT_OUT, _SNAPSHOT = JsonRecord(dict[str, str]), JsonRecord(dict[str, Any])


def _review(values: Any) -> Iterator[Message]:
    if values["state"] == "rejected":
        _REASON.validate_python(values["reason"])
    elif values["reason"]:
        yield Message(mark("column {column} differs from what another column holds"), column="reason")


def _act(values: Any) -> Iterator[Message]:
    _KIND.validate_python(values["kind"])
    _SNAPSHOT.validate_python(values["change"])
    yield from ()


def _act_on_item(values: Any) -> Iterator[Message]:
    for name in ("before", "after"):
        _SNAPSHOT.validate_python(values[name])
    yield from ()


def _comment(values: Any) -> Iterator[Message]:
    _MENTIONS.validate_python(values["mentions"])
    yield from ()


def _assignment(values: Any) -> Iterator[Message]:
    if values["due"] is not None:
        date.fromisoformat(values["due"])
    yield from ()


def _draft(values: Any) -> Iterator[Message]:
    date.fromisoformat(values["day"])
    _KEYS.validate_python(values["top"])
    _LEFT_OUT.validate_python(values["left_out"])
    yield from ()


#: Table → what must hold of a row whose values have their form; a function may raise instead of yielding.
DESK_CHECKS: Mapping[str, Callable[[Any], Iterator[Message]]] = {
    "reviews": _review,
    "review_actions": _act,
    "review_action_items": _act_on_item,
    "comments": _comment,
    "assignments": _assignment,
    "digest_drafts": _draft,
}
