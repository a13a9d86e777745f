"""Many names or terms → one automaton that finds all of them in a text, at word boundaries."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick_rs

from pipeline.text import scripts
from pipeline.text.normalize import match_key

# Scripts without spaces, and Hangul, whose particles are attached to the name: no word boundary is required.
_UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")


@dataclass(frozen=True, slots=True)
class Hit:
    """One occurrence; `pattern` is the index of the pattern in the order they were given."""

    start: int
    end: int
    pattern: int


class Matcher:
    """Finds patterns in key form (normalize.match_key); a * in a pattern stands for any letters of the word."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = [" ".join(match_key(p).split(" ")) for p in patterns]
        heads = [p.split("*", 1)[0] for p in self.patterns]
        self._unspaced = [bool(_UNSPACED.search(p)) for p in self.patterns]
        self._tails = [_tail(p) for p in self.patterns]
        self._owners: dict[str, list[int]] = {}
        for i, head in enumerate(heads):
            if head.strip():
                self._owners.setdefault(head, []).append(i)
        self._heads = list(self._owners)
        self._automaton = ahocorasick_rs.AhoCorasick(self._heads, store_patterns=False) if self._heads else None

    def find(self, text: str) -> list[Hit]:
        """Return every occurrence in `text`, which is in key form; overlapping ones too, by start."""
        if self._automaton is None or not text:
            return []
        hits: list[Hit] = []
        size = len(text)
        for head, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True):
            starts_word = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
            for i in self._owners[self._heads[head]]:
                end = stop
                if self._unspaced[i]:
                    hits.append(Hit(start, end, i))
                    continue
                if not starts_word:
                    continue
                if (tail := self._tails[i]) is not None:
                    match = tail.match(text, stop)
                    if match is None:
                        continue
                    end = match.end()
                if end < size and text[end].isalnum() and text[end - 1].isalnum():
                    continue
                hits.append(Hit(start, end, i))
        hits.sort(key=lambda h: (h.start, -h.end))
        return hits


def _tail(pattern: str) -> re.Pattern[str] | None:
    if "*" not in pattern:
        return None
    rest = pattern.split("*")[1:]
    return re.compile(r"[^\W\d_]*" + r"[^\W\d_]*".join(map(re.escape, rest)))


def longest_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Keep of overlapping hits the one that begins first; of several, the longest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def hits_outside(hits: Iterable[Hit], covers: Iterable[tuple[int, int]]) -> list[Hit]:
    """Drop the hits that lie within one of the intervals `covers`."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(covers):
        # Only intervals that reach further than all before them can cover what those do not.
        if not ends or end > ends[-1]:
            starts.append(start)
            ends.append(end)
    return [h for h in hits if (i := bisect_right(starts, h.start) - 1) < 0 or ends[i] < h.end]
