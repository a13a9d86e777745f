"""Names found in a text → mentions of our places: shared names need support; people, streets, namesakes are dropped."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.mentions import UNIT, Elsewhere, Mention, unit_before
from pipeline.tagging.namesakes import find_namesakes
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics, with_stripped

_UNIT_AFTER = re.compile(rf"[\s,(\-]*(?:thuộc\s+|của\s+)?({UNIT})\s*(?=[^\W\d_])")
_UNIT_AFTER_BARE = re.compile(strip_diacritics(_UNIT_AFTER.pattern))
_NO_PLACE_BEFORE = re.compile(
    r"(?<![^\W\d_])(?:đường|phố|ngõ|hẻm|chùa|khách sạn|nhà hàng|quán|tàu|hãng|cửa hàng"
    r"|trường (?:thpt|thcs|tiểu học|mầm non)"
    r"|ông|bà|anh|chị|em|cháu|chú|cô|bác|mc"
    r"|nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|văn|thị"
    r"|ca sĩ|nghệ sĩ|diễn viên|tập đoàn|công ty(?: (?:cp|cổ phần|tnhh))?)\s+$"
)
_PERSON_BEFORE = with_stripped(r"(?<![^\W\d_])(?:ông|bà|anh|chị|em|cháu)(?: [^\W\d_]+){0,2} $")
_ADDRESS_BEFORE = with_stripped(r"(?<![^\W\d_])(?:ông|bà|anh|chị|cô|chú) $")
_NO_PLACE_BEFORE_BARE = re.compile(strip_diacritics(_NO_PLACE_BEFORE.pattern))
_PLACE_BEFORE = with_stripped(
    r"(?<![^\W\d_])(?:ở|tại|từ|về|đến|tới|vào|ra|qua|vùng|làng|chợ|cảng|cảng cá|đầm|bãi|bến|khu|xứ|vùng đất|cánh đồng"
    r"|ruộng|ruộng lúa|trạm|dân|người dân|nông dân|ngư dân|bà con|diêm dân|cử tri) $"
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+) $")
_SENTENCE = re.compile(r"[.!?;…](?=\s|$)|\n")


def part_by_support(
    mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere], fields: Sequence[Zone], published: date | None,
    url: str | None, rules: Rulebook,
) -> tuple[list[Mention], list[Mention]]:  # fmt: skip
    """Return the mentions that count, and those of shared names that nothing supports; both by zone and offset.

    Strong names count, and others if the text or the sentence is about the province. Of a text in which any counts, or
    that names another province, none is left unsupported: there it is clear what the name means.
    """
    province = rules.places.province
    after_merger = province.merged_on is not None and (published is None or published >= province.merged_on)
    at_home = any(domain in (url or "") for domain in province.outlets)
    good: list[Mention] = []
    doubtful: list[Mention] = []
    #: landmarks that count only in a sentence that names the merged province
    waiting: list[Mention] = []
    namesakes = find_namesakes(mentions, elsewhere, fields)
    for m in mentions:
        zone = _zone(m, fields)
        if (m.where, m.start) in namesakes:
            continue
        unit = unit_before(zone, m.start)
        if m.strong and _is_unit_or_landmark(m, zone, unit, mentions):
            good.append(m)
            continue
        if m.place.tier == "weak" or not _is_place(m, zone, unit, mentions, elsewhere):
            continue
        addressed = after_merger and _successor_follows(m, zone, elsewhere, bool(unit))
        new_and_unique = m.place.unique and bool(unit) and published is not None and after_merger
        if at_home or addressed or new_and_unique:
            good.append(replace(m, strong=True))
        elif m.place.with_successor:
            # 'Nhà máy điện hạt nhân' without a name is any.
            named = zone.text[m.start + 1 : m.end] != zone.folded[m.start + 1 : m.end]
            waiting += [m] if named else []
        else:
            doubtful.append(m)
    # Two districts of the province in one text are no coincidence.
    districts = {
        m.place.name for m in doubtful if "district" in m.place.kind and unit_before(_zone(m, fields), m.start)
    }
    if good or len(districts) >= 2:
        good += [replace(m, strong=not good) for m in doubtful]
    left = [*doubtful, *waiting]
    clear = bool(good) or any(not e.successor for e in elsewhere)
    if clear or not any(_stands_as_place(m, _zone(m, fields)) for m in left):
        left = []
    return _in_order(good), _in_order(left)


def _stands_as_place(m: Mention, zone: Zone) -> bool:
    """Whether the words before a name, or its own noun, say that it is a place: many have the names of people."""
    before = zone.folded[max(0, m.start - 24) : m.start]
    return bool(unit_before(zone, m.start)) or zone.text[m.start].islower() or bool(_PLACE_BEFORE.search(before))


def _in_order(mentions: Iterable[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda m: (m.where != "title", m.start))


def _zone(mention: Mention, fields: Sequence[Zone]) -> Zone:
    return fields[0] if mention.where == "title" else fields[1]


def _is_place(m: Mention, zone: Zone, unit: str, mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere]) -> bool:
    """Whether a shared name means our place here: no person, street, other unit or place of another province."""
    before, after = zone.folded[max(0, m.start - 24) : m.start], zone.folded[m.end : m.end + 60]
    if unit:
        if m.place.titles and unit not in m.place.titles:
            return False
    elif (
        m.place.needs_unit
        or (_NO_PLACE_BEFORE_BARE if zone.unaccented else _NO_PLACE_BEFORE).search(before)
        or _within_longer_name(m, zone, mentions)
    ):
        return False
    limit = _SENTENCE.search(after)
    near = m.end + min(40, limit.start() if limit else 40)
    ours = min(
        (o.start for o in mentions if o.where == m.where and o is not m and m.end <= o.start < near), default=near
    )
    if any(e.where == m.where and m.end <= e.start < ours and not e.successor for e in elsewhere):
        return False
    follows = (_UNIT_AFTER_BARE if zone.unaccented else _UNIT_AFTER).match(after)
    if follows and follows[1].rstrip(".") not in ("xã", "phường", "xa", "phuong", "x", "p"):
        at = m.end + follows.end()
        return any(n.where == m.where and n.start <= at < n.end for n in mentions) or any(
            e.where == m.where and e.start <= at < e.end and e.successor for e in elsewhere
        )
    return True


def _is_unit_or_landmark(m: Mention, zone: Zone, unit: str, mentions: Sequence[Mention]) -> bool:
    """Whether a strong name means the place of the rules; names of communes are sometimes names of people."""
    if not m.place.titles:
        return True
    if unit:
        return unit in m.place.titles or unit == "tỉnh"
    if not m.place.fold_safe and _ADDRESS_BEFORE.search(zone.folded, max(0, m.start - 8), m.start):
        return False
    return m.place.fold_safe or not _within_longer_name(m, zone, mentions)


def _within_longer_name(m: Mention, zone: Zone, mentions: Sequence[Mention]) -> bool:
    """Whether capitalised words surround the name, as in 'Nguyễn Công Hải' or 'Phước Sơn Nam'."""
    if zone.text[m.start : m.end].isupper():
        # In a line of capitals only a form of address before the name shows a person.
        return bool(_PERSON_BEFORE.search(zone.folded, max(0, m.start - 30), m.start))
    word = _WORD_BEFORE.search(zone.text, max(0, m.start - 14), m.start)
    if word and word[1][0].isupper() and not _starts_sentence(zone, m):
        return True
    after = zone.text[m.end : m.end + 2]
    return after[:1] == " " and after[1:].isupper() and not _follows_ours(m, mentions)


def _starts_sentence(zone: Zone, m: Mention) -> bool:
    before = zone.text[max(0, m.start - 80) : m.start].rstrip()
    word = re.search(r"[^\W\d_]+$", before)
    head = before[: word.start()].rstrip() if word else before
    return not head or head[-1] in ".!?:;\"'“”‘’-–\n" or "\n" in before[len(head) : len(head) + 2]


def _follows_ours(m: Mention, mentions: Sequence[Mention]) -> bool:
    return any(o.where == m.where and o.start == m.end + 1 for o in mentions)


def _successor_follows(m: Mention, zone: Zone, elsewhere: Sequence[Elsewhere], is_unit: bool) -> bool:
    """Whether the merged province follows the name: 'xã X, tỉnh Khánh Hòa', without a town of the old one between.

    A landmark needs it at once, 'Núi Chúa (Khánh Hòa)', or anywhere in the sentence if its rule says so.
    """
    if m.place.with_successor:
        # Sentences are at most about 400 characters long.
        start = max((s.end() for s in _SENTENCE.finditer(zone.text, max(0, m.start - 400), m.start)), default=0)
        end = _SENTENCE.search(zone.text, m.end)
        return any(
            e.successor and e.where == m.where and start <= e.start < (end.start() if end else len(zone.text))
            for e in elsewhere
        )
    stop = min(m.end + (80 if is_unit else 9), len(zone.text))
    if end := _SENTENCE.search(zone.text, m.end, stop):
        stop = end.start()
    following = [e for e in elsewhere if e.where == m.where and m.end <= e.start < stop]
    return bool(following) and following[0].successor and (is_unit or zone.text[m.end : m.end + 2] in (" (", ", "))
