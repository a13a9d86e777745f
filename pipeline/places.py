"""Text → every mention of the province and its places that holds, and of the places elsewhere beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.boilerplate import Zone, zones
from pipeline.matching import Hit, Matcher, longest, outside
from pipeline.rules import Place, Rulebook
from pipeline.text import bare, is_bare, key


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of one of our names; offsets into its zone's text."""

    where: str
    start: int
    end: int
    place: Place
    #: counts alone
    strong: bool
    #: names the province itself
    province: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One occurrence of another province, of a town elsewhere, or (`successor`) of the merged province."""

    where: str
    start: int
    end: int
    name: str
    successor: bool = False
    #: a province, not a town
    province: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text is set."""

    title: Zone
    text: Zone
    mentions: tuple[Mention, ...]
    elsewhere: tuple[Elsewhere, ...]

    def zone(self, where: str) -> Zone:
        return self.title if where == "title" else self.text


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str  # 'ours', 'elsewhere' or 'guard'
    form: str
    places: tuple[Place, ...] = ()
    strong: bool = False
    foreign: bool = False
    successor: bool = False
    province: bool = True


class _Compiled:
    """The automata of one rulebook."""

    def __init__(self, rules: Rulebook) -> None:
        self.patterns = list(_patterns(rules))
        self.exact = Matcher(p.form for p in self.patterns)
        self.folded = Matcher(bare(p.form) for p in self.patterns)
        provinces = [p.form for p in self.patterns if p.kind == "elsewhere" and p.province]
        self.provinces = Matcher([*provinces, rules.places.province.name])
        self.country = Matcher(rules.places.elsewhere.country)


_cache: dict[str, _Compiled] = {}

_UNIT = r"(?:thị trấn|thành phố|thị xã|phường|huyện|quận|tỉnh|xã|tp\.?|tx\.?|tt\.?|p\.|h\.|q\.|x\.|t\.)"
_UNIT_BEFORE = re.compile(rf"(?<![^\W\d_])({_UNIT})\s*$")
_UNIT_AFTER = re.compile(rf"[\s,(\-]*(?:thuộc\s+|của\s+)?({_UNIT})\s*(?=[^\W\d_])")
_FULL = {
    "p": "phường",
    "h": "huyện",
    "q": "quận",
    "x": "xã",
    "t": "tỉnh",
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
}
_NO_PLACE_BEFORE = re.compile(
    r"(?<![^\W\d_])(?:đường|phố|ngõ|hẻm|chùa|khách sạn|nhà hàng|quán|tàu|trường (?:thpt|thcs|tiểu học|mầm non)|hãng|cửa hàng"
    r"|ông|bà|anh|chị|em|cháu|chú|cô|bác|nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|văn|thị|mc"
    r"|ca sĩ|nghệ sĩ|diễn viên|tập đoàn|công ty(?: (?:cp|cổ phần|tnhh))?)\s+$"
)
_SENTENCE = re.compile(r"[.!?;…](?=\s|$)|\n")


def find(title: str, text: str, language: str, published: date | None, url: str | None, rules: Rulebook) -> Found:
    """Find our places in a text. `published` decides between units that share a name and which names are valid."""
    compiled = _cache.get(rules.version)
    if compiled is None:
        if len(_cache) >= 4:
            _cache.clear()
        compiled = _cache[rules.version] = _Compiled(rules)
    fields = zones(title, text, lambda line: len(longest(compiled.provinces.find(line))))
    whole = "\n".join(z.text for z in fields)
    vietnamese = language == "vi"
    unaccented = vietnamese and is_bare(whole)
    mentions: list[Mention] = []
    elsewhere: list[Elsewhere] = []
    for zone in fields:
        ours, others = _in_zone(zone, compiled, vietnamese, unaccented, published, rules)
        mentions += ours
        elsewhere += others
    if any(_short_han(m, fields) for m in mentions) and not compiled.country.find(key(whole)):
        # 宁顺 is a street in a dozen Chinese cities: two characters need the country beside them.
        mentions = [m for m in mentions if not _short_han(m, fields)]
    held = _supported(mentions, elsewhere, fields, published, url, rules)
    return Found(fields[0], fields[1], tuple(held), tuple(elsewhere))


def _short_han(mention: Mention, fields: Sequence[Zone]) -> bool:
    seen = _zone(mention, fields).text[mention.start : mention.end]
    return len(seen) <= 2 and all("\u3400" <= c <= "\u9fff" for c in seen)


