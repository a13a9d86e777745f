"""Parsed page → short texts and attributes that state a date, each with its position to the headline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lxml.html import HtmlElement

from pipeline.dates.written_days import plain_digits
from pipeline.html.parser import collapse_spaces
from pipeline.metadata.date_labels import is_update_name, last_label, publication_part

# '5 พ.ย. 69' has the year of two digits that Thai pages write.
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)|[ก-ฮ]\.[ก-ฮ]\.\s?\d\d(?!\d)")
# '9 Th8', the whole text of an element: WordPress in Vietnamese, where a theme leaves the year out.
_YEARLESS = re.compile(r"\s*(?:0?[1-9]|[12]\d|3[01])\s*Th(?:1[0-2]|0?[1-9])\s*", re.IGNORECASE)
_MONTH_ALONE = re.compile(r"\s*Th(?:1[0-2]|0?[1-9])\s*", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
# Parts of a written date; the rest are other words.
_DATE_PART = re.compile(r"[\d\W_]+|thứ|tháng|năm|ngày|giờ|phút|gmt|chủ nhật", re.IGNORECASE)
# A time in an attribute of any element; of a time element also a mere day.
_MACHINE_TIME = re.compile(r"\s*(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d[^<>]{0,30}")
_MACHINE_DAY = re.compile(r"\s*(?:19|20)\d\d-?\d\d-?\d\d(?:[T ][^<>]{0,30})?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
# Elements and attributes whose times are none of the text beside them, or are read elsewhere (meta).
_NOT_HOLDERS = frozenset(
    ("meta", "link", "script", "style", "input", "option", "form", "iframe", "img", "source", "video", "audio", "track")
)
_NOT_DATES = frozenset(("href", "src", "srcset", "style", "onclick", "alt", "action", "data-src", "class", "id"))
# Words in names of attributes and properties for times that are not those of a text.
_OTHER_TIMES = re.compile(
    r"(?:^|[-_:])(?:expir\w*|end|start|event|countdown|deadline|server|now|current|today|refresh\w*|build|generated"
    r"|rendered|valid\w*)|(?:start|end|door)(?:Date|Time)|expires",
    re.IGNORECASE,
)
# Characters of the words that label a date in another element at most.
_LONGEST_LABEL = 40
# Characters of a text with a date at most, and of the words in it that belong to no date.
_LONGEST, _MOST_OTHER = 160, 45
_CLOCK_NAMES = re.compile(r"clock|today|current|hom-?nay|header|topbar|top-bar|navbar")
_FURNITURE = re.compile(r"footer|navbar|nav-?menu|side-?panel")
_DATE_NAMES = re.compile(r"date|time|publish|ngay|meta")
# Parts of a page whose dates are those of other texts: comments, lists of other articles.
_OTHER_TEXTS = re.compile(
    r"comment|binh-?luan|repl(?:y|ies)|sidebar|widget|related|lien-?quan|footer|recent|popular|most-?read|doc-?nhieu"
    r"|tin-?khac|tin-?moi|more-?news|teaser|recommend|read-?(?:more|also|next)|see-?also|kommentar|breaking|ticker"
)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
# Characters of an element that shows another article, with its summary, at most; words of its headline at least.
_LONGEST_TEASER, _HEADLINE_WORDS = 600, 4
_HOLDERS = frozenset(
    (
        *("h1", "h2", "time", "span", "div", "p", "li", "td", "em", "i", "abbr", "section", "header", "dd"),
        *("small", "h4", "h5", "h6", "a", "b", "strong", "font", "label"),
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class DateCandidate:
    """An element whose direct text is little more than a date, or with a time in an attribute."""

    #: position to the article's headline; 'clock' is the page's clock, above it; 'other' is in another text's part
    position: Literal["below", "above", "clock", "other"]
    element: HtmlElement
    text: str
    #: whether `text` is that of an attribute
    is_machine: bool = False
    #: whether it dates a change of the article
    is_update: bool = False


def visible_dates(tree: HtmlElement, title: str) -> Iterator[DateCandidate]:
    """Yield up to six candidates for the article's date: those below its headline first, updates last.

    The clock of the page is left out, and so are dates of comments and of other articles.
    """
    candidates = find_date_candidates(tree, title)
    below = [candidate for candidate in candidates if candidate.position == "below"][:3]
    above = [candidate for candidate in candidates if candidate.position == "above"][:3]
    yield from sorted((*below, *above), key=lambda candidate: candidate.is_update)


def find_date_candidates(tree: HtmlElement, title: str) -> list[DateCandidate]:
    """Return the elements with a date and few other words, in reading order; `title` is the article's."""
    candidates: list[DateCandidate] = []
    elements: list[HtmlElement] = []
    dated: set[HtmlElement] = set()
    for element in tree.iter():
        # values that begin like a year or like seconds since 1970, or of 'datetime'; few elements have any
        if element.tag not in _NOT_HOLDERS and _has_dated_attribute(element):
            dated.add(element)
            elements.append(element)
        elif element.tag in _HOLDERS:
            elements.append(element)
    heading = _find_heading(elements, title)
    around = set() if heading is None else {heading, *heading.iterancestors()}
    is_below = False
    for element in elements:
        if element is heading:
            is_below = True
            continue
        statements = _statements(element, has_dated_attribute=element in dated)
        if not statements:
            continue
        position: Literal["below", "above", "clock", "other"] = "below" if is_below else "above"
        if _is_in_other_text(element, around):
            position = "other"
        elif not is_below and _is_clock(element):
            position = "clock"
        candidates += [DateCandidate(position, element, *statement) for statement in statements]
    return _without_furniture(candidates)


