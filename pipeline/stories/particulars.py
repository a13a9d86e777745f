"""Short report → its place, persons, ages, times of day and figures, which tell one incident from another."""

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum

import numpy as np

from pipeline.stories.quantities import Count, counts_in_text
from pipeline.stories.term_weights import Hashes
from pipeline.text import scripts
from pipeline.text.normalize import match_key, strip_diacritics

#: Words of a text that are read for particulars: what follows is background, other cases and related links
WORDS = 160
#: Bits of a particular below its kind
VALUE_BITS = 28
_MASK = (1 << VALUE_BITS) - 1
#: Bits of a value that hold its own class: the word for a site, what a figure counts
CLASS_BITS = 5


class Kind(IntEnum):
    """What a particular is: the highest four bits of its number."""

    #: hash of the id of a unit of today, from the gazetteer
    AREA = 1
    #: word for a site (5 bits), hash of its name
    SITE = 2
    #: hashes of names after the word for a commune, after the word for a district, after "at" alone
    COMMUNE = 3
    DISTRICT = 4
    BARE = 5
    #: hashes of a person's first and last word, and of the initials
    PERSON = 6
    INITIALS = 7
    #: years
    AGE = 8
    #: first and last minute of the day, 11 bits each
    CLOCK = 9
    PART_OF_DAY = 10
    #: what is counted (pipeline.stories.quantities.Count, 5 bits), how many
    FIGURE = 11
    #: word for a site and hash of its name, wherever a text has them: enough to agree, too little to differ
    LOOSE_SITE = 12
    #: hash of the id of a landmark, from the gazetteer: one pass has two names
    LANDMARK = 13
    #: hash of a registration of a boat or vehicle, of a train
    CODE = 14
    #: hash of the id of a topic: what it is about, in whatever language
    MATTER = 15


# Ranges of Vietnamese capitals take in small letters: 'ở' would begin a name.
_CAPITAL = rf"(?:[A-ZĐÀ-ÝĂĨŨƠƯ{scripts.VIETNAMESE_LETTERS.upper()}][^\W\d_]*)"
_NAME = rf"{_CAPITAL}(?:(?: | ?[-–] ?)(?!T[PXT]\b|[PQHX]\.){_CAPITAL}){{0,3}}(?: \d{{1,2}}(?![\d/:hg]|[.,]\d))?"
# Sites are compared with sites of the same word only: one report names the hamlet, another the road.
_SITES = (
    ("thôn|xóm|ấp|buôn|bản|làng", "village|hamlet"), ("khu phố|tổ dân phố", ""), ("đường|phố", "street|road|avenue"),
    ("hẻm|ngõ", ""), ("bãi biển|bãi tắm|bãi", "beach"), ("vịnh", "bay"), ("đầm", "lagoon"),
    ("hồ chứa nước|hồ chứa|hồ", "lake|reservoir"), ("sông", "river"), ("suối|thác", "stream|waterfall"),
    ("kênh|mương", "canal"), ("cầu", "bridge"), ("đèo|dốc", "pass"), ("núi", "mountain|hill"), ("mũi", "cape"),
    ("cảng cá|cảng", "port"), ("chợ", "market"), ("chùa|nhà thờ", "pagoda|church"),
    ("[Tt]rường(?: (?:[Tt]iểu học|[Mm]ầm non|[Mm]ẫu giáo|[Tt]rung học|[Cc]ơ sở|[Pp]hổ thông|TH|THCS|THPT))*", "school"),
    ("khu công nghiệp|cụm công nghiệp|KCN|CCN", "industrial park|industrial zone"), ("hòn|đảo", "island|islet"),
    ("tiểu khu", ""), ("nhà ga|ga", "station"), ("khách sạn|nhà nghỉ", "hotel"),
)  # fmt: skip
# A word before it, or a clause that begins: 'lừa đảo', 'yêu cầu', 'thị trường' and 'Hồ Chí Minh' are no sites.
_SITE_CUE = (
    r"(?:(?<!\w)(?:ở|tại|trên|qua|dưới|vào|ra|gần|thuộc|cạnh|xuống|đến|trong|giữa|ngoài|từ|bờ|lòng|chân|khu vực|đỉnh|"
    r"học sinh|vùng|và|với|của|"
    r"[Ởở]|[Tt]ại|[Tt]rên)\s|[,(;\n]\s?|^)"
)
_SITE_PATTERNS = tuple(
    (
        re.compile(rf"{_SITE_CUE}(?:{before}) (?P<name>\d{{2,4}}(?![\d/:.,])|{_NAME})"),
        re.compile(rf"(?<!\w)(?P<name>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,2}}?)[ -](?i:{after or '(?!)'})(?!\w)"),
        re.compile(rf"(?<!\w)(?i:{before}) (?P<name>{_NAME})"),
    )
    for before, after in _SITES
)
#: Number of the word for a numbered road among those for sites: another road is another place, the same is no place
NUMBERED_ROAD = len(_SITES)
# 'QL1A' is the old name of 'quốc lộ 1'; provincial roads have numbers of their own.
_ROADS = (
    re.compile(
        r"(?<!\w)(?i:quốc lộ|(?:national )?highway|QL)[ .]{0,2}(?:số |no\. ?)?"
        r"(?P<name>\d{1,3}(?!A)[B-E]?|\d{1,3}(?=A))(?![.,:/]?\d)"
    ),
    re.compile(
        r"(?<!\w)(?i:tỉnh lộ|đường tỉnh|provincial road|ĐT|TL)[ .]{0,2}(?:số )?(?P<name>\d{3}[B-E]?)(?![.,:/]?\d)"
    ),
)
# Of 'Phan Rang - Tháp Chàm' and 'Phan Rang' one part is the same.
_DASH = re.compile(r" ?[-–] ?")
_COMMUNE = re.compile(
    rf"(?<!\w)(?:(?i:(?<!thị )xã|phường|thị trấn|đặc khu) |(?:TT|P|X)\. ?)(?P<name>\d{{1,2}}(?!\w)|{_NAME})"
)
_DISTRICT = re.compile(
    rf"(?<!\w)(?:(?i:huyện|quận|thị xã|thành phố) |(?:TP|TX)(?:\. ?| )|[HQ]\. ?)(?P<name>\d{{1,2}}(?!\w)|{_NAME})"
)
_ENGLISH_NAME = rf"(?P<name>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,3}}?)"
_COMMUNE_AFTER = re.compile(rf"(?<!\w){_ENGLISH_NAME}[ -](?i:commune|ward|township|town)(?!\w)")
_DISTRICT_AFTER = re.compile(rf"(?<!\w){_ENGLISH_NAME}[ -](?i:district|city)(?!\w)")
_BARE = re.compile(
    rf"(?<!\w)(?:(?i:ở|tại)|in|at|near|off) "
    rf"(?P<name>(?!(?:T[PXT]|[A-ZĐ])\b){_CAPITAL}(?:(?: | ?[-–] ?){_CAPITAL}){{0,3}})"
)

