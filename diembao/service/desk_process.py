"""The desk as a process of its own: its socket, the words that start it, and who starts it again when it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from contextvars import copy_context
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from config.desk import DeskSettings
from diembao.system.files import write_atomically
from diembao.system.home import Home
from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

    from diembao.service.logs import JobLog

#: Seconds before the first new start, and the most between two; each start waits twice as long as the one before.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
#: Seconds of service after which the next pause is the first one again.
_STEADY = 60.0
#: Seconds that the desk has to end its requests.
_GRACE = 15.0
_LINE = 20_000
#: Seconds between two tries to listen at a port that is taken.
_LISTEN_AGAIN = 5.0
#: Seconds between two questions whether the desk answers, and in which it must.
_ASK, _PATIENCE = 15.0, 10.0
#: File of the home folder that tells where the desk of the service listens: {"address", "error"}.
_PLACE = "desk.json"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0: any free one. Raises OSError (EADDRINUSE where it is taken)."""
    # With the protocol named, asyncio sends the two parts of an answer at once; without it the second waits 40 ms.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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


def desk_command(home: Home, listening: socket.socket, *, is_bound: bool = False) -> list[str]:
    """Return the words that start the desk on a socket, which the process must inherit.

    Bound, it ends with its standard input: a pipe of whoever starts it ends it also where that one is killed.
    """
    # Not a part of the command line: the desk is a front end of its own.
    words = [sys.executable, "-P", "-m", "diembao.web", "--home", str(home.root)]
    return [*words, "--fd", str(listening.fileno()), *["--bound"] * is_bound]


def desk_trouble(home: Home, settings: DeskSettings, patience: float = _PATIENCE) -> str:
    """Ask the desk that a service of this home folder keeps; return in words why it does not answer, '': it does."""
    address, error = f"http://{settings.host}:{settings.port}", ""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads((home.root / _PLACE).read_text("utf-8"))
        address, error = str(told["address"] or address), str(told["error"])
    if error:
        return translate(
            "The desk cannot listen at {host}:{port}: {error}", host=settings.host, port=settings.port, error=error
        )
    try:
        # A proxy of the environment is none for this machine. The path is one that needs no database.
        with build_opener(ProxyHandler({})).open(f"{address}/favicon.ico", timeout=patience):
            return ""
    except HTTPError:
        return ""  # it speaks
    except (OSError, HTTPException, ValueError):
        return translate("The desk does not answer at {address}: see logs/desk.log", address=address)


def _tell_place(home: Home, told: Mapping[str, str]) -> None:
    """Write into the home folder where the desk listens, or why it cannot; a full disk costs only that."""
    with suppress(OSError):
        write_atomically(home.root / _PLACE, json.dumps(told).encode())


class DeskKeeper:
    """Runs the desk in a thread of the service, and starts it again, after growing pauses, whenever it ends.

    A port that is taken is tried again too. A second thread asks the desk whether it answers.
    """

    def __init__(self, home: Home, settings: DeskSettings, log: "BoundLogger", words: Callable[[OSError], str]) -> None:
        """`words`: an error of the system → what a person is told of it."""
        self._home, self._settings, self._log, self._words = home, settings, log, words
        self._stop = threading.Event()
        self._trouble = ""
        threads = (("desk", self._run), ("desk watch", self._watch))
        # A thread has a context of its own; the language is that of the command.
        self._threads = [
            threading.Thread(target=copy_context().run, args=(work,), name=name, daemon=True) for name, work in threads
        ]

    def start(self) -> None:
        _tell_place(self._home, {"address": "", "error": ""})
        for thread in self._threads:
            thread.start()

    def trouble(self) -> str:
        """Return why the desk does not answer, in words, as it was when it was last asked; '': it answers."""
        return self._trouble

    def close(self) -> None:
        """End the desk and wait for it."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2 * _GRACE + 5)
        (self._home.root / _PLACE).unlink(missing_ok=True)

    def _watch(self) -> None:
        while not self._stop.wait(_ASK):
            self._trouble = desk_trouble(self._home, self._settings)

    def _run(self) -> None:
        with ExitStack() as stack:
            listening = self._listen()
            if listening is None:
                return
            stack.callback(listening.close)
            self._log.info("desk", address=url_of(listening))
            self._keep(listening)

    def _listen(self) -> socket.socket | None:
        """Return the desk's socket; where its port is taken, say so once, and try again. None: `close` was called."""
        host, port, said = self._settings.host, self._settings.port, ""
        while not self._stop.is_set():
            try:
                listening = listen(host, port)
            except OSError as error:
                cause = self._words(error)
                if cause != said:
                    self._log.error("desk_cannot_listen", host=host, port=port, error=cause)
                    _tell_place(self._home, {"address": "", "error": cause})
                said = cause
                self._stop.wait(_LISTEN_AGAIN)
            else:
                _tell_place(self._home, {"address": url_of(listening), "error": ""})
                return listening
        return None

    def _keep(self, listening: socket.socket) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            code, tail = self._serve_once(listening)
            if self._stop.is_set():
                return
            if time.monotonic() - began >= _STEADY:
                pause = _FIRST_PAUSE
            # Whoever asks meanwhile waits: the socket stays open, and the next process answers.
            self._log.error("desk_ended", exit=code, again_in=pause, said=tail)
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _serve_once(self, listening: socket.socket) -> tuple[int | None, str]:
        """Run the desk until it ends or `close` is called; return its exit code and its last lines."""
        from diembao.service.logs import JobLog

        output = JobLog(self._home.root / "logs", "desk")
        try:
            process = subprocess.Popen(
                desk_command(self._home, listening, is_bound=True),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(listening.fileno(),),
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
            if process.stdin is not None:
                process.stdin.close()
            return process.returncode, output.last
        except OSError as error:
            return None, str(error)
        finally:
            output.close()


def _keep_output(process: "subprocess.Popen[bytes]", output: "JobLog") -> None:
    assert process.stdout is not None
    with process.stdout as stream, suppress(ValueError, OSError):
        while line := stream.readline(_LINE):
            output.write(line.decode("utf-8", "replace").rstrip())
