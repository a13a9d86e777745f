"""The pages that wait in a database of which some were collected and read by another installation."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from diembao.system.clock import now
from pipeline.records import Coverage, Document, Reason
from pipeline.records.sharing import SharedPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Examined
    from storage.database import Database
    from storage.sharing.records import SharedReading

#: Documents that are read from the databases at a time.
_CHUNK = 64
_FIELDS = [field.name for field in fields(Document)]


class SharedPages:
    """Gives pages with what was read of them; keeps the bytes of those that turn out to be about the province."""

    def __init__(self, storage: Database, collecting: Database) -> None:
        self._storage, self._collecting = storage, collecting
        #: pages given and not yet examined, by their id here: their id there, and their bytes
        self._given: dict[int, tuple[int, bytes]] = {}
        #: pages that are to be read where they were collected
        self.unread = 0

    def waiting(self) -> Iterator[Document]:
        """Yield every document that waits, oldest first, but those that are still to be read elsewhere."""
        after = 0
        while documents := self._storage.articles.pending_documents(_CHUNK, after):
            after = documents[-1].id
            numbers = self._storage.sharing.numbers([document.id for document in documents])
            pages = {numbers[d.id]: (d.url, d.fetched_at) for d in documents if d.id in numbers}
            readings = self._collecting.sharing.readings(pages)
            for document in documents:
                if document.id not in numbers:  # collected here, before
                    yield document
                elif (reading := readings[numbers[document.id]]).is_waiting:
                    self.unread += 1
                else:
                    self._given[document.id] = numbers[document.id], reading.body
                    yield _page(document, reading)

    def keep(self, results: Sequence[Examined]) -> None:
        """Store the bytes of pages about the province, and let them be looked at again where they are collected."""
        about = [result.document_id for result in results if isinstance(result, Coverage)]
        taken = {key: self._given[key] for key in about if key in self._given}
        if taken:
            self._storage.sharing.keep_pages({key: body for key, (_, body) in taken.items() if body})
            self._collecting.sharing.watch_pages([number for number, _ in taken.values()], now())
        for result in results:
            self._given.pop(result.document_id, None)


def _page(document: Document, reading: SharedReading) -> SharedPage:
    values: dict[str, Any] = {name: getattr(document, name) for name in _FIELDS}
    fault, note = reading.fault, reading.note
    if reading.article is None and fault is None and reading.is_body_gone:
        fault, note = Reason.ERROR, "what was read of it is no longer kept where it was collected (share_days)"
    if reading.body:
        values["packed"] = reading.body
    return SharedPage(**values, article=reading.article, fault=fault, note=note)