_INITIALS = r"[A-ZĐ]\.(?:\s?[A-ZĐ]\.?){1,3}(?![^\W\d_])"
_FULL = rf"{_CAPITAL}(?: {_CAPITAL}){{1,4}}\.?"
_PERSON = rf"(?P<name>{_INITIALS}|{_FULL})"
_AGED = re.compile(
    rf"(?<!\w){_PERSON}(?=\s*[(,]\s*(?:\d{{1,2}}\s*tuổi|SN\b|S\.N|sinh|trú|ngụ|quê|aged\b|\d{{1,2}}\s*[,)]))"
)
# Those an incident happens to, or who are behind it; 'ông' alone is as often an official who speaks.
_ROLE = re.compile(
    r"(?<!\w)(?i:nạn nhân|nghi phạm|nghi can|hung thủ|đối tượng|bị can|tài xế|lái xe|chủ tàu|thuyền trưởng|chủ nhà|"
    r"cháu|bé|em|bắt(?: giữ)?(?: khẩn cấp)?|tạm giam|khởi tố|arrested|identified as|year-old)"
    rf"(?:\s+(?:là|tên|anh|chị|em|cháu|ông|bà|bị can|khẩn cấp|tạm giam|được xác định)){{0,3}}\s+{_PERSON}"
)
# Whose house, boat or shop it was: 'nhà ông Võ Tấn Tài', 'tàu cá NT 90123 TS của bà Nguyễn Thị Hà'.
_OWNER = re.compile(
    r"(?<!\w)(?i:nhà|căn nhà|ngôi nhà|quán|quán ăn|tiệm|cửa hàng|xưởng|kho|trại|vườn|rẫy|tàu|tàu cá|ghe|thuyền|xe|sạp|"
    r"cơ sở)(?: (?!ông |bà |anh |chị )[^ ,.;]+){0,4}?(?: (?:của|do))?(?: (?:hộ|gia đình|vợ chồng))? "
    rf"(?:ông|bà|anh|chị) {_PERSON}"
)
#: Words with a capital where a sentence begins that are no part of the name behind them
_TITLES = frozenset(
    ["ông", "bà", "anh", "chị", "em", "cháu", "bé", "cụ", "bắt", "nạn", "nhân", "bị", "can", "đối", "tượng", "nghi",
     "phạm", "tài", "xế", "khởi", "tố"]
)  # fmt: skip
_AGE = re.compile(r"(?<![\w.,/])(\d{1,2})(?=\s*(?:tuổi|-?\s?years?[- ]old)(?!\w))|(?<=aged )(\d{1,2})(?!\w)")
_AGE_ENGLISH = re.compile(rf"{_CAPITAL}(?:,\s(?:aged\s)?|\s\()(\d{{1,2}})(?=[,)])")
_AGE_IN_LIST = re.compile(r"(?<![\w.,/])(\d{1,2})(?=\s*(?:và|,|-)\s*\d{1,2}\s*tuổi)")
_BORN = re.compile(r"(?<!\w)(?:SN|S\.N|sinh năm|sinh|born in)\s*((?:19|20)\d\d)(?!\d)", re.IGNORECASE)

