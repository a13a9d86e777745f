"""Country, language, address or written name → the time zone that a stated clock is in."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Zone in which the national press of a country with several zones dates its reports. Other countries have one zone in
# the Unicode CLDR. A country with several and without a row here has none, because a guess could be hours off.
_PRESS_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland", "PG": "Pacific/Port_Moresby", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
# Country of a language that is written in one zone.
_LANGUAGE_COUNTRIES = {"vi": "VN", "ko": "KR", "ja": "JP", "zh": "CN", "th": "TH", "lo": "LA", "km": "KH", "tr": "TR"}
# Top-level domains of countries that sites of any country buy for their sound.
_SOLD_DOMAINS = frozenset(
    (
        *("ac", "ai", "am", "as", "cc", "co", "fm", "gg", "gl", "im", "io", "ly", "me", "ms", "nu"),
        *("sh", "st", "su", "to", "tv", "vc", "vg", "ws"),
    )
)

# Offsets of zone names in hours, by the usage of the press that writes them.
_OFFSETS: dict[str, float] = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2,
    "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "SAST": 2, "CAT": 2, "WAT": 1, "EAT": 3, "MSK": 3, "MSD": 4, "TRT": 3,
    "IRST": 3.5, "GST": 4, "PKT": 5, "UZT": 5, "IST": 5.5, "NPT": 5.75, "BDT": 6, "MMT": 6.5, "ICT": 7, "WIB": 7,
    "CST": -6, "CDT": -5, "WITA": 8, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "WIT": 9, "KST": 9, "JST": 9,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "AST": -4, "ADT": -3,
    "BRT": -3, "ART": -3, "EST": -5, "EDT": -4, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10,
}  # fmt: skip
# Countries in which one of those names means another offset.
_NATIONAL_OFFSETS: dict[str, dict[str, float]] = {
    **{country: {"CST": 8} for country in ("CN", "TW", "HK", "MO")},
    "SG": {"SST": 8, "SGT": 8},
    "CU": {"CST": -5, "CDT": -4},
    "BD": {"BST": 6},
    "IE": {"IST": 1},
    "IL": {"IST": 2, "IDT": 3},
    "AU": {"EST": 10, "EDT": 11, "CST": 9.5, "CDT": 10.5, "WST": 8},
    "PH": {"PST": 8},
    "MY": {"MST": 8},
    "MM": {"MST": 6.5},
    **{country: {"AST": 3} for country in ("SA", "KW", "QA", "BH", "IQ", "YE")},
}
# Names of zones with summer time that do not say which half of the year it is.
_SEASONAL = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
}  # fmt: skip
# Words for a zone, by what is written beside the clock in the country's language.
_WORDS = {
    "giờ việt nam": "Asia/Ho_Chi_Minh", "giờ vn": "Asia/Ho_Chi_Minh", "giờ hà nội": "Asia/Ho_Chi_Minh",
    "北京时间": "Asia/Shanghai", "北京時間": "Asia/Shanghai", "台北時間": "Asia/Taipei", "台灣時間": "Asia/Taipei",
    "香港時間": "Asia/Hong_Kong", "日本時間": "Asia/Tokyo", "한국시간": "Asia/Seoul", "한국 시간": "Asia/Seoul",
    "московское время": "Europe/Moscow", "по москве": "Europe/Moscow", "мск": "Europe/Moscow",
    "น.": "Asia/Bangkok",
}  # fmt: skip
_NAMES = sorted({*_OFFSETS, *_SEASONAL, *(n for names in _NATIONAL_OFFSETS.values() for n in names)}, key=len)[::-1]

#: Pattern of a zone behind a clock or a date, in one of the groups z (offset), zg (offset from GMT), zn (name),
#: za (IANA name), zw (word). Behind '-' a date may follow ('15:07 -29/11/2026'), which is no offset. Names are in
#: capitals, for 'est' and 'met' are words.
ZONE = (
    r"(?:[\s,]*[\[(]?\s*(?:"
    r"(?:GMT|UTC)\s*(?P<zg>[+\-−]\s?\d{1,2}(?::?[0-5]\d)?)(?!\d)"
    r"|(?P<z>[+\-−](?:\d{2}:?[0-5]\d(?![\d/.:\-])|\d{1,2}(?=\s*(?:[\])]|$))))"
    r"|(?P<zn>(?-i:" + "|".join(_NAMES) + r"))(?![^\W_])"
    r"|(?P<za>(?-i:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/]{3,30})"
    r"|(?P<zw>" + "|".join(map(re.escape, _WORDS)) + r"))\s*[\])]?)"
)
_BEHIND = re.compile(rf"\s*(?:[ap]\.?m\.?|SA|CH)?{ZONE}", re.IGNORECASE)
_ANYWHERE = re.compile("|".join(re.escape(word) for word in _WORDS if word != "น."), re.IGNORECASE)


@lru_cache(maxsize=512)
def zone_of_country(country: str) -> tzinfo | None:
    """Return the zone of a country's national press; None if it has several, or is unknown.

    `country` is an ISO 3166-1 code of two letters. Zones are those of the Unicode CLDR.
    """
    from babel.core import get_global

    if name := _PRESS_ZONES.get(country):
        return ZoneInfo(name)
    zones = list(get_global("territory_zones").get(country) or ())
    return ZoneInfo(zones[0]) if len(zones) == 1 else None


def country_of_page(language: str, url: str) -> str:
    """Return the country of a page by its language, if that is written in one zone, else by its top-level domain.

    It is an ISO 3166-1 code; '' if neither tells.
    """
    if country := _LANGUAGE_COUNTRIES.get(language.lower().split("-")[0]):
        return country
    domain = (urlsplit(url).hostname or "").rsplit(".", 1)[-1]
    if len(domain) != 2 or domain in _SOLD_DOMAINS:
        return ""
    country = {"uk": "GB"}.get(domain, domain.upper())
    return country if zone_of_country(country) else ""


def zone_of_page(language: str, url: str, country: str = "") -> tzinfo:
    """Return the zone of the naive times of a page; UTC where nothing tells it.

    `country` is that of the outlet, '' if unknown; then the language tells it, then the top-level domain.
    """
    return zone_of_country(country) or zone_of_country(country_of_page(language, url)) or ZoneInfo("UTC")


def zone_by_name(name: str, country: str = "") -> tzinfo | None:
    """Return the zone of a name such as 'ICT' or 'CST', which means another one in some countries; None if unknown."""
    name = name.upper()
    if name in _SEASONAL:
        return ZoneInfo(_SEASONAL[name])
    hours = _NATIONAL_OFFSETS.get(country, {}).get(name, _OFFSETS.get(name))
    if hours is None:
        return None
    return timezone(timedelta(hours=hours)) if hours else UTC


def zone_of_offset(offset: str) -> tzinfo | None:
    """Return the zone of an offset such as '+07:00', '+0700', '- 3' or '+7'; None beyond 14 hours, which none is."""
    hours, _, minutes = offset[1:].strip().partition(":")
    shift = timedelta(hours=int(hours[:2]), minutes=int(minutes or hours[2:] or 0))
    if shift > timedelta(hours=14):
        return None
    return timezone(-shift if offset[0] in "-−" else shift) if shift else UTC


def zone_of_match(match: re.Match[str] | None, country: str) -> tzinfo | None:
    """Return the zone in a match of ZONE; None if there is none, or none that is known."""
    if match is None:
        return None
    part = match.groupdict()
    if offset := part.get("z") or part.get("zg"):
        return zone_of_offset(offset)
    if part.get("zn"):
        return zone_by_name(part["zn"], country)
    if part.get("za"):
        return _iana_zone(part["za"])
    return ZoneInfo(_WORDS[part["zw"].lower()]) if part.get("zw") else None


def zone_of_text(text: str, country: str) -> tzinfo | None:
    """Return the zone that a text behind a clock states, an offset before a name ('+0000 UTC'); None if none."""
    return zone_of_match(_BEHIND.match(text), country)


def zone_in_words(text: str) -> tzinfo | None:
    """Return the zone that words anywhere in a short text name ('北京时间', 'giờ Việt Nam'); None if none does."""
    word = _ANYWHERE.search(text)
    return ZoneInfo(_WORDS[word[0].lower()]) if word else None


def _iana_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder gives an OSError
        return None
