"""Shards read by several processes: the results of one, whatever ends a page, its process or that of its shard."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from crawlers.archives.places import plan_shards
from diembao.workers.archive_pages import ArchiveTask, ShardReader
from diembao.workers.shards import LocalExecutor
from pipeline.records import Reason, Source
from pipeline.records.archives import RecordOutcome, Shard, ShardResult
from pipeline.rules.rulebook import Rulebook
from tests.support.processes import below, processes
from tests.support.warc_files import answer, crawler_note, gzip_each

pytestmark = [
    pytest.mark.long(30),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc"),
]

BINH_THUAN = Path(str(files("config") / "examples" / "binh-thuan"))


@cache
def provinces() -> tuple[Rulebook, Rulebook]:
    return load_rulebook(None), load_rulebook(BINH_THUAN)


def article(title: str, words: str, day: str = "2026-02-20") -> bytes:
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{title}</title>"
        f'<meta property="article:published_time" content="{day}T08:00:00+07:00"></head>'
        f"<body><article><h1>{title}</h1>{f'<p>{words}</p>' * 6}</article></body></html>"
    ).encode()


#: A page that takes some seconds of CPU to read, where a small one takes a hundredth of one.
HEAVY = article("Muối ở Ninh Thuận", "Tại tỉnh Ninh Thuận, muối được mùa.").replace(
    b"</article>",
    "<div><p>Tại tỉnh <b>Ninh Thuận</b>, <i>tôm</i> được giá ở <a href=/x>Cà Ná</a>.</p></div>".encode() * 30_000
    + b"</article>",
)
PAGES = [
    ("https://mot.example/1", article("Tôm ở Ninh Thuận", "Tại tỉnh Ninh Thuận, tôm được giá ở Cà Ná.")),
    (
        "https://mot.example/2",
        article("Thanh long Bình Thuận", "Tại tỉnh Bình Thuận, thanh long được mùa.", "2026-02-23"),
    ),
    ("https://hai.example/3", article("Lúa ở An Giang", "Tại tỉnh An Giang, lúa được mùa.")),
    ("https://hai.example/4", article("Hai tỉnh", "Ninh Thuận và Bình Thuận cùng mở cảng.", "2026-02-27")),
    ("https://mot.example/5", b"<html><title>Ninh Thu\xe1\xba\xadn</title><p>Ninh Thu\xe1\xba\xadn</p></html>"),
]


def write(path: Path, more: Iterable[tuple[str, bytes]] = (), files_: int = 3) -> list[Shard]:
    """Write some archives of the same pages under other addresses, and one with further pages; plan their shards."""
    for n in range(files_):
        pages = [(f"{url}-{n}", body) for url, body in PAGES] + (list(more) if n == 0 else [])
        (path / f"{n}.warc.gz").write_bytes(gzip_each([crawler_note(), *(answer(*page) for page in pages)]).data)
    return list(plan_shards([str(path)]))


def read_alone(task: ArchiveTask, shards: Sequence[Shard]) -> dict[Shard, list[ShardResult]]:
    reader = ShardReader(task)
    try:
        return {shard: reader.read(shard) for shard in shards}
    finally:
        reader.close()


@contextmanager
def watched(act: Callable[[set[int], dict[int, tuple[int, float]]], None] | None = None) -> Iterator[set[int]]:
    """Gather the processes started meanwhile, and look that all have ended; `act` may do something to them."""
    before = below(os.getpid(), processes())
    seen: set[int] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            now = processes()
            started = below(os.getpid(), now) - before
            seen.update(started)
            if act is not None:
                act(started, now)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
    limit = time.monotonic() + 5
    while (left := (seen - before) & set(processes())) and time.monotonic() < limit:
        time.sleep(0.02)
    # The tracker of multiprocessing's resources is started once, and serves this process until its end.
    assert not {pid for pid in left if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_several_processes_and_one_that_is_killed(tmp_path: Path) -> None:
    task = ArchiveTask(provinces()[:1])
    shards = write(tmp_path, files_=6)
    expected = read_alone(task, shards)
    # One archive goes away before it is read: it is told, and costs no other.
    gone = shards[2]
    (tmp_path / gone.name).unlink()
    killed: list[int] = []

    def kill_first(started: set[int], now: dict[int, tuple[int, float]]) -> None:
        # A process that reads shards is this one's child, and has a child that reads pages, once it is at work.
        readers = {pid for pid in started if now[pid][0] == os.getpid()}
        working = {now[pid][0] for pid in started} & readers
        if working and not killed:
            killed.append(min(working))
            os.kill(killed[0], signal.SIGKILL)

    with watched(kill_first) as seen:
        found = list(LocalExecutor(2).run(task, iter(shards)))
    assert killed
    assert len(seen) >= 5
    assert sorted(shard.name for shard, _ in found) == sorted(shard.name for shard in shards)
    note = dict(found).pop(gone)
    assert isinstance(note, str)
    assert gone.name in note
    assert {shard: end for shard, end in found if shard != gone} == {s: r for s, r in expected.items() if s != gone}


def test_a_run_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    shards = write(tmp_path, files_=6)
    with watched() as seen:
        ends = LocalExecutor(1).run(ArchiveTask(provinces()[:1]), iter(shards))
        next(ends)
        assert seen
        ends.close()  # type: ignore[attr-defined]


def test_a_page_that_takes_too_long_or_ends_its_process(tmp_path: Path) -> None:
    # A page of these has two tries of more than three seconds each: none but the heavy one, which is halted, is late.
    task = ArchiveTask(provinces(), seconds=3.5)
    heavy = ("https://ba.example/heavy", HEAVY)
    shards = write(tmp_path, [heavy], files_=2)

    def read_while(number: signal.Signals, task: ArchiveTask) -> list[list[ShardResult]]:
        """Read the shards while each process that works on the heavy page gets a signal."""

        def send(started: set[int], now: dict[int, tuple[int, float]]) -> None:
            # Forked from the process that has loaded what pages need: a child's child, which took little until now.
            parents = {pid for pid in started if now[pid][0] == os.getpid()}
            for pid in started - parents:
                if now[pid][0] in parents and now[pid][1] > 0.5:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)

        reader = ShardReader(task)
        with watched(send):
            try:
                return [reader.read(shard) for shard in shards]
            finally:
                reader.close()

    expected = list(read_alone(task, write_elsewhere(tmp_path)).values())
    for late, note in [
        (read_while(signal.SIGSTOP, task), "3.5 s"),
        (read_while(signal.SIGKILL, replace(task, seconds=60.0)), "process"),
    ]:
        for (province, other), (expected_province, expected_other) in zip(late[:1], expected[:1], strict=True):
            assert province.articles == expected_province.articles
            [fault] = [fault for fault in province.faults if fault.url == heavy[0]]
            assert fault.reason is Reason.ERROR
            assert note in fault.note
            unreadable = RecordOutcome.UNREADABLE
            assert province.counts[unreadable] == expected_province.counts[unreadable] + 1
            assert other.articles == expected_other.articles
        assert late[1] == expected[1]


def write_elsewhere(path: Path) -> list[Shard]:
    (path / "without").mkdir()
    return write(path / "without", files_=2)


def names(result: ShardResult) -> list[str]:
    return [article.page.url for article in result.articles]


def test_days_and_sites(tmp_path: Path, forked_workers: None) -> None:
    shards = write(tmp_path, files_=1)
    source = Source("mot", "Một", "https://mot.example/", ())
    whole = ArchiveTask(provinces(), {"mot.example": source})
    [ninh, binh] = read_alone(whole, shards)[shards[0]]
    assert names(ninh) == ["https://mot.example/1-0", "https://hai.example/4-0"]
    assert names(binh) == ["https://mot.example/2-0", "https://hai.example/4-0"]
    assert ninh.articles[0].page.source_id == "mot"
    assert ninh.articles[1].page.source_id == ""
    assert all(sum(one.counts.values()) + len(one.articles) == len(PAGES) + 1 for one in (ninh, binh))
    for changes, ours, theirs, outside in [
        # The archive was captured on 2 March: nothing in it can be of a later day.
        ({"since": datetime(2026, 3, 3, tzinfo=UTC)}, [], [], 5),
        ({"since": datetime(2026, 2, 24, tzinfo=UTC)}, [4], [4], 1),
        ({"since": datetime(2026, 2, 21, tzinfo=UTC), "until": datetime(2026, 2, 24, tzinfo=UTC)}, [], [2], 2),
        ({"until": datetime(2026, 2, 24, tzinfo=UTC)}, [1], [2], 1),
        ({"sites": frozenset({"hai.example"})}, [4], [4], 3),
    ]:
        [ninh, binh] = read_alone(replace(whole, **changes), shards)[shards[0]]
        assert [int(url.rsplit("/", 1)[1][0]) for url in names(ninh)] == ours, changes
        assert [int(url.rsplit("/", 1)[1][0]) for url in names(binh)] == theirs, changes
        assert ninh.counts[RecordOutcome.OUTSIDE] == outside, changes


def test_two_provinces_in_one_pass_and_in_two(tmp_path: Path, forked_workers: None) -> None:
    shards = write(tmp_path, files_=2)
    both = read_alone(ArchiveTask(provinces()), shards)
    for number, rules in enumerate(provinces()):
        alone = read_alone(ArchiveTask((rules,)), shards)
        assert {shard: [results[number]] for shard, results in both.items()} == alone
