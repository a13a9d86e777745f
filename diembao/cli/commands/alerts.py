"""alerts: messages about troubles to the people in charge, each cause once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.notify.channels import Channel
    from storage.database import Database


@translated.command(help=LISTED["alerts"].help)
@translated.option("--test", "trial", is_flag=True, help=mark("Only send a trial message."))
# The error of the database, passed by `diembao serve`.
@translated.option("--trouble", hidden=True)
@pass_context
def alerts(app: CliContext, trial: bool, trouble: str | None) -> int:
    from config.alerts import load_alerts
    from diembao.notify.channels import channels
    from storage.engine.errors import StorageError

    channels_ = channels(load_alerts(app.home.config))
    if not channels_:
        app.print(translate("There is no way to tell anybody: fill in [mail] or [hooks] in alerts.toml."))
    if trial:
        return _send_trial(app, channels_)
    if trouble:
        return _send_database_alarm(app, channels_, trouble)
    try:
        with app.storage() as storage:
            return _send_new(app, storage, channels_)
    except StorageError as error:
        _send_database_alarm(app, channels_, str(error))
        return FAILED


def _send_trial(app: CliContext, channels: Sequence[Channel]) -> int:
    from diembao.notify.smtp import DeliveryFailed

    failed = 0
    for channel in channels:
        try:
            channel.send(translate("[diembao] Trial message"), translate("This way of telling works.\n"))
            app.print(translate("{channel}: sent", channel=channel.name))
        except DeliveryFailed as error:
            failed += 1
            app.warn(str(error))
    return FAILED if failed or not channels else DONE


def _send_new(app: CliContext, storage: Database, channels: Sequence[Channel]) -> int:
    from diembao.notify.channels import send_alerts
    from diembao.service.alerting import examine_rules
    from diembao.system.clock import now

    at = now()
    alerts = examine_rules(storage, app.home, at, app.settings(), app.rules)
    for alert in alerts:
        app.print(alert.text)
    failures = send_alerts(storage, channels, at)
    for line in failures:
        app.warn(translate("Not sent: {line}", line=line))
    if app.as_json:
        app.print_json({"alerts": [alert.cause for alert in alerts], "failed": failures})
    return FAILED if failures else DONE


def _send_database_alarm(app: CliContext, channels: Sequence[Channel], error: str) -> int:
    """Send, once a day, that the database cannot be used."""
    from diembao.service.alerting import DatabaseAlarm
    from diembao.system.clock import now
    from diembao.system.secrets import hide_secrets

    app.warn(hide_secrets(error))
    alarm = DatabaseAlarm(app.home, now().astimezone(app.zone()).date())
    if alarm.sent:
        return DONE
    text = translate(
        "The database cannot be used: {error}\nWhat to do: diembao doctor; diembao db check; if it is "
        "damaged: diembao db restore FILE",
        error=error,
    )
    sent, failures = alarm.send(channels, translate("[diembao] No database"), hide_secrets(text) + "\n")
    for failure in failures:
        app.warn(failure)
    return DONE if sent else FAILED


COMMANDS = (alerts,)
