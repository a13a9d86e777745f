"""One round of alerts: the rules examined, and the alarm for a database that cannot be used."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.settings import Settings
    from diembao.notify.channels import Channel
    from diembao.system.home import Home
    from pipeline.records import Alert, SourceDay
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database
    from storage.search.tree import Tree


def examine_rules(
    storage: Database, home: Home, at: datetime, settings: Settings, rules: Callable[[], Rulebook]
) -> list[Alert]:
    """Examine the rules of alerts.toml; store and return the alerts that are new."""
    from config.alerts import load_alerts
    from config.schedule import load_schedule
    from diembao.jobs.collection.ledger import watched_sources
    from diembao.jobs.search import parse_query
    from diembao.service.alert_rules import AlertContext, raise_alerts

    def sources(hours: float) -> list[SourceDay]:
        return watched_sources(storage, at - timedelta(hours=hours), at)

    def tree(query: str) -> Tree:
        return parse_query(query, rules())

    zone = ZoneInfo(settings.province.time_zone)
    context = AlertContext(storage, home, load_schedule(home.config), at, zone, sources, tree, rules, settings)
    return raise_alerts(context, load_alerts(home.config).rule)


class DatabaseAlarm:
    """The alarm that the database cannot be used: once a day, remembered in a file of the home folder."""

    def __init__(self, home: Home, day: date) -> None:
        self._home = home
        self._mark = home.root / f".no-database-told-{day.isoformat()}"

    @property
    def sent(self) -> bool:
        """Whether the alarm of this day was sent."""
        return self._mark.exists()

    def send(self, channels: Sequence[Channel], title: str, text: str) -> tuple[bool, list[str]]:
        """Send the alarm on every channel; return whether one took it, and the failures."""
        from diembao.notify.smtp import DeliveryFailed

        failures: list[str] = []
        sent = False
        for channel in channels:
            try:
                channel.send(title, text)
                sent = True
            except DeliveryFailed as error:
                failures.append(str(error))
        if sent:
            try:
                self._remember()
            except OSError as error:
                failures.append(str(error))
        return sent, failures

    def _remember(self) -> None:
        self._mark.touch()
        for old in self._home.root.glob(".no-database-told-*"):
            if old != self._mark:
                old.unlink()
