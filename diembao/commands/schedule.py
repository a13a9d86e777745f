"""schedule: the jobs of schedule.toml, each a process of its own, until told to stop."""

import click

from diembao.app import App, pass_app
from diembao.messages import say


@click.command(
    help=say(
        "Chạy các việc trong schedule.toml đúng giờ, cho đến khi được yêu cầu dừng.",
        "Run the jobs of schedule.toml at their times, until told to stop.",
    )
)
@pass_app
def schedule(app: App) -> int:
    from config.settings import load_schedule
    from diembao.scheduler import run_schedule

    jobs = load_schedule(app.home.config)
    app.sources()  # a schedule without sources would run for months and collect nothing
    with app.home.lock("schedule"):
        return run_schedule(jobs, app.home, app.settings().province.time_zone, say=app.print)


COMMANDS = (schedule,)
