"""Fields of a feed (gzip bytes, HTML, times in many formats) → bytes, plain text, aware times."""

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
from pipeline.text.invisible import strip_invisible
from pipeline.text.legacy_encodings import detect_old_encoding

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Control characters, lone surrogates and noncharacters, except tab and newline.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: 'GMT+7', as many Vietnamese sites write it; parsers of mail dates do not know it.
_OFFSET = re.compile(r"(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\s*$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\D+(\d{1,2}):(\d{2}))?")
#: Limit in bytes of a decompressed gzip file.
_MAX_UNPACKED = 64 * 2**20


class TooLarge(DiembaoError):
    """A gzip file is larger than 64 MiB when decompressed."""


def decompress(body: bytes) -> bytes:
    """Return gzip bytes decompressed, other bytes unchanged. Raises TooLarge, OSError, EOFError, zlib.error."""
    if body[:2] != b"\x1f\x8b":
        return body
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        unpacked = stream.read(_MAX_UNPACKED + 1)
    if len(unpacked) > _MAX_UNPACKED:
        raise TooLarge("more than 64 MiB when unpacked")
    return unpacked


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, one line for each paragraph, without control and invisible characters."""
    # NFC: windows-1258 has separate tone marks, and no place name matches them.
    markup = unicodedata.normalize("NFC", CONTROL.sub("", markup))
    if "<" not in markup and "&" not in markup:
        return " ".join(_visible(markup).split())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(markup, "lxml")
    for block in soup.find_all(["p", "br", "div", "li", "h1", "h2", "h3"]):
        block.append("\n")
    lines = (" ".join(line.split()) for line in _visible(soup.get_text()).splitlines())
    return "\n".join(line for line in lines if line)


def _visible(text: str) -> str:
    # In TCVN3 that was decoded as windows-1252 the soft hyphen is the letter ư.
    if "\xad" in text and detect_old_encoding(text):
        return text
    return unicodedata.normalize("NFC", strip_invisible(text))


def parse_date(text: str, parsed: Any, now: datetime) -> datetime | None:
    """Return the time an entry was published, aware; None for none, nonsense, or a time over a day after `now`.

    `text` is the time as the feed writes it, `parsed` is feedparser's time tuple or None. A time without a zone, and
    one in 'ICT', is Vietnam's: feedparser takes both for UTC.
    """
    when: datetime | None = None
    day_first = _DAY_FIRST.search(text)
    offset = _OFFSET.search(text)
    try:
        if offset and not day_first:
            sign, hours, minutes = offset.groups()
            when = parsedate_to_datetime(f"{text[: offset.start()]}{sign}{int(hours):02}{minutes or '00'}")
        elif day_first:
            day, month, year, hour, minute = (int(x or 0) for x in day_first.groups())
            when = datetime(year, month, day, hour, minute, tzinfo=_ZONE)
        elif parsed is not None:
            when = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            if not re.search(r"(Z|GMT|UTC?|[A-Z]{3}|[+-]\d{2}:?\d{2})\s*$", text.strip()) or "ICT" in text:
                when = when.replace(tzinfo=_ZONE)
        elif text:
            when = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
            when = when if when.tzinfo else when.replace(tzinfo=_ZONE)
    except (ValueError, OverflowError):
        return None
    if when is None or when.year < 1995 or when > now + timedelta(days=1):
        return None
    return when
