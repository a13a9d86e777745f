"""Documents that hang or kill their worker cost themselves, and nothing else."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from config.rulebook import load_rulebook
from diembao.workers.local import LocalExaminer
from pipeline.records import Document, Entry, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook


def document(n: int, body: bytes = b"") -> Document:
    url = f"http://a.example/{n}"
    return Document(n, n, "a", url, datetime.now(UTC), body, "text/html", Entry(url))


def fragile(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    for one in documents:
        if one.body == b"hang":
            time.sleep(600)
        if one.body == b"die":
            os._exit(9)
        if one.body == b"eat":
            bytearray(3 * 2**30)
    return [Unreadable(one.id, Reason.NO_TEXT) for one in documents]


def test_one_bad_page_costs_that_page() -> None:
    documents = [document(n, {3: b"die", 6: b"hang", 8: b"eat"}.get(n, b"")) for n in range(10)]
    results = LocalExaminer(workers=2, start=1.0).examine(
        iter(documents), load_rulebook(None), batch=4, seconds_per_document=0.5, function=fragile
    )
    found = {r.document_id: r for batch in results for r in batch if isinstance(r, Unreadable)}
    assert len(found) == 10
    assert {n for n, r in found.items() if r.reason is Reason.ERROR} == {3, 6, 8}
    assert "ended its process" in found[3].note
    assert "MemoryError" in found[8].note


def test_real_reading_stays_within_the_limit() -> None:
    page = (
        b"<html lang=vi><h1>C\xc3\xa0 N\xc3\xa1</h1><article>"
        + b"<p>Mu\xe1\xbb\x91i \xc4\x91\xc6\xb0\xe1\xbb\xa3c m\xc3\xb9a.</p>" * 40
    )
    [[result]] = LocalExaminer(workers=1).examine(
        iter([document(1, page)]), load_rulebook(None), batch=1, seconds_per_document=30
    )
    assert not isinstance(result, Unreadable), result
