"""Paragraphs of a page and how many extractors saw each → the paragraphs of the article."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.html.blocks import Block
from pipeline.html.boilerplate import (
    is_caption,
    is_dateline,
    is_imprint,
    is_in_box,
    is_in_teaser,
    is_marked_lead,
    is_pointer,
    is_sentence,
    is_signature,
    is_video_credit,
)
from pipeline.html.container import Container, article_of, find_container, has_headline
from pipeline.html.paragraph_keys import SHORT, count_letters
from pipeline.html.running_text import is_teaser

# Letters of a caption at least (a shorter one is a word such as 'Photo'), and pictures of a photo essay at least.
_SHORTEST_CAPTION, _ESSAY = 10, 4
# Letters of an unmarked lead at least: a sentence, not a remark.
_SENTENCE = 50
# Characters of a paragraph and of the description that are compared.
_COMPARED = 60
# Share of characters in links above which a paragraph is a link.
_LINK = 0.8
_FULL_STOP = re.compile(r"[.!…。]\W*$")

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTUAL = _HEADINGS | {"p", "li", "blockquote", "pre", "dt", "dd"}


@dataclass(frozen=True, slots=True)
class PageParagraphs:
    """The paragraphs of a page by number, and the decisions about them that `consensus.compose` takes in turn."""

    blocks: list[Block]
    #: `paragraph_key` of each block
    keys: list[str]
    #: `paragraph_key` of the article's title; '' if unknown
    title: str
    #: `paragraph_key` of the page's own summary; '' if it has none
    description: str
    #: `paragraph_key` of each author
    authors: frozenset[str]

    def exclude_other_articles(self, agreed: list[int]) -> list[int]:
        """Return `agreed` without other articles on the same page: <article> elements with a headline of their own."""
        articles = {i: article_of(self.blocks[i].element) for i in agreed}
        titled = {article_of(b.element) for b, k in zip(self.blocks, self.keys, strict=True) if k and k == self.title}
        titled.discard(None)
        if not titled or self.key_length(i for i in agreed if articles[i] in titled) < 400:
            return agreed
        return [i for i in agreed if articles[i] is None or articles[i] in titled or not has_headline(articles[i])]

    def find_container(self, agreed: Iterable[int]) -> Container:
        """Return the elements that hold the agreed text."""
        return find_container(self.blocks, self.keys, agreed, self.title)

    def key_length(self, numbers: Iterable[int]) -> int:
        """Return the total length of the keys of some paragraphs."""
        return sum(len(self.keys[i]) for i in numbers)

    def is_in_container(self, i: int, container: Container) -> bool:
        """Whether a paragraph lies in the container's innermost element or a part of the body beside it."""
        return container.holds(self.blocks[i].element)

    def exclude_unusual_elements(self, chosen: list[int], votes: list[int], voters: int) -> list[int]:
        """Return `chosen` without bare text in elements such as div, where 70 % of the text stands in p elements.

        A paragraph that all `voters` saw stays.
        """
        in_p = self.key_length(i for i in chosen if self.blocks[i].tag == "p")
        if in_p < 0.7 * self.key_length(chosen):
            return chosen
        return [i for i in chosen if votes[i] == voters or self.blocks[i].tag in _TEXTUAL]

    def find_lost_paragraphs(self, core: list[int], votes: list[int], container: Container) -> set[int]:
        """Return paragraphs that extractors lost: they stand within `core` or a part of the body beside it.

        They have the elements and classes of its paragraphs.
        """
        weights: Counter[tuple[str, ...]] = Counter()
        for i in core:
            weights[_element_pattern(self.blocks[i].element)] += len(self.keys[i])
        total = weights.total()
        ends = [core[0], core[-1]]
        if container.parts:
            ends += [i for i, block in enumerate(self.blocks) if container.is_in_part(block.element)]
        return {
            i
            for i in range(min(ends), max(ends) + 1)
            if (votes[i] or count_letters(self.keys[i]) >= SHORT)
            and weights[_element_pattern(self.blocks[i].element)] >= 0.2 * total
            and not is_teaser(self.blocks[i].element)
            and not is_in_box(self.blocks[i].element, container.elements)
        }

    def find_captions(self, chosen: list[int], container: Container) -> set[int]:
        """Return the captions within the text, and those below it as far as the container goes."""
        return {
            i
            for i in range(chosen[0], len(self.blocks))
            if len(self.keys[i]) >= _SHORTEST_CAPTION
            and (i < chosen[-1] or self.is_in_container(i, container))
            and is_caption(self.blocks[i])
            and not is_in_box(self.blocks[i].element, container.elements)
            and not is_in_teaser(self.blocks[i], container.elements)
            and not is_video_credit(self.blocks[i])
        }

    def find_photo_essay(self, chosen: list[int]) -> set[int]:
        """Return all captions below the headline where they hold twice the text of `chosen`; else an empty set."""
        first = next(
            (i for i, b in enumerate(self.blocks) if b.tag == "h1" or (self.title and self.keys[i] == self.title)), 0
        )
        captions = [
            i
            for i in range(first, len(self.blocks))
            if self.blocks[i].linked < 0.5 and count_letters(self.keys[i]) >= SHORT and is_caption(self.blocks[i])
        ]
        if len(captions) < _ESSAY or self.key_length(captions) < 2 * self.key_length(chosen):
            return set()
        container = self.find_container(captions)
        return {
            i
            for i in captions
            if self.is_in_container(i, container) and not is_in_box(self.blocks[i].element, container.elements)
        }

    def is_teaser_link(self, i: int) -> bool:
        """Whether a paragraph is one link, long enough for the headline of another article."""
        block = self.blocks[i]
        return block.linked > _LINK and count_letters(self.keys[i]) >= SHORT and block.tag in _TEXTUAL | {"div", "a"}

    def is_noise(self, i: int) -> bool:
        """Whether a paragraph repeats the title or an author, leads elsewhere, or is a caption."""
        block, key = self.blocks[i], self.keys[i]
        if block.tag == "h1" or key in self.authors or (self.title and key == self.title):
            return True
        return is_pointer(block) or is_caption(block) or self._is_heading_of_links(i)

    def is_in_teaser(self, i: int, container: Container) -> bool:
        """Whether a paragraph is the summary of another article below its headline."""
        return is_in_teaser(self.blocks[i], container.elements)

    def _is_heading_of_links(self, i: int) -> bool:
        """Whether a short line stands above links to other articles."""
        block = self.blocks[i]
        below = self.blocks[i + 1 : i + 3]
        if len(block.text) > 60 or is_sentence(block.text) or len(below) < 2:
            return False
        return all(other.linked > _LINK and other.tag in ("li", "div", "h3", "h4", "h5", "p") for other in below)

    def trim(self, chosen: list[int]) -> list[int]:
        """Return `chosen` without headings, times and credits at both ends, and imprint lines near the end."""
        while chosen and self._is_above_text(chosen[0]) and not self._is_in_series(chosen[0], chosen[1:]):
            chosen = chosen[1:]
        while chosen and self._is_below_text(chosen[-1]):
            chosen = chosen[:-1]
        # An imprint may stand above the last line of the article, such as where it first appeared.
        return [i for n, i in enumerate(chosen) if n < len(chosen) - 5 or not is_imprint(self.blocks[i].text)]

    def _is_above_text(self, i: int) -> bool:
        block = self.blocks[i]
        is_lead = count_letters(self.keys[i]) >= SHORT and self.keys[i] in self.description
        return (block.tag in _HEADINGS and not is_lead) or is_dateline(block.text)

    def _is_in_series(self, i: int, others: Sequence[int]) -> bool:
        """Whether a heading above a paragraph is of the same kind as others further on: questions, hours, chapters."""
        if self.blocks[i].tag not in _HEADINGS or not others or self.blocks[others[0]].tag in _HEADINGS:
            return False
        pattern = _element_pattern(self.blocks[i].element)
        return any(_element_pattern(self.blocks[other].element) == pattern for other in others)

    def _is_below_text(self, i: int) -> bool:
        block = self.blocks[i]
        if any(self.keys[i].startswith(name) for name in self.authors) and len(block.text) < 400:
            return True
        if len(block.text) >= 60:
            return is_imprint(block.text)
        return block.tag in _HEADINGS or not is_sentence(block.text) or block.text.startswith(("(", "（", "©"))

    def lines_below(self, last: int, container: Container) -> list[str]:
        """Return up to two lines below paragraph `last`, where authors sign.

        Links and headings of links are left out. Outside the container only the next line counts, if it is bold or
        marked as a signature.
        """
        lines = []
        for i in range(last + 1, min(last + 3, len(self.blocks))):
            block = self.blocks[i]
            if i + 1 < len(self.blocks) and self.blocks[i + 1].linked > _LINK and block.linked == 0 and i > last + 1:
                break
            signed = i == last + 1 and (block.strong or is_signature(block.element))
            if block.linked == 0 and (signed or self.is_in_container(i, container)):
                lines.append(block.text)
        return lines

    def lead_in_text(self, chosen: list[int]) -> list[int]:
        """Return the first paragraph, where the page marks it as the lead or repeats it as its summary; else []."""
        key = self.keys[chosen[0]]
        is_summary = bool(self.description) and count_letters(key) >= SHORT and self._overlaps_description(key)
        return chosen[:1] if is_summary or is_marked_lead(self.blocks[chosen[0]].element) else []

    def lead_above_text(self, chosen: list[int], container: Container) -> list[int]:
        """Return the paragraphs between headline and text that are the article's lead; [] where none is."""
        first = chosen[0] if chosen else len(self.blocks)
        titles = self._titles_above(first)
        start = titles[0] + 1 if titles else max(0, first - 6)
        leads: list[int] = []
        sentences: list[int] = []
        for i in range(start, first):
            if self._is_no_lead(i):
                continue
            if self._is_stated_lead(i, container):
                leads.append(i)
            elif titles and self._is_plain_sentence(i, container):
                sentences.append(i)
        # An unmarked sentence between headline and text is the lead where it is the only one and the page has no other.
        return leads or (sentences if len(sentences) == 1 and not self.lead_in_text(chosen) else [])

    def _titles_above(self, first: int) -> list[int]:
        titles = [i for i in range(first) if self.title and self.keys[i] == self.title]
        return titles or [i for i in range(first) if self.blocks[i].tag == "h1"][-1:]

    def _is_no_lead(self, i: int) -> bool:
        block = self.blocks[i]
        is_short = count_letters(self.keys[i]) < SHORT
        return is_short or block.linked > _LINK or is_caption(block) or is_dateline(block.text)

    def _is_stated_lead(self, i: int, container: Container) -> bool:
        """Whether the page's summary or its class names say that a paragraph is the lead."""
        if len(self.description) >= SHORT and self._overlaps_description(self.keys[i]):
            return True
        element = self.blocks[i].element
        return is_marked_lead(element) and not is_in_box(element, container.elements)

    def _overlaps_description(self, key: str) -> bool:
        return key[:_COMPARED] in self.description or self.description[:_COMPARED] in key

    def _is_plain_sentence(self, i: int, container: Container) -> bool:
        block = self.blocks[i]
        whole = count_letters(self.keys[i]) >= _SENTENCE and bool(_FULL_STOP.search(block.text)) and block.linked == 0
        return whole and not (
            is_imprint(block.text)
            or is_in_box(block.element, container.elements)
            or is_in_teaser(block, container.elements)
            or is_caption(block)
        )


def _element_pattern(element: HtmlElement) -> tuple[str, ...]:
    """Return tag and class of a paragraph's element and of its parent: equal for paragraphs of one kind."""
    parent = element.getparent()
    pair = (element,) if parent is None else (element, parent)
    return tuple(f"{e.tag}.{e.get('class') or ''}" for e in pair)
