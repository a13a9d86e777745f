"""Parsed page → its paragraphs in reading order, each with its element."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from pipeline.html.parser import collapse_spaces

# Elements whose content is never text of an article.
_SKIPPED = frozenset(
    [
        *("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "audio"),
        *("video", "canvas", "map", "button", "select", "option", "textarea", "input", "form"),
        *("nav", "footer", "dialog", "head", "title", "meta", "link", "datalist", "menu", "math"),
    ]
)
_INLINE = frozenset(
    [
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "label", "mark", "q", "rb", "rp", "rt", "ruby", "s"),
        *("samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        *("wbr", "nobr"),
    ]
)
# Elements of a form from which it holds the page. Forms within 98 recorded pages have up to 156.
_LARGE_FORM = 250
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One paragraph, heading, list item or caption."""

    text: str
    #: the block-level element that directly holds the text
    element: HtmlElement
    #: share of its characters in links, 0 to 1
    linked: float
    #: whether 90 % of its characters are bold
    strong: bool = False

    @property
    def tag(self) -> str:
        return str(self.element.tag)


def extract_blocks(tree: HtmlElement) -> list[Block]:
    """Return the visible paragraphs of a page, without hidden elements, forms, navigation and code."""
    return list(_Collector(tree).run())


class _Collector:
    """Walks a tree once without recursion and collects inline text until a block-level element begins or ends."""

    def __init__(self, tree: HtmlElement) -> None:
        body = tree.find(".//body")
        #: counts as visible: some pages show their body only once their script has run
        self._root = tree if body is None else body
        self._pieces: list[str] = []
        #: characters of `_pieces`, without spaces, in links and in bold
        self._linked = 0
        self._strong = 0
        #: open elements: links, and b or strong
        self._open_links = 0
        self._open_bolds = 0

    def run(self) -> Iterator[Block]:
        stack: list[tuple[HtmlElement, bool]] = [(self._root, False)]
        owners: list[HtmlElement] = [self._root]
        while stack:
            element, leaving = stack.pop()
            tag = element.tag
            if leaving:
                if tag in _INLINE:
                    self._open_links -= tag == "a"
                    self._open_bolds -= tag in ("b", "strong")
                    self._separate(element)
                else:
                    yield from self._flush(owners.pop())
                if element is not self._root:
                    self._add(element.tail)
                continue
            if not isinstance(tag, str) or (tag in _SKIPPED and not _is_page(element)) or self._is_unseen(element):
                self._add(element.tail)
                continue
            if tag in ("br", "hr"):
                yield from self._flush(owners[-1])
                self._add(element.tail)
                continue
            if tag in _INLINE:
                self._open_links += tag == "a"
                self._open_bolds += tag in ("b", "strong")
            else:
                if element is not self._root:
                    yield from self._flush(owners[-1])
                    owners.append(element)
            self._add(element.text)
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))

    def _is_unseen(self, element: HtmlElement) -> bool:
        return element is not self._root and _is_hidden(element)

    def _separate(self, element: HtmlElement) -> None:
        """Add a space behind a span that only CSS separates from the next word, such as a dateline's place."""
        if element.tag != "span" or not element.get("class") or not self._pieces or not element.tail:
            return
        if self._pieces[-1][-1:].islower() and element.tail[:1].isupper():
            self._pieces.append(" ")

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            size = len(text) - text.count(" ")
            self._linked += size if self._open_links > 0 else 0
            self._strong += size if self._open_bolds > 0 else 0

    def _flush(self, owner: HtmlElement) -> Iterator[Block]:
        if not self._pieces:
            return
        text = collapse_spaces("".join(self._pieces))
        size = max(1, len(text) - text.count(" "))
        if text:
            yield Block(text, owner, min(1.0, self._linked / size), self._strong >= 0.9 * size)
        self._pieces.clear()
        self._linked = self._strong = 0


def _is_page(element: HtmlElement) -> bool:
    """Whether an element is a form around a whole page, as ASP.NET and the portals made with it have."""
    if element.tag != "form":
        return False
    if next(element.iter("h1", "article"), None) is not None:
        return True
    return sum(1 for _ in islice(element.iter(), _LARGE_FORM)) == _LARGE_FORM


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None:
        return True
    return bool((style := element.get("style")) and _HIDDEN.search(style))
