"""Texts of several extractors and the paragraphs of their page → the text of the article."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.extraction.lists_and_tables import find_structures
from pipeline.extraction.main_text import PageParagraphs
from pipeline.html.blocks import Block
from pipeline.html.boilerplate import is_in_box, is_in_teaser
from pipeline.html.container import Container
from pipeline.html.paragraph_keys import SHORT, count_letters, paragraph_key
from pipeline.html.parser import collapse_spaces
from pipeline.html.running_text import find_running_text, is_running, is_teaser
from pipeline.metadata import bylines
from pipeline.text import scripts

# Share of the page's running text, by letters, below which the extractors lost the article.
_LEAST_OF_RUNNING = 0.5
# Share of the longest extractor's text below which a composed text is doubtful, and of trafilatura's by default below
# which that is taken; agreement with trafilatura's strict text (F1 of words) from which it is not doubted.
_DOUBTFUL, _LEAST_SHARE, _CONFIRMED = 0.5, 0.34, 0.85
# Share of that text in the teasers of other articles from which it is none.
_MOSTLY_TEASERS = 0.4
_WORDS = re.compile(rf"[{scripts.UNSPACED}]|\w+")


@dataclass(frozen=True, slots=True)
class ComposedText:
    """The text of an article and where its parts came from."""

    paragraphs: tuple[str, ...]
    lead: str = ""
    #: the extractor that agrees most with the others
    extractor: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    #: names that stand alone at the foot of the text
    byline: tuple[str, ...] = ()
    #: headlines of other articles among the paragraphs: few in an article, many in a list of articles
    teasers: int = 0
    #: the innermost element that holds most of the text, as 'article.fck_detail': it changes with the page's design
    container: str = ""
    #: F1 of words (0 to 1) between a source's selectors and the extractors; None where no selector gave a text
    agreement: float | None = None


def most_agreed_extractor(texts: Mapping[str, str]) -> str:
    """Return the name of the text that agrees most with the others (summed F1 over bags of words).

    Of equals it is the first; of one or two texts, too.
    """
    if len(texts) < 3:
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
    """Return the article's paragraphs: those most extractors see, similar ones between them, and the lead.

    `texts` are the extractors' by name, `body` the JSON-LD articleBody ('' if none), `description` the page's summary.
    `captions` keeps the captions of pictures within the text.
    """
    if not texts:
        return ComposedText(())
    extractor = most_agreed_extractor(texts)
    page = PageParagraphs(
        blocks,
        [paragraph_key(block.text) for block in blocks],
        paragraph_key(title),
        paragraph_key(description),
        frozenset(paragraph_key(name) for name in authors),
    )
    container, chosen = _choose_with_running_text(page, [_Voter(text) for text in (*texts.values(), body) if text])
    if container is None or not chosen:
        return ComposedText(tuple(_lines(texts[extractor])), extractor=extractor)
    teasers = sum(1 for i in range(chosen[0], chosen[-1]) if page.is_teaser_link(i))
    chosen = [i for i in chosen if not page.is_in_teaser(i, container)] or chosen
    lead = page.lead_above_text(chosen, container) or page.lead_in_text(chosen)
    structures = find_structures(page, chosen, container)
    chosen = sorted({*chosen, *structures.numbers})
    if captions:
        within = page.find_captions(sorted({*lead, *chosen}), container)
        chosen = sorted({*chosen, *within, *page.find_photo_essay(chosen)})
    return ComposedText(
        tuple(
            structures.rows.get(i, blocks[i].text)
            for i in _without_repetitions(page, sorted({*chosen, *lead} - structures.cells), structures.numbers)
        ),
        lead=" ".join(blocks[i].text for i in lead),
        extractor=extractor,
        parts={"lead": "page"} if lead else {},
        teasers=teasers,
        container=container.describe(),
        byline=bylines.byline_at_end(page.lines_below(chosen[-1], container)),
    )


def _choose_with_running_text(page: PageParagraphs, voters: Sequence["_Voter"]) -> tuple[Container | None, list[int]]:
    """Return container and paragraphs of the article; the page's running text votes where the others lost most of it.

    Names of classes mislead several extractors at once: one that saw the text then prevails.
    """
    container, chosen = _choose_paragraphs(page, voters)
    found = page.key_length(i for i in chosen if is_running(page.blocks[i]))
    if found >= _LEAST_OF_RUNNING * page.key_length(i for i, block in enumerate(page.blocks) if is_running(block)):
        return container, chosen
    running = find_running_text(page.blocks, page.keys, page.title)
    enough = _LEAST_OF_RUNNING * page.key_length(running)
    if page.key_length(set(chosen) & set(running)) >= enough:
        return container, chosen
    voter = _Voter("\n".join(page.blocks[i].text for i in running))
    second, more = _choose_paragraphs(page, [*voters, voter])
    if page.key_length(set(more) & set(running)) >= enough:
        return second, more
    return container, chosen


def _choose_paragraphs(page: PageParagraphs, voters: Sequence["_Voter"]) -> tuple[Container | None, list[int]]:
    """Return the article's container and the numbers of its paragraphs; neither where no two voters agree."""
    votes = [sum(key in voter for voter in voters) if key else 0 for key in page.keys]
    seen = [i for i, count in enumerate(votes) if count >= min(2, len(voters))]
    # A row of cards, each with the headline of another article, is no part of this one, however long it is.
    agreed = page.exclude_other_articles([i for i in seen if not is_teaser(page.blocks[i].element)] or seen)
    if not agreed:
        return None, []
    container = page.find_container(agreed)
    core = [i for i in agreed if not is_in_box(page.blocks[i].element, container.elements)]
    last = max((i for i in core if page.is_in_container(i, container)), default=len(page.blocks))
    # Below the container the page goes on with other things: there all voters must agree.
    core = [i for i in core if votes[i] == len(voters) or i <= last]
    chosen = sorted({*core, *page.find_lost_paragraphs(core, votes, container)} if core else agreed)
    chosen = page.exclude_unusual_elements(chosen, votes, len(voters))
    return container, page.trim([i for i in chosen if not page.is_noise(i)])


