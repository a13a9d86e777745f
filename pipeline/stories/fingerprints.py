"""Article → fingerprint: the hashes by which reprints and reports of the same event are recognised."""

import math
import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from pipeline.dates.days_in_text import days_in_text
from pipeline.stories.crosslingual.concepts import concepts_in_text
from pipeline.stories.crosslingual.latin_names import latin_names
from pipeline.stories.crosslingual.measures import measures_in_text
from pipeline.stories.crosslingual.numbers import numbers_in_text
from pipeline.stories.particulars import read_particulars
from pipeline.stories.term_weights import (
    Hashes,
    Weights,
    hashes,
    join,
    rarity,
    term_weights,
    title_term_weights,
    title_words,
    unit_vector,
)
from pipeline.text import scripts
from pipeline.text.language import detect_language
from pipeline.text.normalize import normalise, strip_diacritics

_MAGIC = b"dbs3"
#: Mark of the format without measures, names and concepts
_OLD_MAGIC = b"dbs2"
#: Words of a text that count; longer texts go on with lists, related links and background
_WORDS = 1200
#: Words of the lead
_LEAD = 80
#: Words in a row that make a verbatim run; two writers share few runs of four by chance
_RUN = 4
#: Most terms kept, by weight
_TERMS = 512
#: Factors on the weight of a term in the title and in the lead
_IN_TITLE, _IN_LEAD = 2.0, 1.5
#: Terms by which an article is looked up
_KEYS = 32
#: Numbers by which an article is looked up
_NUMBER_KEYS = 8

