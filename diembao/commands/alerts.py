"""alerts: what is wrong, told to people, each cause once a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from diembao.app import DONE, FAILED, App, pass_app
from diembao.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.alerts import Channel
    from pipeline.records import SourceDay
    from storage.base import Storage, StorageError


@click.command(
    help=say(
        "Xét các quy tắc trong alerts.toml, báo cho người phụ trách điều mới; mỗi nguyên nhân một lần mỗi ngày.",
        "Go through the rules of alerts.toml and tell people what is new; each cause once a day.",
    )
)
@click.option("--test", "trial", is_flag=True, help=say("Chỉ gửi một tin thử.", "Only send a trial message."))
@pass_app
def alerts(app: App, trial: bool) -> int:
    from config.alerts import load_alerts
    from diembao.alerts import channels
    from storage.base import StorageError

    alerting = load_alerts(app.home.config)
    ways = channels(alerting)
    if not ways:
        app.print(
            say(
                "Chưa có đường báo nào: điền [mail] hoặc [hooks] trong alerts.toml.",
                "There is no way to tell anybody: fill in [mail] or [hooks] in alerts.toml.",
            )
        )
    if trial:
        return _try(app, ways)
    try:
        with app.storage() as storage:
            return _tell(app, storage, ways)
    except StorageError as error:
        return _tell_without_database(app, ways, error)


def _try(app: App, ways: Sequence[Channel]) -> int:
    from diembao.alerts import NotSent

    failed = 0
    for way in ways:
        try:
            way.send(
                say("[diembao] Tin thử", "[diembao] Trial message"),
                say("Đường báo này hoạt động.\n", "This way of telling works.\n"),
            )
            app.print(say(f"{way.name}: đã gửi", f"{way.name}: sent"))
        except NotSent as error:
            failed += 1
            app.warn(str(error))
    return FAILED if failed or not ways else DONE


def _tell(app: App, storage: Storage, ways: Sequence[Channel]) -> int:
    from config.alerts import load_alerts
    from config.settings import load_schedule
    from diembao import jobs
    from diembao.alerts import Scene, raise_alerts, send_alerts
    from diembao.clock import now

    at = now()

    def sources(hours: float) -> list[SourceDay]:
        return jobs.watched_sources(storage, at - timedelta(hours=hours), at)

    zone = ZoneInfo(app.settings().province.time_zone)
    scene = Scene(storage, app.home, load_schedule(app.home.config), at, zone, sources)
    new = raise_alerts(scene, load_alerts(app.home.config).rule)
    for alert in new:
        app.print(alert.said)
    failed = send_alerts(storage, ways, at)
    for line in failed:
        app.warn(say(f"Không gửi được: {line}", f"Not sent: {line}"))
    if app.as_json:
        app.print_json({"alerts": [alert.cause for alert in new], "failed": failed})
    return FAILED if failed else DONE


def _tell_without_database(app: App, ways: Sequence[Channel], error: StorageError) -> int:
    """Tell that the database cannot be used, once a day, noted in a file since there is nothing else to note it in."""
    import tempfile

    from diembao.alerts import NotSent
    from diembao.clock import now
    from diembao.secrets import hide

    app.warn(hide(str(error)))
    day = now().astimezone(ZoneInfo(app.settings().province.time_zone)).date().isoformat()
    for folder in (app.home.root, Path(tempfile.gettempdir())):
        noted = folder / f".diembao-database-alert-{day}"
        if noted.exists():
            return FAILED
    text = say(
        f"Cơ sở dữ liệu không dùng được: {error}\nCách xử lý: diembao doctor; diembao db check; nếu hỏng: "
        "diembao db restore FILE",
        f"The database cannot be used: {error}\nWhat to do: diembao doctor; diembao db check; if it is damaged: "
        "diembao db restore FILE",
    )
    sent = False
    for way in ways:
        try:
            way.send(say("[diembao] Cơ sở dữ liệu không dùng được", "[diembao] No database"), hide(text) + "\n")
            sent = True
        except NotSent as failure:
            app.warn(str(failure))
    for folder in (app.home.root, Path(tempfile.gettempdir())) if sent else ():
        try:
            (folder / f".diembao-database-alert-{day}").touch()
            break
        except OSError:
            continue  # the disk may be what is the matter
    return FAILED


COMMANDS = (alerts,)
