"""`python -m diembao.web`: the desk on a socket that whoever started it has opened (diembao.service.desk_process)."""

import argparse
import os
import signal
import socket
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from diembao.web.serving import DeskServer


def main() -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m diembao.web")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True)
    # Links that sign in without a password: on the throw-away database of the sample press only.
    parser.add_argument("--sample", action="store_true")
    # End with the standard input, which whoever started the desk holds open: so it ends with a starter that is killed.
    parser.add_argument("--bound", action="store_true")
    given = parser.parse_args()
    # Of the sample press the terminal shows the links that sign in, and not a line a request below them.
    with Path(os.devnull).open("w", encoding="utf-8") if given.sample else nullcontext(sys.stderr) as terminal:
        return _serve(given, terminal)


def _serve(given: argparse.Namespace, terminal: TextIO) -> int:
    from diembao.jobs.configuration import database_address
    from diembao.service.logs import close_log, open_log
    from diembao.system.child_process import keep_folders_off_the_path
    from diembao.system.desk_key import desk_key
    from diembao.system.files import keep_files_private
    from diembao.system.home import Home
    from diembao.web.app import make_app
    from diembao.web.auth import sample
    from diembao.web.context import open_context
    from diembao.web.serving import DeskServer
    from pipeline.errors import DiembaoError

    keep_files_private()
    keep_folders_off_the_path()
    home = Home(given.home.absolute())
    # The service keeps the output of what it starts in that file itself.
    log = open_log(home.root / "logs", terminal, name="" if os.environ.get("DIEMBAO_JOB") else "desk.log")
    try:
        context = open_context(home, database_address(home), desk_key(home), log)
        with context.open_storage():  # fail now where the database cannot be used
            pass
    except (DiembaoError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    server = DeskServer(make_app(context, sample.ROUTES if given.sample else ()), socket.socket(fileno=given.fd))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    if given.bound:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), name="bound", daemon=True).start()
    try:
        server.run()
    finally:
        context.close()
        close_log()
    return 0


def _stop_at_end_of_input(server: "DeskServer") -> None:
    while os.read(0, 1024):  # not sys.stdin, whose lock a thread would hold at the end of the interpreter
        pass
    server.stop()


if __name__ == "__main__":
    sys.exit(main())
