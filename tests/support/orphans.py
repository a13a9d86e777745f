"""`python -m tests.support.orphans KIND WORK FOLDER`: a program whose worker writes its process id and works for ever.

KIND is the pool: `examiner` (pages), `parser` (responses of feeds) or `report` (figures). WORK is what the worker does:
`sleep`, `python` (a loop), `regex` (one call of a C function that holds the interpreter's lock) or `start` (its start).
"""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.records import Document, Entry, Examined
from pipeline.rules.rulebook import Rulebook


def work(kind: str, folder: str) -> None:
    """Write the id of this process into a folder, and work on for minutes."""
    Path(folder, f"{os.getpid()}.pid").touch()
    if kind == "regex":
        re.match("(a+)+$", "a" * 60 + "b")
    while kind == "python":
        pass
    time.sleep(600)


def examine(documents: Sequence[Document], _rules: Rulebook) -> list[Examined]:
    work(*documents[0].body.decode().split(" ", 1))
    return []


def main(pool: str, kind: str, folder: str) -> None:
    if pool == "examiner":
        from config.rulebook import load_rulebook
        from diembao.workers.local import LocalExaminer

        body = f"{kind} {folder}".encode()
        pages = (
            Document(n, n, "a", f"http://a.example/{n}", datetime.now(UTC), body, "", Entry("http://a.example/"))
            for n in range(4)
        )
        for _ in LocalExaminer(2).examine(
            pages, load_rulebook(None), batch=4, seconds_per_document=600, function=examine
        ):
            pass
    elif pool == "parser":
        from crawlers.parsing.sandbox import ParserProcess

        asyncio.run(ParserProcess(seconds=600).call(work, kind, folder))
    else:
        from diembao.jobs.reporting.report import _second_process

        with _second_process(True) as submit:
            submit(work, kind, folder)()


if __name__ == "__main__":
    # A suite that a shell runs in the background hands on that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
