"""A parsed page → the article text that each well-kept extractor sees in it."""

import logging
from collections.abc import Callable
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement, fromstring, tostring

from pipeline.extraction.consensus import agreement
from pipeline.html import blocks

Extractor = Callable[[HtmlElement], str]

# The extractors report what they do not like about a page; that is no fault of ours or of the page.
for _name in ("trafilatura", "readability.readability", "htmldate"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def trafilatura(tree: HtmlElement) -> str:
    """The main text by trafilatura, which is given a copy of the tree and so never fetches.

    Without its own comparison with other extractors (`fast`): that is done here, with the same score for half the time.
    """
    from trafilatura import extract

    text = extract(deepcopy(tree), include_comments=False, favor_precision=True, fast=True, with_metadata=False)
    return text or ""


def readability(tree: HtmlElement) -> str:
    """The main text by readability-lxml, one line per paragraph."""
    from readability import Document

    summary = Document(deepcopy(tree)).summary(html_partial=True)
    return "\n".join(block.text for block in blocks.extract_blocks(fromstring(summary))) if summary else ""


def resiliparse(tree: HtmlElement) -> str:
    """The main text by resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    markup = HTMLTree.parse_from_bytes(tostring(tree, encoding="utf-8"), "utf-8")
    return str(extract_plain_text(markup, main_content=True, alt_texts=False, links=False, list_bullets=False))


def _is_odd(tree: HtmlElement) -> bool:
    """Whether a tree is deeper or larger than pages are: a page with broken markup."""
    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > _DEEPEST or elements > _LARGEST:
            return True
    return False


# What this reader does costs the square of a page's elements and depth: 7 s for 90 KB of tags that nothing closes.
_SLOW = frozenset({"readability"})
# Of the elements that may hold text; news pages have up to 50 levels and 5,000 elements.
_DEEPEST, _LARGEST = 80, 12_000
EXTRACTORS: dict[str, Extractor] = {"trafilatura": trafilatura, "resiliparse": resiliparse, "readability": readability}
# Where two readers agree so far (F1 of words), a third changes nothing: on 98 recorded pages the score is the same, and
# 43 of them need no third. At 0.90 the score falls by 0.001, at 0.80 by 0.005.
_AGREED = 0.95


def run_extractors(tree: HtmlElement) -> dict[str, str]:
    """Return each reader's text; a reader that fails or finds nothing is left out, as is a third where two agree."""
    texts: dict[str, str] = {}
    # Megabytes of style sheets and scripts cost the readers a second and never hold what they look for.
    lean = deepcopy(tree)
    etree.strip_elements(lean, "script", "style", "svg", "template", with_tail=False)
    odd = _is_odd(lean)
    for name, reader in EXTRACTORS.items():
        if len(texts) == 2 and agreement(*texts.values()) >= _AGREED:
            break
        if odd and name in _SLOW:
            continue
        try:
            text = reader(lean)
        except Exception:  # an extractor's fault costs that extractor, not the page
            continue
        if text.strip():
            texts[name] = text
    return texts
