"""A parsed page → the article text that each well-kept extractor sees in it."""

import logging
from collections.abc import Callable
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement, fromstring, tostring

from pipeline import blocks

Reader = Callable[[HtmlElement], str]

# The extractors report what they do not like about a page; that is no fault of ours or of the page.
for _name in ("trafilatura", "readability.readability", "htmldate"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def trafilatura(tree: HtmlElement) -> str:
    """The main text by trafilatura, which is given a copy of the tree and so never fetches."""
    from trafilatura import extract

    text = extract(deepcopy(tree), include_comments=False, favor_precision=True, with_metadata=False)
    return text or ""


def readability(tree: HtmlElement) -> str:
    """The main text by readability-lxml, one line per paragraph."""
    from readability import Document

    summary = Document(deepcopy(tree)).summary(html_partial=True)
    return "\n".join(block.text for block in blocks.read(fromstring(summary))) if summary else ""


def resiliparse(tree: HtmlElement) -> str:
    """The main text by resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text

    markup = tostring(tree, encoding="unicode")
    return str(extract_plain_text(markup, main_content=True, alt_texts=False, links=False, list_bullets=False))


READERS: dict[str, Reader] = {"trafilatura": trafilatura, "readability": readability, "resiliparse": resiliparse}


def read(tree: HtmlElement) -> dict[str, str]:
    """Return each reader's text; a reader that fails or finds nothing is left out."""
    texts: dict[str, str] = {}
    # Megabytes of style sheets and scripts cost the readers a second and never hold what they look for.
    lean = deepcopy(tree)
    etree.strip_elements(lean, "script", "style", "svg", "template", with_tail=False)
    for name, reader in READERS.items():
        try:
            text = reader(lean)
        except Exception:  # an extractor's fault costs that extractor, not the page
            continue
        if text.strip():
            texts[name] = text
    return texts
