"""A parsed page → the short texts on it that state a time, and where each stands to the headline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_REST = re.compile(r"[\d\W_]+|thứ|tháng|năm|ngày|giờ|phút|gmt|chủ nhật", re.IGNORECASE)
_UPDATE = re.compile(
    r"cập nhật|sửa|updated?|modified|mis à jour|aktualisiert|actualizado|обновлено|更新", re.IGNORECASE
)
_HOLDERS = (
    "h1",
    "h2",
    "time",
    "span",
    "div",
    "p",
    "li",
    "td",
    "em",
    "i",
    "small",
    "h4",
    "h5",
    "h6",
    "a",
    "b",
    "strong",
    "font",
)


@dataclass(frozen=True, slots=True, eq=False)
class DateCandidate:
    """An element whose own words are little more than a time."""

    #: to the article's headline; 'clock': the page's own clock
    place: Literal["below", "above", "clock"]
    element: HtmlElement
    text: str


def visible_dates(tree: HtmlElement, title: str) -> Iterator[str]:
    """Short texts that may hold the article's date: below its headline first, never the clock in a page's header."""
    found = find_date_candidates(tree, title)
    below = [stamp.text for stamp in found if stamp.place == "below"][:3]
    above = [stamp.text for stamp in found if stamp.place == "above"][:3]
    # What an outlet calls an update is no publication, if the page states any.
    yield from sorted((*below, *above), key=lambda text: bool(_UPDATE.match(text.strip())))


def find_date_candidates(tree: HtmlElement, title: str) -> list[DateCandidate]:
    """Return the elements that state a time in few words, in reading order; `title` is the article's."""
    found: list[DateCandidate] = []
    elements = list(tree.iter(*_HOLDERS))
    heading = next((e for e in elements if title and e.tag != "title" and collapse_spaces(_own(e)) == title), None)
    if heading is None:
        heading = next((e for e in elements if e.tag == "h1" or (e.tag == "h2" and _says(e, title))), None)
    seen_title = False
    for element in elements:
        if element is heading:
            seen_title = True
            continue
        stamp = element.get("datetime") or "" if element.tag == "time" else ""
        text = stamp if re.match(r"\d{4}-\d\d-\d\d", stamp) else _own(element)
        if len(text) > 160 or not _YEAR.search(text) or len(_REST.sub("", text)) > 45:
            continue
        if seen_title:
            found.append(DateCandidate("below", element, text))
        else:
            found.append(DateCandidate("clock" if _is_clock(element) else "above", element, text))
    return found


def _own(element: HtmlElement) -> str:
    return " ".join((element.text or "", *(child.tail or "" for child in element)))


def _says(element: HtmlElement, title: str) -> bool:
    return collapse_spaces(str(element.text_content())) == title


def _is_clock(element: HtmlElement) -> bool:
    """Whether a time above the headline is the page's own clock: in its header, or not marked as a publication date."""
    marked = element.tag == "time"
    for depth, one in enumerate((element, *element.iterancestors())):
        names = f"{one.get('class') or ''} {one.get('id') or ''}".lower()
        if one.tag in ("header", "nav") or re.search(
            r"clock|today|current|hom-?nay|header|topbar|top-bar|navbar", names
        ):
            return True
        marked = marked or bool(depth < 2 and re.search(r"date|time|publish|ngay|meta", names))
    return not marked