_CODE = re.compile(
    r"(?<![\w-])(?!(?:QL|ĐT|DT|TL|HL|ĐH|DH|KM|SN)\b)(?:\d{2}[A-ZĐ]{1,2}\d?|[A-ZĐ]{2,3})[- ]?\d{3,5}(?:[.-]\d{2})?(?!\w)"
    r"|(?<!\w)(?:SE|TN|SNT|SPT)\d{1,2}(?!\w)"
)
# Durations, and the hour at which a figure was up to date or something ended
_NOT_THE_HOUR = re.compile(
    r"(?:sau|trong|hơn|gần|suốt|dài|mất|từng|đến|tới|đủ|after|for|within|until)\s+$", re.IGNORECASE
)
_AT_HOUR = re.compile(r"(?:lúc|khoảng|hồi|vào|từ|at|around)\s+$", re.IGNORECASE)
_OF_DAY = re.compile(r"\s*,?\s*(?:ngày|hôm|cùng|nay|qua|on|\d)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\w.,:/])(?P<h>[01]?\d|2[0-4])(?:\s?(?:giờ|g|h)(?:\s?(?P<m>[0-5]?\d)(?!\d))?|:(?P<m2>[0-5]\d))(?!\w)"
    r"(?:\s?(?:phút|'))?\s*(?P<part>rạng sáng|sáng|trưa|chiều|tối|đêm|khuya|a\.?m(?!\w)|p\.?m(?!\w))?",
    re.IGNORECASE,
)
_CLOCK_ENGLISH = re.compile(
    r"(?<![\w.,:/])(?P<h>1[0-2]|0?[1-9])(?::(?P<m>[0-5]\d))?\s?(?P<half>[ap])\.?m\.?(?!\w)", re.I
)
#: Part of the day → first and last minute; ends overlap as usage does, and night goes on past midnight
_PARTS = {
    "rạng sáng": (0, 420), "sáng sớm": (240, 480), "sáng": (240, 690), "trưa": (630, 840), "chiều": (720, 1140),
    "tối": (1050, 1440), "đêm": (1140, 1740), "khuya": (1260, 1740), "early morning": (180, 480), "morning": (240, 720),
    "noon": (660, 810), "afternoon": (720, 1110), "evening": (1020, 1380), "night": (1080, 1740),
}  # fmt: skip
_PART = re.compile(
    r"(?<!\w)(rạng sáng|sáng sớm|sáng|trưa|chiều|tối|đêm|khuya)(?=\s+(?:nay|qua|cùng ngày|hôm|ngày|mai|\d))"
    r"|(?<!\w)(early morning|morning|noon|afternoon|evening|night)(?!\w)",
    re.IGNORECASE,
)  # fmt: skip


def read_particulars(
    title: str,
    text: str,
    published: datetime | None,
    areas: Iterable[str] = (),
    landmarks: Iterable[str] = (),
    matters: Iterable[str] = (),
) -> Hashes:
    """Return the particulars of a report as sorted numbers: the kind in the highest four bits, the value below.

    `areas`, `landmarks`: ids of the units of today and of the landmarks that it names (pipeline.stories.areas);
    `matters`: ids of its topics.
    `title` and `text` are normalised.
    """
    words = re.finditer(r"\S+", text)
    end = next((m.end() for n, m in enumerate(words, 1) if n == WORDS), len(text))
    whole = f"{title}\n{text[:end]}"
    numbers = {_pack(Kind.AREA, zlib.crc32(area.encode())) for area in areas}
    numbers.update(_pack(Kind.LANDMARK, zlib.crc32(landmark.encode())) for landmark in landmarks)
    numbers.update(_pack(Kind.MATTER, zlib.crc32(matter.encode())) for matter in matters)
    numbers.update(_places(whole))
    numbers.update(_pack(Kind.CODE, _hash(re.sub(r"\W", "", match[0]))) for match in _CODE.finditer(whole))
    numbers.update(_persons(whole))
    numbers.update(_pack(Kind.AGE, age) for age in _ages(whole, published))
    numbers.update(_clocks(whole))
    numbers.update(_pack_class(Kind.FIGURE, count, number) for count, number in counts_in_text(whole))
    return np.array(sorted(numbers), np.uint32)


