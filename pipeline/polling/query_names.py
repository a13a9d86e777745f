"""Gazetteer → the names of the province for a search query, in one language."""

import re
from collections.abc import Iterable

from pipeline.rules.rulebook import Gazetteer
from pipeline.text import scripts
from pipeline.text.normalize import strip_diacritics

#: Letters by which the language of a name is recognised; all other languages use Latin letters
_SCRIPTS = {
    "ja": re.compile(f"[{scripts.KANA}]"),
    "zh": re.compile(rf"^[{scripts.HAN}\s·-]+$"),
    "ko": re.compile(f"[{scripts.HANGUL}]"),
    "ru": re.compile(f"[{scripts.CYRILLIC}]"),
    "th": re.compile(f"[{scripts.THAI}]"),
    "lo": re.compile(f"[{scripts.LAO}]"),
    "km": re.compile(f"[{scripts.KHMER}]"),
    "ar": re.compile(f"[{scripts.ARABIC}]"),
}
_SAME = {"uk": "ru", "bg": "ru", "be": "ru"}
_LATIN = re.compile(rf"^[{scripts.LATIN}\s'.-]+$")


def query_names(gazetteer: Gazetteer, language: str) -> tuple[str, ...]:
    """Return the names of the province, then of its places that are known abroad and stand for it alone.

    A name that holds another one of them (as 'province of X' does) is left out: the shorter finds it too.
    """
    province = gazetteer.province
    # The foreign press writes about places that have names in other languages.
    places = [place for place in gazetteer.place if place.tier == "strong" and place.foreign]
    if language.split("-")[0] == "vi":
        names = [province.name, *province.forms, *(place.name for place in places)]
    else:
        plain = [strip_diacritics(place.name) for place in places if place.fold_safe]
        abroad = [*province.foreign, *(name for place in places for name in place.foreign)]
        own = [strip_diacritics(province.name)] if province.fold_safe else []
        names = [name for name in (*own, *abroad, *plain) if _is_of(name, language.split("-")[0])]
    # A rule's * stands for endings; a search asks for the name itself.
    return _shortest(dict.fromkeys(name.rstrip("*") for name in names))


def _is_of(name: str, language: str) -> bool:
    script = _SCRIPTS.get(_SAME.get(language, language), _LATIN)
    return script.search(name) is not None


def _shortest(names: Iterable[str]) -> tuple[str, ...]:
    kept = list(names)
    return tuple(n for n in kept if not any(_holds(n, other) for other in kept if other != n))


def _holds(longer: str, shorter: str) -> bool:
    one, other = longer.casefold().replace("-", " "), shorter.casefold().replace("-", " ")
    if other == one:
        return len(longer) > len(shorter) or longer > shorter
    spaced = _LATIN.match(shorter) is not None
    return f" {other} " in f" {one} " if spaced else other in one
