"""Data in the scripts of a page → the markup of its article, for pages that are built in the browser."""

import json
from collections.abc import Iterator

from lxml.html import HtmlElement, fragment_fromstring

# Beginnings of paragraphs inside a string of JSON or JavaScript, plain or escaped.
_PARAGRAPHS = ("<p", "\\u003cp", "\\u003Cp", "<br", "\\u003cbr")
# Characters of a script that are searched.
_LONGEST = 3_000_000
# Characters of an article's markup at least.
_SHORTEST = 200
_JSON = json.JSONDecoder(strict=False)


def embedded_article(tree: HtmlElement) -> HtmlElement | None:
    """Return the longest markup of paragraphs among the strings of the inline scripts; None if there is none."""
    best = ""
    for script in tree.iter("script"):
        text = (script.text or "")[:_LONGEST]
        if any(mark in text for mark in _PARAGRAPHS):
            best = max((best, *(s for s in _strings(text) if _is_markup(s))), key=len)
    if len(best) < _SHORTEST:
        return None
    try:
        return fragment_fromstring(best, create_parent="div")
    except (ValueError, AssertionError, LookupError):
        return None


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<") and text.count("<p") + text.count("<br") >= 2


def _strings(text: str) -> Iterator[str]:
    """Yield the long double-quoted strings of a script, unescaped as in JSON."""
    at = text.find('"')
    while at >= 0:
        try:
            string, after = _JSON.raw_decode(text, at)
        except ValueError:
            return
        if len(string) > _SHORTEST:
            yield string
        at = text.find('"', after)
