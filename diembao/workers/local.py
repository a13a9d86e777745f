"""Documents → their examination in worker processes of this machine, which may hang or die."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from diembao.workers.base import Examine, Examiner
from diembao.workers.documents import MEGABYTES, DocumentLimits, run_documents
from diembao.workers.pool import worker_count
from pipeline.records import Document, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook

#: Seconds for which results are gathered, so that they are stored in one transaction: what a power cut costs.
_GATHER = 1.0
#: Documents for each worker that are read from the database and wait with their bytes, at most.
_AHEAD = 32


@dataclass(frozen=True, slots=True)
class LocalExaminer(Examiner):
    """Examines in processes of this machine, which are killed when a document takes too long."""

    #: processes; 0: one per processor
    workers: int = 0
    #: seconds, beyond two minutes, that a new worker may need to start
    start: float = 0.0
    #: memory of a worker
    megabytes: int = MEGABYTES
    #: whether a new worker loads the readers of pages before its first document
    warm: bool = True
    #: whether pages are to be read; else what was read of them elsewhere is only tagged
    reads: bool = True

    def examine(
        self,
        documents: Iterable[Document],
        rules: Rulebook,
        *,
        batch: int,
        seconds_per_document: float,
        function: Examine | None = None,
    ) -> Iterator[list[Examined]]:
        window = worker_count(self.workers) * min(2 * batch, _AHEAD)
        limits = DocumentLimits(
            seconds_per_document,
            self.workers,
            self.start,
            self.megabytes,
            warm=self.warm,
            reads=self.reads,
            window=window,
        )
        call = partial(_examine_one, function or examine_every_page, rules)
        gathered: list[Examined] = []
        since = time.monotonic()
        for _, result in run_documents(documents, call, lost_document, limits, rules=rules):
            if not gathered:
                since = time.monotonic()
            gathered.append(result)
            if len(gathered) >= batch or time.monotonic() - since >= _GATHER:
                yield gathered
                gathered = []
        if gathered:
            yield gathered


def examine_every_page(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Run pipeline.examine.examine_all, which the worker alone loads."""
    from pipeline.examine import examine_all

    return examine_all(documents, rules)


def examine_passed_pages(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Run pipeline.examine.examine_what_passes, which the worker alone loads."""
    from pipeline.examine import examine_what_passes

    return examine_what_passes(documents, rules)


def examine_shared_pages(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Run pipeline.examine_shared.examine_shared_pages, which the worker alone loads."""
    from pipeline.examine_shared import examine_shared_pages as examine_them

    return examine_them(documents, rules)


def examine_shared_names(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Run pipeline.examine_shared.examine_shared_names, which the worker alone loads."""
    from pipeline.examine_shared import examine_shared_names as examine_them

    return examine_them(documents, rules)


def _examine_one(function: Examine, rules: Rulebook, document: Document) -> Examined:
    return function([document], rules)[0]


def lost_document(document: Document, note: str) -> Unreadable:
    """Return the result of a document whose examination has none."""
    return Unreadable(document.id, Reason.ERROR, f"reading it ended its process: {note}"[:500])
