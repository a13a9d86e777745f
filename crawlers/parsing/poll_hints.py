"""What a publisher says of the pace it wishes (headers, feed) → the time between two polls."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the process that reads feeds imports this, and has no use for Scrapy
    from scrapy.http import Response

#: RSS 1.0's syndication module (web.resource.org/rss/1.0/modules/syndication)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
#: More than this is a slip (ttl in seconds, Expires in the year 2038), and says nothing.
_MOST = timedelta(days=7)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def hint_from_feed(feed: Mapping[str, Any]) -> timedelta | None:
    """Return the longest of what feedparser read of `ttl` (minutes) and `sy:updatePeriod` in a feed's head."""
    wishes: list[timedelta] = []
    ttl = str(feed.get("ttl") or "").strip()
    if ttl.isdigit() and len(ttl) < 7:
        wishes.append(timedelta(minutes=int(ttl)))
    period = str(feed.get("sy_updateperiod") or "").strip().lower()
    if period in _PERIODS:
        often = str(feed.get("sy_updatefrequency") or "1").strip()
        wishes.append(_PERIODS[period] / (int(often) if often.isdigit() and 0 < int(often) < 1000 else 1))
    return _longest(wishes)


def hint_from_headers(response: "Response", at: datetime) -> timedelta | None:
    """Return how long an answer calls itself fresh: Cache-Control's max-age, else Expires (RFC 9111, 4.2.1)."""
    control = ",".join(v.decode("latin-1") for v in response.headers.getlist("Cache-Control"))
    if "no-cache" in control.lower() or "no-store" in control.lower():
        return None
    if (found := _MAX_AGE.search(control)) is not None:
        return _longest([timedelta(seconds=int(found.group(1)))])
    written = (response.headers.get("Expires") or b"").decode("latin-1").strip()
    dated = _moment((response.headers.get("Date") or b"").decode("latin-1").strip()) or at
    expires = _moment(written)
    return None if expires is None else _longest([expires - dated])


def longest_hint(*wishes: timedelta | None) -> timedelta | None:
    """Return the longest of several wishes, of those that are there and make sense."""
    return _longest([wish for wish in wishes if wish is not None])


def _longest(wishes: list[timedelta]) -> timedelta | None:
    return max((wish for wish in wishes if timedelta(0) < wish <= _MOST), default=None)


def _moment(written: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(written)
    except (TypeError, ValueError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
