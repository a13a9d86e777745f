"""Mentions of the province in their sentences → their roles: plain, range marker, list entry or aside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.mentions import Mention, PlaceMentions
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import match_key, strip_diacritics, with_stripped

#: range: only the edge of a stretch of coast or country; list: one of three or more provinces; aside: home town,
#: a deputy's province, a route, a firm's name; plain: anything else
Role = Literal["plain", "list", "aside", "range"]

_TO = with_stripped(
    r"\s*(?:,?\s*(?:cho\s+)?(?:đến|tới)(?:\s+hết)?|to|through|bis|à|jusqu'à|hasta|до)\s+"
    r"(?:(?:các\s+)?tỉnh\s+|vùng biển\s+|khu vực\s+|phía \w+ )?$"
    r"|\s*(?:至|到|から|~|〜)\s*$"
)
_DASH = re.compile(r"\s*-\s*$")
_AND = with_stripped(
    r"\s*(?:[,;/&-]|,?\s*(?:và|hay|hoặc|với|cùng|and|et|und|y|и|、|，)\s)"
    r"\s*(?:(?:các )?tỉnh\s+|tp\.?\s*|thành phố\s+)*$"
)
_FROM = with_stripped(r"(?<![^\W\d_])từ\s+(?:(?:tỉnh|vùng biển|khu vực)\s+)?$")
_ONWARD = with_stripped(r"\s+trở\s+(?:vào|ra|xuống|lên|vô)")
_SEA = with_stripped(r"(?:vùng biển|ven biển|ngoài khơi|bờ biển|khu vực|(?<![^\W\d_])từ|các tỉnh)(?:\s+\S+){0,4}\s*$")
_ASIDE_BEFORE = re.compile(
    r"(?:đại biểu|đbqh|đoàn (?:đbqh|đại biểu quốc hội))[^.;:!?\n]{0,60}$"
    r"|(?<![^\W\d_])(?:quê(?: quán| gốc| ở| tại)*|nguyên quán|người gốc|gốc)\s+"
    r"(?:(?:ở|tại|tỉnh|xã|huyện)\s+)*(?:[^.;!?()\n]{0,40}[,(]\s*(?:tỉnh\s+)?)?$"
    # Boarders, hospital patients, hotels and boats in harbour 'trú' as well, and nobody's home is meant.
    r"|(?<![^\W\d_])(?<!bán )(?<!nội )(?<!ngoại )(?<!lưu )(?<!đồn )(?<!tránh )(?:ngụ|trú|hộ khẩu)"
    r"(?:\s+(?:tại|ở|tỉnh|xã|huyện|phường|thị|thôn|ấp|khu|tp|quận|đường)"
    r"(?![^\W\d_])[^.;!?()\n]{0,70})?\s*$"
    r"|(?<![^\W\d_])(?:hướng|tuyến|chạy tuyến|xe khách|đi|về|qua|từ hướng)\s+(?:tỉnh\s+)?$"
    r"|(?<![^\W\d_])(?:công ty|tập đoàn|ctcp|cty)[^.;:!?()\n]{0,40}$"
    r"|(?<![^\W\d_])(?:giống|nho|táo|tỏi|cừu|dê|thịt cừu)\s+(?:của\s+)?$"
)
# Without diacritics 'tỏi' is also 'tôi' and 'tới', 'dê' is 'để'.
_ASIDE_BEFORE_BARE = re.compile(strip_diacritics(_ASIDE_BEFORE.pattern.replace("|tỏi", "").replace("|dê", "")))


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    ours: bool
    near: bool
    town: bool


def mention_roles(found: PlaceMentions, rules: Rulebook) -> list[Role]:
    """Return the role of every mention of `found`, in their order."""
    near = {match_key(n) for n in (*rules.places.province.neighbours, *rules.places.province.successor)}
    names: dict[str, list[_Name]] = {"title": [], "text": []}
    for m in found.mentions:
        names[m.where].append(_Name(m.start, m.end, True, False, not m.province))
    for e in found.elsewhere:
        near_us = e.successor or match_key(e.name) in near
        names[e.where].append(_Name(e.start, e.end, False, near_us, not e.province))
    for group in names.values():
        group.sort(key=lambda n: n.start)
    return [_role(m, found.zone(m.where), names[m.where]) for m in found.mentions]


def _role(m: Mention, zone: Zone, names: Sequence[_Name]) -> Role:
    i = next(k for k, n in enumerate(names) if n.start == m.start and n.ours)
    before = zone.folded[max(0, m.start - 90) : m.start]
    chain = _chain(zone, names, i)
    if m.province or m.place.kind.startswith("city"):
        if _is_range(zone, names, i, before):
            return "range"
        if chain >= 3:
            return "list"
    if (_ASIDE_BEFORE_BARE if zone.unaccented else _ASIDE_BEFORE).search(before):
        return "aside"
    return "plain"


def _is_range(zone: Zone, names: Sequence[_Name], i: int, before: str) -> bool:
    m = names[i]
    if _ONWARD.match(zone.folded, m.end) and _FROM.search(before):
        return True
    for other, gap in _neighbours(zone, names, i):
        if other.ours or other.near or other.town:
            continue
        if _TO.match(gap):
            return True
        first = min(m.start, other.start)
        # 'vùng biển X - Y' is a stretch from X to Y, 'X - Y - Z' a list.
        if _DASH.match(gap) and _dashed(zone, names, i) == 2 and _SEA.search(zone.folded[max(0, first - 60) : first]):
            return True
    return False


def _neighbours(zone: Zone, names: Sequence[_Name], i: int) -> list[tuple[_Name, str]]:
    found = []
    if i > 0:
        found.append((names[i - 1], zone.folded[names[i - 1].end : names[i].start]))
    if i + 1 < len(names):
        found.append((names[i + 1], zone.folded[names[i].end : names[i + 1].start]))
    return [(n, gap) for n, gap in found if len(gap) < 40]


def _chain(zone: Zone, names: Sequence[_Name], i: int) -> int:
    """Return how many names stand in one enumeration with the i-th, itself included."""
    low = high = i
    while low > 0 and _joined(zone, names[low - 1], names[low]):
        low -= 1
    while high + 1 < len(names) and _joined(zone, names[high], names[high + 1]):
        high += 1
    return high - low + 1


def _dashed(zone: Zone, names: Sequence[_Name], i: int) -> int:
    low = high = i
    while low > 0 and _DASH.fullmatch(zone.folded[names[low - 1].end : names[low].start]):
        low -= 1
    while high + 1 < len(names) and _DASH.fullmatch(zone.folded[names[high].end : names[high + 1].start]):
        high += 1
    return high - low + 1


def _joined(zone: Zone, one: _Name, other: _Name) -> bool:
    gap = zone.folded[one.end : other.start]
    return len(gap) < 24 and bool(_AND.match(gap))
