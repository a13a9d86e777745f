"""serve: the jobs of schedule.toml at their times, each in a process of its own, until a signal stops it."""

import sys

from diembao.cli import translated
from diembao.cli.context import DONE, LOCKED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate


@translated.command(
    help=mark(
        "Run the jobs of schedule.toml at their times, for months, until told to stop. Answers /healthz, "
        "/readyz, /metrics at the address in [serve] of schedule.toml."
    )
)
@pass_context
def serve(app: CliContext) -> int:
    from config.schedule import load_schedule, load_serving
    from diembao.service.leader_lock import hold_leader_lock, stop_on_signals
    from diembao.service.logs import close_log, open_log
    from diembao.service.server import JobServer
    from storage.service.leader_lock import LockedElsewhere

    jobs, serving = load_schedule(app.home.config), load_serving(app.home.config)
    app.sources()  # fail now: a service without sources would run for months and collect nothing
    zone = app.zone()
    try:
        with hold_leader_lock(app.home, app.database()) as hold, app.storage() as storage:
            log = open_log(app.home.root / "logs", sys.stderr)
            try:
                server = JobServer(jobs, serving, app.home, zone, storage, hold, log)
                stop_on_signals(server.stop)
                server.run()
            finally:
                close_log()
    except LockedElsewhere as error:
        app.warn(translate("Another diembao serve runs on this database: {error}", error=error))
        return LOCKED
    return DONE


COMMANDS = (serve,)
