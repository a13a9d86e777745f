"""The contract of what examines documents in parallel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from pipeline.records import Document, Examined
from pipeline.rules.rulebook import Rulebook

#: Documents → one result for each, in order; a module-level function, so that a worker can import it.
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
        """Yield results as they come, at most `batch` at a time, in the order of the documents but for late ones.

        A document that takes some seconds, or ends its worker, is examined once more after all others; one that then
        takes longer than `seconds_per_document` becomes Unreadable. No other document is lost with it, and none waits
        for it. `function` is called with one document at a time; it defaults to pipeline.examine.examine_all.
        """
        ...


def batch_size(limit: int, total: int, workers: int) -> int:
    """Return results per batch: at most `limit`, and few enough that each of `workers` gets two batches of `total`.

    `workers` 0 (one per processor) is taken for 2.
    """
    return max(1, min(limit, total // (2 * (workers or 2)) or 1))
