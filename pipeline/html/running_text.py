"""Paragraphs of a page → its running text: the long ones with few links, which lie together."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from pipeline.html.blocks import Block
from pipeline.html.boilerplate import BoxKind, box_kind, is_caption, is_imprint, is_in_box
from pipeline.html.container import article_of, find_container, group_of, has_headline, weigh_groups
from pipeline.html.paragraph_keys import count_letters

# Share of a page's running text from which the names of a box are taken off elements, before any extractor sees them;
# and the same where the first paragraph below the headline lies in the element: that one is the article's.
_MISNAMED: dict[BoxKind, float] = {"vague": 0.5, "plain": 0.8, "sure": 0.95}
_MISNAMED_FIRST: dict[BoxKind, float] = {"vague": 0.25, "plain": 0.4, "sure": 0.95}
# Characters of running text at least, and share of its characters in links at most.
_LEAST, _FEW_LINKS = 60, 0.3
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
# Letters of running text from which an <article> with the headline has a text of its own, whatever articles follow it.
_WHOLE = 400
# Elements above a paragraph of which one may be its card, and headings of cards.
_CARD_DEPTH = 3
_CARD_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
# Characters of a card at most, since a chapter with a linked heading is longer, and elements.
_LONGEST_CARD, _MOST_OF_CARD = 400, 40
# Class of an element whose own names were misleading.
_NEUTRAL = "part"


def is_running(block: Block) -> bool:
    """Whether a paragraph is long and has few links; a character of a script without spaces counts three."""
    if block.linked > _FEW_LINKS:
        return False
    return len(block.text) >= _LEAST or count_letters(block.text) >= _LEAST


def is_teaser(element: HtmlElement) -> bool:
    """Whether a paragraph introduces another page: it lies in one of several cards, each with a linked heading."""
    for card in islice(element.iterancestors(), _CARD_DEPTH):
        if card.tag in ("body", "html"):
            return False
        if _is_card(card):
            return any(_is_card(other) for other in (card.getprevious(), card.getnext()) if other is not None)
    return False


def _is_card(element: HtmlElement) -> bool:
    """Whether an element is small and holds a heading that is a link, or lies in one."""
    inner = list(islice(element.iter(), _MOST_OF_CARD))
    headings = [inside for inside in inner if inside.tag in _CARD_HEADINGS]
    if not headings or len(inner) == _MOST_OF_CARD:
        return False
    if sum(len(text) for text in element.itertext()) > _LONGEST_CARD:
        return False
    return any(
        heading.find(".//a[@href]") is not None or any(above.tag == "a" for above in heading.iterancestors())
        for heading in headings
    )


def clear_misleading_names(blocks: Sequence[Block], title: str) -> None:
    """Take class names and ids of boxes off the elements that hold most of the page's running text, in place.

    Extractors throw away what is called a sidebar or a menu, also where a site calls its articles so. `title` is the
    article's headline.
    """
    weights: Counter[HtmlElement] = Counter()
    total = 0
    is_below = False
    first: frozenset[HtmlElement] = frozenset()
    for block in blocks:
        is_below = is_below or block.tag == "h1" or block.text == title
        if not is_running(block) or is_teaser(block.element):
            continue
        if is_below and not first and block.tag not in _HEADINGS:
            first = frozenset((block.element, *block.element.iterancestors()))
        holders = [e for e in (block.element, *block.element.iterancestors()) if e.tag not in ("body", "html")]
        letters = count_letters(block.text)
        weights.update(dict.fromkeys(holders, letters))
        total += 0 if any(box_kind(e) == "sure" for e in holders) else letters
    groups = weigh_groups(weights)
    misnamed = []
    for element in weights:
        if kind := box_kind(element):
            least = (_MISNAMED_FIRST if element in first else _MISNAMED)[kind]
            if groups[group_of(element)] >= least * total:
                misnamed.append(element)
    for element in misnamed:
        element.attrib.pop("id", None)
        element.attrib.pop("itemprop", None)
        element.set("class", _NEUTRAL)
        if element.tag == "aside":
            element.tag = "div"


def find_running_text(blocks: Sequence[Block], keys: Sequence[str], title: str) -> list[int]:
    """Return the numbers of the running paragraphs that lie together below the headline, outside of boxes.

    `keys` are those of the blocks, `title` is the key of the headline, '' if unknown.
    """
    if not blocks:
        return []
    start = next((i for i, key in enumerate(keys) if title and key == title), -1) + 1
    above = frozenset(e for e in blocks[0].element.iterancestors() if e.tag in ("body", "html"))
    running = [
        i
        for i in range(start, len(blocks))
        if is_running(blocks[i])
        and not is_teaser(blocks[i].element)
        and not is_caption(blocks[i])
        and not is_imprint(blocks[i].text)
        and not is_in_box(blocks[i].element, above)
    ]
    own = article_of(blocks[start - 1].element) if start else None
    if own is not None and sum(len(keys[i]) for i in running if article_of(blocks[i].element) is own) >= _WHOLE:
        running = [i for i in running if _is_of_article(article_of(blocks[i].element), own)]
    if not running:
        return []
    container = find_container(blocks, keys, running, title)
    return [i for i in running if container.holds(blocks[i].element)]


def _is_of_article(other: HtmlElement | None, own: HtmlElement) -> bool:
    """Whether an <article> is the one with the headline, or beside it without a headline: a part of one body."""
    return other is own or (other is not None and other.getparent() is own.getparent() and not has_headline(other))