def _has_dated_attribute(element: HtmlElement) -> bool:
    for name, value in element.items():
        first = value[:1]
        if first in ("1", "2") or name == "datetime" or (first.isspace() and value.lstrip()[:1] in ("1", "2")):
            return True
    return False


def _without_furniture(candidates: list[DateCandidate]) -> list[DateCandidate]:
    """Return the candidates; those whose text and class stand in a menu or footer too are the page's clock."""
    furniture = {_look(candidate) for candidate in candidates if _is_in_furniture(candidate.element)}
    return [
        replace(candidate, position="clock")
        if candidate.position != "other" and candidate.element.get("class") and _look(candidate) in furniture
        else candidate
        for candidate in candidates
    ]


def _is_in_furniture(element: HtmlElement) -> bool:
    return any(
        holder.tag in ("footer", "nav")
        or _FURNITURE.search(f"{holder.get('class') or ''} {holder.get('id') or ''}".lower())
        for holder in element.iterancestors()
        if holder.tag not in ("body", "html")
    )


def _look(candidate: DateCandidate) -> tuple[str, str, str]:
    return candidate.text.strip(), str(candidate.element.tag), candidate.element.get("class") or ""


def _find_heading(elements: list[HtmlElement], title: str) -> HtmlElement | None:
    """Return the first element whose direct text is the title, else the first h1, or h2 with the title; or None."""
    # No character becomes more than three in NFC.
    least = len(title) / 3
    for element in elements if title else ():
        if element.tag in _HOLDERS and len(text := _direct_text(element)) >= least and collapse_spaces(text) == title:
            return element
    return next((e for e in elements if e.tag == "h1" or (e.tag == "h2" and _has_text(e, title))), None)


def _statements(element: HtmlElement, *, has_dated_attribute: bool) -> list[tuple[str, bool, bool]]:
    """Return the texts of an element that state a date, each with whether it is an attribute's and dates a change.

    Words that label a publication come before an attribute, which may be the change's, and other words behind it: they
    add the clock to a mere day.
    """
    words = _words_with_date(element) if element.tag in _HOLDERS else ""
    machine = _machine_time(element) if has_dated_attribute else None
    if not words and machine is None:
        return []
    names = f"{element.get('itemprop') or ''} {element.get('class') or ''} {element.get('id') or ''}"
    label = last_label(_text_before(element))
    statements: list[tuple[str, bool, bool]] = []
    has_own_label = False
    if words:
        whole = " ".join(str(element.text_content()).split())
        labelled = whole if len(whole) <= _LONGEST else words
        part, is_update = publication_part(labelled)
        has_own_label = is_update or part != labelled
        if not has_own_label:
            part, is_update = words, label == "updated" or (not label and is_update_name(names))
        statements.append((part, False, is_update))
    if machine is not None:
        name, text = machine
        is_update = label == "updated" or (not label and is_update_name(f"{name} {names}"))
        # '28/11/2026' in an attribute says no more than in words.
        is_first = bool(_MACHINE_DAY.fullmatch(text)) and not (has_own_label and not statements[0][2])
        statements.insert(0 if is_first else len(statements), (text, True, is_update))
    return statements


