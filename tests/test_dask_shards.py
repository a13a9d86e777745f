"""Shards read by Dask: as by this machine's processes, whatever is killed meanwhile, and no process is left."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from crawlers.archives.places import plan_shards
from diembao.workers.dask_shards import SETTINGS, ClusterFailed, DaskExecutor, TlsFiles
from diembao.workers.shards import LocalExecutor, ShardEnd, ShardExecutor
from pipeline.i18n.language import use_language
from pipeline.records.archives import Shard
from tests.support.archive import write_archive
from tests.support.source_tree import ROOT

if TYPE_CHECKING:
    from tests.support.shard_cluster import ShardCluster

pytestmark = pytest.mark.long(40)
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra `cluster` is not installed")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pages; two are about the province."""
    path = tmp_path_factory.mktemp("archive") / "pages.warc.gz"
    write_archive(path, 60, 3)
    return path


@pytest.fixture(scope="module")
def shards(archive: Path) -> list[Shard]:
    found = [*plan_shards([str(archive)], records=10)]
    assert len(found) >= 6
    return found


def read(executor: ShardExecutor, shards: Iterable[Shard]) -> list[ShardEnd]:
    from tests.support.shard_cluster import make_task

    return sorted(executor.run(make_task(), shards), key=lambda end: (end[0].place, end[0].begin))


@pytest.fixture(scope="module")
def expected(shards: Sequence[Shard]) -> list[ShardEnd]:
    """What this machine's processes read."""
    ends = read(LocalExecutor(1), shards)
    assert sum(len(result[0].articles) for _, result in ends if not isinstance(result, str)) == 2
    return ends


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[ShardCluster]":
    from tests.support.shard_cluster import shard_cluster

    with shard_cluster(tmp_path_factory.mktemp("cluster")) as opened:
        yield opened


def by_kind(ends: Sequence[ShardEnd]) -> tuple[list[Shard], list[Shard]]:
    """Return the shards with articles, and those without."""
    about = [shard for shard, result in ends if not isinstance(result, str) and result[0].articles]
    return about, [shard for shard, _ in ends if shard not in about]


def kill_during(
    cluster: "ShardCluster", shards: Sequence[Shard], kills: Sequence[int]
) -> tuple[list[ShardEnd], dict[str, int]]:
    """Read shards, and kill a worker after each number of results; return the ends, and shards begun more than once."""
    from tests.support.shard_cluster import make_task

    ends: list[ShardEnd] = []
    before = cluster.begun()
    for end in cluster.executor().run(make_task(), shards):
        ends.append(end)
        if len(ends) in kills:
            cluster.kill_worker()
    begun = cluster.begun() - before
    assert len(begun) == len(shards)
    return ends, {key: count for key, count in begun.items() if count > 1}


@needs_dask
def test_workers_that_are_killed_cost_few_shards_and_nothing_else(
    cluster: "ShardCluster", expected: list[ShardEnd]
) -> None:
    # A page about the province makes its worker load the readers of pages, which takes it seconds: one is enough.
    [about, *_], other = by_kind(expected)
    given = [about, *(other * 20)[:59]]
    ends, again = kill_during(cluster, given, (8, 25, 42))
    assert len(cluster.killed) == 3
    assert sorted(shard.begin for shard, _ in ends) == sorted(shard.begin for shard in given)
    assert all(end in expected for end in ends)
    assert len(again) <= 6, again


@needs_dask
@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_workers_that_are_killed_twenty_times(cluster: "ShardCluster", expected: list[ShardEnd]) -> None:
    [about, *_], other = by_kind(expected)
    given = [about, *(other * 60)[:239]]
    before = len(cluster.killed)
    ends, again = kill_during(cluster, given, range(10, 210, 10))
    assert len(cluster.killed) - before == 20
    assert sorted(shard.begin for shard, _ in ends) == sorted(shard.begin for shard in given)
    assert all(end in expected for end in ends)
    assert len(again) <= 24, again


