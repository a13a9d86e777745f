"""Processes of the program and of the tests, forked by the fork server where others start a new Python.

`ForkedPopen` takes what subprocess.Popen takes for `[sys.executable, ...]`; the processes that such a process starts,
the jobs and the desk of `diembao serve`, are forked too. To read the program in costs each new one a second or two.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import IO, Any, Self

from tests.support.forked_commands import FORK, ForkedCommand, request

#: Options of Python that change nothing in a process that has begun already.
_OPTIONS = {"-P", "-B", "-u"}
#: What subprocess.Popen is, and what can stand for it.
Popen = Callable[..., Any]


def fork_processes(path: str) -> None:
    """Let the service of this process fork its jobs and its desk, by the server at that socket."""
    from diembao.service import desk_process, job_process

    def popen(argv: Sequence[str], *, start_new_session: bool = True, **options: Any) -> ForkedPopen:
        return ForkedPopen(argv, path=path, **options)

    namespace = SimpleNamespace(**{**vars(subprocess), "Popen": popen})
    patch: Callable[[Any, str, Any], None] = setattr
    for module in (desk_process, job_process):
        patch(module, "subprocess", namespace)


class ForkedPopen:
    """subprocess.Popen for words that begin with this Python."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        text: bool = False,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        path: str = "",
    ) -> None:
        """`path`: the socket of the fork server, by default that of this process."""
        from tests.support.cli import fork_server

        assert argv[0] == sys.executable
        words = [str(word) for word in argv[1:]]
        while words[0] in _OPTIONS:
            del words[0]
        if words[:2] == ["-m", "diembao"]:
            del words[:2]
        path = path or fork_server().path
        self._opened: list[int] = []
        streams = [self._stream(n, given) for n, given in enumerate((stdin, stdout, stderr))]
        if stderr == subprocess.STDOUT:
            streams[2] = streams[1][0], None
        inside = {n: number for n, (number, _) in enumerate(streams)} | {number: number for number in pass_fds}
        environment = {**(os.environ if env is None else env), FORK: path}
        self._command: ForkedCommand = request(
            path, words, environment=environment, folder=str(Path.cwd()), files=inside
        )
        for number in self._opened:
            os.close(number)
        self.stdin, self.stdout, self.stderr = (
            None if end is None else _open(end, "r" if n else "w", text) for n, (_, end) in enumerate(streams)
        )
        self.args, self.pid = argv, self._command.pid
        self.returncode: int | None = None

    def _stream(self, number: int, given: int | IO[Any] | None) -> tuple[int, int | None]:
        """Return a standard stream of the new process, and the end of its pipe that this one keeps."""
        if given == subprocess.PIPE:
            reads, writes = os.pipe()
            theirs, ours = (reads, writes) if number == 0 else (writes, reads)
            self._opened.append(theirs)
            return theirs, ours
        if given == subprocess.DEVNULL:
            self._opened.append(os.open(os.devnull, os.O_RDWR))
            return self._opened[-1], None
        if given is None or given == subprocess.STDOUT:
            return number, None
        return (given if isinstance(given, int) else given.fileno()), None

    def poll(self) -> int | None:
        self.returncode = self._command.poll()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self.returncode = self._command.wait(timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """Read the pipes until the process ends; return what came from standard output and standard error."""
        if self.stdin is not None:
            self.stdin.close()
        said: dict[int, Any] = {}

        def read(number: int, stream: IO[Any]) -> None:
            said[number] = stream.read()

        threads = [
            threading.Thread(target=read, args=(number, stream), daemon=True)
            for number, stream in ((1, self.stdout), (2, self.stderr))
            if stream is not None
        ]
        for thread in threads:
            thread.start()
        self.wait(timeout)
        for thread in threads:
            thread.join(timeout)
        return said.get(1), said.get(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for stream in (self.stdout, self.stderr, self.stdin):
            if stream is not None:
                stream.close()
        self.wait()


def _open(number: int, mode: str, text: bool) -> IO[Any]:
    return os.fdopen(number, mode, buffering=1, encoding="utf-8") if text else os.fdopen(number, f"{mode}b")
