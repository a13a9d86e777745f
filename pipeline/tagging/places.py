"""Text → the mentions of the province and its places that count, and of places elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Place, Rulebook
from pipeline.tagging.disambiguation import part_by_support
from pipeline.tagging.matcher import Hit, Matcher, hits_outside, longest_hits
from pipeline.tagging.mentions import Elsewhere, Mention, PlaceMentions, unit_before
from pipeline.tagging.zones import Zone, zones
from pipeline.text import scripts
from pipeline.text.normalize import lacks_diacritics, match_key, strip_diacritics
from pipeline.text.segmentation import cuts_words


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
        self.folded = Matcher(strip_diacritics(p.form) for p in self.patterns)
        provinces = [p.form for p in self.patterns if p.kind == "elsewhere" and p.province]
        names = [*provinces, rules.places.province.name]
        self.provinces = Matcher([*names, *map(strip_diacritics, names)])
        self.country = Matcher(rules.places.elsewhere.country)


_AROUND = 25
_SHORT_HAN = re.compile(f"[{scripts.HAN}]{{0,2}}")
# TCVN3 has no capitals with a tone, nor have many keyboards: 'huyện Bác ái'.
_NO_CAPITALS = frozenset("ÁÀẢÃẠẤẦẨẪẬẮẰẲẴẶÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ")
#: Most names examined in one field; a text with more is a table
MAX_HITS = 600

_WORD = re.compile(r"[^\W\d_]+")
#: Nouns with which names of landmarks begin; 'sông' and 'tháp' are left out: any Cham tower is a 'tháp Chàm'
_LANDMARK_NOUN = re.compile(r"(?:Đầm|Vịnh|Đèo|Núi|Cảng|Bãi|Mũi|Hòn|Hang|Đảo)\s")
_WORDS_BEFORE = re.compile(r"(?:[^\W\d_]+ )?[^\W\d_]+ $")
# 'an ninh' is a word that the segmentation takes for part of a name at times; so is 'công an' before a name.
_SECURITY = "an ninh"
_POLICE = ("công an", "cong an")

_PLACES = CompiledParts(_Compiled)


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a text is written; `cased` where it has capitals at all."""

    vietnamese: bool
    #: Vietnamese without diacritics
    unaccented: bool
    cased: bool


def find_places(
    title: str, text: str, language: str, published: date | None, url: str | None, rules: Rulebook
) -> PlaceMentions:
    """Find our places in a text. `published` decides between units that share a name and which names are valid."""
    compiled = _PLACES.of(rules)
    fields = zones(title, text, lambda line: longest_hits(compiled.provinces.find(line)))
    whole = "\n".join(z.text for z in fields)
    vietnamese = language == "vi"
    unaccented = vietnamese and fields[0].unaccented
    writing = _Writing(vietnamese, unaccented, whole != whole.lower())
    mentions: list[Mention] = []
    elsewhere: list[Elsewhere] = []
    for zone in fields:
        ours, others = _in_zone(zone, compiled, writing, published, rules)
        mentions += ours
        elsewhere += others
    if vietnamese and not unaccented and lacks_diacritics(fields[0].text):
        mentions = [*_in_bare_title(fields[0], mentions), *mentions]
    if any(_short_han(m, fields) for m in mentions) and not compiled.country.find(match_key(whole)):
        # 宁顺 is a street in a dozen Chinese cities: two characters need the country beside them.
        mentions = [m for m in mentions if not _short_han(m, fields)]
    held, unsupported = part_by_support(mentions, elsewhere, fields, published, url, rules)
    return PlaceMentions(fields[0], fields[1], tuple(held), tuple(elsewhere), tuple(unsupported))