@needs_dask
@pytest.mark.thorough
def test_a_shard_that_ends_its_worker_costs_itself(shards: Sequence[Shard], tmp_path: Path) -> None:
    from tests.support.shard_cluster import shard_cluster

    # A place whose file system ends the process that opens it, as one with a faulty library does.
    poison = replace(shards[0], place="poison://a.example/b.warc.gz", identity="poison")
    # One end of a worker is enough for a shard to be given back: six would take a minute.
    with shard_cluster(
        tmp_path,
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
        DASK_DISTRIBUTED__WORKER__PRELOAD='["tests.support.poison"]',
    ) as cluster:
        ends = read(cluster.executor(), [poison, *shards])
    notes = {shard.identity: result for shard, result in ends if isinstance(result, str)}
    assert notes.keys() == {"poison"}
    assert notes["poison"].startswith("KilledWorker")
    assert len(ends) == len(shards) + 1


@needs_dask
def test_a_program_that_is_killed_leaves_its_task_at_no_worker(
    cluster: "ShardCluster", archive: Path, expected: list[ShardEnd], tmp_path: Path
) -> None:
    from tests.support.shard_cluster import END, START, start_marked, wait_for

    (tmp_path / "pages.warc.gz").symlink_to(archive)
    for name in ("root.pem", "good.pem"):
        (tmp_path / name).symlink_to(cluster.folder / name)
    words = ("-m", "tests.support.shard_cluster", str(tmp_path), cluster.address)
    with start_marked(tmp_path, *words) as program:
        assert wait_for((tmp_path / "first").exists, START), (tmp_path / "output").read_text()
        assert cluster.tasks()
        program.kill()
    assert wait_for(lambda: not cluster.tasks(), END), cluster.tasks()
    # The workers are free for the next run.
    _, other = by_kind(expected)
    assert read(cluster.executor(), other) == [end for end in expected if end[0] in other]


@needs_dask
def test_workers_of_this_machine_read_the_same(shards: Sequence[Shard], expected: list[ShardEnd]) -> None:
    missing = Shard("none", "/nowhere/none.warc.gz", shards[0].kind, "", 0, 1)
    ends = read(DaskExecutor(workers=1), [*shards, missing])
    assert [end for end in ends if end[0] != missing] == expected
    [note] = [result for shard, result in ends if shard == missing]
    assert isinstance(note, str)
    assert note.startswith("FileNotFoundError")


@needs_dask
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_no_process_outlives_a_program_that_is_killed(archive: Path, tmp_path: Path) -> None:
    from tests.support.shard_cluster import END, START, marked, start_marked, wait_for

    (tmp_path / "pages.warc.gz").symlink_to(archive)
    with start_marked(tmp_path, "-m", "tests.support.shard_cluster", str(tmp_path)) as program:
        try:
            # The program, its worker, the process that loads the readers of pages, and one for pages.
            assert wait_for(lambda: (tmp_path / "first").exists() and len(marked(tmp_path)) >= 4, START)
            program.kill()
            program.wait()
            assert wait_for(lambda: not marked(tmp_path), END), marked(tmp_path)
        finally:
            for pid in marked(tmp_path):
                os.kill(pid, signal.SIGKILL)


@needs_dask
def test_a_scheduler_that_is_not_there_is_named(shards: Sequence[Shard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diembao.workers.dask_shards._ANSWER", 0.5)
    with pytest.raises(ClusterFailed, match=r"tcp://127\.0\.0\.1:9 cannot be reached"):
        read(DaskExecutor("tcp://127.0.0.1:9"), shards)
    with pytest.raises(ClusterFailed, match="cannot be reached"):
        read(DaskExecutor("tls://127.0.0.1:9", tls=TlsFiles("/none", "/none", "/none")), shards)


def test_what_is_not_installed_is_named(shards: Sequence[Shard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterFailed, match=r"pip install 'diembao\[cluster\]'") as failed:
        [*DaskExecutor(workers=1).run(None, shards)]  # type: ignore[arg-type]
    with use_language("vi"):
        assert failed.value.message.translated().startswith("chưa cài distributed")


def test_schedulers_and_workers_of_an_office_have_our_settings() -> None:
    def flat(settings: Any, before: str = "") -> Iterator[tuple[str, Any]]:
        for name, value in settings.items():
            if isinstance(value, dict):
                yield from flat(value, f"{before}{name}.")
            else:
                yield before + name, value

    assert dict(flat(yaml.safe_load((ROOT / "deploy" / "shards.yaml").read_text()))) == SETTINGS
