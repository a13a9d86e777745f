"""Names of the rulebook → their possible bytes in a page after normalize_bytes."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from pipeline.prefilter.normalize_bytes import SIMPLER
from pipeline.rules.rulebook import Place, Rulebook
from pipeline.text import scripts
from pipeline.text.normalize import strip_diacritics

#: 'strong' counts alone; 'context' beside another; 'successor' is the province this one was merged into
Strength = Literal["strong", "context", "successor"]

_BETWEEN = (" ", "-", "")
_BETWEEN_CONTEXT = (" ", "-")
#: Bytes that may interrupt a name; the gate then checks whether the rest follows after tags and blanks
_INTERRUPTED = (b"<", b" <", b"  ", b"- ", b" -")
_SPACES = re.compile(r"[\s\-_]+")
UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")


def name_patterns(rules: Rulebook) -> Iterator[tuple[str, Strength]]:
    """Yield every name that may make a text relevant, in every spelling; some several times."""
    province = rules.places.province
    for name in (province.name, *province.forms, *province.foreign):
        yield name, "strong"
    if province.fold_safe:
        yield strip_diacritics(province.name), "strong"
    for name in province.successor:
        yield name, "successor"
        yield strip_diacritics(name), "successor"
    for place in rules.places.place:
        if place.tier != "weak":
            yield from _names_of(place)


def _names_of(place: Place) -> Iterator[tuple[str, Strength]]:
    # A commune whose title and name are unique counts alone since the merger.
    strength: Strength = "strong" if place.tier == "strong" or place.unique else "context"
    for name in (place.name, *place.forms, *place.foreign):
        yield name, strength
        # Without diacritics a name that is not safe there counts only beside the province's or the merged one's.
        yield strip_diacritics(name), strength if place.fold_safe else "context"
    for name in place.strong_forms:
        yield name, "strong"
        yield strip_diacritics(name), "strong" if place.fold_safe else "context"


def has_any_end(name: str) -> bool:
    """Whether letters may touch a name: one of a script without blanks, or one with any ending."""
    return "*" in name or UNSPACED.search(name) is not None


def whole_name_forms(name: str, strength: Strength) -> Iterator[bytes]:
    """Yield the bytes of an uninterrupted name."""
    between = _BETWEEN_CONTEXT if strength == "context" else _BETWEEN
    for cased in _spellings(name):
        for blank in between if len(cased) > 1 else ("",):
            yield _bytes(blank.join(cased))


def name_beginnings(name: str) -> Iterator[tuple[bytes, int, tuple[bytes, ...]]]:
    """Yield the beginnings of a name that a tag, a line end or the like may interrupt.

    Each comes with the number of its bytes that belong to the name, and the possible next letters.
    """
    for cased in _spellings(name):
        if len(cased[0]) > 1 and not UNSPACED.search(cased[0]):
            # a large initial, set apart
            initial = b">" + _bytes(cased[0][0])
            yield initial + b"</", len(initial), _either_case(cased[0][1])
        for count in range(1, len(cased)):
            beginning = _bytes(" ".join(cased[:count]))
            for end in _INTERRUPTED:
                yield beginning + end, len(beginning), _either_case(cased[count][0])


@lru_cache(maxsize=4096)
def _either_case(letter: str) -> tuple[bytes, ...]:
    return tuple({_bytes(letter.lower()), _bytes(letter.upper())})


@lru_cache(maxsize=4096)
def continuation_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a name at the beginning of a lower-case text, with any blanks inside it."""
    letters = r"[\s\-_]*".join(re.escape(word.lower()) for word in _words(name))
    return re.compile(letters if has_any_end(name) else letters + r"(?![^\W_])")


def _words(name: str) -> list[str]:
    kept = unicodedata.normalize("NFC", name.split("*", 1)[0]).translate(_DASHES)
    return [word for word in _SPACES.split(kept) if word]


_DASHES = str.maketrans("‐‑‒–—―−", "-------")


#: Capitals of ASCII → small letters.
_ASCII_CASE = {n: n + 32 for n in range(ord("A"), ord("Z") + 1)}


@lru_cache(maxsize=64)
def _spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of a name in lower case, upper case and unchanged, with the tone marks in either place.

    Of spellings that are the same bytes there is one: letters of ASCII have no case here.
    """
    words = _words(name)
    if not words:
        return ()
    cases = (tuple(w.lower() for w in words), tuple(w.upper() for w in words), tuple(words))
    spellings = dict.fromkeys(spelling for case in cases for spelling in (case, tuple(map(_old_tones, case))))
    return tuple({" ".join(spelling).translate(_ASCII_CASE): spelling for spelling in spellings}.values())


def _bytes(text: str) -> bytes:
    return text.encode().translate(SIMPLER)


def _old_tones(word: str) -> str:
    """Return 'hoà' for 'hòa': the two ways of placing a tone mark in the open rhymes oa, oe, uy."""
    return word[:-2] + _OLD_RHYMES.get(word[-2:], word[-2:])


def _old_rhymes() -> Iterator[tuple[str, str]]:
    for new, old in (("òóỏõọ", "oa"), ("òóỏõọ", "oe"), ("ùúủũụ", "uy")):
        for mark in new:
            for one, other in ((mark, old), (mark.upper(), old.upper())):
                tone = unicodedata.normalize("NFD", one)[1:]
                yield one + other[1], other[0] + unicodedata.normalize("NFC", other[1] + tone)


#: A rhyme at the end of a word → the same with its tone mark in the old place.
_OLD_RHYMES = dict(_old_rhymes())
