"""Bylines of a page → names of its authors."""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces
from pipeline.text import scripts
from pipeline.text.syllables import is_syllable

# Words in front of names that are no name themselves; in front of a colon the others are none either.
_BY = re.compile(
    r"^\W*(?:(?:written by|story by|words by|text by|автор"
    r"|bài\s*(?:,|và|-|&)\s*ảnh|tác giả"
    r"|thực hiện|tin\s*(?:,|và|-|&)\s*(?:ảnh|bài)|người viết|phóng viên|pv|记者|作者|责编|责任编辑|編輯"
    r"|記者|文)\s*[:：\s]\s*"
    r"|(?:by|von|par|por|di|door|av|af|text|texto|testo|bài|tin|theo)\s*[:：]\s*)",
    re.IGNORECASE,
)
# Words in front of names that are given names too: Theo Burman, Di Nguyen, Tin Bùi, Von Miller.
_BY_OR_NAME = re.compile(
    r"^\W*(?P<word>by|von|par|por|di|door|av|af|text|texto|testo|bài|tin|theo)\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_VIETNAMESE_WORDS = frozenset({"bài", "tin", "theo"})
# Particles of names, in lower case: 'von Trapp' is a family.
_PARTICLES = frozenset({"von", "di", "av", "af"})
# Press that bylines credit by one word, and words with which names of the press begin or end.
_PRESS = re.compile(
    r"^(?:(?:the|báo|tạp chí|đài|thông tấn|cổng|trang|agence) .+"
    r"|.*\b(?:times|post|news|journal|mail|herald|tribune|press|agency|agencies|today|asia|staff|editors?|redaktion"
    r"|rédaction|redacción|redazione|redactie|admin)"
    r"|reuters|bloomberg|xinhua|kyodo|yonhap|guardian|independent|tass|sputnik|forbes|fortune|variety|antara|bernama"
    r"|ttxvn|vnexpress|vietnamnet|vietnamplus|vietnam\+|znews|zing|kênh ?14|afp|dpa|vov|vtv|vtc)$",
    re.IGNORECASE,
)
# Acronyms, and words with a capital within: 'TTXVN', 'VnExpress', 'PetroTimes'.
_ACRONYM = re.compile(r"[A-ZĐ\d]{2,}\+?(?:\W.*)?|\S*[a-z][A-Z+]\S*")
_MAILBOX = re.compile(
    r"^\W*(?:mailto:)?[^\s@()<>\"]+@[^\s@()<>\"]+\W*?(?:[(（]\s*(?P<behind>[^()（）]+?)\s*[)）])?\W*$"
    r"|^(?P<before>[^@<>()]*?)[\s\"]*[<(\[]\s*(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+\s*[>)\]]\W*$"
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
#: Of these each name that _MAY_MATCH finds has one
_PARTS = ("aut", "by", "tac", "wr", "redac")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def byline_names(text: str, *, is_name: bool = False) -> list[str]:
    """Return the names in a byline, without 'By', roles, addresses and remarks in brackets; [] if it is no byline.

    `is_name` says that the text stands where only names stand, such as in JSON-LD: there 'By Holm' is a person.
    """
    text = name_of_mailbox(_BY.sub("", collapse_spaces(html.unescape(text))))
    if not text or "://" in text or "@" in text or len(text) > 300 or text.isdigit():
        return []
    pieces = _SEPARATOR.split(text)
    pieces[0] = _without_by(pieces[0], is_name=is_name)
    names = (_ROLE.sub("", _BRACKETED.sub(" ", piece).strip(" .-–|:*")) for piece in pieces)
    return [name for name in names if 1 < len(name) < 60 and not name.isdigit()]


def name_of_mailbox(text: str) -> str:
    """Return the name beside a mail address, '' for an address alone; another text unchanged.

    RSS has 'a@b.example (Name)' in <author>, mail has 'Name <a@b.example>'.
    """
    mailbox = _MAILBOX.match(text) if "@" in text and len(text) <= 300 else None
    return text if mailbox is None else (mailbox["behind"] or mailbox["before"] or "").strip(" \"'")


def _without_by(piece: str, *, is_name: bool) -> str:
    """Return the first name of a byline without a word such as 'By' or 'Theo', unless that word is a given name.

    With a capital it is one in front of a single word, and where its language is not that of the name: 'Theo' (by, in
    Vietnamese) before 'James Burman', 'Di' (by, in Italian) before 'Nguyen Thi Lan'.
    """
    parts = _BY_OR_NAME.match(piece)
    if parts is None:
        return piece
    word, rest = parts["word"], parts["rest"]
    key = word.casefold()
    if _PRESS.match(rest.strip(" .")) or (not word.isupper() and _ACRONYM.fullmatch(rest)):
        return rest
    single = len(rest.split()) == 1
    if word == key:
        return piece if single and key in _PARTICLES else rest
    if single:
        return rest if key == "by" and not is_name else piece
    if key in _VIETNAMESE_WORDS or key == "di":
        is_vietnamese = all(is_syllable(word) for word in re.findall(r"[^\W\d_]+", _BRACKETED.sub(" ", rest)))
        return rest if is_vietnamese == (key in _VIETNAMESE_WORDS) else piece
    return rest


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
    small = name.lower()
    if not any(part in small for part in _PARTS):
        return False
    return bool(_MAY_MATCH.search(name)) and bool(_CLASSES.search(_CAMEL.sub("-", name).lower().replace("_", "-")))
