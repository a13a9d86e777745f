"""Digests at the gate → what status and alerts say of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from config.schedule import Job
from config.settings import Settings
from diembao.jobs.publishing.gate import AtGate, days_at_gate
from pipeline.i18n.catalogs import translate
from storage.database import Database

#: How far back a digest that is held is a trouble, and is told of.
_HELD, _TOLD = timedelta(days=7), timedelta(hours=24)


def gate_troubles(storage: Database, settings: Settings, jobs: Sequence[Job], at: datetime) -> list[str]:
    """Return a message for each digest of the last week that was held."""
    return _told(storage, settings, jobs, at, "held")


def waiting_digests(storage: Database, settings: Settings, jobs: Sequence[Job], at: datetime) -> list[str]:
    """Return a message for each digest that waits for a person, which is no trouble."""
    return _told(storage, settings, jobs, at, "waiting")


def _told(storage: Database, settings: Settings, jobs: Sequence[Job], at: datetime, state: str) -> list[str]:
    days = days_at_gate(storage, settings, jobs, at, at - _HELD)
    return [_words(one, settings).replace("\n", " ") for one in days if one.state == state]


def gate_causes(storage: Database, settings: Settings, jobs: Sequence[Job], at: datetime) -> Iterator[tuple[str, str]]:
    """Yield (cause of an alert, its text) for each digest of the last day that was not released by a person."""
    for one in days_at_gate(storage, settings, jobs, at, at - _TOLD):
        yield f"gate:{one.state} {one.day}", _words(one, settings)


def _words(one: AtGate, settings: Settings) -> str:
    if one.state == "held":
        return translate(
            "The digest of {day:%Y-%m-%d} was held: nobody approved it by {time}.\nWhat to do: publish and send it "
            "at the desk, or run: diembao send --day {day:%Y-%m-%d}",
            day=one.day,
            time=settings.desk.gate_until,
        )
    if one.state == "late":
        return translate(
            "The digest of {day:%Y-%m-%d} went out marked as not reviewed: nobody approved it by {time}.\nWhat to do: "
            "read it; what is wrong in it, the next digest corrects",
            day=one.day,
            time=settings.desk.gate_until,
        )
    if settings.desk.gate_otherwise == "send":
        return translate(
            "The digest of {day:%Y-%m-%d} waits for approval until {time}; after that it goes out marked as not "
            "reviewed.\nWhat to do: check and publish it at the desk",
            day=one.day,
            time=settings.desk.gate_until,
        )
    return translate(
        "The digest of {day:%Y-%m-%d} waits for approval until {time}; after that it is held.\nWhat to do: check and "
        "publish it at the desk",
        day=one.day,
        time=settings.desk.gate_until,
    )