def is_doubtful(composed: ComposedText, texts: Mapping[str, str], blocks: Sequence[Block]) -> bool:
    """Whether a composed text is far shorter than what one of the extractors found; if none found any, than the page's.

    Not where the strictest of them, trafilatura, found the same.
    """
    whole = "\n".join(composed.paragraphs)
    longest = max(map(len, texts.values()), default=sum(len(block.text) for block in blocks if is_running(block)))
    if len(whole) >= _DOUBTFUL * longest:
        return False
    return agreement(whole, texts.get("trafilatura", "")) < _CONFIRMED


def without_losses(composed: ComposedText, other: str, title: str, blocks: Sequence[Block]) -> ComposedText:
    """Return `composed`, or the text of another extractor where that is three times as long; without the headline.

    A text that consists of the summaries of other articles, as on front pages, is not taken.
    """
    lines = {paragraph_key(line): line for line in _lines(other)}
    lines.pop(paragraph_key(title), None)
    size = sum(map(len, lines.values()))
    if sum(map(len, composed.paragraphs)) >= _LEAST_SHARE * size:
        return composed
    seen = [block for block in blocks if paragraph_key(block.text) in lines]
    if sum(len(block.text) for block in seen if is_in_teaser(block, ())) >= _MOSTLY_TEASERS * size:
        return composed
    lead = composed.lead if paragraph_key(composed.lead) in "".join(lines) else ""
    return ComposedText(
        tuple(lines.values()), lead=lead, extractor="trafilatura by default", container=composed.container
    )


def _without_repetitions(page: PageParagraphs, numbers: Sequence[int], unlimited: Collection[int]) -> list[int]:
    """Return `numbers` without paragraphs that repeat an earlier one; short ones and the `unlimited` may repeat."""
    unique: list[int] = []
    earlier: set[str] = set()
    for i in numbers:
        if page.keys[i] not in earlier or i in unlimited or count_letters(page.keys[i]) <= SHORT:
            unique.append(i)
        earlier.add(page.keys[i])
    return unique


class _Voter:
    """The text of one extractor, as a container of paragraph keys."""

    def __init__(self, text: str) -> None:
        lines = [paragraph_key(line) for line in text.splitlines()]
        self._lines = frozenset(lines)
        self._whole = "".join(lines)

    def __contains__(self, key: str) -> bool:
        # A few letters occur in any text: a short paragraph must be a line of its own.
        return key in self._lines or (count_letters(key) >= SHORT and key in self._whole)


def _lines(text: str) -> Iterable[str]:
    return (line for raw in text.splitlines() if (line := collapse_spaces(raw)))
