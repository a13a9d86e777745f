"""Several readers' texts and the page's paragraphs → the one article text."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipeline import bylines
from pipeline.blocks import Block
from pipeline.boilerplate import in_box, is_caption, is_dateline, is_imprint, is_marked_lead, is_pointer, is_sentence
from pipeline.markup import squeeze

_LETTERS = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+")
_WIDE = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTUAL = _HEADINGS | {"p", "li", "blockquote", "pre", "dt", "dd"}
# Letters below which a paragraph is too short to be told from chance; a character of the wide scripts counts thrice.
_SHORT = 20


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an article and where its parts came from."""

    paragraphs: tuple[str, ...]
    lead: str = ""
    #: the reader that agrees most with the others
    reader: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    #: names that stand alone at the foot of the text
    byline: tuple[str, ...] = ()
    #: headlines that lead elsewhere and stand among the paragraphs: few in an article, many in a list of articles
    teasers: int = 0


def key(text: str) -> str:
    """Return the letters and digits of `text` alone, in one case: what two readings of a paragraph share."""
    return _LETTERS.sub("", text.casefold())


def agree(texts: Mapping[str, str]) -> str:
    """Return the name of the text whose words agree most with the others' (summed F1 over bags of words)."""
    bags = {name: Counter(_WORDS.findall(text.casefold())) for name, text in texts.items()}
    return max(bags, key=lambda name: sum(_f1(bags[name], bags[other]) for other in bags if other != name))