def of_kind(particulars: Hashes, kind: Kind) -> Hashes:
    """Return those of one kind."""
    first, end = np.searchsorted(particulars, [kind << VALUE_BITS, (kind + 1) << VALUE_BITS])
    return particulars[first:end]


def _pack(kind: Kind, value: int) -> int:
    return kind << VALUE_BITS | (value & _MASK)


def _pack_class(kind: Kind, of: int | Count, value: int) -> int:
    below = VALUE_BITS - CLASS_BITS
    return kind << VALUE_BITS | int(of) << below | min(value, (1 << below) - 1)


def _hash(name: str) -> int:
    return zlib.crc32(re.sub(r"\W+", " ", strip_diacritics(match_key(name))).strip().encode())


def _places(whole: str) -> Iterator[int]:
    for of, patterns in enumerate(_SITE_PATTERNS):
        for kind, pattern in zip((Kind.SITE, Kind.SITE, Kind.LOOSE_SITE), patterns, strict=True):
            names = (match["name"] for match in pattern.finditer(whole))
            for part in (part for name in names for part in _DASH.split(name)):
                yield _pack_class(kind, of, _hash(part) >> (32 - VALUE_BITS + CLASS_BITS))
    for national, road in enumerate(_ROADS):
        for match in road.finditer(whole):
            yield _pack_class(
                Kind.SITE, NUMBERED_ROAD, _hash(f"{national} {match['name']}") >> (32 - VALUE_BITS + CLASS_BITS)
            )
    for kind, unit_patterns in (
        (Kind.COMMUNE, (_COMMUNE, _COMMUNE_AFTER)),
        (Kind.DISTRICT, (_DISTRICT, _DISTRICT_AFTER)),
        (Kind.BARE, (_BARE,)),
    ):
        for pattern in unit_patterns:
            names = (match["name"] for match in pattern.finditer(whole))
            yield from (_pack(kind, _hash(part)) for name in names for part in _DASH.split(name))


def _persons(whole: str) -> Iterator[int]:
    for match in (*_AGED.finditer(whole), *_ROLE.finditer(whole), *_OWNER.finditer(whole)):
        words = re.findall(r"[^\W\d_]+", match["name"])
        while len(words) > 2 and words[0].lower() in _TITLES:
            del words[0]
        letters = "".join(strip_diacritics(word)[0] for word in words).upper()
        yield _pack(Kind.INITIALS, zlib.crc32(letters.encode()))
        if all(len(word) > 1 for word in words):
            # The middle name is left out as often as not.
            yield _pack(Kind.PERSON, _hash(f"{words[0]} {words[-1]}"))


def _ages(whole: str, published: datetime | None) -> Iterator[int]:
    for pattern in (_AGE, _AGE_IN_LIST, _AGE_ENGLISH):
        yield from (int(next(filter(None, match.groups()))) for match in pattern.finditer(whole))
    if published is not None:
        ages = (published.year - int(match[1]) for match in _BORN.finditer(whole))
        yield from (age for age in ages if 0 < age < 120)


def _clocks(whole: str) -> Iterator[int]:
    for match in _CLOCK.finditer(whole):
        part = (match["part"] or "").lower().replace(".", "")
        minutes = match["m"] or match["m2"]
        before = slice(max(0, match.start() - 8), match.start())
        is_hour = part or minutes or _AT_HOUR.search(whole[before]) or _OF_DAY.match(whole, match.end())
        if not is_hour or (_NOT_THE_HOUR.search(whole[before]) and not part):
            continue
        hour = int(match["h"]) % 24
        if hour < 12 and (part in ("chiều", "pm") or (part in ("tối", "đêm", "khuya") and hour > 4)):
            hour += 12
        minute = hour * 60 + int(minutes or 0)
        yield _pack(Kind.CLOCK, minute << 11 | minute)
    for match in _CLOCK_ENGLISH.finditer(whole):
        minute = (int(match["h"]) % 12 + 12 * (match["half"].lower() == "p")) * 60 + int(match["m"] or 0)
        yield _pack(Kind.CLOCK, minute << 11 | minute)
    for match in _PART.finditer(whole):
        first, last = _PARTS[(match[1] or match[2]).lower()]
        yield _pack(Kind.PART_OF_DAY, first << 11 | last)
