"""Workers forked from one process that has loaded what they need: as killable and as limited as any."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from diembao.workers.local import LocalExaminer
from diembao.workers.pool import WorkerPool, WorkersDoNotStart
from pipeline.records import Document, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook
from tests.test_worker_ends import is_alive
from tests.test_workers import document

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone"),
    pytest.mark.long(20),
]


def load_nothing() -> None:
    pass


def load_what_has_threads() -> None:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def act(what: str) -> tuple[int, int]:
    """Do what is asked; return the ids of this process and of its parent."""
    if what == "kill the template":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    if what == "die":
        os._exit(7)
    if what == "hang":
        time.sleep(600)
    return os.getpid(), os.getppid()


def results(pool: WorkerPool[str, tuple[int, int]], *asked: str) -> dict[int, object]:
    for number, what in enumerate(asked):
        pool.submit(number, what, 2.0)
    return dict(pool.next() for _ in asked)


def test_workers_have_one_parent_that_ends_with_the_pool() -> None:
    with WorkerPool[str, tuple[int, int]](2, act, load_nothing, shared=True) as pool:
        found = [one for one in results(pool, *["tell"] * 40).values() if isinstance(one, tuple)]
        workers, parents = {pid for pid, _ in found}, {parent for _, parent in found}
        assert len(found) == 40
        assert len(parents) == 1
        assert os.getpid() not in parents
        assert workers.isdisjoint(parents)
    assert not [pid for pid in workers | parents if is_alive(pid)]


def test_what_has_threads_is_loaded_by_each_worker() -> None:
    with WorkerPool[str, tuple[int, int]](2, act, load_what_has_threads, shared=True) as pool:
        found = [one for one in results(pool, *["tell"] * 4).values() if isinstance(one, tuple)]
    assert {parent for _, parent in found} == {os.getpid()}
    assert len(found) == 4


def test_a_worker_that_dies_or_hangs_is_replaced_and_told_of() -> None:
    with WorkerPool[str, tuple[int, int]](2, act, load_nothing, shared=True) as pool:
        found = results(pool, "tell", "die", "tell", "hang", "tell")
        notes = {n: getattr(one, "note", "") for n, one in found.items()}
        assert notes == {0: "", 1: "its process ended with 7", 2: "", 3: "takes more than 2 s", 4: ""}


def test_a_template_that_is_killed_costs_what_its_workers_were_at() -> None:
    with WorkerPool[str, tuple[int, int]](2, act, load_nothing, shared=True) as pool:
        [first] = results(pool, "tell").values()
        [lost] = results(pool, "kill the template").values()
        [after] = results(pool, "tell").values()
        assert isinstance(first, tuple)
        assert "its process ended" in getattr(lost, "note", "")
        assert isinstance(after, tuple)
        assert first[1] != after[1]


def test_a_template_that_cannot_load_is_no_fault_of_a_document() -> None:
    with WorkerPool[str, tuple[int, int]](2, act, _fail, shared=True) as pool, pytest.raises(WorkersDoNotStart):
        pool.submit(1, "tell", 5)
        pool.next()


def _fail() -> None:
    os._exit(5)


def test_a_pool_can_be_closed_while_its_template_loads() -> None:
    began = time.monotonic()
    with WorkerPool[str, tuple[int, int]](2, act, _load_for_ever, shared=True) as pool:
        pool.submit(1, "tell", 5)
    assert time.monotonic() - began < 30


def _load_for_ever() -> None:
    time.sleep(600)


def greedy(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    for one in documents:
        if one.body == b"eat":
            bytearray(3 * 2**30)
        Path(one.body.decode(), f"{os.getpid()}.pid").touch()
    return [Unreadable(one.id, Reason.NO_TEXT) for one in documents]


def test_forked_workers_have_the_limit_of_memory(tmp_path: Path) -> None:
    bodies = [b"eat" if n == 1 else str(tmp_path).encode() for n in range(4)]
    found = {
        result.document_id: result
        for batch in LocalExaminer(workers=2, start=1.0).examine(
            (document(n, body) for n, body in enumerate(bodies)),
            load_rulebook(None),
            batch=4,
            seconds_per_document=5,
            function=greedy,
        )
        for result in batch
        if isinstance(result, Unreadable)
    }
    assert {n for n, result in found.items() if result.reason is Reason.ERROR} == {1}
    assert "MemoryError" in found[1].note
    assert not [pid for file in tmp_path.glob("*.pid") if is_alive(pid := int(file.stem))]