def _in_zone(
    zone: Zone, compiled: _Compiled, vietnamese: bool, unaccented: bool, published: date | None, rules: Rulebook
) -> tuple[list[Mention], list[Elsewhere]]:
    patterns = compiled.patterns
    if vietnamese and not unaccented:
        hits = compiled.exact.find(zone.folded)
    else:
        hits = compiled.folded.find(key(bare(zone.text)))
    hits = [
        h
        for h in hits
        if not zone.is_skipped(h.start) and _allowed(patterns[h.pattern], h, zone, vietnamese, unaccented)
    ]
    guards = [(h.start, h.end) for h in hits if patterns[h.pattern].kind == "guard"]
    hits = outside([h for h in hits if patterns[h.pattern].kind != "guard"], guards)
    hits = [h for h in hits if (h.start, h.end) not in guards]
    mentions, elsewhere = [], []
    for hit in longest(hits):
        pattern = patterns[hit.pattern]
        if pattern.kind == "ours":
            place = _of_date(pattern.places, published, zone.folded[: hit.start])
            is_province = place.id == rules.places.province.id
            mentions.append(Mention(zone.where, hit.start, hit.end, place, pattern.strong, is_province))
        else:
            elsewhere.append(
                Elsewhere(zone.where, hit.start, hit.end, pattern.form, pattern.successor, pattern.province)
            )
    return mentions, elsewhere


def _allowed(pattern: _Pattern, hit: Hit, zone: Zone, vietnamese: bool, unaccented: bool) -> bool:
    if pattern.kind == "guard":
        return True
    seen = zone.text[hit.start : hit.end]
    if pattern.kind == "ours" and unaccented and not pattern.foreign and not any(p.fold_safe for p in pattern.places):
        return False
    # Half the names are ordinary words in lower case: where the rule writes a capital, the text must too.
    lenient = vietnamese and not unaccented and any(p.fold_safe for p in pattern.places)
    return lenient or _same_capitals(pattern.form, seen)


def _same_capitals(form: str, seen: str) -> bool:
    if len(form) != len(seen):
        return seen[:1].isupper() or not form[:1].isupper()
    return all(s.isupper() or not f.isupper() for f, s in zip(form, seen, strict=True))


def _of_date(places: tuple[Place, ...], published: date | None, before: str) -> Place:
    """Choose among units that share a name: the unit word before it, then the date, then the older one."""
    if len(places) == 1:
        return places[0]
    unit = unit_before(before)
    named = [p for p in places if unit and unit in p.titles] or list(places)
    if published is not None:
        named = [
            p for p in named if (p.since is None or p.since <= published) and (p.until is None or published <= p.until)
        ] or named
    return named[0]


def unit_before(before: str) -> str:
    """Return the unit word ('xã', 'huyện', …) that a text in key form ends with, else ''."""
    found = _UNIT_BEFORE.search(before[-14:])
    if not found:
        return ""
    word = found[1].rstrip(".")
    return _FULL.get(word, word)


def _supported(
    mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere], fields: Sequence[Zone], published: date | None,
    url: str | None, rules: Rulebook,
) -> Iterator[Mention]:  # fmt: skip
    """Yield what holds: strong names, and the others where the text as a whole or the sentence is about us."""
    province = rules.places.province
    after_merger = province.merged_on is not None and (published is None or published >= province.merged_on)
    at_home = any(domain in (url or "") for domain in province.outlets)
    good: list[Mention] = []
    doubtful: list[Mention] = []
    for m in mentions:
        zone = fields[0] if m.where == "title" else fields[1]
        unit = unit_before(zone.folded[: m.start])
        if m.strong and not (m.place.titles and unit and unit not in m.place.titles and unit != "tỉnh"):
            good.append(m)
            continue
        if m.place.tier == "weak" or not _is_place(m, zone, unit, mentions, elsewhere):
            continue
        addressed = after_merger and _successor_follows(m, zone, elsewhere, bool(unit))
        new_and_unique = m.place.unique and bool(unit) and published is not None and after_merger
        if at_home or addressed or new_and_unique:
            good.append(Mention(m.where, m.start, m.end, m.place, True, m.province))
        elif not m.place.with_successor:
            doubtful.append(m)
    # Two districts of ours in one text are no coincidence.
    districts = {
        m.place.name for m in doubtful if "district" in m.place.kind and unit_before(_zone(m, fields).folded[: m.start])
    }
    if good or len(districts) >= 2:
        good += [Mention(m.where, m.start, m.end, m.place, not good, m.province) for m in doubtful]
    yield from sorted(good, key=lambda m: (m.where != "title", m.start))


