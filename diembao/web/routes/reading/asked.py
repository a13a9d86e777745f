"""What a request of a reading room asks for: days, places to go on from, choices; and the words its page needs."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from analysis.documents.labels import labels
from diembao.jobs.access import visible
from diembao.jobs.reading.value_words import country_words, grade_words, language_words
from diembao.web.errors import DeskError
from diembao.web.rendering import render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Sight

#: Years of days that are asked for: the ends of the calendar have no day before or after them.
_YEARS = range(1900, 3000)
#: Characters of a query as a search takes them, with room to spare; the search itself says where it is too long.
_QUERY = 4_000


def query_text(visit: Visit, name: str) -> str:
    """Return a text of the address without outer blanks; '': none. Raises DeskError 400 where it is too long."""
    text = visit.query.get(name, "").strip()
    if len(text) > _QUERY:
        raise DeskError(400, Message(mark("Too long: at most {limit} characters."), limit=_QUERY))
    return text


def chosen(visit: Visit, name: str, allowed: Iterable[str]) -> str:
    """Return one of `allowed`; '' where none is asked for. Raises DeskError 400 for another."""
    text = visit.query.get(name, "")
    if text and text not in allowed:
        raise DeskError(400)
    return text


def asked_day(visit: Visit, name: str) -> date | None:
    """Return a day, YYYY-MM-DD or DD/MM/YYYY; None where none is asked for. Raises DeskError 400 for nonsense."""
    text = visit.query.get(name, "").strip()
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
            if day.year in _YEARS:
                return day
    raise DeskError(400, Message(mark("No day: {value}; write it as 2026-03-01."), value=text[:40]))


def asked_number(visit: Visit, name: str, *, most: int = 2**63 - 1) -> int | None:
    """Return a whole number; None where none is asked for. Raises DeskError 400 for nonsense."""
    text = visit.query.get(name, "")
    if not text:
        return None
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 20):
        raise DeskError(400)
    number = int(text)
    if abs(number) > most:
        raise DeskError(400)
    return number


def time_and_key(visit: Visit, name: str) -> tuple[datetime, str] | None:
    """Return the place in a list by time and key; None where none is asked for. Raises DeskError 400 for nonsense."""
    text = visit.query.get(name, "")
    if not text:
        return None
    at, bar, key = text.partition("~")
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise DeskError(400) from None
    if not bar or found.tzinfo is None or found.year not in _YEARS:
        raise DeskError(400)
    return found, key


def written_place(place: tuple[datetime, str] | None) -> str:
    """Return a place in a list as `time_and_key` reads it; '' for none."""
    return "" if place is None else f"{place[0].astimezone(UTC).isoformat()}~{place[1]}"


def key_and_number(visit: Visit, name: str) -> tuple[str, int] | None:
    """Return the place in a list by key and number; None where none is asked for. Raises DeskError 400 for nonsense."""
    text = visit.query.get(name, "")
    if not text:
        return None
    key, bar, number = text.rpartition("~")
    if not bar or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise DeskError(400)
    return key, int(number)


def address(path: str, **values: object) -> str:
    """Return a path of the desk with a query of the values that are not empty."""
    given = {name: str(value) for name, value in values.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def topic_names(visit: Visit) -> dict[str, str]:
    """Return the names of the topics by id, in the language of the visit."""
    english = visit.language == "en"
    return {t.id: t.label_en if english else t.label_vi for t in visit.context.rules().topics.topic}


def sight_of(visit: Visit) -> Sight:
    """Return which articles the account of a visit may see."""
    return visible(visit.storage, visit.account)


@dataclass(frozen=True, slots=True)
class Words:
    """Codes in the words of a visit, for templates."""

    topics: Mapping[str, str]
    country: Callable[[str], str]
    language: Callable[[str], str]
    grade: Callable[[str], str]
    whole: Callable[[int], str]


def show(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """Return the page of a template of the reading rooms; it has `words` and `address` beside `values`."""
    words = Words(topic_names(visit), country_words, language_words, grade_words, labels(visit.language).whole)
    return render(visit, f"reading/{template}", status, words=words, address=address, **values)
