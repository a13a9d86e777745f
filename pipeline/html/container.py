"""Paragraphs of a page that extractors agree on → the elements that hold its article, whatever they are called."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.html.blocks import Block
from pipeline.html.boilerplate import BoxKind, box_kind, is_sentence
from pipeline.html.paragraph_keys import count_letters

# Share of the agreed text from which an element is the article's innermost one.
_ENOUGH = 0.6
# Share of the agreed text from which elements of one class and one parent are no boxes: by names that systems also give
# to bodies ('sidebar-content', 'post tag-news author-desk'), and by those of comments and lists of other articles.
_NO_BOX: dict[BoxKind, float] = {"vague": 0.34, "plain": 0.8, "sure": 0.95}
# Elements that bodies are split over.
_PARTS = frozenset({"div", "section", "article"})
# Characters of a paragraph at least, above which an article has its headline.
_PARAGRAPH = 60
# Letters of a part at least, and share of its characters in links at most, where no extractor saw it.
_SHORTEST_PART, _MOST_LINKED = 80, 0.2

#: parent, tag and class of an element
Group = tuple[HtmlElement | None, str, str]


@dataclass(frozen=True, slots=True)
class Container:
    """The elements that hold the article."""

    #: the innermost element that holds most of it
    inner: HtmlElement
    #: `inner`, its ancestors, and elements that hold parts of the article though their class calls them boxes
    elements: frozenset[HtmlElement]
    #: elements beside `inner` or within it over which the body is split
    parts: frozenset[HtmlElement] = frozenset()

    def holds(self, element: HtmlElement | None) -> bool:
        """Whether an element lies in `inner` or a part, not only in one of its ancestors."""
        while element is not None and element is not self.inner and element not in self.parts:
            element = element.getparent()
        return element is not None

    def is_in_part(self, element: HtmlElement) -> bool:
        """Whether an element lies in a part of the body that has others beside it."""
        return any(e in self.parts for e in (element, *element.iterancestors()))

    def describe(self) -> str:
        """Return tag and classes of the innermost element, every number in them as 0."""
        inner = self.inner
        return re.sub(r"\d+", "0", ".".join((str(inner.tag), *(inner.get("class") or "").split())))[:120]


def find_container(blocks: Sequence[Block], keys: Sequence[str], agreed: Iterable[int], title: str) -> Container:
    """Return the container of the `agreed` paragraphs, numbers of `blocks`; `keys` and `title` are paragraph keys.

    Elements beside each other of one tag and class that hold most of the agreed text are parts of one body: what some
    of them are, all are.
    """
    weights: Counter[HtmlElement] = Counter()
    for i in agreed:
        element = blocks[i].element
        # A notice in English must not outweigh an article in Chinese.
        letters = count_letters(keys[i])
        while element is not None:
            weights[element] += letters
            element = element.getparent()
    total = max(weights.values())
    inner = min((e for e in weights if weights[e] >= _ENOUGH * total), key=lambda e: (weights[e], -_depth(e)))
    chain = frozenset((inner, *inner.iterancestors()))
    groups = weigh_groups(weights)
    exempt: set[HtmlElement] = set()
    for element in weights:
        if element not in chain and (kind := box_kind(element)) and groups[group_of(element)] >= _NO_BOX[kind] * total:
            exempt.add(element)
    parts: set[HtmlElement] = set()
    for (parent, tag, name), weight in groups.items():
        if parent is not None and tag in _PARTS and name and weight >= _ENOUGH * total:
            members = [e for e in parent if e.tag == tag and (e.get("class") or "") == name]
            parts |= _parts_of_body(members, weights, blocks, keys, title) - chain if len(members) > 1 else set()
    return Container(inner, chain | exempt | parts, frozenset(parts))


def weigh_groups(weights: Counter[HtmlElement]) -> Counter[Group]:
    """Return the weights of elements with one parent, tag and class, added up."""
    groups: Counter[Group] = Counter()
    for element, weight in weights.items():
        groups[group_of(element)] += weight
    return groups


def group_of(element: HtmlElement) -> Group:
    """Return parent, tag and class of an element: equal for the parts of one body."""
    return element.getparent(), str(element.tag), element.get("class") or ""


def _parts_of_body(
    members: Sequence[HtmlElement],
    weights: Counter[HtmlElement],
    blocks: Sequence[Block],
    keys: Sequence[str],
    title: str,
) -> set[HtmlElement]:
    """Return the parts of a body among elements of one class; none where one holds the headline: these are articles."""
    within: dict[HtmlElement, list[int]] = {member: [] for member in members}
    for i, block in enumerate(blocks):
        if (member := _member_of(block.element, within)) is not None:
            within[member].append(i)
    if any(blocks[i].tag == "h1" or (title and keys[i] == title) for numbers in within.values() for i in numbers):
        return set()
    tags = Counter[str]()
    for member in members:
        if weights[member]:
            for i in within[member]:
                tags[blocks[i].tag] += len(keys[i])
    usual = max(tags, key=lambda tag: tags[tag], default="p")
    return {m for m in members if weights[m] or _is_text([(blocks[i], len(keys[i])) for i in within[m]], usual)}


def _member_of(element: HtmlElement | None, members: dict[HtmlElement, list[int]]) -> HtmlElement | None:
    while element is not None and element not in members:
        element = element.getparent()
    return element


def _is_text(blocks: Sequence[tuple[Block, int]], usual: str) -> bool:
    """Whether blocks, each with its letters, are running text in elements of the `usual` tag, with few links."""
    size = sum(letters for _, letters in blocks)
    text = sum(letters for block, letters in blocks if block.tag == usual and is_sentence(block.text))
    linked = sum(letters * block.linked for block, letters in blocks)
    return size >= _SHORTEST_PART and 2 * text >= size and linked <= _MOST_LINKED * size


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def article_of(element: HtmlElement | None) -> HtmlElement | None:
    """Return the <article> element around a paragraph; None if there is none."""
    while element is not None and element.tag != "article":
        element = element.getparent()
    return element


def has_headline(article: HtmlElement | None) -> bool:
    """Whether an h1 or h2 stands above the paragraphs of an <article>."""
    if article is None:
        return False
    first = next((e for e in article.iter("h1", "h2", "p") if e.tag != "p" or len(e.text_content()) > _PARAGRAPH), None)
    return first is not None and first.tag != "p"
