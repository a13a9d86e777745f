"""Entries of a calendar → an iCalendar file (RFC 5545) that other programs subscribe to."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import current_language
from pipeline.text.invisible import strip_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from diembao.jobs.register_upkeep.calendar_days import CalendarEntry

#: Time after which a program that subscribes asks again.
_REFRESH = timedelta(hours=1)


def calendar_file(entries: Iterable[CalendarEntry], at: datetime) -> bytes:
    """Return the file as it is at a moment, in the language of the context.

    Whole days have no time zone, moments are in UTC: no time zone need be described.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", f"-//diembao//register//{current_language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", translate("Register of matters"))
    calendar.add("x-wr-calname", translate("Register of matters"))
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
        event.add("sequence", entry.sequence)
        event.add("summary", " ".join(strip_invisible(entry.title).split()))
        if entry.at is None:
            event.add("dtstart", entry.day)
            event.add("dtend", entry.day + timedelta(days=1))
        else:
            event.add("dtstart", entry.at.astimezone(UTC).replace(microsecond=0))
        # It takes nobody's time away.
        event.add("transp", "TRANSPARENT")
        event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
        if entry.url:
            event.add("url", entry.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
