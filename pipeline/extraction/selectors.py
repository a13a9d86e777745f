"""CSS selectors of a source and a page → the parts of the article that they select, by Beautiful Soup."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.html import fragment_fromstring

from pipeline.html import blocks
from pipeline.html.boilerplate import is_imprint, is_in_box, is_in_teaser, is_pointer
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines
from pipeline.metadata.page_metadata import Metadata
from pipeline.records import Selectors

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from soupsieve import SoupSieve


@dataclass(frozen=True, slots=True)
class SelectedParts:
    """Parts of an article by the selectors of its source; '' or empty without a match."""

    title: str = ""
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str = ""
    #: time of publication as the page writes it
    published: str = ""
    #: markup of the page without the elements to drop; '' where no selector drops any
    rest: str = ""


def select_parts(markup: str, selectors: Selectors) -> SelectedParts:
    """Return the parts of a page that `selectors` select; ValueError names a selector that is no CSS."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "lxml")
    for selector in selectors.drop:
        for element in _select(soup, selector):
            element.decompose()
    return SelectedParts(
        title=_first_text(soup, selectors.title),
        lead=_first_text(soup, selectors.lead),
        paragraphs=tuple(line for element in _select(soup, selectors.text) for line in _paragraphs(element)),
        authors=tuple(
            dict.fromkeys(
                name for e in _select(soup, selectors.authors) for name in bylines.byline_names(e.get_text(" "))
            )
        ),
        section=_first_text(soup, selectors.section),
        published=_date_text(soup, selectors.published),
        rest=str(soup) if selectors.drop else "",
    )


def selector_account(selected: SelectedParts, selectors: Selectors, agreement: float | None) -> dict[str, str]:
    """Return the success of a source's selectors, by which a changed design is noticed; empty values without selectors.

    'selectors' names the parts whose selector matched, 'selectors_missed' the others that have one, 'agreement' is the
    F1 of words between their text and the extractors', 0.00 to 1.00.
    """
    parts = {
        "title": (selectors.title, selected.title),
        "lead": (selectors.lead, selected.lead),
        "text": (selectors.text, selected.paragraphs),
        "authors": (selectors.authors, selected.authors),
        "section": (selectors.section, selected.section),
        "published": (selectors.published, selected.published),
    }
    matched = {name: bool(part) for name, (selector, part) in parts.items() if selector}
    return {
        "selectors": " ".join(name for name, is_matched in matched.items() if is_matched),
        "selectors_missed": " ".join(name for name, is_matched in matched.items() if not is_matched),
        "agreement": "" if agreement is None else f"{agreement:.2f}",
    }


def choose_authors(selected: SelectedParts, metadata: Metadata, byline: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the authors and the method that gave them; `byline` are the names at the foot of the text."""
    if selected.authors:
        return selected.authors, "selector"
    if byline and (not metadata.authors or metadata.authors_are_site):
        return byline, "byline"
    return metadata.authors, metadata.parts["authors"]


@lru_cache(maxsize=512)
def _compile(selector: str) -> "SoupSieve":
    import soupsieve

    try:
        return soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"not a CSS selector: {selector!r}: {error}") from error


def _select(soup: "BeautifulSoup", selector: str | None) -> list["Tag"]:
    return list(_compile(selector).select(soup)) if selector else []


def _first_text(soup: "BeautifulSoup", selector: str | None) -> str:
    return next((text for element in _select(soup, selector) if (text := collapse_spaces(_value(element)))), "")


def _value(element: "Tag") -> str:
    content = element.get("content")
    return content if element.name == "meta" and isinstance(content, str) else element.get_text(" ")


def _date_text(soup: "BeautifulSoup", selector: str | None) -> str:
    for element in _select(soup, selector):
        for name in ("content", "datetime"):
            if isinstance(value := element.get(name), str) and value.strip():
                return value.strip()
        if text := collapse_spaces(element.get_text(" ")):
            return text
    return ""


def _paragraphs(element: "Tag") -> list[str]:
    tree = fragment_fromstring(str(element), create_parent="div")
    return [
        block.text
        for block in blocks.extract_blocks(tree)
        if not (
            is_pointer(block)
            or is_imprint(block.text)
            or is_in_box(block.element, (tree,))
            or is_in_teaser(block, (tree,))
        )
    ]
