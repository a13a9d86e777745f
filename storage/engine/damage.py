"""Values that a damaged database returns in place of text, JSON or a time, so that one bad row costs only itself.

Reading never raises for such a value: its reader tells it by its type, leaves the row out, and says so.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, notify
from pipeline.records import Reason

_Code = TypeVar("_Code", bound=StrEnum)


class DamagedText(str):
    """A stored text that is no UTF-8, its bad bytes replaced; `raw` holds the bytes as they are stored."""

    raw: bytes

    @classmethod
    def of(cls, raw: bytes) -> "DamagedText":
        text = cls(raw.decode("utf-8", "replace"))
        text.raw = raw
        return text


class DamagedJson(dict[str, Any]):
    """Stored JSON that cannot be parsed: an empty mapping; `raw` holds the stored bytes."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw


class DamagedTime(datetime):
    """A stored time that cannot be parsed: 1970; `raw` holds the stored text."""

    raw: str

    @classmethod
    def of(cls, raw: str) -> "DamagedTime":
        time = cls(1970, 1, 1, tzinfo=UTC)
        time.raw = raw
        return time


_DAMAGED = frozenset({DamagedText, DamagedJson, DamagedTime})


def decode_text(raw: bytes) -> str:
    """Return stored bytes as text: a DamagedText where they are no UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return DamagedText.of(raw)


def parse_json(text: str | bytes) -> Any:
    """Return stored JSON parsed: a DamagedJson where it is none."""
    if isinstance(text, DamagedText):
        return DamagedJson(text.raw)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return DamagedJson(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text))


def is_damaged(values: Iterable[Any]) -> bool:
    """Whether one of a row's values could not be read."""
    return not _DAMAGED.isdisjoint(map(type, values))


def stored_code(kind: type[_Code], value: str, otherwise: _Code) -> _Code:
    """Return a stored word as the code that it is; `otherwise`, and the person is told, where there is none like it."""
    try:
        return kind(value)
    except ValueError as error:
        tell_left_out(str(value), error)
        return otherwise


def stored_reason(value: str) -> Reason:
    """Return a stored reason; Reason.ERROR for a damaged one."""
    return stored_code(Reason, value, Reason.ERROR)


def brief(error: Exception) -> str:
    """Return an error in a few words, on one line."""
    return " ".join(str(error).split())[:160] or type(error).__name__


def tell_left_out(row: str, error: Exception | None = None) -> None:
    """Tell the person that a stored row cannot be read and was left out; `row` names it."""
    cause = brief(error) if error is not None else Message(mark("it holds bytes that are no text, JSON or time"))
    notify(
        "damage",
        Message(mark("Left out, because it is damaged: {row} ({cause}); diembao db check"), row=row, cause=cause),
    )