def _zone(mention: Mention, fields: Sequence[Zone]) -> Zone:
    return fields[0] if mention.where == "title" else fields[1]


def _is_place(m: Mention, zone: Zone, unit: str, mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere]) -> bool:
    """Whether a name shared with others is ours here: not a person, a street, another unit or another province's."""
    before, after = zone.folded[: m.start], zone.folded[m.end : m.end + 60]
    if unit:
        if m.place.titles and unit not in m.place.titles:
            return False
    elif _NO_PLACE_BEFORE.search(before[-24:]):
        return False
    else:
        # 'Nguyễn Công Hải' or 'Phước Sơn Nam': a longer name.
        if re.search(
            r"(?<![^\W\d_])[A-ZÀ-Ɏ\u1ea0-\u1ef8][^\W\d_]* $", zone.text[max(0, m.start - 12) : m.start]
        ) and not _starts_sentence(zone, m):
            return False
        longer = zone.text[m.end : m.end + 2]
        if longer[:1] == " " and longer[1:].isupper() and not _follows_ours(m, mentions):
            return False
    limit = _SENTENCE.search(after)
    near = m.end + min(40, limit.start() if limit else 40)
    ours = min(
        (o.start for o in mentions if o.where == m.where and o is not m and m.end <= o.start < near), default=near
    )
    if any(e.where == m.where and m.end <= e.start < ours and not e.successor for e in elsewhere):
        return False
    follows = _UNIT_AFTER.match(after)
    if follows and follows[1].rstrip(".") not in ("xã", "phường", "x", "p"):
        at = m.end + follows.end()
        return any(n.where == m.where and n.start <= at < n.end for n in mentions) or any(
            e.where == m.where and e.start <= at < e.end and e.successor for e in elsewhere
        )
    return True


def _starts_sentence(zone: Zone, m: Mention) -> bool:
    before = zone.text[: m.start].rstrip()
    word = re.search(r"[^\W\d_]+$", before)
    head = before[: word.start()].rstrip() if word else before
    return not head or head[-1] in ".!?:;\"'“”‘’)-–\n" or "\n" in before[len(head) : len(head) + 2]


def _follows_ours(m: Mention, mentions: Sequence[Mention]) -> bool:
    return any(o.where == m.where and o.start == m.end + 1 for o in mentions)


def _successor_follows(m: Mention, zone: Zone, elsewhere: Sequence[Elsewhere], is_unit: bool) -> bool:
    """Whether the merged province stands with it: 'xã X, tỉnh Khánh Hòa', with no town of the old one between.

    A landmark needs it at once, 'Núi Chúa (Khánh Hòa)', or anywhere in the sentence if its rule says so.
    """
    if m.place.with_successor:
        start = max((s.end() for s in _SENTENCE.finditer(zone.text, 0, m.start)), default=0)
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


def _patterns(rules: Rulebook) -> Iterator[_Pattern]:
    province, other = rules.places.province, rules.places.elsewhere
    home = Place(
        province.id, province.name, "province", tier="strong", forms=province.forms, foreign=province.foreign,
        fold_safe=province.fold_safe,
    )  # fmt: skip
    ours: dict[str, list[tuple[str, Place, bool, bool]]] = {}
    for place in (home, *rules.places.place):
        named = [(form, place.tier == "strong", False) for form in (place.name, *place.forms)]
        named += [(form, True, False) for form in place.strong_forms]
        named += [(form, place.tier != "weak", True) for form in place.foreign]
        for form, strong, foreign in named:
            ours.setdefault(key(form), []).append((form, place, strong, foreign))
    for same in ours.values():
        yield _Pattern(
            "ours", same[0][0], tuple(p for _, p, _, _ in same), any(s for *_, s, _ in same), all(f for *_, f in same)
        )
    successors = {key(form) for form in province.successor}
    yield from (_Pattern("elsewhere", form, successor=True) for form in province.successor)
    for form in dict.fromkeys((*other.provinces, *province.neighbours)):
        if key(form) not in successors and key(form) not in ours:
            yield _Pattern("elsewhere", form)
    yield from (_Pattern("elsewhere", form, province=False) for form in other.towns if key(form) not in ours)
    yield from (_Pattern("guard", form) for form in other.look_alikes)
    yield from (_Pattern("guard", form) for place in rules.places.place for form in place.not_in)
