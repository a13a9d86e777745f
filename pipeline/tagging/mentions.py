"""The records of a name in a text, and the unit word before it."""

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.rules.rulebook import Place
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics

Where = Literal["title", "text"]

UNIT = r"(?:thị trấn|thành phố|thị xã|phường|huyện|quận|tỉnh|xã|tp\.?|tx\.?|tt\.?|p\.|h\.|q\.|x\.|t\.)"
_BEFORE = re.compile(rf"(?<![^\W\d_])({UNIT})\s*$")
_BARE_BEFORE = re.compile(rf"(?<![^\W\d_])({strip_diacritics(UNIT)})\s*$")
_UNITS = ("thị trấn", "thành phố", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã")
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
_OF_BARE = {strip_diacritics(unit): unit for unit in _UNITS}


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of one of our names; offsets into its zone's text."""

    where: Where
    start: int
    end: int
    place: Place
    #: whether it counts alone
    strong: bool
    #: whether it names the province itself
    province: bool
    #: whether its name is unsafe in this text without diacritics: the mention counts but is not reported
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One occurrence of another province, of a town elsewhere, or (`successor`) of the merged province."""

    where: Where
    start: int
    end: int
    name: str
    successor: bool = False
    #: whether it is a province, not a town
    province: bool = True


@dataclass(frozen=True, slots=True)
class PlaceMentions:
    """The mentions of a text: places of the province, and places elsewhere."""

    title: Zone
    text: Zone
    mentions: tuple[Mention, ...]
    elsewhere: tuple[Elsewhere, ...]
    #: names of our places that others share, where nothing says which one is meant
    unsupported: tuple[Mention, ...] = ()

    def zone(self, where: str) -> Zone:
        return self.title if where == "title" else self.text


def unit_before(zone: Zone, at: int) -> str:
    """Return the unit word ('xã', 'huyện', …, with its diacritics) that ends at offset `at` of a zone, else ''."""
    found = (_BARE_BEFORE if zone.unaccented else _BEFORE).search(zone.folded[max(0, at - 14) : at])
    if not found:
        return ""
    word = found[1].rstrip(".")
    return _FULL.get(word) or (_OF_BARE.get(word, word) if zone.unaccented else word)
