"""Several readers' texts and the page's paragraphs → the one article text."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.extraction.main_text import SHORT, PageParagraphs, count_letters, paragraph_key
from pipeline.html.blocks import Block
from pipeline.html.boilerplate import is_in_box
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines
from pipeline.text import scripts

_WORDS = re.compile(rf"[{scripts.UNSPACED}]|\w+")


@dataclass(frozen=True, slots=True)
class ComposedText:
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
    #: the innermost element that holds most of the text, as 'article.fck_detail': another place is another design
    place: str = ""
    #: how far a source's selectors and the readers agree (F1 of words, 0 to 1); None where no selector gave a text
    agreement: float | None = None


def agree(texts: Mapping[str, str]) -> str:
    """Return the name of the text whose words agree most with the others' (summed F1 over bags of words); of equals
    the first.
    """
    if len(texts) < 3:  # two agree as much with each other
        return next(iter(texts))
    bags = {name: Counter(_WORDS.findall(text.casefold())) for name, text in texts.items()}
    return max(bags, key=lambda name: sum(_f1(bags[name], bags[other]) for other in bags if other != name))


def agreement(one: str, other: str) -> float:
    """Return F1 over the bags of words of two texts, 0 to 1; 0 where one is empty."""
    return _f1(*(Counter(_WORDS.findall(text.casefold())) for text in (one, other)))


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
) -> ComposedText:
    """Return the article's paragraphs: those most readers see, their kin that readers lost, and the lead.

    `texts` are the readers' by name, `body` the JSON-LD articleBody ('' if none), `description` the page's summary.
    `captions` keeps the legends of pictures within the text.
    """
    if not texts:
        return ComposedText(())
    reader = agree(texts)
    keys = [paragraph_key(block.text) for block in blocks]
    page = PageParagraphs(
        blocks,
        keys,
        paragraph_key(title),
        paragraph_key(description),
        frozenset(paragraph_key(name) for name in authors),
    )
    seen = [_Seen(text) for text in (*texts.values(), body) if text]
    votes = [sum(k in s for s in seen) if k else 0 for k in keys]
    need = min(2, len(seen))
    agreed = page.own([i for i, n in enumerate(votes) if n >= need])
    if not agreed:
        return ComposedText(tuple(_lines(texts[reader])), reader=reader)
    around = page.container(agreed)
    core = [i for i in agreed if not is_in_box(blocks[i].element, around)]
    last = max((i for i in core if page.is_within(i, around)), default=len(blocks))
    # Below the element that holds the article, readers must agree wholly: there the page goes on with other things.
    core = [i for i in core if votes[i] == len(seen) or i <= last]
    chosen = sorted({*core, *page.kin(core, votes, around)} if core else agreed)
    chosen = page.alike(chosen, votes, len(seen))
    chosen = page.trimmed([i for i in chosen if not page.is_noise(i)])
    if not chosen:
        return ComposedText(tuple(_lines(texts[reader])), reader=reader)
    teasers = sum(1 for i in range(chosen[0], chosen[-1]) if page.is_teaser(i))
    chosen = [i for i in chosen if not page.is_teased(i, around)] or chosen
    lead = page.lead(chosen, around) or page.told(chosen)
    if captions:
        chosen = sorted({*chosen, *page.captions(sorted({*lead, *chosen}), around), *page.essay(chosen)})
    order, told = [], set()
    for i in sorted({*chosen, *lead}):
        if keys[i] not in told or count_letters(keys[i]) <= SHORT:
            order.append(i)
        told.add(keys[i])
    return ComposedText(
        tuple(blocks[i].text for i in order),
        lead=" ".join(blocks[i].text for i in lead),
        reader=reader,
        parts={"lead": "page"} if lead else {},
        teasers=teasers,
        place=page.place(around),
        byline=bylines.byline_at_end(page.below(chosen[-1], around)),
    )


class _Seen:
    """What one reader saw, asked paragraph by paragraph."""

    def __init__(self, text: str) -> None:
        lines = [paragraph_key(line) for line in text.splitlines()]
        self._lines = frozenset(lines)
        self._whole = "".join(lines)

    def __contains__(self, paragraph: str) -> bool:
        # A few letters occur in any text: a short paragraph must be a line of its own.
        return paragraph in self._lines or (count_letters(paragraph) >= SHORT and paragraph in self._whole)


def _lines(text: str) -> Iterable[str]:
    return (line for raw in text.splitlines() if (line := collapse_spaces(raw)))
