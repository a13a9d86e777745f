"""Documents that hang or kill their worker cost themselves, and nothing else."""

import multiprocessing
import os
import re
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from config.rulebook import load_rulebook
from diembao.workers.local import LocalExaminer
from diembao.workers.pool import WorkerPool, WorkersDoNotStart
from pipeline.records import Document, Entry, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook

pytestmark = pytest.mark.long(40)


def document(n: int, body: bytes = b"") -> Document:
    url = f"http://a.example/{n}"
    return Document(n, n, "a", url, datetime.now(UTC), body, "text/html", Entry(url))


#: Seconds of a page that is late at its first try, and well within the limit at its second one.
SLOW = 3.5


def fragile(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    for one in documents:
        if one.body == b"hang":
            time.sleep(600)
        if one.body == b"die":
            os._exit(9)
        if one.body == b"eat":
            bytearray(3 * 2**30)
        if one.body == b"slow":
            time.sleep(SLOW)
        if one.body == b"raise":
            raise ValueError("no such page")
        if one.body == b"exit":
            raise SystemExit(3)
        if one.body == b"abort":
            os.abort()
        if one.body == b"loop":
            re.match("(a+)+$", "a" * 60 + "b")
    return [Unreadable(one.id, Reason.NO_TEXT) for one in documents]


def test_one_bad_page_costs_that_page(forked_workers: None) -> None:
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


BAD = ("hang", "die", "eat", "raise", "exit", "abort", "loop")
PLACES = ("first", "last", "between")
#: Each kind at one place, and two kinds or more at each place; the other pairs take their time in make thorough.
PAIRS = [
    pytest.param(bad, place, marks=() if PLACES[n % 3] == place else pytest.mark.thorough)
    for place in PLACES
    for n, bad in enumerate(BAD)
]


@pytest.mark.parametrize(("bad", "place"), PAIRS)
def test_good_pages_are_never_held_up_by_bad_ones(bad: str, place: str, request: pytest.FixtureRequest) -> None:
    if bad != "die":  # its workers are new processes, as a user's are
        request.getfixturevalue("forked_workers")
    number = {"first": (0, 1), "last": (10, 11), "between": (3, 7)}[place]
    if bad == "loop":  # takes a processor for all its seconds, twice
        number = number[:1]
    documents = [document(n, bad.encode() if n in number else b"") for n in range(12)]
    order: list[int] = []
    notes: dict[int, str] = {}
    for batch in LocalExaminer(workers=2, warm=False).examine(
        iter(documents), load_rulebook(None), batch=4, seconds_per_document=3.5, function=fragile
    ):
        for result in batch:
            assert isinstance(result, Unreadable)
            order.append(result.document_id)
            notes[result.document_id] = result.note if result.reason is Reason.ERROR else ""
    # The bad ones come last, each by itself, and the good ones in their order.
    assert order[: 12 - len(number)] == [n for n in range(12) if n not in number]
    assert sorted(order[12 - len(number) :]) == list(number)
    assert {n for n, note in notes.items() if note} == set(number)


def test_a_slow_page_gets_its_seconds_at_the_end(forked_workers: None) -> None:
    documents = [document(n, b"slow" if n in (0, 4) else b"") for n in range(8)]
    results = [
        result
        for batch in LocalExaminer(workers=2, warm=False).examine(
            iter(documents), load_rulebook(None), batch=8, seconds_per_document=60, function=fragile
        )
        for result in batch
    ]
    assert [r.document_id for r in results[:6]] == [1, 2, 3, 5, 6, 7]
    assert {r.reason for r in results if isinstance(r, Unreadable)} == {Reason.NO_TEXT}
    assert len(results) == 8


def test_documents_of_one_candidate_never_overtake_each_other(forked_workers: None) -> None:
    documents = [replace(document(n, b"slow" if n == 1 else b""), candidate_id=n % 3 + 1) for n in range(9)]
    order = [
        result.document_id
        for batch in LocalExaminer(workers=2, warm=False).examine(
            iter(documents), load_rulebook(None), batch=8, seconds_per_document=60, function=fragile
        )
        for result in batch
    ]
    assert order == [0, 2, 3, 5, 6, 8, 1, 4, 7]


def test_second_tries_end_together(monkeypatch: pytest.MonkeyPatch, forked_workers: None) -> None:
    monkeypatch.setattr("diembao.workers.documents._SECOND_TRIES", 2.0)
    documents = [document(n, b"hang" if n < 6 else b"") for n in range(8)]
    began = time.monotonic()
    results = {
        result.document_id: result
        for batch in LocalExaminer(workers=2, warm=False).examine(
            iter(documents), load_rulebook(None), batch=8, seconds_per_document=600, function=fragile
        )
        for result in batch
        if isinstance(result, Unreadable)
    }
    # Without a limit in sum these would take half an hour.
    assert time.monotonic() - began < 120
    assert [results[n].reason for n in range(8)] == [Reason.ERROR] * 6 + [Reason.NO_TEXT] * 2
    assert any("took the time of this run" in result.note for result in results.values())


def test_late_pages_beyond_the_most_are_lost_by_name(monkeypatch: pytest.MonkeyPatch, forked_workers: None) -> None:
    monkeypatch.setattr("diembao.workers.documents._MOST_LATE", 1)
    documents = [document(n, b"die" if n < 3 else b"") for n in range(5)]
    results = [
        result
        for batch in LocalExaminer(workers=2, warm=False).examine(
            iter(documents), load_rulebook(None), batch=8, seconds_per_document=60, function=fragile
        )
        for result in batch
    ]
    assert [r.document_id for r in results] == [1, 2, 3, 4, 0]
    assert [r.reason for r in results if isinstance(r, Unreadable)].count(Reason.ERROR) == 3


def test_a_run_that_is_left_half_way_ends_its_workers(forked_workers: None) -> None:
    run = LocalExaminer(workers=2, warm=False).examine(
        (document(n, b"hang" if n else b"") for n in range(9)),
        load_rulebook(None),
        batch=1,
        seconds_per_document=600,
        function=fragile,
    )
    assert next(run)[0].document_id == 0
    assert isinstance(run, Generator)
    run.close()
    assert multiprocessing.active_children() == []


def test_a_fault_of_the_setup_is_no_fault_of_a_document() -> None:
    with WorkerPool[int, int](1, abs, partial(os._exit, 5)) as pool, pytest.raises(WorkersDoNotStart):
        pool.submit(1, -1, 5)
        pool.next()
