"""Commands that the fork server runs, seen from the process that asks for them; the server itself is fork_server.py."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

ROOT = Path(__file__).parent.parent.parent
#: Variable that names the server's socket to a process whose own processes are to be forked too (forked_processes.py).
FORK = "DIEMBAO_FORK_SERVER"
#: Word that asks the server for a worker of a process (served_workers.py).
WORKER = "--worker"
#: Seconds for the server to read the program in.
_START = 120.0


class ForkedCommand:
    """A running command of the server; its methods are those of subprocess.Popen."""

    def __init__(self, words: Sequence[str], line: socket.socket) -> None:
        self.args, self._line = words, line
        self._code: int | None = None
        self.pid = self._read_number()

    def _read_number(self) -> int:
        told = self._line.recv(4, socket.MSG_WAITALL)
        assert len(told) == 4, "the fork server was ended"
        return int.from_bytes(told, "big", signed=True)

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            self._line.settimeout(timeout)
            try:
                self._code = self._read_number()
            except TimeoutError:
                raise subprocess.TimeoutExpired(["diembao", *self.args], timeout or 0) from None
            self._line.close()
        return self._code

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0.001)
        return None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, 9)


def request(
    path: str, words: Sequence[str], *, environment: Mapping[str, str], folder: str, files: Mapping[int, int]
) -> ForkedCommand:
    """Start a command, in a session of its own, by the server at a socket.

    `files`: number that a file is to have in the new process, 0 to 2 at least → its number in this one.
    """
    message = json.dumps([folder, dict(environment), list(words), list(files)]).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    socket.send_fds(line, [len(message).to_bytes(4, "big")], list(files.values()))
    line.sendall(message)
    return ForkedCommand(words, line)


class ForkServer:
    """A running server; `run` is subprocess.run for the words of a command line."""

    def __init__(self) -> None:
        self._folder, self._owner = TemporaryDirectory(), os.getpid()
        self._path = str(Path(self._folder.name, "door"))
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.support.fork_server", self._path]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    @property
    def path(self) -> str:
        """The server's socket, once it listens; processes that were forked from the server's owner use it too."""
        end = time.monotonic() + _START
        while not Path(self._path).exists():
            assert self._owner != os.getpid() or self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        return self._path

    def run(
        self, words: Sequence[str], *, environment: Mapping[str, str], folder: str, text: str | None, seconds: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command with `text` as its standard input. Raises subprocess.TimeoutExpired."""
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write((text or "").encode())
            stdin.seek(0)
            streams = (stdin.fileno(), stdout.fileno(), stderr.fileno())
            process = self.start(words, environment=environment, folder=folder, streams=streams)
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            outputs = []
            for stream in (stdout, stderr):
                stream.seek(0)
                outputs.append(stream.read().decode().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(["diembao", *words], code, *outputs)

    def start(
        self, words: Sequence[str], *, environment: Mapping[str, str], folder: str, streams: Sequence[int]
    ) -> "ForkedCommand":
        """Start a command, in a session of its own, with these three standard streams."""
        return request(self.path, words, environment=environment, folder=folder, files=dict(enumerate(streams)))

    def close(self) -> None:
        if self._owner != os.getpid():
            return
        self.process.kill()
        self.process.wait()
        self._folder.cleanup()
