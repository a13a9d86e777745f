"""A scheduler and workers of Dask as an office starts them: by the command line, over TLS, each a process.

`python -m tests.support.shard_cluster FOLDER [ADDRESS]`: a program that reads the shards of FOLDER/pages.warc.gz again
and again, by a scheduler or by workers of its own; it writes FOLDER/first when it has the first result.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from distributed import Client, Security, Worker, WorkerPlugin

from config.rulebook import load_rulebook
from crawlers.archives.places import plan_shards
from diembao.workers.archive_pages import ArchiveTask
from diembao.workers.dask_shards import DaskExecutor, TlsFiles
from pipeline.records.archives import Shard
from tests.support.certificates import certificates
from tests.support.source_tree import ROOT

#: Variable by which processes of a test, and all that they start, are told from others.
_MARK = "DIEMBAO_TEST_CLUSTER"
#: Seconds for processes to start on a busy machine, and to end.
START, END = 60.0, 20.0


def make_task() -> ArchiveTask:
    return ArchiveTask((load_rulebook(None),))


def tls_files(folder: Path) -> TlsFiles:
    """Return the files that `certificates` makes in a folder."""
    return TlsFiles(str(folder / "root.pem"), str(folder / "good.pem"), str(folder / "good.pem"))


def wait_for(what: Callable[[], Any], seconds: float) -> Any:
    """Return what a function returns, as soon as that is true; at the end of the time whatever it is."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def marked(mark: Path) -> list[int]:
    """Return the processes that were started with a mark, directly or by others; none that only waits to be reaped."""
    wanted = f"{_MARK}={mark}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def start_marked(mark: Path, *words: str, **more: str) -> "subprocess.Popen[bytes]":
    """Start Python with a mark; its words go to the file `output` of that folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **more, _MARK: str(mark)}
    with (mark / "output").open("ab") as output:
        return subprocess.Popen([sys.executable, *words], env=environment, stdout=output, stderr=output, cwd=ROOT)


class BegunShards(WorkerPlugin):  # type: ignore[misc, unused-ignore]
    """Adds a line to a file for each shard that a worker begins."""

    name = "begun"

    def __init__(self, file: Path) -> None:
        self._file = file

    def transition(self, key: Any, start: str, finish: str, **kwargs: Any) -> None:
        # A number may be handed out again under another key: the last part counts that.
        if finish == "executing" and str(key).startswith("diembao-"):
            with self._file.open("a") as lines:
                lines.write(str(key).rpartition("-")[0] + "\n")


@dataclass
class ShardCluster:
    """A running scheduler with workers, and a client that looks at them."""

    folder: Path
    address: str
    tls: TlsFiles
    client: Any
    killed: list[int] = field(default_factory=list)

    def executor(self) -> DaskExecutor:
        return DaskExecutor(self.address, tls=self.tls)

    def pids(self) -> dict[str, int]:
        """Return the process of each worker by its address."""
        found: dict[str, int] = self.client.run(os.getpid, on_error="ignore")
        return found

    def kill_worker(self) -> None:
        """Kill a worker that was not killed yet, as soon as there is one; its nanny starts another."""
        [pid, *_] = wait_for(lambda: [pid for pid in self.pids().values() if pid not in self.killed], START)
        os.kill(pid, signal.SIGKILL)
        self.killed.append(pid)

    def begun(self) -> Counter[str]:
        """Return how often each shard was begun."""
        file = self.folder / "begun"
        return Counter(file.read_text().split() if file.exists() else ())

    def tasks(self) -> list[str]:
        """Return the names of tasks that the scheduler still sends to workers, and those that a worker still holds."""

        def of_worker(dask_worker: Worker) -> list[str]:
            return [name for name in dask_worker.plugins if name.startswith("diembao-")]

        def of_scheduler(dask_scheduler: Any) -> list[str]:
            return [name for name in (*dask_scheduler.worker_plugins, *dask_scheduler.plugins) if "diembao-" in name]

        held = self.client.run(of_worker, on_error="ignore").values()
        return [*self.client.run_on_scheduler(of_scheduler), *(name for names in held for name in names)]


@contextmanager
def shard_cluster(folder: Path, workers: int = 2, **more: str) -> Iterator[ShardCluster]:
    """Start a scheduler and workers over TLS; end them, and see that no process is left."""
    certificates(folder)
    tls = tls_files(folder)
    words = ("--tls-ca-file", tls.authority, "--tls-cert", tls.certificate, "--tls-key", tls.key, "--no-dashboard")
    settings = {"DASK_CONFIG": str(ROOT / "deploy" / "shards.yaml"), **more}
    file = folder / "scheduler.json"
    on = ("--host", "127.0.0.1", "--protocol", "tls", "--dashboard-address", "127.0.0.1:0", *words)
    running = [
        start_marked(
            folder, "-m", "dask", "scheduler", *on, "--port", "0", "--scheduler-file", str(file), **settings
        )
    ]  # fmt: skip
    try:
        address = json.loads(wait_for(lambda: file.exists() and file.read_text(), START))["address"]
        for _ in range(workers):
            limits = ("--nthreads", "1", "--memory-limit", "2 GiB")
            running.append(start_marked(folder, "-m", "dask", "worker", address, *on, *limits, **settings))
        security = Security(
            tls_ca_file=tls.authority, tls_client_cert=tls.certificate, tls_client_key=tls.key, require_encryption=True
        )
        with Client(address, security=security, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START)
            client.register_plugin(BegunShards(folder / "begun"))
            yield ShardCluster(folder, address, tls, client)
    finally:
        for process in reversed(running):  # the scheduler last
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(END)
        left = wait_for(lambda: not marked(folder), END) or marked(folder)
        for pid in marked(folder):
            os.kill(pid, signal.SIGKILL)
    assert left is True, f"processes are left: {left}"


def main(folder: Path, address: str = "") -> None:
    shards: Iterator[Shard] = cycle(list(plan_shards([str(folder / "pages.warc.gz")], records=10)))
    executor = DaskExecutor(address, tls=tls_files(folder)) if address else DaskExecutor(workers=1)
    for _ in executor.run(make_task(), shards):
        (folder / "first").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
