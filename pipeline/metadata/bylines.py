"""Words in which a page names its authors → their names."""

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
_APART = re.compile(r"\s*(?:[;,/•|、，·]|\s[-–—]\s|\s(?:and|und|và|y|et|e|en|og|och|ja|&)\s)\s*")
_ASIDE = re.compile(r"\s*[(（\[【][^)）\]】]{0,60}[)）\]】]\s*")
_ROLE = re.compile(r"\s*(?:기자|記者|특파원|인턴기자)$")
# A name as written in Latin script: up to five words, each with a capital; particles may be small.
_PERSON = re.compile(
    rf"^(?:[^\W\d_{scripts.LATIN_1_SMALL}][\w.’'-]*)(?:\s+(?:(?:de|del|der|den|di|da|du|la|le|van|von|el|al|bin|ten|ter"
    rf"|y|zu|dos|das)\s+)*[^\W\d_{scripts.LATIN_1_SMALL}][\w.’'-]*){{1,4}}$"
)
_IDEOGRAPHS = re.compile(rf"^(?:[{scripts.HAN}]{{2,4}}|[{scripts.HANGUL}]{{2,4}})$")
_CLASSES = re.compile(
    r"(?<![a-z])(?:authors?|author-?names?|bylines?|by-?line|tac-?gia|writers?|autore?n?|auteurs?"
    r"|redacteur)(?![a-z])"
)
# What one of these words has, asked first: nearly no element has it.
_PERHAPS = re.compile(r"aut|by-?_?line|tac-?_?gia|writer|redac", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def byline_names(text: str) -> list[str]:
    """Return the names in a byline, without 'By', roles and remarks in brackets; [] where it is none."""
    text = _BY.sub("", collapse_spaces(html.unescape(text)))
    if not text or "://" in text or "@" in text or len(text) > 300 or text.isdigit():
        return []
    pieces = (_ROLE.sub("", _ASIDE.sub(" ", piece).strip(" .-–|:*")) for piece in _APART.split(text))
    return [piece for piece in pieces if 1 < len(piece) < 60 and not piece.isdigit()]


def is_person(name: str) -> bool:
    """Whether words look like one person's name: two to five capitalised words, or two to four ideographs."""
    return bool(_PERSON.match(name) or _IDEOGRAPHS.match(name))


def byline_at_end(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the persons named on lines that hold nothing else, as at the foot of an article."""
    found: list[str] = []
    for line in lines:
        inner = line.strip("()（）【】[] ")
        here = byline_names(inner) if len(inner) < 80 else []
        if here and all(is_person(name) for name in here):
            found.extend(here)
    return tuple(dict.fromkeys(found))


def marked_bylines(tree: HtmlElement) -> tuple[str, ...]:
    """Return the persons in the first element that the page marks as its byline; empty if there is none."""
    for element in tree.iter("a", "span", "div", "p", "address", "li", "strong", "b", "h3", "h4", "h5", "h6"):
        if not _is_marked(element):
            continue
        text = collapse_spaces(" ".join(t for t in element.itertext() if t.strip()))
        if not text or len(text) > 200:
            continue
        found = [name for name in byline_names(text) if _PERSON.match(name)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _is_marked(element: HtmlElement) -> bool:
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return True
    given, of_its_own = element.get("class"), element.get("id")
    return bool(given and _speaks_of_author(given)) or bool(of_its_own and _speaks_of_author(of_its_own))


@lru_cache(maxsize=4096)
def _speaks_of_author(name: str) -> bool:
    return bool(_PERHAPS.search(name)) and bool(_CLASSES.search(_CAMEL.sub("-", name).lower().replace("_", "-")))
