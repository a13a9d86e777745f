"""A page's paragraphs and how many readers saw each → which of them are the article."""

import re
from collections import Counter
from collections.abc import Iterable
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
from pipeline.text import scripts

#: letters below which a paragraph is too short to be told from chance
SHORT = 20

# Letters below which a legend is but a word, such as 'Photo'; and pictures that make an essay.
_LEGEND, _ESSAY = 10, 4
# Letters of an unmarked lead at least: a sentence, not a remark.
_SENTENCE = 50
_FULL_STOP = re.compile(r"[.!…。]\W*$")

_LETTERS = re.compile(r"[\W_]+")
_WIDE = re.compile(f"[{scripts.UNSPACED_AND_HANGUL}]")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTUAL = _HEADINGS | {"p", "li", "blockquote", "pre", "dt", "dd"}


def paragraph_key(text: str) -> str:
    """Return the letters and digits of `text` alone, in one case: what two readings of a paragraph share."""
    return _LETTERS.sub("", text.casefold())


def count_letters(k: str) -> int:
    """Return how many letters a key counts for: one of a script that writes syllables or words counts thrice."""
    return len(k) + 2 * len(_WIDE.findall(k))


@dataclass(frozen=True, slots=True)
class PageParagraphs:
    """A page's paragraphs by number, with the questions that composing asks of them."""

    blocks: list[Block]
    keys: list[str]
    title: str
    description: str
    authors: frozenset[str]

    def own(self, agreed: list[int]) -> list[int]:
        """Leave out other articles that follow on the same page, each in an element of its own with a headline."""
        parts = {i: _article_of(self.blocks[i].element) for i in agreed}
        heads = {_article_of(b.element) for b, k in zip(self.blocks, self.keys, strict=True) if k and k == self.title}
        heads.discard(None)
        kept = [i for i in agreed if parts[i] in heads]
        if not heads or self.size(kept) < 400:
            return agreed
        return [i for i in agreed if parts[i] is None or parts[i] in heads or not _has_headline(parts[i])]

    def container(self, agreed: list[int]) -> frozenset[HtmlElement]:
        """The innermost element that holds most of the agreed text, and all above it."""
        weight: Counter[HtmlElement] = Counter()
        for i in agreed:
            element = self.blocks[i].element
            while element is not None:
                weight[element] += len(self.keys[i])
                element = element.getparent()
        enough = 0.6 * self.size(agreed)
        inner = min((e for e in weight if weight[e] >= enough), key=lambda e: (weight[e], -_depth(e)))
        return frozenset((inner, *inner.iterancestors()))

    def place(self, around: frozenset[HtmlElement]) -> str:
        """The name and classes of the innermost of `around`, with 0 for every number in them."""
        inner = max(around, key=_depth)
        return re.sub(r"\d+", "0", ".".join((str(inner.tag), *(inner.get("class") or "").split())))[:120]

    def size(self, some: Iterable[int]) -> int:
        return sum(len(self.keys[i]) for i in some)

    def is_within(self, i: int, around: frozenset[HtmlElement]) -> bool:
        """Whether a paragraph lies in the innermost of `around`: the way up from it meets none of the others first."""
        element: HtmlElement | None = self.blocks[i].element
        while element is not None and element not in around:
            element = element.getparent()
        return element is not None and not any(other.getparent() is element for other in around)

    def alike(self, chosen: list[int], votes: list[int], every: int) -> list[int]:
        """Where most text stands in p elements, leave out other elements' own words unless every reader saw them."""
        in_p = self.size(i for i in chosen if self.blocks[i].tag == "p")
        if in_p < 0.7 * self.size(chosen):
            return chosen
        return [i for i in chosen if votes[i] == every or self.blocks[i].tag in _TEXTUAL]

    def kin(self, core: list[int], votes: list[int], around: frozenset[HtmlElement]) -> set[int]:
        """Paragraphs readers lost although they stand among, and are made like, those that all see."""
        weight: Counter[tuple[str, ...]] = Counter()
        for i in core:
            weight[_make(self.blocks[i].element)] += len(self.keys[i])
        total = weight.total()
        return {
            i
            for i in range(core[0], core[-1] + 1)
            if (votes[i] or count_letters(self.keys[i]) >= SHORT)
            and weight[_make(self.blocks[i].element)] >= 0.2 * total
            and not is_in_box(self.blocks[i].element, around)
        }

    def captions(self, chosen: list[int], around: frozenset[HtmlElement]) -> set[int]:
        """The legends of pictures within the text, and below it as far as the article's element goes."""
        return {
            i
            for i in range(chosen[0], len(self.blocks))
            if len(self.keys[i]) >= _LEGEND
            and (i < chosen[-1] or self.is_within(i, around))
            and is_caption(self.blocks[i])
            and not is_in_box(self.blocks[i].element, around)
            and not is_in_teaser(self.blocks[i], around)
            and not is_video_credit(self.blocks[i])
        }

    def essay(self, chosen: list[int]) -> set[int]:
        """All legends below the headline, where they are most of the article: an essay in pictures."""
        first = next(
            (i for i, b in enumerate(self.blocks) if b.tag == "h1" or (self.title and self.keys[i] == self.title)), 0
        )
        legends = [
            i
            for i in range(first, len(self.blocks))
            if self.blocks[i].linked < 0.5 and count_letters(self.keys[i]) >= SHORT and is_caption(self.blocks[i])
        ]
        if len(legends) < _ESSAY or self.size(legends) < 2 * self.size(chosen):
            return set()
        around = self.container(legends)
        return {i for i in legends if self.is_within(i, around) and not is_in_box(self.blocks[i].element, around)}

    def is_teaser(self, i: int) -> bool:
        block = self.blocks[i]
        return block.linked > 0.8 and count_letters(self.keys[i]) >= SHORT and block.tag in _TEXTUAL | {"div", "a"}

    def is_noise(self, i: int) -> bool:
        block, k = self.blocks[i], self.keys[i]
        if block.tag == "h1" or k in self.authors or (self.title and k == self.title):
            return True
        return is_pointer(block) or is_caption(block) or self._heads_links(i)

    def is_teased(self, i: int, around: frozenset[HtmlElement]) -> bool:
        return is_in_teaser(self.blocks[i], around)

    def _heads_links(self, i: int) -> bool:
        """Whether a short line stands above links to other articles: then it is their heading."""
        block = self.blocks[i]
        below = self.blocks[i + 1 : i + 3]
        if len(block.text) > 60 or is_sentence(block.text) or len(below) < 2:
            return False
        return all(other.linked > 0.8 and other.tag in ("li", "div", "h3", "h4", "h5", "p") for other in below)

    def trimmed(self, chosen: list[int]) -> list[int]:
        """Cut what outlets put above and below the text: headings, times, credits, lines about themselves."""
        while chosen and self._is_head(chosen[0]):
            chosen = chosen[1:]
        while chosen and self._is_foot(chosen[-1]):
            chosen = chosen[:-1]
        # Below the last paragraph may stand one more line of the article's, such as where it first appeared.
        return [i for n, i in enumerate(chosen) if n < len(chosen) - 5 or not is_imprint(self.blocks[i].text)]

    def _is_head(self, i: int) -> bool:
        block = self.blocks[i]
        told = count_letters(self.keys[i]) >= SHORT and self.keys[i] in self.description
        return (block.tag in _HEADINGS and not told) or is_dateline(block.text)

    def _is_foot(self, i: int) -> bool:
        block = self.blocks[i]
        if any(self.keys[i].startswith(name) for name in self.authors) and len(block.text) < 400:
            return True
        if len(block.text) >= 60:
            return is_imprint(block.text)
        return block.tag in _HEADINGS or not is_sentence(block.text) or block.text.startswith(("(", "（", "©"))

    def below(self, last: int, around: frozenset[HtmlElement]) -> list[str]:
        """The two lines below the text, where authors stand: no links, nor what heads links; and outside the article's
        element only the next line, if it is made as a signature.
        """
        lines = []
        for i in range(last + 1, min(last + 3, len(self.blocks))):
            block = self.blocks[i]
            if i + 1 < len(self.blocks) and self.blocks[i + 1].linked > 0.8 and block.linked == 0 and i > last + 1:
                break
            signed = i == last + 1 and (block.strong or is_signature(block.element))
            if block.linked == 0 and (signed or self.is_within(i, around)):
                lines.append(block.text)
        return lines

    def told(self, chosen: list[int]) -> list[int]:
        """The first paragraph, where the page marks it as the lead or gives it as its summary."""
        first, k = self.blocks[chosen[0]], self.keys[chosen[0]]
        same = count_letters(k) >= SHORT and (
            k[:60] in self.description or (self.description and self.description[:60] in k)
        )
        return chosen[:1] if same or is_marked_lead(first.element) else []

    def lead(self, chosen: list[int], around: frozenset[HtmlElement]) -> list[int]:
        """The paragraphs between headline and text that are the article's lead."""
        first = chosen[0] if chosen else len(self.blocks)
        heads = [i for i in range(first) if self.title and self.keys[i] == self.title]
        heads = heads or [i for i in range(first) if self.blocks[i].tag == "h1"][-1:]
        start = heads[0] + 1 if heads else max(0, first - 6)
        found: list[int] = []
        plain: list[int] = []
        for i in range(start, first):
            block, k = self.blocks[i], self.keys[i]
            if count_letters(k) < SHORT or block.linked > 0.8 or is_caption(block) or is_dateline(block.text):
                continue
            matches = len(self.description) >= SHORT and (k[:60] in self.description or self.description[:60] in k)
            if matches or (is_marked_lead(block.element) and not is_in_box(block.element, around)):
                found.append(i)
            elif heads and self._may_lead(i, around):
                plain.append(i)
        # An unmarked sentence between headline and text is the lead where it is the only one and the page has no other.
        return found or (plain if len(plain) == 1 and not self.told(chosen) else [])

    def _may_lead(self, i: int, around: frozenset[HtmlElement]) -> bool:
        block = self.blocks[i]
        whole = count_letters(self.keys[i]) >= _SENTENCE and bool(_FULL_STOP.search(block.text)) and block.linked == 0
        return whole and not (
            is_imprint(block.text)
            or is_in_box(block.element, around)
            or is_in_teaser(block, around)
            or is_caption(block)
        )


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def _article_of(element: HtmlElement | None) -> HtmlElement | None:
    while element is not None and element.tag != "article":
        element = element.getparent()
    return element


def _has_headline(article: HtmlElement | None) -> bool:
    return article is not None and any(True for _ in article.iter("h1", "h2"))


def _make(element: HtmlElement) -> tuple[str, ...]:
    """How a paragraph is made: its element and the one around it, by name and class."""
    around = element.getparent()
    pair = (element,) if around is None else (element, around)
    return tuple(f"{e.tag}.{e.get('class') or ''}" for e in pair)
