"""Parsed page → short visible texts that state a date, each with its position to the headline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Parts of a written date; the rest are other words.
_DATE_PART = re.compile(r"[\d\W_]+|thứ|tháng|năm|ngày|giờ|phút|gmt|chủ nhật", re.IGNORECASE)
_UPDATE = re.compile(
    r"cập nhật|sửa|updated?|modified|mis à jour|aktualisiert|actualizado|обновлено|更新", re.IGNORECASE
)
# Characters of a text with a date at most, and of the words in it that belong to no date.
_LONGEST, _MOST_OTHER = 160, 45
_CLOCK_NAMES = re.compile(r"clock|today|current|hom-?nay|header|topbar|top-bar|navbar")
_DATE_NAMES = re.compile(r"date|time|publish|ngay|meta")
_HOLDERS = (
    *("h1", "h2", "time", "span", "div", "p", "li", "td", "em", "i"),
    *("small", "h4", "h5", "h6", "a", "b", "strong", "font"),
)


@dataclass(frozen=True, slots=True, eq=False)
class DateCandidate:
    """An element whose direct text is little more than a date."""

    #: position to the article's headline; 'clock' is the page's clock, above it
    position: Literal["below", "above", "clock"]
    element: HtmlElement
    text: str


def visible_dates(tree: HtmlElement, title: str) -> Iterator[str]:
    """Yield up to six texts that may hold the article's date: those below its headline first, updates last.

    The clock of the page is left out.
    """
    candidates = find_date_candidates(tree, title)
    below = [candidate.text for candidate in candidates if candidate.position == "below"][:3]
    above = [candidate.text for candidate in candidates if candidate.position == "above"][:3]
    yield from sorted((*below, *above), key=lambda text: bool(_UPDATE.match(text.strip())))


def find_date_candidates(tree: HtmlElement, title: str) -> list[DateCandidate]:
    """Return the elements with a date and few other words, in reading order; `title` is the article's."""
    candidates: list[DateCandidate] = []
    elements = list(tree.iter(*_HOLDERS))
    heading = _find_heading(elements, title)
    is_below = False
    for element in elements:
        if element is heading:
            is_below = True
            continue
        text = _date_text(element)
        if len(text) > _LONGEST or not _YEAR.search(text) or len(_DATE_PART.sub("", text)) > _MOST_OTHER:
            continue
        if is_below:
            candidates.append(DateCandidate("below", element, text))
        else:
            candidates.append(DateCandidate("clock" if _is_clock(element) else "above", element, text))
    return candidates


def _find_heading(elements: list[HtmlElement], title: str) -> HtmlElement | None:
    """Return the first element whose direct text is the title, else the first h1, or h2 with the title; or None."""
    for element in elements:
        if title and element.tag != "title" and collapse_spaces(_direct_text(element)) == title:
            return element
    return next((e for e in elements if e.tag == "h1" or (e.tag == "h2" and _has_text(e, title))), None)


def _date_text(element: HtmlElement) -> str:
    """Return the machine-readable date of a time element, else the element's direct text."""
    machine_date = element.get("datetime") or "" if element.tag == "time" else ""
    return machine_date if re.match(r"\d{4}-\d\d-\d\d", machine_date) else _direct_text(element)


def _direct_text(element: HtmlElement) -> str:
    return " ".join((element.text or "", *(child.tail or "" for child in element)))


def _has_text(element: HtmlElement, title: str) -> bool:
    return collapse_spaces(str(element.text_content())) == title


def _is_clock(element: HtmlElement) -> bool:
    """Whether a date above the headline is the page's clock: it stands in the header, or nothing marks it as a date."""
    is_marked = element.tag == "time"
    for depth, holder in enumerate((element, *element.iterancestors())):
        names = f"{holder.get('class') or ''} {holder.get('id') or ''}".lower()
        if holder.tag in ("header", "nav") or _CLOCK_NAMES.search(names):
            return True
        is_marked = is_marked or bool(depth < 2 and _DATE_NAMES.search(names))
    return not is_marked
