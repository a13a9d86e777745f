"""Fields of a feed (gzip bytes, HTML, times in many formats) → bytes, plain text, aware times."""

import gzip
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from pipeline.dates.day_order import decide_month_first
from pipeline.dates.parsing import Reading, moment_of_day, read_machine_date
from pipeline.dates.written_days import is_month_first
from pipeline.dates.zones import country_of_page, zone_of_country
from pipeline.errors import DiembaoError
from pipeline.text.invisible import strip_invisible
from pipeline.text.legacy_encodings import detect_old_encoding

#: Control characters, lone surrogates and noncharacters, except tab and newline.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
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


def parse_date(
    text: str, parsed: Any, now: datetime, *, country: str = "VN", language: str = "", month_first: bool | None = None
) -> datetime | None:
    """Return the time an entry was published, aware; None for none, nonsense, or a time over a day after `now`.

    `text` is the time as the feed writes it, `parsed` is feedparser's time tuple or None. `country` (ISO 3166-1) and
    `language` (BCP 47) are the outlet's: a time without a zone is one of that country, never of the reader's; where
    the outlet's zone is not known, only its day is taken, as the first minute of that day in the province.
    `month_first` is the order of 11/29/2026 in this feed, None where only the outlet tells it.
    """
    order = is_month_first(country, language) if month_first is None else month_first
    readings = read_machine_date(text, language=language, country=country, month_first=order, short_years=True)
    if not readings and (reading := _read_tuple(text, parsed)):
        readings = (reading,)
    zone = zone_of_country(country) or zone_of_country(country_of_page(language, ""))
    for reading in readings:
        when = _moment(reading, zone)
        if when is not None and when.year >= 1995 and when <= now + timedelta(days=1):
            return when
    return None


@dataclass(frozen=True, slots=True)
class DateCustom:
    """How a feed's dates are read: by its outlet, and by each other."""

    now: datetime
    #: of the outlet: ISO 3166-1, '' if unknown
    country: str = "VN"
    #: BCP 47, '' if unknown
    language: str = ""
    #: whether 11/29/2026 is the order of this feed; None: that of the outlet's country and language
    month_first: bool | None = None

    def fitted_to(self, texts: Iterable[str]) -> "DateCustom":
        """Return the custom with the order of day and month that all the dates of one feed, as written, show."""
        default = is_month_first(self.country, self.language)
        return replace(self, month_first=decide_month_first(texts, self.now.date(), default=default))

    def parse(self, text: str, parsed: Any = None) -> datetime | None:
        """Return the time that an entry states, as `parse_date`."""
        return parse_date(
            text, parsed, self.now, country=self.country, language=self.language, month_first=self.month_first
        )


def _moment(reading: Reading, zone: tzinfo | None) -> datetime | None:
    try:
        if reading.clock is None or (reading.zone is None and (zone is None or reading.clock == time(0))):
            return moment_of_day(reading.day).when
        return datetime.combine(reading.day, reading.clock, tzinfo=reading.zone or zone)
    except (ValueError, OverflowError):
        return None


def _read_tuple(text: str, parsed: Any) -> Reading | None:
    """Return feedparser's reading of a date in another form, if the day it gives stands in the text.

    It makes '2004-07' the first of July. Its tuple is in UTC, for it takes a time without a zone for one.
    """
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    try:
        when = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    if not re.search(r"(Z|GMT|UTC?|[A-Z]{3}|[+-]\d{2}:?\d{2})\s*$", text.strip()):
        numbers = {int(number) for number in re.findall(r"\d{1,4}", text)}
        return Reading(when.date(), when.time()) if day in numbers else None
    return Reading(when.date(), when.time(), UTC)
