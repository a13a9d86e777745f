"""Bytes of a page → the decisions of the gates of several provinces, for little more than the cost of one.

The page is made plain once, and one automaton over the names of all provinces finds where any of them stands; each
province's own gate looks at these stretches alone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from pipeline.prefilter.gate import Gate, GateResult
from pipeline.prefilter.normalize_bytes import normalize_bytes


class MergedGate:
    """The gates of several rulebooks; says of each what its gate says (tests/test_merged_gate.py)."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self._gates = tuple(gates)
        owners: dict[bytes, list[int]] = {}
        for number, gate in enumerate(self._gates if len(self._gates) > 1 else ()):
            for form in gate.forms:
                owners.setdefault(form, []).append(number)
        self._forms = sorted(owners)
        #: numbers of the gates that have each form
        self._owners = [tuple(owners[form]) for form in self._forms]

    @cached_property
    def _automaton(self) -> Any:
        # Every occurrence of a form, also within and across another: each gate must find all of its own.
        from ahocorasick_rs import MATCHKIND_STANDARD, BytesAhoCorasick, Implementation

        return BytesAhoCorasick(self._forms, matchkind=MATCHKIND_STANDARD, implementation=Implementation.DFA)

    def look(
        self, body: bytes, url: str = "", content_type: str = "", beside: Sequence[str] = ()
    ) -> tuple[GateResult, ...]:
        """Return the decision of each gate on one page, as `Gate.look` of the same arguments."""
        page = normalize_bytes(body, content_type)
        if len(self._gates) == 1:
            return (self._gates[0].look_within(page, None, url, beside),)
        found: list[list[tuple[int, int]]] = [[] for _ in self._gates]
        for pattern, start, end in self._automaton.find_matches_as_indexes(page, overlapping=True):
            for number in self._owners[pattern]:
                found[number].append((start, end))
        looks = zip(self._gates, found, strict=True)
        return tuple(gate.look_within(page, _join(matches), url, beside) for gate, matches in looks)


def _join(matches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches of bytes that matches cover together, in their order."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(matches):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
