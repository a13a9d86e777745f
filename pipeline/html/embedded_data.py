"""The data a page's scripts carry → the article's markup, for pages that only a browser would build."""

import json
from collections.abc import Iterator

from lxml.html import HtmlElement, fragment_fromstring

# What two paragraphs look like inside a string of JSON or JavaScript, plain or escaped.
_MARKS = ("<p", "\\u003cp", "\\u003Cp", "<br", "\\u003cbr")
_LONGEST = 3_000_000
_JSON = json.JSONDecoder(strict=False)


def embedded_article(tree: HtmlElement) -> HtmlElement | None:
    """Return the longest piece of paragraph markup among the strings of the page's inline scripts; None if none."""
    best = ""
    for script in tree.iter("script"):
        text = (script.text or "")[:_LONGEST]
        if any(mark in text for mark in _MARKS):
            best = max((best, *(s for s in _strings(text) if _is_markup(s))), key=len)
    if len(best) < 200:
        return None
    try:
        return fragment_fromstring(best, create_parent="div")
    except (ValueError, AssertionError, LookupError):
        return None


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<") and text.count("<p") + text.count("<br") >= 2


def _strings(text: str) -> Iterator[str]:
    """Every double-quoted string of a script, unescaped as JSON does."""
    at = text.find('"')
    while at >= 0:
        try:
            string, after = _JSON.raw_decode(text, at)
        except ValueError:
            return
        if len(string) > 200:
            yield string
        at = text.find('"', after)
