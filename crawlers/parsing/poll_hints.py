"""A publisher's hints in headers and feeds → the time between two polls that it wishes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # The parsing process imports this module and must not load Scrapy.
    from scrapy.http import Response

#: Values of sy:updatePeriod in RSS 1.0's syndication module (web.resource.org/rss/1.0/modules/syndication).
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
#: Longest hint to believe: longer ones are mistakes (ttl in seconds, Expires in the year 2038).
_MAX_HINT = timedelta(days=7)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def hint_from_feed(feed: Mapping[str, Any]) -> timedelta | None:
    """Return the longer of `ttl` (minutes) and `sy:updatePeriod` in a feed's head, as feedparser read them."""
    hints: list[timedelta] = []
    ttl = str(feed.get("ttl") or "").strip()
    if ttl.isdigit() and len(ttl) < 7:
        hints.append(timedelta(minutes=int(ttl)))
    period = str(feed.get("sy_updateperiod") or "").strip().lower()
    if period in _PERIODS:
        frequency = str(feed.get("sy_updatefrequency") or "1").strip()
        hints.append(_PERIODS[period] / (int(frequency) if frequency.isdigit() and 0 < int(frequency) < 1000 else 1))
    return _longest(hints)


def hint_from_headers(response: "Response", at: datetime) -> timedelta | None:
    """Return how long a response is fresh: Cache-Control's max-age, else Expires minus Date (RFC 9111, 4.2.1).

    `at` is the time of the response, for one without a Date header.
    """
    control = ",".join(v.decode("latin-1") for v in response.headers.getlist("Cache-Control"))
    if "no-cache" in control.lower() or "no-store" in control.lower():
        return None
    if (match := _MAX_AGE.search(control)) is not None:
        return _longest([timedelta(seconds=int(match.group(1)))])
    sent = _http_date((response.headers.get("Date") or b"").decode("latin-1").strip()) or at
    expires = _http_date((response.headers.get("Expires") or b"").decode("latin-1").strip())
    return None if expires is None else _longest([expires - sent])


def longest_hint(*hints: timedelta | None) -> timedelta | None:
    """Return the longest of several hints between 0 and 7 days; None if there is none."""
    return _longest([hint for hint in hints if hint is not None])


def _longest(hints: list[timedelta]) -> timedelta | None:
    return max((hint for hint in hints if timedelta(0) < hint <= _MAX_HINT), default=None)


def _http_date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
