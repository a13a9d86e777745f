"""A source's CSS selectors and a page → the parts they name, read with Beautiful Soup."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.html import fragment_fromstring

from pipeline.html import blocks
from pipeline.html.boilerplate import is_imprint, is_in_box, is_in_teaser, is_pointer
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines
from pipeline.records import Selectors

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from soupsieve import SoupSieve


@dataclass(frozen=True, slots=True)
class SelectedParts:
    """What a source's selectors gave; '' or empty where they gave nothing."""

    title: str = ""
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str = ""
    #: the time as the page writes it
    published: str = ""
    #: the page without the parts to drop; '' where there is nothing to drop
    rest: str = ""


def select_parts(markup: str, selectors: Selectors) -> SelectedParts:
    """Return the parts of a page that `selectors` name; ValueError names a selector that is no CSS."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "lxml")
    for selector in selectors.drop:
        for element in _all(soup, selector):
            element.decompose()
    return SelectedParts(
        title=_first(soup, selectors.title),
        lead=_first(soup, selectors.lead),
        paragraphs=tuple(line for element in _all(soup, selectors.text) for line in _paragraphs(element)),
        authors=tuple(
            dict.fromkeys(name for e in _all(soup, selectors.authors) for name in bylines.byline_names(e.get_text(" ")))
        ),
        section=_first(soup, selectors.section),
        published=_stamp(soup, selectors.published),
        rest=str(soup) if selectors.drop else "",
    )


def selector_account(own: SelectedParts, selectors: Selectors, agreement: float | None) -> dict[str, str]:
    """Return what became of a source's selectors, for the watch over designs that change; empty where it has none.

    'selectors' names the parts that were asked for and found, 'selectors_missed' those not found, 'agreement' how far
    the text agrees with the readers', 0.00 to 1.00.
    """
    given = {
        "title": (selectors.title, own.title),
        "lead": (selectors.lead, own.lead),
        "text": (selectors.text, own.paragraphs),
        "authors": (selectors.authors, own.authors),
        "section": (selectors.section, own.section),
        "published": (selectors.published, own.published),
    }
    asked = {name: bool(found) for name, (selector, found) in given.items() if selector}
    return {
        "selectors": " ".join(name for name, found in asked.items() if found),
        "selectors_missed": " ".join(name for name, found in asked.items() if not found),
        "agreement": "" if agreement is None else f"{agreement:.2f}",
    }


@lru_cache(maxsize=512)
def _compiled(selector: str) -> "SoupSieve":
    import soupsieve

    try:
        return soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"not a CSS selector: {selector!r}: {error}") from error


def _all(soup: "BeautifulSoup", selector: str | None) -> list["Tag"]:
    return list(_compiled(selector).select(soup)) if selector else []


def _first(soup: "BeautifulSoup", selector: str | None) -> str:
    return next((text for element in _all(soup, selector) if (text := collapse_spaces(_value(element)))), "")


def _value(element: "Tag") -> str:
    content = element.get("content")
    return content if element.name == "meta" and isinstance(content, str) else element.get_text(" ")


def _stamp(soup: "BeautifulSoup", selector: str | None) -> str:
    for element in _all(soup, selector):
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