def _text_before(element: HtmlElement) -> str:
    """Return the words between an element and the date before it in its parent: 'Đăng lúc: ' before a time element."""
    before = element.getprevious()
    if before is None:
        return (element.getparent().text or "")[-_LONGEST_LABEL:] if element.getparent() is not None else ""
    words = str(before.text_content()) if isinstance(before.tag, str) and len(before) <= 2 else ""
    words = "" if _DIGIT.search(words) or len(words) > _LONGEST_LABEL else words
    return f"{words} {(before.tail or '')[-_LONGEST_LABEL:]}"


def _machine_time(element: HtmlElement) -> tuple[str, str] | None:
    """Return name and value of the attribute that states a time, one of publication before one of a change.

    Of a time element it may be a mere day, or in any form; of others it is ISO 8601 with a clock, or epoch seconds.
    """
    if _OTHER_TIMES.search(element.get("itemprop") or ""):
        return None
    found: list[tuple[str, str]] = []
    for name, value in element.attrib.items():
        if name in _NOT_DATES or not 8 < len(value) < 60 or _OTHER_TIMES.search(name):
            continue
        if (
            (element.tag == "time" and name == "datetime" and (_YEAR.search(value) or _MACHINE_DAY.fullmatch(value)))
            or _MACHINE_TIME.fullmatch(value)
            or (_EPOCH.fullmatch(value) and (_DATE_NAMES.search(name) or name == "datetime"))
        ):
            found.append((name, value))
    return min(found, key=lambda pair: is_update_name(pair[0]), default=None)


def _words_with_date(element: HtmlElement) -> str:
    """Return the direct text of an element if it is little more than a date; else ''."""
    text = _direct_text(element)
    if len(text) > _LONGEST or not _DIGIT.search(text):
        return ""
    text = plain_digits(text)
    if _YEAR.search(text):
        return text if len(_DATE_PART.sub("", text)) <= _MOST_OTHER else ""
    if _YEARLESS.fullmatch(text):
        return text
    # A badge may set day and month apart: <div><span>09</span><br><span>Th8</span></div>
    if _MONTH_ALONE.fullmatch(text) and (badge := element.getparent()) is not None and len(badge) <= 4:
        whole = " ".join(str(badge.text_content()).split())
        return whole if _YEARLESS.fullmatch(whole) else ""
    return ""


def _direct_text(element: HtmlElement) -> str:
    if not len(element):
        return element.text or ""
    return " ".join((element.text or "", *(child.tail or "" for child in element)))


def _has_text(element: HtmlElement, title: str) -> bool:
    return collapse_spaces(str(element.text_content())) == title


def _is_in_other_text(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether an element stands in a part of other texts; `around` are the elements that hold the headline."""
    is_short = True
    for holder in (element, *element.iterancestors()):
        if holder in around or holder.tag in ("body", "html"):
            return False
        names = f"{holder.get('class') or ''} {holder.get('id') or ''}".lower()
        if holder.tag in ("aside", "footer", "nav") or _OTHER_TEXTS.search(names):
            return True
        # Elements around a long one are long, and measuring each of them is slow.
        is_short = is_short and len(str(holder.text_content())) <= _LONGEST_TEASER
        if is_short and _is_teaser(holder):
            return True
    return False


def _is_teaser(holder: HtmlElement) -> bool:
    """Whether a short element that does not hold the headline links another article by its headline."""
    return any(
        len(str(link.text_content()).split()) >= _HEADLINE_WORDS
        and (holder.tag == "li" or any(above.tag in _HEADINGS for above in (*link, *link.iterancestors())))
        for link in holder.iterdescendants("a")
    )


def _is_clock(element: HtmlElement) -> bool:
    """Whether a date above the headline is the page's clock: it stands in the header, or nothing marks it as a date."""
    is_marked = element.tag == "time"
    for depth, holder in enumerate((element, *element.iterancestors())):
        names = f"{holder.get('class') or ''} {holder.get('id') or ''}".lower()
        if holder.tag in ("header", "nav") or _CLOCK_NAMES.search(names):
            return True
        is_marked = is_marked or bool(depth < 2 and _DATE_NAMES.search(names))
    return not is_marked
