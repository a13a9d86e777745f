"""Parsed page → the article text by each of three extractors."""

import logging
from collections.abc import Callable
from copy import deepcopy
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, fromstring, tostring

from pipeline.extraction.consensus import agreement
from pipeline.extraction.readers.trafilatura_names import remembered_names
from pipeline.html import blocks

Extractor = Callable[[HtmlElement], str]

# The extractors log warnings about the markup of pages, which nobody can act on.
for _name in ("trafilatura", "readability.readability", "htmldate"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def trafilatura(tree: HtmlElement) -> str:
    """Return the main text by trafilatura. It works on a copy of the tree and never fetches.

    `fast` turns its own comparison with other extractors off: `consensus` compares, with the same score in half the
    time.
    """
    from trafilatura import extract

    with remembered_names():
        text = extract(deepcopy(tree), include_comments=False, favor_precision=True, fast=True, with_metadata=False)
    return text or ""


def trafilatura_by_default(tree: HtmlElement) -> str:
    """Return the main text by trafilatura without a wish for precision: it falls back to other readers of its own."""
    from trafilatura import extract

    if "trafilatura" in _too_slow(tree):
        return ""
    try:
        return extract(deepcopy(tree), include_comments=False, with_metadata=False) or ""
    except Exception:  # an extractor's fault costs that extractor, not the page
        return ""


def readability(tree: HtmlElement) -> str:
    """Return the main text by readability-lxml, one line per paragraph."""
    from pipeline.extraction.readers.readability_reader import summarize

    summary = summarize(tree)
    return "\n".join(block.text for block in blocks.extract_blocks(fromstring(summary))) if summary else ""


def resiliparse(tree: HtmlElement) -> str:
    """Return the main text by resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    markup = HTMLTree.parse_from_bytes(tostring(tree, encoding="utf-8"), "utf-8")
    return str(extract_plain_text(markup, main_content=True, alt_texts=False, links=False, list_bullets=False))


def _too_slow(tree: HtmlElement) -> frozenset[str]:
    """Return the extractors that a tree would keep busy for minutes: deeper, larger or wider than news pages are."""
    if sum(1 for _ in islice(tree.iter(), _WIDEST)) < _WIDEST and not _is_deep(tree):
        return frozenset()  # nearly every page
    depth = elements = 0
    width = [0]
    slow: frozenset[str] = frozenset()
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        if event == "end":
            depth -= 1
            width.pop()
            continue
        depth += 1
        elements += 1
        width[-1] += 1
        if width[-1] > _WIDEST:
            return _SLOW | _SLOW_IF_WIDE
        width.append(0)
        if depth > _DEEPEST or elements > _LARGEST:
            slow = _SLOW
    return slow


# Extractors whose cost is the square of elements and depth: 7 s for 90 KB of tags that nothing closes.
_SLOW = frozenset({"readability"})
# Extractors whose XPaths sort nodes by walking along their siblings: 10,000 <span> in one paragraph cost 25 s.
_SLOW_IF_WIDE = frozenset({"trafilatura"})
# Levels and elements of a tree, and elements within one element, at most for these extractors; news pages have up to
# 50 levels, 5,000 elements and 250 elements within one.
_DEEPEST, _LARGEST, _WIDEST = 80, 12_000, 2_000
_is_deep = etree.XPath(f"boolean({'/'.join('*' * _DEEPEST)})")
EXTRACTORS: dict[str, Extractor] = {"trafilatura": trafilatura, "resiliparse": resiliparse, "readability": readability}
# F1 of words between two extractors from which a third is not run: on 98 recorded pages the score stays the same, and
# 43 pages need no third. At 0.90 the score falls by 0.001, at 0.80 by 0.005.
_ENOUGH_AGREEMENT = 0.95


def run_extractors(tree: HtmlElement) -> dict[str, str]:
    """Return each extractor's text by name, without those that fail or return nothing; a third only if two disagree."""
    texts: dict[str, str] = {}
    # Megabytes of style sheets and scripts cost the extractors a second and never hold the text.
    lean = deepcopy(tree)
    etree.strip_elements(lean, "script", "style", "svg", "template", with_tail=False)
    slow = _too_slow(lean)
    for name, extractor in EXTRACTORS.items():
        if len(texts) == 2 and agreement(*texts.values()) >= _ENOUGH_AGREEMENT:
            break
        if name in slow:
            continue
        try:
            text = extractor(lean)
        except Exception:  # an extractor's fault costs that extractor, not the page
            continue
        if text.strip():
            texts[name] = text
    return texts