# What outlets put before the first sentence: '(Dân trí) - ', 'TTO - ', 'VOV.VN - ', '(VTC News) - '.
_PREFIX = re.compile(r"^\s*(?:\([^)\n]{2,25}\)|[A-ZĐ][\w.&]*[A-ZĐN\d][\w.]*)\s*[-–—]\s+")
_CAPITAL = rf"[{scripts.VIETNAMESE_CAPITALS}][^\W\d_]*"
_NAME = re.compile(rf"(?<!\w){_CAPITAL}(?:(?: | ?- ?){_CAPITAL})+|(?<!\w)[A-ZĐ]{{3,}}\d*(?!\w)")
_SPLIT = re.compile(r"[ -]+")
#: log of rarity above which a name says what an article is about: one in 20 names 'Việt Nam' or 'Hà Nội'
_RARE_NAME = 3.0


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The fingerprint of an article; arrays are sorted and without repetition."""

    #: hashes of the runs of four words in the text
    runs: Hashes
    #: hashes of the runs in its lead
    lead: Hashes
    #: words of the title, with weights whose squares sum to 1
    title: Hashes
    title_weights: Weights
    #: characteristic words and pairs of neighbours, with weights whose squares sum to 1
    terms: Hashes
    weights: Weights
    #: names and numbers, which a translation keeps
    anchors: Hashes
    numbers: Hashes
    #: place, persons, ages, times and figures of a short report (pipeline.stories.particulars)
    particulars: Hashes
    #: numbers with units, foreign names in Latin letters, concepts: what a report in another language shares
    #: (pipeline.stories.crosslingual.measures, latin_names, concepts); empty in a fingerprint of an earlier release
    measures: Hashes
    names: Hashes
    concepts: Hashes
    #: days of the year named in the text, in their order
    days: tuple[int, ...]
    #: days of the year named in the title
    title_days: tuple[int, ...]
    #: time of publication in seconds since 1970; None: unknown
    at: float | None
    #: two letters
    language: str
    #: hashes of the whole title and of the whole text; 0 for short ones
    title_hash: int
    text_hash: int


def compute_fingerprint(
    title: str,
    text: str,
    published: datetime | None = None,
    language: str = "",
    *,
    areas: Iterable[str] = (),
    landmarks: Iterable[str] = (),
    matters: Iterable[str] = (),
) -> Fingerprint:
    """Return the fingerprint of an article; never raises. Without `language` it is detected.

    `areas`, `landmarks`: ids of the units of today in which its places lie, and of its landmarks
    (pipeline.stories.areas); without them the names in the text alone say where. `matters`: ids of its topics.
    """
    title, text = normalise(title), _PREFIX.sub("", normalise(text))
    language = (language or detect_language(title, text))[:2]
    heading, body = title_words(title), title_words(text)[:_WORDS]
    hashed_title, hashed = hashes(heading), hashes(body)
    terms, weights = _terms(heading, hashed_title, body, hashed, language)
    title_terms, title_weights = title_term_weights(heading, hashed_title, language)
    anchors, numbers = _anchors(title, text, language)
    return Fingerprint(
        runs=np.unique(join(hashed, _RUN)),
        lead=np.unique(join(hashed[:_LEAD], _RUN)),
        title=title_terms,
        title_weights=title_weights,
        terms=terms,
        weights=weights,
        anchors=anchors,
        numbers=numbers,
        particulars=read_particulars(title, text, published, areas, landmarks, matters),
        measures=measures_in_text(f"{title}\n{text}", language, None if published is None else published.year),
        names=latin_names(title, text),
        concepts=concepts_in_text(title, text, language),
        days=days_in_text(f"{title}\n{text}")[:32],
        title_days=days_in_text(title)[:4],
        at=None if published is None else published.astimezone(UTC).timestamp(),
        language=language,
        title_hash=_sequence_hash(hashed_title),
        text_hash=_sequence_hash(hashed),
    )


def _sequence_hash(hashed: Hashes) -> int:
    """Return the hash of a sequence; 0 for one of at most five words, which many articles share."""
    return zlib.crc32(hashed.tobytes()) if len(hashed) > 5 else 0


def _terms(
    heading: list[str], hashed_title: Hashes, body: list[str], hashed: Hashes, language: str
) -> tuple[Hashes, Weights]:
    found, weights = term_weights(body, hashed, language)
    in_lead, lead_weights = term_weights(body[:_LEAD], hashed[:_LEAD], language)
    in_title, title_weights = term_weights(heading, hashed_title, language)
    every = np.concatenate([in_title, in_lead, found])
    scaled = np.concatenate([title_weights * _IN_TITLE, lead_weights * _IN_LEAD, weights])
    order = np.lexsort((-scaled, every))
    every, scaled = every[order], scaled[order]
    first = np.ones(len(every), bool)
    first[1:] = every[1:] != every[:-1]
    every, scaled = every[first], scaled[first]
    if len(every) > _TERMS:
        kept = np.sort(np.lexsort((every, -scaled))[:_TERMS])
        every, scaled = every[kept], scaled[kept]
    return every, unit_vector(scaled)


def _anchors(title: str, text: str, language: str) -> tuple[Hashes, Hashes]:
    """Return the hashes of names (without diacritics) and of numbers, which a translation keeps."""
    whole = f"{title}\n{text}"
    names: set[str] = set()
    for found in _NAME.finditer(whole):
        words = _SPLIT.split(found[0])
        # Two words at a time: 'Phan Rang - Tháp Chàm' and 'Phan Rang-Thap Cham city' share three of them.
        names.update(map(" ".join, pairwise(words)) if len(words) > 1 else words)
    if language == "vi":
        doubled = sorted(n for n in names if " " in n)
        rare = rarity(join(hashes(word for n in doubled for word in n.split()), 2)[::2]) > _RARE_NAME
        names -= {n for n, kept in zip(doubled, rare, strict=True) if not kept}
    numbers = numbers_in_text(whole, language)
    return np.unique(hashes({strip_diacritics(n) for n in names})), np.unique(hashes(numbers))


def fingerprint_keys(fingerprint: Fingerprint) -> list[int]:
    """Return the hashes by which an article is looked up; two reports of one event share at least one.

    In another language they share no words, but numbers.
    """
    heaviest = np.lexsort((fingerprint.terms, -fingerprint.weights))[:_KEYS]
    hashes_of_all = {fingerprint.title_hash, fingerprint.text_hash} - {0}
    numbers = {zlib.crc32(struct.pack("<I", number)) for number in fingerprint.numbers[:_NUMBER_KEYS]}
    return sorted({int(fingerprint.terms[n]) for n in heaviest} | hashes_of_all | numbers)


#: mark, language, time, hashes of title and text, lengths of the arrays of numbers (ten; seven in the old format), of
#: days, of the title's
_HEAD, _OLD_HEAD = struct.Struct("<4s2sxxdII10HHH"), struct.Struct("<4s2sxxdII7HHH")


def dump(found: Fingerprint) -> bytes:
    """Return a fingerprint as bytes, about 5 KB for an article of 400 words."""
    arrays = (
        found.runs, found.lead, found.title, found.terms, found.anchors, found.numbers, found.particulars,
        found.measures, found.names, found.concepts,
    )  # fmt: skip
    head = _HEAD.pack(
        _MAGIC,
        found.language.encode("ascii", "replace")[:2].ljust(2),
        math.nan if found.at is None else found.at,
        found.title_hash,
        found.text_hash,
        *map(len, arrays),
        len(found.days),
        len(found.title_days),
    )
    weights = (found.title_weights, found.weights)
    days = np.asarray([*found.days, *found.title_days], "<u2")
    return (
        b"".join([head, *(a.astype("<u4").tobytes() for a in arrays), *(w.astype("<f2").tobytes() for w in weights)])
        + days.tobytes()
    )


def load(stored: bytes) -> Fingerprint | None:
    """Return the fingerprint in bytes of `dump`, of an earlier release without what that did not hold.

    None for bytes of a version before that.
    """
    if stored[:4] not in (_MAGIC, _OLD_MAGIC):
        return None
    form = _HEAD if stored[:4] == _MAGIC else _OLD_HEAD
    _, language, at, title_hash, text_hash, *lengths, days, title_days = form.unpack_from(stored)
    place = form.size
    arrays: list[Hashes] = []
    for length in lengths:
        arrays.append(np.frombuffer(stored, "<u4", length, place))
        place += 4 * length
    title_weights = np.frombuffer(stored, "<f2", lengths[2], place).astype(np.float32)
    weights = np.frombuffer(stored, "<f2", lengths[3], place + 2 * lengths[2]).astype(np.float32)
    named = [int(d) for d in np.frombuffer(stored, "<u2", days + title_days, place + 2 * (lengths[2] + lengths[3]))]
    arrays += [np.empty(0, np.uint32)] * (10 - len(arrays))
    runs, lead, title, terms, anchors, numbers, particulars, measures, names, concepts = arrays
    return Fingerprint(
        runs=runs,
        lead=lead,
        title=title,
        title_weights=title_weights,
        terms=terms,
        weights=weights,
        anchors=anchors,
        numbers=numbers,
        particulars=particulars,
        measures=measures,
        names=names,
        concepts=concepts,
        days=tuple(named[:days]),
        title_days=tuple(named[days:]),
        at=None if math.isnan(at) else at,
        language=language.decode().strip(),
        title_hash=title_hash,
        text_hash=text_hash,
    )
