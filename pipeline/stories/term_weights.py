"""Title and text → hashed words and pairs of neighbours, each weighed by its rarity in the press."""

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from pipeline.text import scripts
from pipeline.text.normalize import match_key, normalise, strip_diacritics

Hashes = NDArray[np.uint32]
Weights = NDArray[np.float32]

#: File in this package: counts of the background articles (some thousand) that contain a word or pair
FREQUENCIES = "frequencies.npz"
#: Articles a word must occur in to be listed; unlisted words count as if in two
_RARE = 6
#: Least weights of words and of pairs that count; single syllables are common, pairs less so
_LEAST_WORD, _LEAST_PAIR = 4.0, 2.0
#: weights where no frequencies are known (languages other than Vietnamese): common words, names and numbers, and two
#: neighbours of them
_PLAIN, _NAME, _PAIR_PLAIN, _PAIR_NAME = 3.0, 5.5, 4.5, 7.0

# Scripts without spaces are cut into single characters; their pairs carry the meaning.
_WORD = re.compile(rf"[{scripts.UNSPACED_AND_HANGUL}]|[^\W_{scripts.UNSPACED_AND_HANGUL}]+")
_STOPLISTS = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "id": "Indonesian", "it": "Italian",
    "pt": "Portuguese", "ru": "Russian", "uk": "Ukrainian",
}  # fmt: skip


def title_words(text: str) -> list[str]:
    """Return the words of a text with their case; one character each in scripts without spaces."""
    return _WORD.findall(normalise(text))


def hashes(words: Iterable[str]) -> Hashes:
    """Return one number for each word, the same for its spellings in upper case and with either tone-mark place."""
    folded = match_key("\n".join(words)).encode("utf-8", "replace")
    return np.fromiter((zlib.crc32(word) for word in folded.split(b"\n") if word), dtype=np.uint32)


def join(hashed: Hashes, count: int) -> Hashes:
    """Return one number for every `count` neighbours in a sequence of hashed words."""
    if len(hashed) < count:
        return np.empty(0, np.uint32)
    rows = len(hashed) - count + 1
    mixed = np.full(rows, count, np.uint64)
    for n in range(count):
        # One round of splitmix64, so that 'a b' and 'b a' differ.
        mixed = (mixed ^ hashed[n : n + rows].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(16)).astype(np.uint32)


def term_weights(words: list[str], hashed: Hashes, language: str) -> tuple[Hashes, Weights]:
    """Return the distinct words and pairs that can tell articles apart, sorted, with their weights (log of rarity)."""
    pairs = join(hashed, 2)
    if language == "vi":
        singles_weight, pairs_weight = rarity(hashed), rarity(pairs)
        singles_weight[singles_weight < _LEAST_WORD] = 0
        pairs_weight[pairs_weight < _LEAST_PAIR] = 0
    else:
        singles_weight, pairs_weight = _weigh_unknown(words, language)
        # Vietnamese names that tell little at home tell little abroad.
        singles_weight = np.minimum(singles_weight, rarity(hashed))
        pairs_weight = np.minimum(pairs_weight, rarity(pairs))
    terms = np.concatenate([hashed, pairs])
    weights = np.concatenate([singles_weight, pairs_weight])
    positive = weights > 0
    distinct, first = np.unique(terms[positive], return_index=True)
    return distinct, weights[positive][first].astype(np.float32)


def title_term_weights(words: list[str], hashed: Hashes, language: str) -> tuple[Hashes, Weights]:
    """Return the distinct words of a title, sorted, with weights whose squares sum to 1."""
    weights = rarity(hashed) if language == "vi" else _weigh_unknown(words, language)[0] + np.float32(0.3)
    distinct, first = np.unique(hashed, return_index=True)
    return distinct, unit_vector(weights[first])


def unit_vector(weights: Weights) -> Weights:
    """Return weights scaled so that their squares sum to 1."""
    length = float(np.sqrt(np.sum(weights.astype(np.float64) ** 2)))
    # As coarse as they are stored, so that a fingerprint is the same before and after storage.
    return (weights / (length or 1.0)).astype(np.float16).astype(np.float32)


def _weigh_unknown(words: list[str], language: str) -> tuple[Weights, Weights]:
    stop = _stop_words(language)
    empty = np.array([len(w) == 1 or w.lower() in stop for w in words], bool)
    names = np.array([w[0].isupper() or w[0].isdigit() for w in words], bool)
    unspaced = np.array([len(w) == 1 and not w.isascii() for w in words], bool)
    singles = np.where(empty, 0.0, np.where(names, _NAME, _PLAIN))
    both = names[:-1] & names[1:]
    pairs = np.where(both, _PAIR_NAME, _PAIR_PLAIN)
    pairs = np.where((empty[:-1] | empty[1:]) & ~(unspaced[:-1] & unspaced[1:]), 0.0, pairs)
    return singles.astype(np.float32), pairs.astype(np.float32)


@lru_cache(maxsize=16)
def _stop_words(language: str) -> frozenset[str]:
    name = _STOPLISTS.get(language[:2])
    if name is None:
        return frozenset()
    from justext import get_stoplist

    return frozenset(get_stoplist(name))


def rarity(terms: Hashes) -> Weights:
    """Return log((N + 1) / (n + 1)) for terms that n of N background articles hold."""
    known, weights, unknown = _table()
    at = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    log_rarity: Weights = np.where(known[at] == terms, weights[at], unknown).astype(np.float32)
    return log_rarity


@lru_cache(maxsize=1)
def _table() -> tuple[Hashes, Weights, np.float32]:
    with np.load(BytesIO(files("pipeline.stories").joinpath(FREQUENCIES).read_bytes())) as stored:
        total = int(stored["articles"])
        weights = np.log((total + 1) / (stored["counts"].astype(np.float32) + 1)).astype(np.float32)
        return stored["terms"], weights, np.float32(np.log((total + 1) / 3))


def count_terms(*corpora: Iterable[str]) -> bytes:
    """Return the file of frequencies of Vietnamese corpora: hashes of words and pairs, and how many texts hold them.

    A term counts as common as it is in the corpus where it is most so: in the news of one province its own names tell
    nothing, however rare they are elsewhere. Counts are scaled to the size of the first corpus.
    """
    sizes: list[int] = []
    shares: dict[int, float] = {}
    for corpus in corpora:
        seen = [_distinct(text) for text in corpus]
        terms, counts = np.unique(np.concatenate(seen or [np.empty(0, np.uint32)]), return_counts=True)
        sizes.append(len(seen))
        kept = counts >= _RARE
        for term, number in zip(terms[kept].tolist(), counts[kept].tolist(), strict=True):
            shares[term] = max(shares.get(term, 0.0), number / len(seen))
    listed = np.array(sorted(shares), np.uint32)
    scaled = np.array([round(shares[int(term)] * sizes[0]) for term in listed], np.uint16)
    file = BytesIO()
    np.savez_compressed(file, articles=np.uint32(sizes[0]), terms=listed, counts=scaled)
    return file.getvalue()


def _distinct(text: str) -> Hashes:
    words = title_words(text)
    hashed, plain = hashes(words), hashes(strip_diacritics(word) for word in words)
    # Names without their marks too: so they stand in the texts of other languages.
    named = np.array([w[0].isupper() for w in words], bool)
    pairs = join(plain, 2)[named[:-1] & named[1:]] if len(words) > 1 else plain[:0]
    return np.unique(np.concatenate([hashed, join(hashed, 2), plain[named], pairs]))
