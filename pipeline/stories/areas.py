"""A tagged text → its fingerprint, with the units of today in which its places may lie, whatever they are called."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.records import PlaceFound, Tags
from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Place, Rulebook
from pipeline.stories.fingerprints import Fingerprint, compute_fingerprint
from pipeline.tagging.mentions import UNIT
from pipeline.text.normalize import match_key, normalise_both

#: Kinds of places that lie in more units than their `unit` names
_WIDE = frozenset(
    ["national_park", "lagoon", "mountain", "river", "road", "railway", "expressway", "grid", "district_area"]
)
_TITLE = re.compile(rf"^{UNIT}\s*")
#: Topics, the best first, that say what a text is about
_MATTERS = 2


def fingerprint_tagged(title: str, text: str, published: datetime | None, tags: Tags, rules: Rulebook) -> Fingerprint:
    """Return the fingerprint of a text that was tagged by these rules."""
    areas = place_areas(tags.places, *normalise_both(title, text), rules)
    units = {place.id for place in rules.places.place if place.titles or place.unit == place.name}
    landmarks = {place.id for place in tags.places} - units - {rules.places.province.id}
    matters = [topic.id for topic in tags.topics[:_MATTERS]]
    return compute_fingerprint(title, text, published, tags.language, areas=areas, landmarks=landmarks, matters=matters)


def place_areas(places: Sequence[PlaceFound], title: str, text: str, rules: Rulebook) -> tuple[str, ...]:
    """Return the ids of the units of today in which the places of a text lie, sorted.

    A district names all its units; beside one of them it says nothing more. `title` and `text` are those that the
    evidence of `places` points into, after normalisation.
    """
    extents = _EXTENTS.of(rules)
    fields = {"title": title, "text": text}
    named: set[frozenset[str]] = set()
    for place in places:
        own, of_namesakes = extents.get(place.id, (frozenset(), frozenset()))
        has_title = any(_has_title(fields[e.where], e.start) for e in place.evidence)
        named.add(own if has_title else own | of_namesakes)
    named.discard(frozenset())
    narrowest = {extent for extent in named if not any(other < extent for other in named)}
    return tuple(sorted(frozenset().union(*narrowest)))


def _has_title(field: str, start: int) -> bool:
    return re.search(rf"(?<!\w){UNIT}\s*$", field[max(0, start - 14) : start].lower()) is not None


def _extents(rules: Rulebook) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return for each id the units of today in which the place lies, and those in which its namesakes lie."""
    places = rules.places.place
    today = [place for place in places if place.former]
    of_former: dict[str, set[str]] = {}
    for place in today:
        for name in place.former:
            of_former.setdefault(match_key(name), set()).add(place.id)
    units = [place for place in places if (place.titles or place.unit == place.name) and not place.former]
    own: dict[str, frozenset[str]] = {place.id: frozenset([place.id]) for place in today}
    for unit in units:
        if match_key(unit.unit) != match_key(unit.name):
            own[unit.id] = frozenset(of_former.get(match_key(unit.name), ()))
    for unit in units:
        if unit.id not in own:
            inside = (own[other.id] for other in units if other.unit == unit.name and other.id in own)
            own[unit.id] = frozenset().union(*inside)
    by_name: dict[str, list[Place]] = {}
    for place in (*today, *units):
        by_name.setdefault(_folded(place.name), []).append(place)
    for place in places:
        if place.id not in own:
            own[place.id] = _around(place, by_name, own)
    namesakes = {
        place.id: _union(own, (other.id for other in by_name.get(_folded(place.name), ()) if other.id != place.id))
        for place in places
    }
    return {place.id: (own[place.id], namesakes[place.id]) for place in places}


_EXTENTS = CompiledParts(_extents)


def _around(place: Place, by_name: dict[str, list[Place]], own: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the extent of the units that a landmark lies in ('xã Vĩnh Hải', 'Thuận Nam'); empty for a wide one."""
    if place.kind in _WIDE:
        return frozenset()
    units: set[str] = set()
    for name in re.split(r"\s*[/,]\s*", place.unit):
        folded = _folded(name)
        bare = _TITLE.sub("", folded)
        same = by_name.get(bare, [])
        # A unit word means the unit of today; without one the name may be that of an old district as well.
        units.update(unit.id for unit in (same if bare == folded else [u for u in same if u.former] or same))
    return _union(own, units)


def _union(own: dict[str, frozenset[str]], ids: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(own.get(i, frozenset()) for i in ids))


def _folded(name: str) -> str:
    return re.sub(r"\s*-\s*", "-", match_key(name)).strip()
