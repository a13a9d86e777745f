"""Bytes of a page → the decisions of the gates of several provinces, for little more than the cost of one.

The page is made plain once, and one automaton over the names of all provinces finds the stretches in which any of them
can stand; each province's own gate looks at these alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.prefilter.gate import Gate, GateResult
from pipeline.prefilter.normalize_bytes import normalize_bytes


class MergedGate:
    """The gates of several rulebooks; says of each what its gate says (tests/test_merged_gate.py)."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        import ahocorasick_rs

        self._gates = tuple(gates)
        forms = sorted(frozenset[bytes]().union(*(gate.forms for gate in gates)))
        self._longest = max(map(len, forms), default=0)
        self._automaton: Any = ahocorasick_rs.BytesAhoCorasick(
            forms,
            matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST,
            implementation=ahocorasick_rs.Implementation.DFA,
        )

    def look(
        self, body: bytes, url: str = "", content_type: str = "", beside: Sequence[str] = ()
    ) -> tuple[GateResult, ...]:
        """Return the decision of each gate on one page, as `Gate.look` of the same arguments."""
        page = normalize_bytes(body, content_type)
        if len(self._gates) == 1:
            return (self._gates[0].look_within(page, None, url, beside),)
        spans = _join(self._automaton.find_matches_as_indexes(page), self._longest)
        return tuple(gate.look_within(page, spans, url, beside) for gate in self._gates)


def _join(matches: Iterable[tuple[int, int, int]], longest: int) -> list[tuple[int, int]]:
    """Return the stretches of bytes outside which no form stands, apart from each other.

    The matches leave out forms that overlap an earlier one. Such a form begins before the end of a match, and so ends
    within the length of the longest form after it.
    """
    spans: list[tuple[int, int]] = []
    for _, start, end in matches:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end + longest)
        else:
            spans.append((start, end + longest))
    return spans
