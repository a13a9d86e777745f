"""Foreign text → the names of the gazetteer and of the glossary in it, and how they are written in Vietnamese."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.records.translations import GlossaryTerm
from pipeline.rules.rulebook import Gazetteer, Place, Rulebook
from pipeline.tagging.matcher import Hit, Matcher, hits_outside, longest_hits
from pipeline.tagging.places import find_places
from pipeline.text import scripts
from pipeline.text.normalize import match_key, normalise, strip_diacritics

_FOREIGN_SCRIPT = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}{scripts.CYRILLIC}{scripts.ARABIC}]")
_DASH = re.compile(r"\s*-\s*")
_CAPITAL = re.compile(rf"[{scripts.VIETNAMESE_CAPITALS}]")
#: Nouns at the beginning of names that a translator may render otherwise, or leave out
_NOUN = re.compile(
    r"(?:Nhà máy|Vườn quốc gia|Khu dự trữ sinh quyển|Đầm|Vịnh|Đèo|Núi(?! Chúa)|Cảng|Bãi|Mũi(?! Dinh)|Hòn|Hang(?! Rái)|"
    r"Đảo|Sông|Hồ|Tháp(?! Chàm)|Làng|Khu đô thị|KCN|CCN|LNG)\s",
)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name in a foreign text and the Vietnamese forms of it, one of which the translation must have."""

    #: as the text has it
    source: str
    #: the preferred form first
    accepted: tuple[str, ...]


def known_names(text: str, language: str, rules: Rulebook, terms: Iterable[GlossaryTerm] = ()) -> tuple[KnownName, ...]:
    """Return the names and terms of a text whose Vietnamese form is known, in order of appearance, each once.

    They are those of places.toml, of its merged province and, in Latin letters, of the other provinces, and the
    glossary's terms of `language`. A person's term outranks a name of the gazetteer that it overlaps.
    """
    text = normalise(text)
    if language.split("-")[0] == "vi":
        return ()
    found = [*_term_hits(text, language, terms)]
    compiled = _compiled(rules.places)
    hits = [(hit.start, hit.end, accepted) for hit, accepted in compiled.find(text)]
    hits += _latin_hits(text, language, rules)
    for start, end, accepted in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in found):
            found.append((start, end, accepted))
    names: dict[tuple[str, ...], KnownName] = {}
    for start, end, accepted in sorted(found):
        names.setdefault(accepted, KnownName(text[start:end], accepted))
    return tuple(names.values())


def missing_name(translated: str, names: Sequence[KnownName]) -> KnownName | None:
    """Return the first name of which a translation has no accepted form; None if it has all."""
    key = name_key(translated)
    return next((name for name in names if not any(_stands_in(form, key) for form in name.accepted)), None)


def foreign_province(original: str, translated: str, rules: Rulebook) -> str:
    """Return a province that a translation names and its original cannot mean; '' for none.

    In Latin letters every province is looked for. In other scripts those are that a slip makes of ours, as Bình Thuận
    of Ninh Thuận: the original must have a name from `look_alikes`.
    """
    key, plain_key = name_key(translated), strip_diacritics(name_key(original))
    joined = re.sub(r"[\s.-]", "", plain_key)
    others = [name for name in rules.places.elsewhere.provinces if " " in name and _stands_in(name, key)]
    foreign = bool(_FOREIGN_SCRIPT.search(original))
    for name in others:
        if re.sub(r"[\s.-]", "", strip_diacritics(name_key(name))) in joined:
            continue
        if name in rules.places.province.successor:
            if any(match_key(form).rstrip("*") in match_key(original) for form in rules.places.province.successor):
                continue
            if foreign:
                return name
        if foreign and not _is_slip(name, rules.places.province.name):
            continue
        if foreign and Matcher(rules.places.elsewhere.look_alikes).find(match_key(original)):
            continue
        if not foreign and _is_capital_city(name):
            continue
        return name
    return ""


def _is_slip(name: str, ours: str) -> bool:
    """Whether two names of as many syllables share one at the same place."""
    mine, theirs = ours.split(), name.split()
    return len(mine) == len(theirs) and any(a == b for a, b in zip(mine, theirs, strict=True))


