"""alerts: what is wrong, told to people, each cause once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.notify.channels import Channel
    from pipeline.records import SourceDay
    from storage.base import Storage
    from storage.search.tree import Tree


@translated.command(
    help=mark("Go through the rules of alerts.toml and tell people what is new; each cause once a day.")
)
@translated.option("--test", "trial", is_flag=True, help=mark("Only send a trial message."))
@translated.option("--trouble", hidden=True, help="What diembao serve was told by its database.")
@pass_context
def alerts(app: CliContext, trial: bool, trouble: str | None) -> int:
    from config.alerts import load_alerts
    from diembao.notify.channels import channels
    from storage.engine.errors import StorageError

    alerting = load_alerts(app.home.config)
    ways = channels(alerting)
    if not ways:
        app.print(translate("There is no way to tell anybody: fill in [mail] or [hooks] in alerts.toml."))
    if trial:
        return _try(app, ways)
    if trouble:
        return _tell_without_database(app, ways, trouble)
    try:
        with app.storage() as storage:
            return _tell(app, storage, ways)
    except StorageError as error:
        _tell_without_database(app, ways, str(error))
        return FAILED


def _try(app: CliContext, ways: Sequence[Channel]) -> int:
    from diembao.notify.smtp import DeliveryFailed

    failed = 0
    for way in ways:
        try:
            way.send(
                translate("[diembao] Trial message"),
                translate("This way of telling works.\n"),
            )
            app.print(translate("{channel}: sent", channel=way.name))
        except DeliveryFailed as error:
            failed += 1
            app.warn(str(error))
    return FAILED if failed or not ways else DONE


def _tell(app: CliContext, storage: Storage, ways: Sequence[Channel]) -> int:
    from config.alerts import load_alerts
    from config.schedule import load_schedule
    from diembao.jobs import process
    from diembao.notify.channels import send_alerts
    from diembao.service.alert_rules import AlertContext, raise_alerts
    from diembao.system.clock import now

    at = now()

    def sources(hours: float) -> list[SourceDay]:
        return process.watched_sources(storage, at - timedelta(hours=hours), at)

    def tree(words: str) -> Tree:
        from diembao.jobs.search import parse_query

        return parse_query(words, app.rules())

    zone = app.zone()
    scene = AlertContext(storage, app.home, load_schedule(app.home.config), at, zone, sources, tree)
    new = raise_alerts(scene, load_alerts(app.home.config).rule)
    for alert in new:
        app.print(alert.said)
    failed = send_alerts(storage, ways, at)
    for line in failed:
        app.warn(translate("Not sent: {line}", line=line))
    if app.as_json:
        app.print_json({"alerts": [alert.cause for alert in new], "failed": failed})
    return FAILED if failed else DONE


def _tell_without_database(app: CliContext, ways: Sequence[Channel], error: str) -> int:
    """Tell that the database cannot be used, once a day, noted in a file since there is nothing else to note it in."""
    from diembao.notify.smtp import DeliveryFailed
    from diembao.system.clock import now
    from diembao.system.secrets import hide_secrets

    app.warn(hide_secrets(error))
    day = now().astimezone(app.zone()).date().isoformat()
    noted = app.home.root / f".no-database-told-{day}"
    if noted.exists():
        return DONE
    text = translate(
        "The database cannot be used: {error}\nWhat to do: diembao doctor; diembao db check; if it is "
        "damaged: diembao db restore FILE",
        error=error,
    )
    sent = False
    for way in ways:
        try:
            way.send(translate("[diembao] No database"), hide_secrets(text) + "\n")
            sent = True
        except DeliveryFailed as failure:
            app.warn(str(failure))
    if not sent:
        return FAILED
    try:
        noted.touch()
        for old in app.home.root.glob(".no-database-told-*"):
            if old != noted:
                old.unlink()
    except OSError as failure:
        app.warn(str(failure))
    return DONE


COMMANDS = (alerts,)
