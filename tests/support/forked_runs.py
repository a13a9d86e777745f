"""A run of the suite in several processes, forked from one that has collected the tests.

To collect them takes a quarter of a minute, in which every module of the tests is rewritten and most of the program is
read in; workers that start anew each do it again. A file's tests stay in one process, and the next free one takes the
next file. What the processes report is shown by the process that forked them.

    python -m pytest --forks 4
"""

import atexit
import gc
import json
import os
import selectors
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

import pytest
from _pytest.capture import CaptureManager

from tests.support.cli import fork_server
from tests.support.forked_workers import warm_up

_OPTION = "--forks"
#: Bytes before each report: how long it is.
_HEAD = 8


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        _OPTION, type=int, default=0, help="run the tests in so many processes forked after the collection"
    )


def prepare(config: pytest.Config) -> None:
    """Before the tests are collected for several processes: let what they share be read in meanwhile.

    What is collected stays, and to look for garbage in it time and again would take a third of the collection.
    """
    if config.getoption(_OPTION) and not config.option.collectonly:
        fork_server()
        gc.disable()


def run(session: pytest.Session) -> bool | None:
    """Run the collected tests where processes are asked for; None leaves them to pytest."""
    processes = session.config.getoption(_OPTION)
    if not processes or session.config.option.collectonly or session.testsfailed:
        return None
    files = [list(some) for _, some in groupby(session.items, key=lambda item: item.path)]
    turns = _Turns(len(files))
    reader = _Reader(session)
    tmp_path_factory: pytest.TempPathFactory = vars(session.config)["_tmp_path_factory"]
    tmp_path_factory.getbasetemp()  # made once, for all
    warm_up()
    gc.enable()
    gc.collect()
    # What is there now is never garbage: a collection would read all of it, and copy it in each forked process.
    gc.freeze()
    with selectors.DefaultSelector() as selector:
        for _ in range(processes):
            ours, theirs = os.pipe()
            if not (process := os.fork()):
                os.close(ours)
                _be_a_process(session, files, turns, theirs)
            os.close(theirs)
            selector.register(ours, selectors.EVENT_READ, (process, bytearray()))
        try:
            while selector.get_map():
                for key, _ in selector.select():
                    process, buffer = key.data
                    if read := os.read(key.fd, 1 << 16):
                        buffer += read
                        reader.take(process, buffer)
                        if session.shouldfail:
                            raise session.Failed(session.shouldfail)
                        continue
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    reader.end(process, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        except BaseException:
            for key in list(selector.get_map().values()):
                with suppress(ProcessLookupError):
                    os.kill(key.data[0], signal.SIGTERM)
            raise
    if session.testsfailed:
        raise session.Failed(f"{session.testsfailed} tests failed")
    return True


class _Turns:
    """Numbers of the files, each given to one process."""

    def __init__(self, count: int) -> None:
        self._reads, writes = os.pipe()
        for number in range(count):  # a pipe holds 64 KiB, which is more than all of them
            os.write(writes, number.to_bytes(2, "big"))
        os.close(writes)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._reads, 2):
            yield int.from_bytes(number, "big")


def _be_a_process(session: pytest.Session, files: Sequence[list[pytest.Item]], turns: _Turns, line: int) -> None:
    """Run files in turn, report to the line, and end this process."""
    atexit._clear()  # of the process that this one was forked from: folders that are still in use would go
    code = 0
    try:
        config = session.config
        capture = config.pluginmanager.getplugin("capturemanager")
        assert isinstance(capture, CaptureManager)
        capture.stop_global_capturing()  # into files that the other processes write to as well
        capture.start_global_capturing()
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(_Reporter(config, line))
        items = (item for number in turns for item in files[number])
        item = next(items, None)
        while item is not None:
            following = next(items, None)
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            item = following
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
        code = 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Reporter:
    """Sends reports of tests, and which one begins, to the process that shows them."""

    def __init__(self, config: pytest.Config, line: int) -> None:
        self._config, self._line = config, line

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._send({"begins": nodeid})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._send(self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        kind, place = warning_message.category.__name__, (warning_message.filename, warning_message.lineno)
        self._send({"warning": f"{kind}: {warning_message.message}", "place": place, "nodeid": nodeid})

    def _send(self, told: Any) -> None:
        data = json.dumps(told, default=str).encode()
        with os.fdopen(os.dup(self._line), "wb") as stream:
            stream.write(len(data).to_bytes(_HEAD, "big") + data)


class _Reader:
    """Shows what the processes report; a test that takes its process with it has failed."""

    def __init__(self, session: pytest.Session) -> None:
        self._session, self._config = session, session.config
        #: test that runs in each process
        self._running: dict[int, str] = {}

    def take(self, process: int, buffer: bytearray) -> None:
        """Take whole reports out of a buffer."""
        while len(buffer) >= _HEAD and len(buffer) >= (end := _HEAD + int.from_bytes(buffer[:_HEAD], "big")):
            told = json.loads(buffer[_HEAD:end])
            del buffer[:end]
            if "begins" in told:
                self._running[process] = told["begins"]
            elif "warning" in told:
                warning = warnings.WarningMessage(UserWarning(told["warning"]), UserWarning, *told["place"])
                self._config.hook.pytest_warning_recorded.call_historic(
                    kwargs={"warning_message": warning, "when": "runtest", "nodeid": told["nodeid"], "location": None}
                )
            else:
                if isinstance(told.get("longrepr"), list):
                    told["longrepr"] = tuple(told["longrepr"])  # of a test that was left out: file, line, reason
                report = self._config.hook.pytest_report_from_serializable(config=self._config, data=told)
                self._config.hook.pytest_runtest_logreport(report=report)
                if report.when == "teardown":
                    self._running.pop(process, None)

    def end(self, process: int, code: int) -> None:
        """Take note of how a process ended."""
        test = self._running.pop(process, "")
        if test or code:
            where = test or "a process of the suite"
            failed = pytest.TestReport(
                where, (where, None, where), {}, "failed", f"its process ended with {code}", "call", []
            )
            self._config.hook.pytest_runtest_logreport(report=failed)
