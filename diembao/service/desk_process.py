"""The desk as a process of its own: its socket, the words that start it, and who starts it again when it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from diembao.service.logs import JobLog
from diembao.system.home import Home

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

#: Seconds before the first new start, and the most between two; each start waits twice as long as the one before.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
#: Seconds of service after which the next pause is the first one again.
_STEADY = 60.0
#: Seconds that the desk has to end its requests.
_GRACE = 15.0
_LINE = 20_000


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0: any free one. Raises OSError (EADDRINUSE where it is taken)."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(256)
    except OSError:
        made.close()
        raise
    return made


def url_of(listening: socket.socket) -> str:
    """Return the address at which a browser of this machine reaches a socket."""
    bound, port = listening.getsockname()[:2]
    host = str({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def desk_command(home: Home, listening: socket.socket) -> list[str]:
    """Return the words that start the desk on a socket, which the process must inherit."""
    # Not a part of the command line: the desk is a front end of its own.
    words = [sys.executable, "-P", "-m", "diembao.web", "--home", str(home.root)]
    return [*words, "--fd", str(listening.fileno())]


class DeskKeeper:
    """Runs the desk in a thread of the service, and starts it again, after growing pauses, whenever it ends."""

    def __init__(self, home: Home, listening: socket.socket, log: "BoundLogger") -> None:
        self._home, self._socket, self._log = home, listening, log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def start(self) -> None:
        self._log.info("desk", address=url_of(self._socket))
        self._thread.start()

    def close(self) -> None:
        """End the desk and wait for it."""
        self._stop.set()
        self._thread.join(timeout=2 * _GRACE + 5)
        self._socket.close()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            code, tail = self._serve_once()
            if self._stop.is_set():
                return
            if time.monotonic() - began >= _STEADY:
                pause = _FIRST_PAUSE
            # Whoever asks meanwhile waits: the socket stays open, and the next process answers.
            self._log.error("desk_ended", exit=code, again_in=pause, said=tail)
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _serve_once(self) -> tuple[int | None, str]:
        """Run the desk until it ends or `close` is called; return its exit code and its last lines."""
        output = JobLog(self._home.root / "logs", "desk")
        try:
            process = subprocess.Popen(
                desk_command(self._home, self._socket),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(self._socket.fileno(),),
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "DIEMBAO_JOB": "desk"},
            )
            reader = threading.Thread(target=_keep_output, args=(process, output), daemon=True)
            reader.start()
            while process.poll() is None and not self._stop.wait(0.1):
                pass
            for number in (signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    process.send_signal(number)
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(_GRACE)
            reader.join(timeout=5)
            return process.returncode, output.last
        except OSError as error:
            return None, str(error)
        finally:
            output.close()


def _keep_output(process: "subprocess.Popen[bytes]", output: JobLog) -> None:
    assert process.stdout is not None
    with process.stdout as stream, suppress(ValueError, OSError):
        while line := stream.readline(_LINE):
            output.write(line.decode("utf-8", "replace").rstrip())
