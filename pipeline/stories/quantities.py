"""Text → what it counts: the dead, the injured, hectares, money, …"""

import re
from collections.abc import Iterator
from enum import IntEnum


class Count(IntEnum):
    """What a number counts."""

    DEAD = 1
    INJURED = 2
    MISSING = 3
    RESCUED = 4
    ILL = 5
    #: thousand square metres
    AREA = 6
    #: grams
    MASS = 7
    PILLS = 8
    #: million dong
    MONEY = 9
    HOUSES = 10
    BOATS = 11
    #: hundreds of metres along a road or railway
    ROAD_KM = 12


_WORDS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười một": 11, "mười hai": 12, "nửa": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a": 1, "an": 1, "half a": 0.5,
}  # fmt: skip
_NUMBER = (
    r"(?<![\w.,/])(?P<n>\d{1,3}(?:[.,]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,9})?|"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r")(?![\w/])"
)
_WHO = (
    r"(?:người|nạn nhân|công nhân|học sinh|sinh viên|ngư dân|thuyền viên|cháu|em|trẻ|bé|du khách|hành khách|nam sinh|"
    r"nữ sinh|mẹ con|cha con|bố con|anh em|chị em|vợ chồng|thanh niên|phụ nữ|đàn ông|thiếu niên|thợ|"
    r"people|persons?|workers?|students?|pupils?|children|passengers?|fishermen|boys?|girls?|men|man|woman|women|others)"
)
_DIE = r"(?:chết|tử vong|thiệt mạng|tử nạn|đuối nước|mất mạng|died|dead|killed|drowned|die)"
_HURT = r"(?:bị thương|thương nặng|thương tích|bỏng|injured|hurt|wounded)"
_GONE = r"(?:mất tích|missing)"
_SAVE = r"(?:được cứu|được giải cứu|rescued|saved)"
_SICK = r"(?:nhập viện|cấp cứu|ngộ độc|hospitali[sz]ed|poisoned|fell ill)"
_FILLER = r"(?:\s+(?!(?:và|and|làm|khiến|trong)\b)[^\W\d_]+){0,6}?"
_MONEY = r"(?:(?P<unit>tỷ|tỉ|triệu)(?!\w)|(?P<abroad>billion|million)\s(?:dong|vnd)|(?P<dong>đồng|dong|vnd)(?!\w))"

_PATTERNS: tuple[tuple[Count, re.Pattern[str]], ...] = tuple(
    (count, re.compile(pattern, re.IGNORECASE))
    for count, pattern in (
        *((c, rf"{_NUMBER}\s+{_WHO}{_FILLER}\s+(?:were |was |are )?{verb}(?!\w)")
          for c, verb in ((Count.DEAD, _DIE), (Count.INJURED, _HURT), (Count.MISSING, _GONE), (Count.RESCUED, _SAVE),
                          (Count.ILL, _SICK))),
        *((c, rf"(?<!\w){verb}\s+(?:at least |about |ít nhất |khoảng )?{_NUMBER}(?:\s+[^\W\d_]+)?\s+{_WHO}(?!\w)")
          for c, verb in ((Count.DEAD, "(?:killing|killed|claimed|làm chết)"), (Count.INJURED, "(?:injuring|injured)"),
                          (Count.RESCUED, "(?:cứu|cứu sống|rescued|rescuing)"))),
        (Count.DEAD, rf"{_NUMBER}\s+(?:dead|killed|died)(?!\w)"),
        (Count.INJURED, rf"(?<!\w)injuring\s+{_NUMBER}"),
        (Count.INJURED, rf"{_NUMBER}\s+(?:were )?(?:injured|hurt)(?!\w)"),
        (Count.AREA, rf"{_NUMBER}\s*(?P<unit>ha|hecta|héc ta|hectares?|m2|m²|mét vuông|square met(?:er|re)s?)(?!\w)"),
        (Count.MASS, rf"{_NUMBER}\s*(?P<unit>tấn|tạ|kg|kilogram|ký|gam|gram|grams|g|tonnes?|tons?)(?!\w)"),
        (Count.PILLS, rf"{_NUMBER}\s+(?:viên|pills|tablets)(?!\w)"),
        (Count.MONEY, rf"{_NUMBER}\s*{_MONEY}"),
        (Count.HOUSES, rf"{_NUMBER}\s+(?:căn nhà|ngôi nhà|nhà dân|ngôi|căn|hộ|houses|homes)(?!\w)"),
        (Count.BOATS, rf"{_NUMBER}\s+(?:tàu|ghe|thuyền|boats|vessels)(?!\w)"),
    )
)  # fmt: skip
_NOBODY = re.compile(
    r"(?:không|chưa)\s+(?:có|gây|ghi nhận|xảy ra)?\s*"
    r"(?:thương vong|thiệt hại về người|ai bị thương|người (?:chết|bị thương))|"
    r"no (?:one|casualties|injuries|deaths)|không ai (?:bị thương|thương vong)",
    re.IGNORECASE,
)
_ROAD = re.compile(r"(?<!\w)km\s?(?P<km>\d{1,4})(?:\s?\+\s?(?P<m>\d{1,3}))?(?!\w)", re.IGNORECASE)
#: Units → size in that of the count
_SIZES = {
    "ha": 10, "hecta": 10, "héc ta": 10, "hectare": 10, "hectares": 10, "tấn": 1e6, "tạ": 1e5, "kg": 1e3,
    "kilogram": 1e3, "ký": 1e3, "tonne": 1e6, "tonnes": 1e6, "ton": 1e6, "tons": 1e6, "tỷ": 1e3, "tỉ": 1e3,
    "billion": 1e3, "m2": 1e-3, "m²": 1e-3, "mét vuông": 1e-3,
}  # fmt: skip


def counts_in_text(text: str) -> Iterator[tuple[Count, int]]:
    """Yield what a text counts with its number, in the unit of the count, rounded; at least 1 unless none at all."""
    for count, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            number = _value(match["n"])
            if count in (Count.AREA, Count.MASS, Count.MONEY):
                groups = match.groupdict()
                unit = (groups.get("unit") or groups.get("abroad") or "").lower()
                number *= 1e-6 if groups.get("dong") else _SIZES.get(unit, 1e-3 if "met" in unit else 1.0)
            # Tenths of the unit are kept of the continuous ones.
            yield count, max(1, round(number * 10 if count in (Count.AREA, Count.MONEY) else number))
    if _NOBODY.search(text):
        yield Count.DEAD, 0
    for match in _ROAD.finditer(text):
        yield Count.ROAD_KM, int(match["km"]) * 10 + int((match["m"] or "0").ljust(3, "0")) // 100


def _value(written: str) -> float:
    if (known := _WORDS.get(written.lower())) is not None:
        return known
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written):
        return float(re.sub(r"[.,]", "", written))
    head, _, tail = written.replace(",", ".").rpartition(".")
    return float(f"{head.replace('.', '')}.{tail}") if head else float(tail)
