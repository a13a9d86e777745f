"""Chosen paragraphs of a page → the lists and data tables among them, which extractors lose for their short lines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipeline.extraction.main_text import PageParagraphs
from pipeline.html.blocks import Block
from pipeline.html.boilerplate import is_caption, is_in_box
from pipeline.html.container import Container

#: what stands between the cells of a row
CELLS_APART = " | "

_LISTS = frozenset({"ul", "ol", "dl"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
# Share of characters in links from which a list or table is one of links, and an item is a link.
_MOSTLY_LINKS, _IS_LINK = 0.5, 0.8
# Items of a list and rows of a table at least; cells of a row at least.
_FEWEST = 2
# Letters of a chosen paragraph beside which a list is one of the article's.
_PARAGRAPH = 40
# Characters of a cell of data at most, on average: layout tables hold whole paragraphs.
_LONGEST_CELL = 120
# Elements around a list or table at most that hold nothing else, such as <figure> or <div class="table-responsive">.
_MOST_WRAPPERS = 3


@dataclass(frozen=True, slots=True)
class Structures:
    """Lists and tables of the article, by the numbers of their blocks."""

    #: blocks that belong to the article
    numbers: frozenset[int] = frozenset()
    #: number of the first block of a table's row → the row's cells on one line
    rows: Mapping[int, str] = field(default_factory=dict)
    #: the other blocks of these rows
    cells: frozenset[int] = frozenset()


def find_structures(page: PageParagraphs, chosen: Sequence[int], container: Container) -> Structures:
    """Return the true lists and data tables within the `chosen` paragraphs, and those that follow the last one at once.

    Each is a sibling of a chosen paragraph; tables may also stand between parts of the text. Lists of links, boxes and
    tables that only place things are left out.
    """
    numbers: set[int] = set()
    rows: dict[int, str] = {}
    cells: set[int] = set()
    parents = _parents_of_paragraphs(page, chosen)
    last = chosen[-1]
    around = _around(page.blocks[chosen[0]].element) & _around(page.blocks[chosen[-1]].element)
    for element, group in _groups(page.blocks, chosen[0] + 1, container.elements):
        if group[0] > last and not _is_next(page, last, group[0]):
            continue
        is_between = element.tag == "table" and element.getparent() in around
        if not (is_between or _parent_of(element) in parents) or is_in_box(element, container.elements):
            continue
        blocks = [page.blocks[i] for i in group]
        if _is_of_links(blocks) or any(map(is_caption, blocks)):
            continue
        if element.tag in _LISTS:
            if len(group) < _FEWEST:
                continue
        elif _is_data(element, blocks):
            for row in _rows(page.blocks, group):
                rows[row[0]] = CELLS_APART.join(page.blocks[i].text for i in row)
                cells.update(row[1:])
        else:
            continue
        numbers.update(group)
        # The heading of a table that ends the article, which was trimmed.
        numbers.update(range(last + 1, group[0]))
        last = max(last, group[-1])
    return Structures(frozenset(numbers), rows, frozenset(cells))


def _parents_of_paragraphs(page: PageParagraphs, chosen: Sequence[int]) -> set[HtmlElement]:
    return {
        parent
        for i in chosen
        if len(page.keys[i]) >= _PARAGRAPH and page.blocks[i].tag not in ("li", "td", "th", "dd", "dt")
        # A paragraph without an element of its own is a line of the parent itself.
        for parent in (page.blocks[i].element.getparent(), page.blocks[i].element)
        if parent is not None
    }


def _around(element: HtmlElement) -> frozenset[HtmlElement]:
    return frozenset(e for e in element.iterancestors() if e.tag not in ("body", "html"))


def _parent_of(element: HtmlElement) -> HtmlElement | None:
    """Return the parent of a list or table; elements that hold nothing but it do not count."""
    parent = element.getparent()
    for _ in range(_MOST_WRAPPERS):
        if parent is None or len(parent) > 2 or parent.tag in ("article", "body", "main", "td"):
            break
        others = [child for child in parent if child is not element and child.tag not in ("caption", "figcaption")]
        if others or (parent.text or "").strip():
            break
        element, parent = parent, parent.getparent()
    return parent


def _groups(
    blocks: Sequence[Block], start: int, container: Collection[HtmlElement]
) -> Iterator[tuple[HtmlElement, list[int]]]:
    """Yield the outermost lists and tables below the container with the numbers of their blocks, from `start` on."""
    current: HtmlElement | None = None
    group: list[int] = []
    for i in range(start, len(blocks)):
        outermost = _outermost(blocks[i].element, container)
        if outermost is not current:
            if current is not None:
                yield current, group
            current, group = outermost, []
        group.append(i)
    if current is not None:
        yield current, group


def _outermost(element: HtmlElement | None, container: Collection[HtmlElement]) -> HtmlElement | None:
    outermost = None
    while element is not None and element not in container:
        if element.tag in _LISTS or element.tag == "table":
            outermost = element
        element = element.getparent()
    return outermost


def _is_next(page: PageParagraphs, last: int, first: int) -> bool:
    """Whether only a heading stands between the paragraph `last` and the block `first`."""
    between = page.blocks[last + 1 : first]
    return len(between) < 2 and all((block.tag in _HEADINGS or block.strong) and block.linked == 0 for block in between)


def _is_of_links(blocks: Sequence[Block]) -> bool:
    size = sum(len(block.text) for block in blocks)
    linked = sum(len(block.text) * block.linked for block in blocks)
    links = sum(block.linked > _IS_LINK for block in blocks)
    return linked >= _MOSTLY_LINKS * size or 2 * links >= len(blocks)


def _is_data(table: HtmlElement, blocks: Sequence[Block]) -> bool:
    """Whether a table holds data: two rows or more of several short cells, and no table, form or picture in them."""
    if table.get("role") in ("presentation", "none") or any(True for _ in table.iter("form", "input", "h1", "img")):
        return False
    if any(inner is not table for inner in table.iter("table")):
        return False
    texts = [[cell for cell in row if str(cell.text_content()).strip()] for row in table.iter("tr")]
    full = [row for row in texts if len(row) >= _FEWEST]
    if len(full) < _FEWEST or 2 * len(full) < len([row for row in texts if row]):
        return False
    return sum(len(block.text) for block in blocks) <= _LONGEST_CELL * sum(map(len, texts))


def _rows(blocks: Sequence[Block], group: Sequence[int]) -> Iterator[list[int]]:
    """Yield the numbers of each row's blocks; a caption is a row of its own."""
    current: object = None
    row: list[int] = []
    for i in group:
        element = blocks[i].element
        holder = next((e for e in (element, *element.iterancestors()) if e.tag in ("tr", "caption")), None)
        if row and holder is not current:
            yield row
            row = []
        current = holder
        row.append(i)
    if row:
        yield row
