"""Bylines of a page → names of its authors."""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces
from pipeline.text import scripts

_BY = re.compile(
    r"^\W*(?:by|written by|story by|words by|von|par|por|di|door|av|af|text|texto|testo|автор"
    r"|bài(?:\s*(?:,|và|-|&)\s*ảnh)?|tác giả"
    r"|thực hiện|tin(?:\s*(?:,|và|-|&)\s*(?:ảnh|bài))?|người viết|phóng viên|pv|theo|记者|作者|责编|责任编辑|編輯"
    r"|記者|文)\s*[:：\s]\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*(?:[;,/•|、，·]|\s[-–—]\s|\s(?:and|und|và|y|et|e|en|og|och|ja|&)\s)\s*")
_BRACKETED = re.compile(r"\s*[(（\[【][^)）\]】]{0,60}[)）\]】]\s*")
_ROLE = re.compile(r"\s*(?:기자|記者|특파원|인턴기자)$")
# A name in Latin script: two to five capitalised words, with particles in lower case between them.
_PERSON = re.compile(
    rf"^(?:[^\W\d_{scripts.LATIN_1_SMALL}][\w.’'-]*)(?:\s+(?:(?:de|del|der|den|di|da|du|la|le|van|von|el|al|bin|ten|ter"
    rf"|y|zu|dos|das)\s+)*[^\W\d_{scripts.LATIN_1_SMALL}][\w.’'-]*){{1,4}}$"
)
_IDEOGRAPHS = re.compile(rf"^(?:[{scripts.HAN}]{{2,4}}|[{scripts.HANGUL}]{{2,4}})$")
_CLASSES = re.compile(
    r"(?<![a-z])(?:authors?|author-?names?|bylines?|by-?line|tac-?gia|writers?|autore?n?|auteurs?"
    r"|redacteur)(?![a-z])"
)
# A cheap test before `_CLASSES`: nearly no class name or id matches.
_MAY_MATCH = re.compile(r"aut|by-?_?line|tac-?_?gia|writer|redac", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def byline_names(text: str) -> list[str]:
    """Return the names in a byline, without 'By', roles and remarks in brackets; [] for a text that is no byline."""
    text = _BY.sub("", collapse_spaces(html.unescape(text)))
    if not text or "://" in text or "@" in text or len(text) > 300 or text.isdigit():
        return []
    pieces = (_ROLE.sub("", _BRACKETED.sub(" ", piece).strip(" .-–|:*")) for piece in _SEPARATOR.split(text))
    return [piece for piece in pieces if 1 < len(piece) < 60 and not piece.isdigit()]


def is_person(name: str) -> bool:
    """Whether a name looks like one person's: two to five capitalised words, or two to four ideographs or hangul."""
    return bool(_PERSON.match(name) or _IDEOGRAPHS.match(name))


def byline_at_end(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the persons on lines that hold only names, as at the foot of an article."""
    persons: list[str] = []
    for line in lines:
        inner = line.strip("()（）【】[] ")
        names = byline_names(inner) if len(inner) < 80 else []
        if names and all(is_person(name) for name in names):
            persons.extend(names)
    return tuple(dict.fromkeys(persons))


def marked_bylines(tree: HtmlElement) -> tuple[str, ...]:
    """Return the persons in the first element with an author's class name, id, rel or itemprop; empty if none."""
    for element in tree.iter("a", "span", "div", "p", "address", "li", "strong", "b", "h3", "h4", "h5", "h6"):
        if not _is_marked(element):
            continue
        text = collapse_spaces(" ".join(t for t in element.itertext() if t.strip()))
        if not text or len(text) > 200:
            continue
        persons = [name for name in byline_names(text) if _PERSON.match(name)]
        if persons:
            return tuple(dict.fromkeys(persons))
    return ()


def _is_marked(element: HtmlElement) -> bool:
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return True
    names = (element.get("class"), element.get("id"))
    return any(_is_author_class(name) for name in names if name)


@lru_cache(maxsize=4096)
def _is_author_class(name: str) -> bool:
    return bool(_MAY_MATCH.search(name)) and bool(_CLASSES.search(_CAMEL.sub("-", name).lower().replace("_", "-")))
