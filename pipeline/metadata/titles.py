"""The titles a page gives itself, in JSON-LD, metadata and headings → the one its readers see."""

import re
import unicodedata
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces

_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*|\s*[-–—]{2,}\s*")

# Outlets that write one title for search engines and another for readers name the first so, even where it is the h1.
_SEARCH = re.compile(r"(?<![a-z])seo", re.IGNORECASE)

_HEADLINES = re.compile(
    r"(?<![a-z])(?:tieu-?de|ten-?bai|headline|(?:article|news|detail|post|entry|content)[-_]?title"
    r"|title[-_]?(?:detail|news|article|post))(?![a-z])",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 15, 250


def choose_title(
    tree: HtmlElement, own: list[jsonld.Node], named: dict[str, str], *, site: str, hint: str, url: str
) -> tuple[str, str]:
    """Return the article's title and which reader gave it; ('', '') where the page has none.

    `own` are its JSON-LD articles, `named` its meta elements, `site` the outlet's name, `hint` the title of a feed.
    """
    whole = collapse_spaces(tree.findtext(".//title") or "")
    heads = [
        (collapse_spaces(str(h.text_content())), bool(_SEARCH.search(h.get("class") or ""))) for h in tree.iter("h1")
    ]
    searched = {letters_only(text) for text, for_search in heads if for_search}
    headings = [text for text, for_search in heads if not for_search]
    # A heading that only ends the page's title is the outlet's name: many set their logo as h1.
    headings = [h for h in headings if h and h != site and (h == whole or not whole.endswith(h))]
    choices = [
        ("json-ld", collapse_spaces(jsonld.first_value(own, "headline"))),
        ("og", _cut(named.get("og:title", ""), site, headings)),
        ("h1", headings[0] if len(headings) == 1 else max((h for h in headings if h in whole), key=len, default="")),
        ("twitter", _cut(named.get("twitter:title", ""), site, headings)),
        ("marked", "" if headings else _marked(tree)),
        ("title", _cut(whole, site, headings, tree)),
        ("h1", headings[0] if headings else ""),
    ]
    given = [(name, text) for name, text in choices if text]
    given.sort(key=lambda choice: letters_only(choice[1]) in searched)
    told = letters_only(hint)
    for name, text in given:
        if told and letters_only(text) == told:
            return text, name
    others = {letters_only(text) for name, text in given if name != "json-ld"}
    if len(given) > 3 and given[0][0] == "json-ld" and len(others) == 1 and letters_only(given[0][1]) not in others:
        # JSON-LD stands alone against all that readers see: the address tells which of the two was the headline.
        given.sort(key=lambda choice: -_in_address(choice[1], url))
    return (given[0][1], given[0][0]) if given else ("", "")


def _marked(tree: HtmlElement) -> str:
    """The first words that the page's class names call its headline: old portals have neither h1 nor title for it."""
    for element in tree.iter("h2", "h3", "div", "span", "p", "td", "font", "b"):
        if _HEADLINES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            text = collapse_spaces(str(element.text_content()))
            if _SHORTEST <= len(text) <= _LONGEST and element.find(".//a") is None:
                return text
    return ""


def _in_address(title: str, url: str) -> float:
    """Share of the title's words that stand in the address, both without marks."""
    folded = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    words = set(re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char))))
    slug = set(re.findall(r"[^\W_]+", urlsplit(url).path.lower()))
    return len(words & slug) / max(1, len(words))


def letters_only(text: str) -> str:
    """Return the letters and digits of `text` alone, in one case."""
    return re.sub(r"\W+", "", text.casefold())


def _cut(title: str, site: str, headings: list[str], tree: HtmlElement | None = None) -> str:
    """Cut the outlet's name off a title: what a bar divides from it, if a heading or the site's name says so.

    `tree` is searched for an element that shows the title without that name, where nothing else tells.
    """
    title = collapse_spaces(title)
    if title in headings:
        return title
    pieces = [p for p in _BARS.split(title) if p]
    if len(pieces) < 2:
        return title
    for heading in headings:
        if len(heading) >= 15 and title.startswith(heading):
            return heading
    last = pieces[-1]
    if site and (last.casefold() in site.casefold() or site.casefold() in last.casefold()):
        return title[: title.rindex(last)].rstrip(" |–—·•»:-")
    shorter = title[: title.rindex(last)].rstrip(" |–—·•»:-")
    if tree is not None and any(
        collapse_spaces(e.text or "") == shorter for e in tree.iter("h2", "h3", "div", "span", "p", "td", "b")
    ):
        return shorter
    return title
