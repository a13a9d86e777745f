"""Pages that another installation read → their examination by one's own rules: gate → tags → fingerprint."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

from pipeline.examine import examine, judge, look
from pipeline.records import Document, Examined, Reason, Unreadable
from pipeline.records.sharing import SharedPage
from pipeline.rules.rulebook import Rulebook


def examine_shared(document: Document, rules: Rulebook, *, read_all: bool = True) -> Examined:
    """Examine a page by what was read of it elsewhere; one of which only the title was read there is read here.

    The result is that of `pipeline.examine.examine`, of the whole text wherever it was read.
    """
    if not isinstance(document, SharedPage):
        return examine(document, rules, read_all=read_all)
    if document.fault is not None:
        return Unreadable(document.id, document.fault, document.note)
    try:
        page = replace(document, body=zlib.decompress(document.packed))
        article = document.article
        if article is None or article.parts.get("title") == "skim":
            return examine(page, rules, read_all=read_all)
        found = look(page, rules)
        return judge(page, article, () if found is None else found.hits, rules)
    except Exception as error:
        return Unreadable(document.id, Reason.ERROR, f"{type(error).__name__}: {error}"[:500])


def examine_shared_pages(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Examine a batch of pages, one result each, in their order: the function that worker processes run."""
    return [examine_shared(document, rules) for document in documents]


def examine_shared_names(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Like `examine_shared_pages`; of pages to be read here, only those that pass the gate are."""
    return [examine_shared(document, rules, read_all=False) for document in documents]
