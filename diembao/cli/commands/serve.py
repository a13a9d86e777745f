"""serve: the jobs of schedule.toml at their times, each in a process of its own, until a signal stops it."""

import errno
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, TypeVar

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.views.error_words import os_error_words
from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

#: Seconds between two tries to begin on a full disk.
_RETRY = 10.0
#: Errors of the system that pass when somebody frees space.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_Opened = TypeVar("_Opened")


@translated.command(help=LISTED["serve"].help)
@pass_context
@click.pass_context
def serve(context: click.Context, app: CliContext) -> int:
    from config.schedule import load_schedule, load_serving
    from diembao.cli.job_commands import job_faults
    from diembao.service.leader_lock import hold_leader_lock, stop_on_signals
    from diembao.service.logs import close_log, open_log
    from diembao.service.server import JobServer

    jobs, serving = load_schedule(app.home.config), load_serving(app.home.config)
    for number, problem in job_faults(context.find_root().command, jobs):
        # The other jobs run all the same: a digest must not fail because of another job's mistake.
        app.warn(translate("Job {job} will fail: {problem}", job=jobs[number].name, problem=problem))
    app.sources()  # fail now: a service without sources would run for months and collect nothing
    zone, stop = app.zone(), threading.Event()
    stop_on_signals(stop.set)
    with ExitStack() as stack:
        hold = _enter(app, stack, stop, lambda: hold_leader_lock(app.home, app.database()))
        storage = None if hold is None else _enter(app, stack, stop, app.storage)
        if hold is None or storage is None:
            return DONE
        log = open_log(app.home.root / "logs", sys.stderr)
        stack.callback(close_log)
        server = JobServer(jobs, serving, app.home, zone, storage, hold, log)
        if (trouble := _keep_desk(app, stack, log)) is not None:
            server.watch_desk(trouble)
        stop_on_signals(server.stop)
        if not stop.is_set():
            server.run()
    return DONE


def _keep_desk(app: CliContext, stack: ExitStack, log: "BoundLogger") -> Callable[[], str] | None:
    """Start the desk where settings.toml has it enabled; return what tells why it does not answer."""
    from diembao.service.desk_process import DeskKeeper

    settings = app.settings().desk
    if not settings.enabled:
        return None
    keeper = DeskKeeper(app.home, settings, log, os_error_words)
    stack.callback(keeper.close)
    keeper.start()
    return keeper.trouble


def _enter(
    app: CliContext, stack: ExitStack, stop: threading.Event, open_: Callable[[], AbstractContextManager[_Opened]]
) -> _Opened | None:
    """Open what the service needs; on a full disk say so once, and try again until there is room.

    Returns None where `stop` was set meanwhile. Raises what does not pass by itself.
    """
    from diembao.service.leader_lock import notify_systemd
    from diembao.system.secrets import hide_secrets
    from storage.engine.errors import StorageError

    is_told = False
    while not stop.is_set():
        try:
            return stack.enter_context(open_())
        except StorageError as error:
            if not error.may_pass:
                raise
            cause = error.explanation()
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            cause = os_error_words(error)
        if not is_told:
            app.warn(hide_secrets(translate("The service waits, and begins as soon as it can: {error}", error=cause)))
            is_told = True
        notify_systemd(f"EXTEND_TIMEOUT_USEC={int(6 * _RETRY * 1e6)}")
        stop.wait(_RETRY)
    return None


COMMANDS = (serve,)
