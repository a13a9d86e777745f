"""What a feed writes (packed bytes, HTML, times in every manner) → bytes, plain text, aware times."""

import calendar
import gzip
import io
import re
import unicodedata
import warnings
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from pipeline.errors import DiembaoError

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: 'GMT+7': written so by many Vietnamese sites, and unknown to parsers of mail dates
_OFFSET = re.compile(r"(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\s*$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\D+(\d{1,2}):(\d{2}))?")
#: More than this of a gzip file is not unpacked.
_MAX_UNPACKED = 64 * 2**20


class TooLarge(DiembaoError):
    """A packed file is larger than it may be."""


def decompress(body: bytes) -> bytes:
    """Return gzip-compressed bytes unpacked, others as they are. Raises TooLarge for more than 64 MiB."""
    if body[:2] != b"\x1f\x8b":
        return body
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        unpacked = stream.read(_MAX_UNPACKED + 1)
    if len(unpacked) > _MAX_UNPACKED:
        raise TooLarge("more than 64 MiB when unpacked")
    return unpacked


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, paragraphs by newline, without control characters."""
    # NFC: windows-1258 writes tones as marks of their own, and then no name of a place is found.
    markup = unicodedata.normalize("NFC", CONTROL.sub("", markup))
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(markup, "lxml")
    for block in soup.find_all(["p", "br", "div", "li", "h1", "h2", "h3"]):
        block.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return "\n".join(line for line in lines if line)


def parse_date(written: str, parsed: Any, now: datetime) -> datetime | None:
    """Return when a feed says an entry was published, aware; None for nothing or nonsense.

    A time without a zone, and one in 'ICT', is Vietnam's: feedparser takes both for UTC.
    """
    found: datetime | None = None
    day_first = _DAY_FIRST.search(written)
    offset = _OFFSET.search(written)
    try:
        if offset and not day_first:
            sign, hours, minutes = offset.groups()
            found = parsedate_to_datetime(f"{written[: offset.start()]}{sign}{int(hours):02}{minutes or '00'}")
        elif day_first:
            day, month, year, hour, minute = (int(x or 0) for x in day_first.groups())
            found = datetime(year, month, day, hour, minute, tzinfo=_ZONE)
        elif parsed is not None:
            found = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            if not re.search(r"(Z|GMT|UTC?|[A-Z]{3}|[+-]\d{2}:?\d{2})\s*$", written.strip()) or "ICT" in written:
                found = found.replace(tzinfo=_ZONE)
        elif written:
            found = datetime.fromisoformat(written.strip().replace("Z", "+00:00"))
            found = found if found.tzinfo else found.replace(tzinfo=_ZONE)
    except (ValueError, OverflowError):
        return None
    if found is None or found.year < 1995 or found > now + timedelta(days=1):
        return None
    return found
