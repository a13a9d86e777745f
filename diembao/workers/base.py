"""The contract of what examines documents in parallel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from pipeline.records import Document, Examined
from pipeline.rules.rulebook import Rulebook

#: One batch of documents → one result for each, in order; a module-level function, so that a worker can import it.
Examine = Callable[[Sequence[Document], Rulebook], list[Examined]]


class Examiner(Protocol):
    """Documents in, one result for each out, whatever a page does to the worker that examines it."""

    def examine(
        self,
        documents: Iterable[Document],
        rules: Rulebook,
        *,
        batch: int,
        seconds_per_document: float,
        function: Examine | None = None,
    ) -> Iterator[list[Examined]]:
        """Yield results batch by batch, in the order of the documents.

        `batch` is documents per batch. A document that takes longer than `seconds_per_document`, or ends its worker,
        becomes Unreadable; no other document is lost with it. `function` defaults to pipeline.examine.examine_all.
        """
        ...


def batch_size(limit: int, total: int, workers: int) -> int:
    """Return documents per batch: at most `limit`, and few enough that each of `workers` gets two batches of `total`.

    `workers` 0 (one per processor) is taken for 2.
    """
    return max(1, min(limit, total // (2 * (workers or 2)) or 1))
