"""What letters are made of: recipient, subject and text; lines without what would break a header; links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from pipeline.text.invisible import strip_invisible

#: Subject and lines of a letter.
Said: TypeAlias = "tuple[str, list[str]]"


@dataclass(frozen=True, slots=True)
class Unsent:
    """Why a letter is not sent at all: a code of the context 'letter' (late, disabled, no_address, gone, done, …)."""

    reason: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter as it is to be sent."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk is reached ('': not known, letters carry no link), which day it is there, and the time zone."""

    desk: str
    today: date
    zone: ZoneInfo


def one_line(text: str) -> str:
    """Return a text on one line, without what cannot be seen and what would end a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in strip_invisible(text)).split())


def shortened(text: str, most: int) -> str:
    """Return the first characters of a text on one line, up to a blank where there is one."""
    text = one_line(text)
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[:most]} …"


def link(place: Place, path: str) -> list[str]:
    """Return the lines of a link to a page of the desk; none where its address is not known."""
    return ["", f"{place.desk}{path}"] if place.desk else []