def _in_bare_title(title: Zone, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions of a headline without diacritics above a text with them: of places that the text names."""
    taken = [(m.start, m.end) for m in mentions if m.where == "title"]
    found: list[Mention] = []
    for mention in {m.place.id: m for m in mentions if m.where == "text" and m.strong}.values():
        name = strip_diacritics(match_key(mention.place.name))
        for hit in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", title.folded) if " " in name else ():
            if all(hit.end() <= start or end <= hit.start() for start, end in taken):
                taken.append(hit.span())
                found.append(replace(mention, where="title", start=hit.start(), end=hit.end()))
    return sorted(found, key=lambda one: one.start)


def _short_han(mention: Mention, fields: Sequence[Zone]) -> bool:
    zone = fields[0] if mention.where == "title" else fields[1]
    return _SHORT_HAN.fullmatch(zone.text, mention.start, mention.end) is not None


def _in_zone(
    zone: Zone, compiled: _Compiled, writing: _Writing, published: date | None, rules: Rulebook
) -> tuple[list[Mention], list[Elsewhere]]:
    patterns = compiled.patterns
    if writing.vietnamese and not writing.unaccented:
        hits = compiled.exact.find(zone.folded)
    else:
        hits = compiled.folded.find(match_key(strip_diacritics(zone.text)))
    hits = [h for h in hits if not zone.is_skipped(h.start) and _allowed(patterns[h.pattern], h, zone, writing)]
    ends = {h.end for h in hits}
    hits = [h for h in hits if patterns[h.pattern].kind != "ours" or h.start - 1 in ends or not _cut(h, zone, writing)]
    guards = [(h.start, h.end) for h in hits if patterns[h.pattern].kind == "guard"]
    hits = hits_outside([h for h in hits if patterns[h.pattern].kind != "guard"], guards)
    mentions, elsewhere = [], []
    for hit in longest_hits(hits)[:MAX_HITS]:
        pattern = patterns[hit.pattern]
        if pattern.kind == "ours":
            place = _of_date(pattern.places, published, unit_before(zone, hit.start))
            is_province = place.id == rules.places.province.id
            withheld = writing.unaccented and not (place.fold_safe or pattern.foreign)
            mentions.append(Mention(zone.where, hit.start, hit.end, place, pattern.strong, is_province, withheld))
        else:
            elsewhere.append(
                Elsewhere(zone.where, hit.start, hit.end, pattern.form, pattern.successor, pattern.province)
            )
    return mentions, elsewhere


def _allowed(pattern: _Pattern, hit: Hit, zone: Zone, writing: _Writing) -> bool:
    if pattern.kind == "guard":
        return True
    seen = zone.text[hit.start : hit.end]
    safe = pattern.foreign or any(p.fold_safe for p in pattern.places)
    if pattern.kind == "ours" and safe and writing.vietnamese and not (writing.cased and writing.unaccented):
        # Where sentences have capitals, names have them too: 'an ninh thuận lợi'. 'tỉnh ninh thuận' is a slip.
        return not writing.cased or _has_capital(pattern.form, seen) or bool(unit_before(zone, hit.start))
    # Half the names are ordinary words in lower case: where the rule writes a capital, the text must too, and where
    # neither diacritics nor small letters tell names from words, the word for a unit must stand before it.
    if not _same_capitals(pattern.form, seen):
        return False
    if pattern.kind != "ours" or safe or not (writing.unaccented and _in_capitals(zone, hit)):
        return True
    unit = unit_before(zone, hit.start)
    return any(unit in place.titles if place.titles else place.tier == "strong" for place in pattern.places)


def _has_capital(form: str, seen: str) -> bool:
    """Whether the first proper name in a form has its capital in the text, or is of a script without capitals.

    'Nhà máy điện hạt nhân Ninh Thuận' begins with words that a sentence writes in small letters.
    """
    if seen.lower() == seen.upper():
        return True
    if len(form) != len(seen):
        return seen != seen.lower()
    capitals = [i for i, letter in enumerate(form) if letter.isupper()]
    second = form.find(" ") + 1
    noun = bool(_LANDMARK_NOUN.match(form)) or (second and form[second].islower())
    common = second and capitals[:1] == [0] and noun and len(capitals) > 1
    return not capitals or seen[capitals[1 if common else 0]].isupper()


def _cut(hit: Hit, zone: Zone, writing: _Writing) -> bool:
    """Whether a word of the sentence ends within a name, as in 'AN NINH THUẬN LỢI', where capitals tell nothing."""
    if not writing.vietnamese or (writing.cased and not _tells_nothing(zone.text, hit)):
        return False
    before = _WORDS_BEFORE.search(zone.folded, max(0, hit.start - _AROUND), hit.start)
    if before is None or before[0].strip() in _POLICE:
        return False
    first = zone.folded[hit.start : hit.end].split(" ")[0]
    return f"{before[0].split()[-1]} {first}" == _SECURITY or cuts_words(zone.folded, hit.start, hit.end)


def _tells_nothing(text: str, hit: Hit) -> bool:
    """Whether capitals around a name say nothing: every word near it has one."""
    words = _WORD.findall(text[max(0, hit.start - _AROUND) : hit.start])[1:] + _WORD.findall(
        text[hit.end : hit.end + _AROUND]
    )
    return bool(words) and all(word[0].isupper() for word in words)


def _in_capitals(zone: Zone, hit: Hit) -> bool:
    """Whether the name stands in a line of capitals, where 'BẢO AN' may be the beginning of 'BẢO AN TOÀN'."""
    around = zone.text[max(0, hit.start - _AROUND) : hit.end + _AROUND]
    return around.upper() == around


def _same_capitals(form: str, seen: str) -> bool:
    """Whether a name has the capitals of its rule; a sentence writes the noun before it small, as in 'đầm Nại'."""
    noun = _LANDMARK_NOUN.match(form)
    if noun and len(form) == len(seen) and form[noun.end()].isupper():
        form, seen = form[noun.end() :], seen[noun.end() :]
    if len(form) != len(seen):
        return seen[:1].isupper() or not form[:1].isupper()
    return all(
        s.isupper() or not f.isupper() or (i > 0 and f in _NO_CAPITALS)
        for i, (f, s) in enumerate(zip(form, seen, strict=True))
    )


def _of_date(places: tuple[Place, ...], published: date | None, unit: str) -> Place:
    """Choose among units that share a name: the unit word before it, then the date, then the older one."""
    if len(places) == 1:
        return places[0]
    named = [p for p in places if unit and unit in p.titles] or list(places)
    if published is not None:
        named = [
            p for p in named if (p.since is None or p.since <= published) and (p.until is None or published <= p.until)
        ] or named
    return named[0]


def _patterns(rules: Rulebook) -> Iterator[_Pattern]:
    province, other = rules.places.province, rules.places.elsewhere
    home = Place(
        province.id, province.name, "province", tier="strong", forms=province.forms, foreign=province.foreign,
        fold_safe=province.fold_safe,
    )  # fmt: skip
    ours: dict[str, list[tuple[str, Place, bool, bool]]] = {}
    for place in (home, *rules.places.place):
        # What has the name of the province in its own needs no other support: 'đường ven biển Ninh Thuận'.
        named = [(form, place.tier == "strong" or province.name in form, False) for form in (place.name, *place.forms)]
        named += [(form, True, False) for form in place.strong_forms]
        named += [(form, place.tier != "weak", True) for form in place.foreign]
        for form, strong, foreign in named:
            ours.setdefault(match_key(form), []).append((form, place, strong, foreign))
    for same in ours.values():
        yield _Pattern(
            "ours", same[0][0], tuple(p for _, p, _, _ in same), any(s for *_, s, _ in same), all(f for *_, f in same)
        )
    successors = {match_key(form) for form in province.successor}
    yield from (_Pattern("elsewhere", form, successor=True) for form in province.successor)
    for form in dict.fromkeys((*other.provinces, *province.neighbours)):
        if match_key(form) not in successors and match_key(form) not in ours:
            yield _Pattern("elsewhere", form)
    yield from (_Pattern("elsewhere", form, province=False) for form in other.towns if match_key(form) not in ours)
    yield from (_Pattern("guard", form) for form in other.look_alikes)
    yield from (_Pattern("guard", form) for place in rules.places.place for form in place.not_in)
