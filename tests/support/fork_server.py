"""The command line in processes of its own, forked from one in which the program is read in already.

Reading it in takes a second or more of most commands, and as much again of each worker that examines pages. A process
that is forked has its own memory, its own standard streams, environment and working directory, and ends as the program
does, with its exit code. Its workers are forked from here too (served_workers.py). Words that begin with `-c` are a
program and its words, those that begin with `-m` a module and its words.

    python -m tests.support.fork_server SOCKET
"""

import atexit
import fcntl
import gc
import json
import logging
import os
import random
import runpy
import select
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType

from diembao.cli.command_list import LISTED
from tests.support.forked_commands import FORK, WORKER
from tests.support.forked_workers import warm_up
from tests.support.new_databases import copy_tables, make_tables
from tests.support.served_workers import be_worker, serve_workers

#: Domains of the database that most commands use.
_FACETS = ("articles", "audit", "crawl", "derived", "maintenance", "register", "search", "stories", "translations")
#: What most commands load.
_PROGRAM = (
    "apscheduler.triggers.cron",
    "babel.dates",
    "config.sources",
    "diembao.__main__",
    "diembao.cli.main",
    "diembao.jobs.collection.collect",
    "diembao.jobs.publishing.digest",
    "diembao.service.machine.doctor",
    "diembao.service.status",
    "pipeline.examine",
    "pipeline.extraction.extract",
    "storage.database",
    *(f"diembao.cli.commands.{command.module}" for command in LISTED.values()),
    *(f"storage.{domain}.facet" for domain in _FACETS),
)
_CRAWL = (
    "crawlers.crawl",
    "crawlers.downloader.decompression",
    "crawlers.downloader.handler",
    "crawlers.downloader.redirects",
    "crawlers.downloader.robots",
    "crawlers.parsing.sandbox",
    "crawlers.settings",
    "crawlers.spiders.press",
)
_LEARNING = ("diembao.cli.views.evaluate", "diembao.evaluation.retraining", "sklearn.linear_model")
_DESK = ("diembao.web.app", "diembao.web.auth.sample", "diembao.web.context", "diembao.web.serving")
_DIGEST = ("analysis.brief.document", "analysis.digest.charts", "analysis.digest.document", "docx", "jinja2", "typst")
#: A word of the command line → what its command loads besides; the first one pays for all that follow.
_OF_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "-c": _CRAWL,
    "collect": _CRAWL,
    "desk": _DESK,
    "diembao.web": _DESK,
    "digest": _DIGEST,
    "evaluate": _LEARNING,
    "publish": _DIGEST,
    "report": (*_DIGEST, "analysis.report.charts", "diembao.jobs.reporting.report", "pandas", "scipy.special"),
    "run": (*_CRAWL, *_DIGEST),
    "send": _DIGEST,
    "serve": ("diembao.cli.job_commands", "diembao.service.desk_process", "diembao.service.server"),
    "train": _LEARNING,
}
#: Commands that tag texts: the rules and the models of the package are built for them once.
_TAGGING = frozenset(
    {"collect", "evaluate", "explain", "extract", "process", "retag", "run", "tag", "train", "translate"}
)
#: Files that a request may hand over.
_MOST_FILES = 16


def serve(path: str) -> None:
    """Answer requests at a socket until the process is ended: standard streams, folder, environment, words."""
    _load(_PROGRAM)
    copy_tables(make_tables(Path(path).with_name("tables.db")))
    serve_workers(path)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(16)
        while True:
            line, _ = door.accept()
            size, files, _, _ = socket.recv_fds(line, 4, _MOST_FILES)
            try:
                request = json.loads(line.makefile("rb").read(int.from_bytes(size, "big")))
            except (OSError, ValueError):  # whoever asked was killed before it had said what
                for number in (line.detach(), *files):
                    os.close(number)
                continue
            _prepare_for(request[2])
            # A process for each request, so that several can run at once; it waits for the one that is the program.
            if not os.fork():
                door.close()
                _answer(line, files, *request)
                return
            line.close()
            for number in files:
                os.close(number)
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _load(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)
    # What is there now is never garbage: a collection in a forked process would copy all of it.
    gc.freeze()


@cache
def _load_for(word: str) -> None:
    _load(_OF_COMMANDS[word])


def _prepare_for(words: Sequence[str]) -> None:
    if words[:1] == ["-m"] and words[1].startswith("tests."):
        _load(words[1:2])
    for word in _OF_COMMANDS.keys() & set(words):
        _load_for(word)
    if words[:1] == [WORKER] or not _TAGGING.isdisjoint(words):
        warm_up()
        # A library of the models gives the root logger a handler, in the workers' own processes otherwise.
        logging.root.handlers.clear()
        gc.freeze()


def _answer(
    line: socket.socket,
    files: Sequence[int],
    folder: str,
    environment: Mapping[str, str],
    words: Sequence[str],
    numbers: Sequence[int],
) -> None:
    ended, lives = os.pipe()
    process = os.fork()
    if process:
        os.close(lives)
        # The process alone holds its files: who reads what it writes must see it end.
        for number in files:
            os.close(number)
        with suppress(OSError):
            line.sendall(process.to_bytes(4, "big"))
        if words[:1] == [WORKER] and ended not in select.select([line, ended], [], [])[0]:
            os.kill(process, signal.SIGKILL)  # whoever asked for it is gone
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        with suppress(OSError):  # whoever asked may have been killed meanwhile
            line.sendall(code.to_bytes(4, "big", signed=True))
        os._exit(0)
    os.setsid()
    line.close()
    os.close(ended)
    _place(files, numbers)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    if environment.get("PYTHONUNBUFFERED"):
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, TextIOWrapper)
            stream.reconfigure(line_buffering=True)
    if path := environment.get(FORK):
        from tests.support.forked_processes import fork_processes

        fork_processes(path)
    try:
        _run(words)
    except SystemExit as end:
        _end(end.code)
    _end(None)


def _place(files: Sequence[int], numbers: Sequence[int]) -> None:
    """Give files that were received the numbers that they are to have, of which one may have another's."""
    beyond = max((*files, *numbers)) + 1
    held = [fcntl.fcntl(number, fcntl.F_DUPFD, beyond) for number in files]
    for number in files:
        os.close(number)
    for number, one in zip(numbers, held, strict=True):
        os.dup2(one, number)
        os.close(one)


def _run(words: Sequence[str]) -> None:
    # A process that this one spawns reads its main module in, which must not be this server.
    if words[:1] == ["-c"]:
        sys.argv = ["-c", *words[2:]]
        sys.modules["__main__"] = program = ModuleType("__main__")
        warnings.simplefilter("ignore")
        exec(words[1], vars(program))
        return
    if words[:1] == [WORKER]:
        be_worker()
        return
    if words[:1] == ["-m"]:
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    from diembao import __main__ as program

    sys.argv = ["diembao", *words]
    sys.modules["__main__"] = program
    program.main()


def _end(code: int | str | None) -> None:
    """End this process as Python does, but without taking apart what it was forked with, which takes as long again."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    wait_for_threads: Callable[[], None] = vars(threading)["_shutdown"]
    wait_for_threads()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    serve(sys.argv[1])