def _is_capital_city(name: str) -> bool:
    """Whether a name has forms in Latin letters that are no Vietnamese ones without diacritics: Hanoi, Saigon, "
    "HCMC."""
    return strip_diacritics(name).lower() in ("ha noi", "sai gon", "ho chi minh", "tp hcm", "hai phong", "da nang")


def name_key(text: str) -> str:
    """Return a text in the form in which names are compared: dashes without blanks, one place of the tone mark."""
    return _DASH.sub("-", match_key(normalise(text)))


def _stands_in(form: str, key: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name_key(form))}(?!\w)", key) is not None


def _term_hits(text: str, language: str, terms: Iterable[GlossaryTerm]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    base = language.split("-")[0]
    own = [term for term in terms if term.language.split("-")[0] == base and term.term.strip()]
    hits = Matcher([normalise(term.term) for term in own]).find(match_key(text))
    for hit in longest_hits(hits):
        yield hit.start, hit.end, (own[hit.pattern].translation,)


class _Compiled:
    """The automaton of the foreign forms of one gazetteer."""

    def __init__(self, places: Gazetteer) -> None:
        province = places.province
        home = Place(province.id, province.name, forms=province.forms, foreign=province.foreign)
        pairs = [(form, accepted_forms(place)) for place in (home, *places.place) for form in place.foreign]
        if province.successor:
            named = tuple(form for form in province.successor if not _FOREIGN_SCRIPT.search(form))[:1]
            pairs += [(form, named) for form in province.successor if form not in named]
        self.accepted = [accepted for _, accepted in pairs]
        self.names = Matcher(strip_diacritics(form) for form, _ in pairs)
        others = (*places.elsewhere.look_alikes, *(form for place in places.place for form in place.not_in))
        self.guards = Matcher(map(strip_diacritics, others))

    def find(self, text: str) -> Iterator[tuple[Hit, tuple[str, ...]]]:
        key = match_key(strip_diacritics(text))
        guards = [(hit.start, hit.end) for hit in self.guards.find(key)]
        hits = hits_outside(self.names.find(key), guards)
        for hit in longest_hits(hits):
            seen = text[hit.start : hit.end]
            if _FOREIGN_SCRIPT.search(seen) or seen != seen.lower():
                yield hit, self.accepted[hit.pattern]


@lru_cache(maxsize=4)
def _compiled(places: Gazetteer) -> _Compiled:
    return _Compiled(places)


def accepted_forms(place: Place) -> tuple[str, ...]:
    """Return the Vietnamese forms of a place, and its proper name alone: 'Ninh Thuận 1' of the power plant."""
    forms = [form for form in (place.name, *place.forms, *place.strong_forms) if not _FOREIGN_SCRIPT.search(form)]
    forms += [core for form in forms if (core := _proper_name(form))]
    accented = {strip_diacritics(form) for form in forms if form != strip_diacritics(form)}
    return tuple(dict.fromkeys(form for form in forms if form not in accented))


def _proper_name(form: str) -> str:
    """Return a name from its first proper word on; '' where nothing stands before that."""
    rest = form
    while (noun := _NOUN.match(rest)) or (rest and not _CAPITAL.match(rest) and " " in rest):
        rest = rest[noun.end() :] if noun else rest.split(" ", 1)[1]
    return rest if rest != form and _CAPITAL.match(rest) else ""


def _latin_hits(text: str, language: str, rules: Rulebook) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return the places that a text in Latin letters names without diacritics, and the other provinces."""
    if _FOREIGN_SCRIPT.search(text):
        return []
    mentions = find_places("", text, language, None, None, rules)
    zone = mentions.text
    hits = [
        (m.start, m.end, (rules.places.province.name,) if m.province else accepted_forms(m.place))
        for m in mentions.mentions
        if m.where == "text" and not m.withheld and zone.text == text
    ]
    hits += [
        (other.start, other.end, (other.name,))
        for other in mentions.elsewhere
        if other.where == "text" and other.province and " " in other.name and zone.text == text
    ]
    return hits
