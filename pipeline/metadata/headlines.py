"""Headings of a page, and the titles that it declares → the headline that its readers see."""

import html
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces
from pipeline.metadata.outlet_names import SHORTEST, is_outlet_name, letters_only
from pipeline.text import scripts

_REFERENCE = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
# Class of a heading that is written for search engines, not for readers; on some sites it is the h1.
_SEO = re.compile(r"(?<![a-z])seo", re.IGNORECASE)
_HEADLINES = re.compile(
    r"(?<![a-z])(?:tieu-?de|ten-?bai|headline|(?:article|news|detail|post|entry|content)[-_]?title"
    r"|title[-_]?(?:detail|news|article|post))(?![a-z])",
    re.IGNORECASE,
)
# Class of what stands within a heading and is not the headline: a kicker, a mark, a text for screen readers.
_BESIDE = re.compile(
    r"(?<![a-z])(?:kicker|eyebrow|overline|topline|top-?line|roof-?line|dach-?zeile|spitz-?marke|pre-?title|sur-?titre"
    r"|ante-?titulo|label|badge|flag|category|section|chuyen-?muc|visually-?hidden|sr-only|screen-reader(?:-text)?)"
    r"(?![a-z])",
    re.IGNORECASE,
)
_LONGEST = 250
_TOKENS = re.compile(rf"[{scripts.UNSPACED_AND_HANGUL}]|\w+")
# Words of a heading, and its characters, from which it is a headline though no declared title shares words with it.
_FEWEST_WORDS = 5
# Share of the words of the shorter of two titles that both have, from which they are about one thing.
_ABOUT_THE_SAME = 0.5


def plain(title: str) -> str:
    """Return a title with single spaces, and without the references that systems escape twice ('C&amp;amp;A')."""
    return collapse_spaces(_REFERENCE.sub(lambda reference: html.unescape(reference[0]), title))


def seo_titles(tree: HtmlElement) -> set[str]:
    """Return `letters_only` of the headings that are written for search engines."""
    return {letters_only(heading_text(h)) for h in tree.iter("h1") if _SEO.search(h.get("class") or "")}


def first_headings(tree: HtmlElement, page_title: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the texts of the h1 elements in order, and apart from them those that name the outlet.

    Those for search engines are left out. Many outlets set their logo as h1: it leads to the front page, or only ends
    the page's title.
    """
    headings: list[str] = []
    outlets: list[str] = []
    for h1 in tree.iter("h1"):
        text = heading_text(h1)
        if not text or _SEO.search(h1.get("class") or ""):
            continue
        is_outlet = text in names or _leads_to_front(h1) or _is_end_of(page_title, text, names)
        (outlets if is_outlet else headings).append(text)
    return headings, outlets


def lower_headings(tree: HtmlElement) -> list[str]:
    """Return the texts of the h2 and h3 elements that are long enough for a headline."""
    texts = (plain(str(heading.text_content())) for heading in tree.iter("h2", "h3"))
    return [text for text in texts if SHORTEST <= len(text) <= _LONGEST]


def heading_text(heading: HtmlElement) -> str:
    """Return the text of a heading without kickers and marks within it, unless it consists of them."""
    text = plain("".join(_strings(heading, skip=True)))
    return text or plain("".join(_strings(heading, skip=False)))


def _strings(element: HtmlElement, *, skip: bool) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if not isinstance(child.tag, str) or child.tag in ("script", "style", "svg", "noscript", "template"):
            yield child.tail or ""
            continue
        # Line breaks, blocks, and spans with a class of their own are set apart by the page's style.
        apart = child.tag in ("br", "div", "p", "small") or (child.tag == "span" and bool(child.get("class")))
        inner = "".join(_strings(child, skip=skip))
        if skip and _BESIDE.search(child.get("class") or ""):
            yield " "
        elif apart and (child.tag != "span" or inner[-1:].islower()):
            yield f" {inner} "
        else:
            yield inner
        yield child.tail or ""


def _leads_to_front(heading: HtmlElement) -> bool:
    """Whether a heading is one link to the front page, as logos are."""
    links = list(heading.iter("a"))
    if len(links) != 1 or len(letters_only(str(links[0].text_content()))) < len(letters_only(heading_text(heading))):
        return False
    return bool(re.fullmatch(r"(?:https?:)?(?://[^/]+)?/?(?:index\.\w+)?", (links[0].get("href") or "#").strip()))


def _is_end_of(page_title: str, heading: str, names: Sequence[str]) -> bool:
    """Whether a heading only ends the page's title, as the outlet's name does: many outlets set their logo as h1.

    Where the outlet's name comes first, the headline ends the title.
    """
    if heading == page_title or not page_title.endswith(heading):
        return False
    before = page_title[: -len(heading)]
    return not (is_outlet_name(before, names) if names else len(before) < len(heading))


def visible_headline(tree: HtmlElement, headings: Sequence[str], declared: Sequence[str], page_title: str) -> str:
    """Return the heading that is the article's headline; '' where none is known to be.

    `headings` are the page's `first_headings`, `declared` the titles of its metadata and JSON-LD without the outlet's
    name. Of several h1 it is the one that shares most words with them. Without an h1 it is a lower heading that says
    the same as one of them. A short h1 that shares no words with any may be a section's name.
    """
    if not headings:
        wanted = {letters_only(title) for title in declared} - {""}
        return next((text for text in lower_headings(tree) if letters_only(text) in wanted), "")
    known = [title for title in (*declared, page_title) if title]
    shares = [max((share_of_words(heading, title) for title in known), default=0.0) for heading in headings]
    best = max(range(len(headings)), key=lambda n: (shares[n], n == 0))
    heading = headings[best]
    is_long = len(_TOKENS.findall(heading)) >= _FEWEST_WORDS and len(heading) >= SHORTEST
    if shares[best] >= _ABOUT_THE_SAME or (is_long and len(headings) == 1) or not known:
        return _without_kicker(heading, declared)
    return ""


def _without_kicker(heading: str, declared: Sequence[str]) -> str:
    """Return a heading without the words in front of a declared title that is the rest of it."""
    for title in declared:
        before = len(heading) - len(title)
        if len(title) >= SHORTEST and 0 < before <= len(title) and heading.endswith(title):
            return title
    return heading


def share_of_words(one: str, other: str) -> float:
    """Return the share of the words of the shorter of two titles that the other has too, 0 to 1."""
    words = [frozenset(_TOKENS.findall(text.casefold())) for text in (one, other)]
    return len(words[0] & words[1]) / max(1, min(map(len, words)))


def marked_headline(tree: HtmlElement) -> str:
    """Return the first text that a class name or id calls a headline: old portals have no h1 and no own title."""
    for element in tree.iter("h2", "h3", "div", "span", "p", "td", "font", "b"):
        if _HEADLINES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            text = collapse_spaces(str(element.text_content()))
            if SHORTEST <= len(text) <= _LONGEST and not _is_linked(element):
                return text
    return ""


def _is_linked(element: HtmlElement) -> bool:
    """Whether an element holds a link or lies in one, as the headlines of other articles do."""
    return element.find(".//a") is not None or next(element.iterancestors("a"), None) is not None
