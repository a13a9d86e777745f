"""Tree of a page → its main text by readability-lxml, with the steps that cost most done in less time.

What a step returns is what the library's own returns (tests/test_reader_shortcuts.py). Its own search each name of a
class anew, write every division out to see what it holds, and clean links in a second pass over the whole tree.
"""

import re
from copy import deepcopy
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, defs
from readability import Document
from readability.readability import REGEXES, html_cleaner

# Elements that make a division more than a paragraph (REGEXES["divToPElementsRe"] looks for '<' and these letters).
_BLOCKS = ("blockquote", "dl", "div", "img", "ol", "p", "table", "ul")
_INLINE = frozenset(("a", "b", "cite", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"))
# Elements whose links lxml finds in other places than in an attribute of a link.
_ODD_LINKS = ("object", "param", "image", "style", "script")
_CLEANER: Any = html_cleaner
_LINKS: Any = etree.XPath(
    "|".join(f"//@*[name()='{name}']" if ":" in name else f"//@{name}" for name in sorted(defs.link_attrs)),
    smart_strings=False,
)
_EVENTS: Any = etree.XPath("//*[@*[starts-with(name(), 'on')]]")
_REFRESH: Any = etree.XPath("boolean(//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh'] | //base)")
# Runs of blanks, and what readability makes one blank of within a run; a run of so many it makes one of in any case.
_RUN, _TABS, _LONG_RUN = re.compile(r"\s{2,}"), re.compile(r"\t|[ \t]{2,}"), 255
_HIDDEN: Any = etree.XPath("//*[@hidden]")
_STYLED: Any = etree.XPath("//*[@style]")
_WITHIN_CODE: Any = etree.XPath("boolean(ancestor-or-self::pre | ancestor-or-self::code)")
_HOLDS_ARTICLE: Any = etree.XPath(
    "boolean(descendant-or-self::main | descendant-or-self::article | descendant-or-self::math)"
)


def summarize(tree: HtmlElement) -> str:
    """Return the HTML of the main part of a page, which is not changed. Raises what readability raises."""
    return str(_Reader(tree).summary(html_partial=True))


class _Reader(Document):  # type: ignore[misc, unused-ignore]
    html: HtmlElement

    def _parse(self, input: HtmlElement) -> HtmlElement:
        self.encoding = "utf-8"
        page = deepcopy(input)
        for element in _HIDDEN(page):
            element.drop_tree()
        for element in _STYLED(page):
            if REGEXES["displayNoneRe"].search(element.get("style")):
                element.drop_tree()
        if _REFRESH(page) or next(page.iter(*_ODD_LINKS), None) is not None:
            page = html_cleaner.clean_html(page)
            page.resolve_base_href(handle_failures=self.handle_failures)
            return page
        _clean_links(page)
        for element in _EVENTS(page):
            for name in list(element.attrib):
                if name.startswith("on"):
                    del element.attrib[name]
        etree.strip_attributes(page, "style")
        for element in list(page.iter("link")):
            element.drop_tree()
        return page

    def remove_unlikely_candidates(self) -> None:
        for element in self.html.findall(".//*"):
            names = f"{element.get('class', '')} {element.get('id', '')}"
            if (
                len(names) > 1
                and _is_unlikely(names)
                and element.tag not in ("html", "body")
                and not _WITHIN_CODE(element)
                and not _HOLDS_ARTICLE(element)
            ):
                element.drop_tree()

    def transform_misused_divs_into_paragraphs(self) -> None:
        for division in self.html.findall(".//div"):
            if not any(_holds_block(child) for child in division):
                division.tag = "p"
        for division in self.html.findall(".//div"):
            self._wrap_text(division)

    def _wrap_text(self, division: HtmlElement) -> None:
        """Set the text of a division that lies between its blocks into paragraphs."""
        children = list(division)
        paragraph: Any = None
        if division.text and division.text.strip():
            paragraph = _paragraph(division, division.text)
            division.text = None
            division.insert(0, paragraph)
        for child in children:
            if child.tag == "br" or child.tag not in _INLINE or _holds_block(child, with_attributes=True):
                paragraph = None
                continue
            if paragraph is None:
                paragraph = _paragraph(division, None)
                child.addprevious(paragraph)
            paragraph.append(child)
        for position, child in reversed(list(enumerate(division))):
            if child.tail and child.tail.strip():
                behind = _paragraph(division, child.tail)
                child.tail = None
                division.insert(position + 1, behind)
            if child.tag == "br":
                child.drop_tree()

    def get_link_density(self, elem: HtmlElement) -> float:
        links = sum(map(_text_length, elem.findall(".//a")))
        return float(links) / max(_text_length(elem), 1)


def _clean_links(page: HtmlElement) -> None:
    """Clean the links of a page as its cleaner does: without blanks around them, empty where they are scripts."""
    cleaned: dict[str, str] = {}
    for link in _LINKS(page):
        new = link.strip()
        if ":" in new[6:] or "%" in new:
            new = _CLEANER._remove_javascript_link(new)
        if new != link:
            cleaned[link] = new
    if not cleaned:
        return
    for element in page.iter():
        for name, value in element.attrib.items():
            if value in cleaned and name in defs.link_attrs:
                element.set(name, cleaned[value])


@lru_cache(maxsize=16384)
def _is_unlikely(names: str) -> bool:
    return bool(REGEXES["unlikelyCandidatesRe"].search(names)) and not REGEXES["okMaybeItsACandidateRe"].search(names)


def _holds_block(element: HtmlElement, *, with_attributes: bool = False) -> bool:
    """Whether an element is or holds one that begins a paragraph; with attributes, also where one of these reads so."""
    return any(
        str(inner.tag).startswith(_BLOCKS) or (with_attributes and any("<" in value for value in inner.attrib.values()))
        for inner in element.iter()
    )


def _paragraph(within: HtmlElement, text: str | None) -> HtmlElement:
    paragraph: HtmlElement = within.makeelement("p")
    paragraph.text = text
    return paragraph


def _text_length(element: HtmlElement) -> int:
    """Return the length of an element's text as readability cleans it: one character for most runs of blanks."""
    text = str(element.text_content() or "").strip()
    return len(text) - sum(_surplus(run[0]) for run in _RUN.finditer(text))


def _surplus(run: str) -> int:
    if len(run) >= _LONG_RUN or "\n" in run or not run.strip(" "):
        return len(run) - 1
    return len(run) - len(_TABS.sub(" ", run))
