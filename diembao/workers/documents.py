"""Documents → results of a function of one document, in processes that a page may hang or end, but not hold up."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Generic, TypeVar

from diembao.workers.pool import Lost, WorkerPool, limit_memory, worker_count
from pipeline.records import Document
from pipeline.rules.rulebook import Rulebook, with_opinion

Result = TypeVar("Result")

#: Megabytes that a worker may hold: with models and libraries loaded it holds 300 to 500, and no page needs the rest.
MEGABYTES = 2048
#: Seconds for the first try of a document: 99 of 100 pages take less than one. A page that takes longer waits until
#: all others are done, and then gets all its seconds.
_FIRST_TRY = 3.0
#: Seconds for all second tries together.
_SECOND_TRIES = 300.0
#: Documents and bytes that wait for a second try at most; a late one beyond them is lost at once, by name.
_MOST_LATE, _MOST_LATE_BYTES = 64, 256 * 2**20


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """What one document may cost, and how many are examined at once."""

    #: seconds of its longest try
    seconds: float
    #: processes; 0: one per processor
    workers: int = 0
    #: seconds, beyond those of the pool, for a new worker to start
    start: float = 0.0
    #: memory of a worker
    megabytes: int = MEGABYTES
    #: whether a new worker loads what a page needs before its first one, which is not charged for it then
    warm: bool = True
    #: whether pages are to be read; else what was read of them elsewhere is only tagged, which needs less
    reads: bool = True
    #: documents handed out before the oldest one has its result
    window: int = 64


@dataclass(slots=True)
class _State(Generic[Result]):
    """Documents of a run by their number, from the hand-out to the result."""

    documents: dict[int, Document] = field(default_factory=dict)
    results: dict[int, Result | Lost] = field(default_factory=dict)
    #: numbers handed out, oldest first, whose result was not returned yet
    order: deque[int] = field(default_factory=deque)
    #: numbers of documents to be tried once more, and their bytes
    late: list[int] = field(default_factory=list)
    late_bytes: int = 0
    #: candidates of these, whose further documents must not overtake them
    late_candidates: set[int] = field(default_factory=set)
    #: results of such documents
    held: list[tuple[Document, Result]] = field(default_factory=list)


def run_documents(
    documents: Iterable[Document],
    call: Callable[[Document], Result],
    lost: Callable[[Document, str], Result],
    limits: DocumentLimits,
    *,
    rules: Rulebook | None = None,
    pool: WorkerPool[Document, Result] | None = None,
) -> Iterator[tuple[Document, Result]]:
    """Yield each document with its result, in the order of the documents but for late ones, which come last.

    A document gets a few seconds. One that takes longer, or ends its process, is tried once more after all others,
    with `limits.seconds`; all second tries together end after some minutes. `lost` makes the result of a document
    that has none, of its note. Documents of one candidate stay in their order. `call` is pickled. Rules only warm
    up the workers. A `pool` that is given calls `call` too, and is the caller's to close. Raises WorkersDoNotStart.
    """
    source = enumerate(documents)
    state: _State[Result] = _State()
    first = min(limits.seconds, _FIRST_TRY)
    with _new_pool(call, limits, rules) if pool is None else nullcontext(pool) as pool:
        more = True
        while more or state.order:
            while more and len(state.order) < limits.window:
                if (pair := next(source, None)) is None:
                    more = False
                    break
                state.documents[pair[0]] = pair[1]
                state.order.append(pair[0])
                pool.submit(*pair, first)
            if not state.order:
                break
            if state.order[0] not in state.results:
                number, result = pool.next()
                state.results[number] = result
            while state.order and state.order[0] in state.results:
                yield from _take_first(state, lost, final=limits.seconds <= first)
        yield from _try_again(pool, state, lost, limits.seconds)
    yield from state.held


def _new_pool(
    call: Callable[[Document], Result], limits: DocumentLimits, rules: Rulebook | None
) -> WorkerPool[Document, Result]:
    """Return workers that start when they are first needed."""
    load = partial(_prepare, limits.megabytes, rules, limits.reads)
    setup = load if limits.warm else partial(limit_memory, limits.megabytes)
    return WorkerPool(worker_count(limits.workers), call, setup, start=limits.start, shared=limits.warm)


def _take_first(
    state: _State[Result], lost: Callable[[Document, str], Result], *, final: bool
) -> Iterator[tuple[Document, Result]]:
    """Yield the result of the oldest document, or put it aside; `final`: a late one has had all its seconds."""
    number = state.order.popleft()
    document, result = state.documents.pop(number), state.results.pop(number)
    if not isinstance(result, Lost):
        if document.candidate_id in state.late_candidates:
            state.held.append((document, result))
        else:
            yield document, result
        return
    size = len(document.body)
    if (final and result.late) or len(state.late) >= _MOST_LATE or state.late_bytes + size > _MOST_LATE_BYTES:
        yield document, lost(document, result.note)
        return
    state.late.append(number)
    state.late_bytes += size
    state.documents[number] = document
    if document.candidate_id:
        state.late_candidates.add(document.candidate_id)


def _try_again(
    pool: WorkerPool[Document, Result],
    state: _State[Result],
    lost: Callable[[Document, str], Result],
    seconds: float,
) -> Iterator[tuple[Document, Result]]:
    """Yield the results of late documents as they end; those whose turn does not come in time are lost."""
    waiting = deque(state.late)
    end = time.monotonic() + _SECOND_TRIES
    while waiting or pool.pending:
        while waiting and pool.pending < pool.count:
            number = waiting.popleft()
            left = end - time.monotonic()
            if left <= 0:
                document = state.documents.pop(number)
                note = f"takes more than {min(seconds, _FIRST_TRY):g} s, and other late pages took the time of this run"
                yield document, lost(document, note)
                continue
            pool.submit(number, state.documents[number], min(seconds, left))
        if pool.pending:
            number, result = pool.next()
            document = state.documents.pop(number)
            yield document, lost(document, result.note) if isinstance(result, Lost) else result


def _prepare(megabytes: int, rules: Rulebook | None, reads: bool) -> None:
    limit_memory(megabytes)
    if reads or rules is None:
        load_readers(rules)
    else:
        load_tagger(rules)


def load_tagger(rules: Rulebook) -> None:
    """Load what an article that was read elsewhere needs, so that the first one is not charged for it."""
    from datetime import UTC, datetime
    from html import unescape

    from pipeline.examine_shared import examine_shared
    from pipeline.records import Article, Entry
    from pipeline.records.sharing import SharedPage

    if rules.opinion is not None:
        import_module("numpy")
    url, words = "http://warm.example/1", unescape("Ninh Thu&#7853;n, 20/11/2026: c&#7843;ng bi&#7875;n m&#7903;. ")
    article = Article(url, url, words, "", words * 8)
    page = SharedPage(0, 0, "", url, datetime.now(UTC), b"", "text/html", Entry(url), article=article)
    examine_shared(page, with_opinion(rules, None))


def load_readers(rules: Rulebook | None) -> None:
    """Load what a page needs (extractors, readers of dates, models), so that the first one is not charged for it."""
    from pipeline.examine import examine
    from pipeline.extraction.extract import extract

    page = warm_page()
    if rules is None:
        extract(page)
    else:
        # A connection to an encoder, or a model with its threads, is each worker's own.
        examine(page, with_opinion(rules, None))
        load_models([rules])


def warm_page() -> Document:
    """Return a page that needs what most pages need."""
    from datetime import UTC, datetime

    from pipeline.records import Entry

    url = "http://warm.example/1"
    text = "<p>Ninh Thu&#7853;n, 20/11/2026: c&#7843;ng bi&#7875;n m&#7903; r&#7897;ng.</p>" * 8
    body = f"<html lang=vi><title>Ninh Thu&#7853;n</title><article><h1>Ninh Thu&#7853;n</h1>{text}</article>".encode()
    return Document(0, 0, "", url, datetime.now(UTC), body, "text/html", Entry(url))


def load_models(of: Sequence[Rulebook]) -> None:
    """Load what a page in another language and a second opinion need."""
    from pipeline.text.language import detect_language

    if any(rules.opinion is not None for rules in of):
        import_module("numpy")  # a model reads its weights in a moment, but not without it
    # The model that tells languages apart takes half a second to load, and no Vietnamese page asks it.
    detect_language("The port of Ca Na", "The port of Ca Na is to be opened to larger ships in the coming autumn.")