def _f1(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def compose(
    blocks: list[Block],
    texts: Mapping[str, str],
    *,
    title: str = "",
    description: str = "",
    body: str = "",
    authors: Iterable[str] = (),
    captions: bool = False,
) -> Text:
    """Return the article's paragraphs: those most readers see, their kin that readers lost, and the lead.

    `texts` are the readers' by name, `body` the JSON-LD articleBody ('' if none), `description` the page's summary.
    `captions` keeps the legends of pictures within the text.
    """
    if not texts:
        return Text(())
    reader = agree(texts)
    keys = [key(block.text) for block in blocks]
    page = _Page(blocks, keys, key(title), key(description), frozenset(key(name) for name in authors))
    seen = [_Seen(text) for text in (*texts.values(), body) if text]
    votes = [sum(k in s for s in seen) if k else 0 for k in keys]
    need = min(2, len(seen))
    agreed = page.own([i for i, n in enumerate(votes) if n >= need])
    if not agreed:
        return Text(tuple(_lines(texts[reader])), reader=reader)
    around = page.container(agreed)
    core = [i for i in agreed if not in_box(blocks[i].element, around)]
    last = max((i for i in core if page.is_within(i, around)), default=len(blocks))
    # Below the element that holds the article, readers must agree wholly: there the page goes on with other things.
    core = [i for i in core if votes[i] == len(seen) or i <= last]
    chosen = sorted({*core, *page.kin(core, votes, around)} if core else agreed)
    chosen = page.alike(chosen, votes, len(seen))
    whole = [i for i in chosen if not page.is_noise(i)]
    chosen = page.trimmed(whole)
    if not chosen:
        return Text(tuple(_lines(texts[reader])), reader=reader)
    lead = page.lead(chosen, around) or page.told(chosen)
    if captions:
        chosen = sorted({*chosen, *page.captions(chosen, around)})
    order, told = [], set()
    for i in sorted({*chosen, *lead}):
        if keys[i] not in told or _letters(keys[i]) <= _SHORT:
            order.append(i)
        told.add(keys[i])
    return Text(
        tuple(blocks[i].text for i in order),
        lead=" ".join(blocks[i].text for i in lead),
        reader=reader,
        parts={"lead": "page"} if lead else {},
        teasers=sum(1 for i in range(chosen[0], chosen[-1]) if page.is_teaser(i)),
        byline=bylines.at_foot(blocks[i].text for i in whole[-4:] if i > chosen[-1]),
    )


@dataclass(frozen=True, slots=True)
class _Page:
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
        if not heads or self._size(kept) < 400:
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
        enough = 0.6 * self._size(agreed)
        inner = min((e for e in weight if weight[e] >= enough), key=lambda e: (weight[e], -_depth(e)))
        return frozenset((inner, *inner.iterancestors()))

    def _size(self, some: Iterable[int]) -> int:
        return sum(len(self.keys[i]) for i in some)

    def is_within(self, i: int, around: frozenset[HtmlElement]) -> bool:
        """Whether a paragraph lies in the innermost of `around`: the way up from it meets none of the others first."""
        element: HtmlElement | None = self.blocks[i].element
        while element is not None and element not in around:
            element = element.getparent()
        return element is not None and around.isdisjoint(element)

    def alike(self, chosen: list[int], votes: list[int], every: int) -> list[int]:
        """Where most text stands in p elements, leave out other elements' own words unless every reader saw them."""
        in_p = self._size(i for i in chosen if self.blocks[i].tag == "p")
        if in_p < 0.7 * self._size(chosen):
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
            if (votes[i] or _letters(self.keys[i]) >= _SHORT)
            and weight[_make(self.blocks[i].element)] >= 0.2 * total
            and not in_box(self.blocks[i].element, around)
        }

    def captions(self, chosen: list[int], around: frozenset[HtmlElement]) -> set[int]:
        """The legends of pictures within the text."""
        return {
            i
            for i in range(chosen[0], chosen[-1] + 1)
            if is_caption(self.blocks[i])
            and _letters(self.keys[i]) >= _SHORT
            and not in_box(self.blocks[i].element, around)
        }

    def is_teaser(self, i: int) -> bool:
        block = self.blocks[i]
        return block.linked > 0.8 and _letters(self.keys[i]) >= _SHORT and block.tag in _TEXTUAL | {"div", "a"}

    def is_noise(self, i: int) -> bool:
        block, k = self.blocks[i], self.keys[i]
        if block.tag == "h1" or k in self.authors or (self.title and k == self.title):
            return True
        return is_pointer(block) or is_caption(block)

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
        told = _letters(self.keys[i]) >= _SHORT and self.keys[i] in self.description
        return (block.tag in _HEADINGS and not told) or is_dateline(block.text)

    def _is_foot(self, i: int) -> bool:
        block = self.blocks[i]
        if any(self.keys[i].startswith(name) for name in self.authors) and len(block.text) < 400:
            return True
        if len(block.text) >= 60:
            return is_imprint(block.text)
        return block.tag in _HEADINGS or not is_sentence(block.text) or block.text.startswith(("(", "（", "©"))

    def told(self, chosen: list[int]) -> list[int]:
        """The first paragraph, where the page marks it as the lead or gives it as its summary."""
        first, k = self.blocks[chosen[0]], self.keys[chosen[0]]
        same = _letters(k) >= _SHORT and (
            k[:60] in self.description or (self.description and self.description[:60] in k)
        )
        return chosen[:1] if same or is_marked_lead(first.element) else []

    def lead(self, chosen: list[int], around: frozenset[HtmlElement]) -> list[int]:
        """The paragraphs between headline and text that are the article's lead."""
        first = chosen[0] if chosen else len(self.blocks)
        heads = [i for i in range(first) if self.title and self.keys[i] == self.title]
        heads = heads or [i for i in range(first) if self.blocks[i].tag == "h1"][-1:]
        start = heads[0] + 1 if heads else max(0, first - 6)
        found = []
        for i in range(start, first):
            block, k = self.blocks[i], self.keys[i]
            if _letters(k) < _SHORT or block.linked > 0.8 or is_caption(block) or is_dateline(block.text):
                continue
            matches = len(self.description) >= _SHORT and (k[:60] in self.description or self.description[:60] in k)
            if matches or (is_marked_lead(block.element) and not in_box(block.element, around)):
                found.append(i)
        return found


def _letters(k: str) -> int:
    return len(k) + 2 * len(_WIDE.findall(k))


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def _article_of(element: HtmlElement | None) -> HtmlElement | None:
    while element is not None and element.tag != "article":
        element = element.getparent()
    return element


def _has_headline(article: HtmlElement | None) -> bool:
    return article is not None and any(True for _ in article.iter("h1", "h2"))


class _Seen:
    """What one reader saw, asked paragraph by paragraph."""

    def __init__(self, text: str) -> None:
        self._lines = {key(line) for line in text.splitlines()}
        self._whole = key(text)

    def __contains__(self, paragraph: str) -> bool:
        # A few letters occur in any text: a short paragraph must be a line of its own.
        return paragraph in self._lines or (_letters(paragraph) >= _SHORT and paragraph in self._whole)


def _lines(text: str) -> Iterable[str]:
    return (line for raw in text.splitlines() if (line := squeeze(raw)))


def _make(element: HtmlElement) -> tuple[str, ...]:
    """How a paragraph is made: its element and the one around it, by name and class."""
    around = element.getparent()
    pair = (element,) if around is None else (element, around)
    return tuple(f"{e.tag}.{e.get('class') or ''}" for e in pair)
