"""Pages that a person asks about → their articles, read under the limits of `process` whatever the command."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from config.settings import ProcessSettings
from diembao.workers.documents import MEGABYTES, DocumentLimits, run_documents
from diembao.workers.local import lost_document
from diembao.workers.pool import Lost, WorkerPool, limit_memory
from pipeline.extraction.extract import extract
from pipeline.extraction.selector_learning import Proposal, propose_selectors
from pipeline.prefilter.gate import build_gate
from pipeline.records import Article, ByteHit, Document, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook

#: What is read from a page, and the names of the province in its bytes.
PageReading = tuple[Article | Unreadable, tuple[ByteHit, ...]]


def read_articles(
    documents: Iterable[Document], settings: ProcessSettings
) -> Iterator[tuple[Document, Article | Unreadable]]:
    """Yield each document with its article, in order but for those that take long, which come last; never raises."""
    return run_documents(documents, _read_article, lost_document, _limits(settings))


def read_page(document: Document, rules: Rulebook, settings: ProcessSettings) -> PageReading:
    """Return the article of one document and the hits of the gate; never raises."""
    call = partial(_read_with_hits, rules)
    [(_, reading)] = run_documents([document], call, _lost_reading, _limits(settings))
    return reading


def learn_selectors(documents: Sequence[Document], settings: ProcessSettings) -> Proposal | None:
    """Return selectors learnt from the pages that can be read in time; None if learning takes too long."""
    kept = [document for document, article in read_articles(documents, settings) if isinstance(article, Article)]
    pages = [(document.body, document.url) for document in kept]
    with WorkerPool[list[tuple[bytes, str]], Proposal](1, propose_selectors, partial(limit_memory, MEGABYTES)) as pool:
        pool.submit(0, pages, settings.seconds_per_document * max(1, len(pages)))
        _, proposal = pool.next()
    return None if isinstance(proposal, Lost) else proposal


def _limits(settings: ProcessSettings) -> DocumentLimits:
    return DocumentLimits(settings.seconds_per_document, settings.workers)


def _read_article(document: Document) -> Article | Unreadable:
    try:
        return extract(document)
    except Exception as error:
        return Unreadable(document.id, Reason.ERROR, f"{type(error).__name__}: {error}"[:500])


def _read_with_hits(rules: Rulebook, document: Document) -> PageReading:
    hits: tuple[ByteHit, ...] = ()
    if document.body:
        hits = build_gate(rules).look(document.body, document.url, document.content_type).hits
    return _read_article(document), hits


def _lost_reading(document: Document, note: str) -> PageReading:
    return lost_document(document, note), ()
