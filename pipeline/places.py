"""Text → every mention of the province and its places that holds, and what speaks against the others."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.boilerplate import Zone
from pipeline.matching import Hit, Matcher
from pipeline.rules import Place, Rulebook
from pipeline.text import bare, key


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of one of our names; offsets into the zone's text."""

    start: int
    end: int
    place: Place
    #: counts alone (an address with its province does too)
    strong: bool
    #: names the province itself
    province: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a text says of places, in one of its zones (title or text)."""

    zone: Zone
    mentions: tuple[Mention, ...]
    #: (start, end, name) of other provinces and towns
    elsewhere: tuple[tuple[int, int, str], ...]
    #: (start, end) of the merged province's own name
    successor: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str  # 'ours', 'successor', 'elsewhere', 'guard'
    form: str
    places: tuple[Place, ...] = ()
    strong: bool = False
    foreign: bool = False
    name: str = ""


_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ\u1ea0-\u1ef9]")
_TITLE_WORDS = {
    "xã": "xã", "x.": "xã", "phường": "phường", "p.": "phường", "thị trấn": "thị trấn", "tt": "thị trấn", "tt.": "thị trấn",
    "huyện": "huyện", "h.": "huyện", "thành phố": "thành phố", "tp": "thành phố", "tp.": "thành phố",
    "thị xã": "thị xã", "tx": "thị xã", "tx.": "thị xã", "quận": "quận", "q.": "quận", "tỉnh": "tỉnh", "t.": "tỉnh",
}  # fmt: skip
_TITLE_BEFORE = re.compile(
    r"(?:^|(?<![^\W\d_]))(thị trấn|thành phố|thị xã|phường|huyện|quận|tỉnh|xã|tp\.?|tx\.?|tt\.?|p\.|h\.|q\.|x\.|t\.)\s*$"
)
_STREET_BEFORE = re.compile(r"(?<![^\W\d_])(?:đường|phố|ngõ|hẻm|số nhà|trường|bệnh viện|chùa|khách sạn|nhà hàng|quán|tàu)\s+$")
_UNIT_AFTER = re.compile(r"\s*(?:,|\(|-|thuộc|của)\s*(?:thuộc\s+)?(huyện|thị xã|thành phố|tp\.?|quận|tx\.?|h\.|q\.)\s*([^\W\d_])")
_SENTENCE_END = re.compile(r"[.!?;]\s|\n")


@lru_cache(maxsize=4)
def _compiled(rules: Rulebook) -> tuple[Matcher, list[_Pattern], Matcher, list[_Pattern]]:
    patterns = _patterns(rules)
    folded = [p for p in patterns if p.kind != "ours" or any(x.fold_safe for x in p.places) or p.foreign or p.form.isascii()]
    return Matcher(p.form for p in patterns), patterns, Matcher(bare(p.form) for p in folded), folded


class _Key:
    """A rulebook as a key of the cache: equal versions are equal rules, whichever process unpickled them."""


def _patterns(rules: Rulebook) -> list[_Pattern]:
    p, e = rules.places.province, rules.places.elsewhere
    home = Place(p.id, p.name, "province", "", "strong", p.forms, (), p.foreign, p.fold_safe)
    forms: dict[tuple[str, bool], _Pattern] = {}

    def add(form: str, place: Place, strong: bool, foreign: bool) -> None:
        old = forms.get((key(form), foreign))
        places = (*old.places, place) if old else (place,)
        forms[key(form), foreign] = _Pattern("ours", form, places, strong or bool(old and old.strong), foreign, place.name)

    for place in (home, *rules.places.place):
        for form in (place.name, *place.forms):
            add(form, place, place.tier == "strong", False)
        for form in place.strong_forms:
            add(form, place, True, False)
        for form in place.foreign:
            add(form, place, place.tier != "weak", True)
    others = [*e.provinces, *p.neighbours, *e.towns]
    return [
        *forms.values(),
        *(_Pattern("successor", form) for form in p.successor),
        *(_Pattern("elsewhere", form, name=form) for form in others if key(form) not in {key(s) for s in p.successor}),
        *(_Pattern("guard", form) for form in e.look_alikes),
        *(_Pattern("guard", form) for place in rules.places.place for form in place.not_in),
    ]
