"""Text in any of twelve languages → the concepts it tells of: 'điện gió', '풍력' and 'Windpark' are one.

concepts.txt beside this module lists them. They are no translation: the weight of those that two reports share is one
of several signs that both tell of one happening (pipeline.stories.likeness).
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from pipeline.stories.term_weights import Hashes
from pipeline.tagging.matcher import Matcher, longest_hits
from pipeline.text.normalize import match_key

#: Languages of the columns, and of the lines that begin with +
_LANGUAGES, _MORE_LANGUAGES = ("vi", "en", "fr", "de", "es", "ru", "zh", "ja", "ko"), ("th", "lo", "km")
#: Characters of a text that are read, of a script without spaces: about 200 words; what follows is background
_CHARACTERS, _CHARACTERS_DENSE = 1200, 500
_DENSE = frozenset(["zh", "ja", "ko"])
#: Highest bit of a concept: whether the title has it
IN_TITLE = 1 << 31
_MASK = IN_TITLE - 1
#: Weight of a concept that stands in no article of the count
_UNKNOWN = 5.0


@dataclass(frozen=True, slots=True)
class _Concept:
    id: str
    #: log of articles about the province to those that hold it
    weight: float
    #: language → forms
    forms: dict[str, tuple[str, ...]]


def concepts_in_text(title: str, text: str, language: str) -> Hashes:
    """Return the concepts of a report as sorted numbers: a hash of the id below `IN_TITLE`.

    `title` and `text` are normalised; a language without forms has no concepts.
    """
    found = _matchers().get(language)
    if found is None:
        return np.empty(0, np.uint32)
    matcher, ids = found
    length = _CHARACTERS_DENSE if language in _DENSE else _CHARACTERS
    in_title = _found(matcher, ids, title)
    in_text = _found(matcher, ids, text[:length]) - in_title
    return np.array(sorted({*in_text, *(n | IN_TITLE for n in in_title)}), np.uint32)


def shared_concepts(one: Hashes, other: Hashes) -> tuple[float, float]:
    """Return the weight of the concepts that two reports share, and its ratio to the weights of both (a cosine).

    A concept counts more where a title has it.
    """
    some, others = _weighted(one), _weighted(other)
    shared = some.keys() & others.keys()
    dot = sum(some[n] * others[n] for n in sorted(shared))
    norms = math.sqrt(sum(w * w for w in some.values()) * sum(w * w for w in others.values()))
    weights = _weights()
    return sum(weights.get(n, _UNKNOWN) for n in sorted(shared)), dot / norms if norms else 0.0


def count_shared(one: Hashes, other: Hashes) -> int:
    """Return how many concepts two reports share."""
    return len(np.intersect1d(one & _MASK, other & _MASK))


def title_share(one: Hashes, other: Hashes) -> float:
    """Return the share, by weight, of the concepts in the title of one report that another holds.

    0.5 where its title has none: that speaks neither for nor against.
    """
    weights = _weights()
    title = {int(n) & _MASK: weights.get(int(n) & _MASK, _UNKNOWN) for n in one if n >= IN_TITLE}
    whole = {int(n) & _MASK for n in other}
    total = sum(title.values())
    return sum(weight for n, weight in sorted(title.items()) if n in whole) / total if total else 0.5


def rarest(concepts: Hashes, count: int) -> list[int]:
    """Return the hashes of the most telling concepts, those of the title first."""
    weights = _weights()
    order = sorted(map(int, concepts), key=lambda n: (-weights.get(n & _MASK, _UNKNOWN) - (n >= IN_TITLE), n & _MASK))
    return [n & _MASK for n in order[:count]]


#: Factor on the weight of a concept in the title
_IN_TITLE_FACTOR = 1.5


def _weighted(concepts: Hashes) -> dict[int, float]:
    weights = _weights()
    return {
        int(n) & _MASK: weights.get(int(n) & _MASK, _UNKNOWN) * (_IN_TITLE_FACTOR if n >= IN_TITLE else 1.0)
        for n in concepts
    }


def _found(matcher: Matcher, ids: list[int], text: str) -> set[int]:
    return {ids[hit.pattern] for hit in longest_hits(matcher.find(match_key(text)))}


def _hash(concept: str) -> int:
    return zlib.crc32(concept.encode()) & _MASK


@lru_cache(maxsize=1)
def _concepts() -> tuple[_Concept, ...]:
    concepts: dict[str, _Concept] = {}
    for line in (files("pipeline.stories.crosslingual") / "concepts.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        head, *columns = (column.strip() for column in line.split("|"))
        languages = _MORE_LANGUAGES if head.startswith("+") else _LANGUAGES
        forms = {
            language: tuple(form.strip() for form in column.split(",") if form.strip())
            for language, column in zip(languages, columns, strict=True)
        }
        name, _, weight = head.removeprefix("+ ").partition(" ")
        if (concept := concepts.get(name)) is not None:
            concept.forms.update(forms)
        else:
            concepts[name] = _Concept(name, float(weight), forms)
    return tuple(concepts.values())


@lru_cache(maxsize=1)
def _weights() -> dict[int, float]:
    return {_hash(concept.id): concept.weight for concept in _concepts()}


@lru_cache(maxsize=1)
def _matchers() -> dict[str, tuple[Matcher, list[int]]]:
    matchers: dict[str, tuple[Matcher, list[int]]] = {}
    for language in (*_LANGUAGES, *_MORE_LANGUAGES):
        forms = [(form, _hash(concept.id)) for concept in _concepts() for form in concept.forms.get(language, ())]
        matchers[language] = Matcher(form for form, _ in forms), [number for _, number in forms]
    return matchers


def count_concepts(texts: Iterable[tuple[str, str, str]]) -> dict[str, float]:
    """Return the weight of each concept, from (title, text, language) of articles about the province.

    The weights in concepts.txt come from it.
    """
    names = {_hash(concept.id): concept.id for concept in _concepts()}
    counts: Counter[str] = Counter()
    total = 0
    for title, text, language in texts:
        total += 1
        counts.update({names[int(n) & _MASK] for n in concepts_in_text(title, text, language)})
    return {name: round(math.log((total + 1) / (counts[name] + 1)), 1) for name in names.values()}
