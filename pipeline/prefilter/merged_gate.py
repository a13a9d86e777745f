"""Bytes of a page → the decisions of the gates of several provinces, for little more than the cost of one.

The page is made plain once, and one automaton over the names of all provinces finds where any of them stands; each
province's own gate looks at these stretches alone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from pipeline.prefilter.gate import Gate, GateResult, after_break
from pipeline.prefilter.normalize_bytes import normalize_bytes

#: The decision on a page in which nothing stands.
_NOTHING = GateResult(False, ())


#: Number of a gate that has a form. Of the beginning of an interrupted name also its size in bytes, and what must go on
#: behind the break for the form to tell anything; 0 and nothing for a form that may be a whole name.
_Owner = tuple[int, int, tuple[bytes, ...]]


class MergedGate:
    """The gates of several rulebooks; says of each what its gate says (tests/test_merged_gate.py)."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self._gates = tuple(gates)
        owners: dict[bytes, list[_Owner]] = {}
        for number, gate in enumerate(self._gates if len(self._gates) > 1 else ()):
            beginnings = dict(gate.beginnings())
            for form in gate.forms:
                beginning = beginnings.get(form)
                size, then = (0, ()) if beginning is None else (beginning.size, beginning.then)
                owners.setdefault(form, []).append((number, size, then))
        self._forms = sorted(owners)
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
        found: list[list[tuple[int, int, bool]]] = [[] for _ in self._gates]
        for pattern, start, end in self._automaton.find_matches_as_indexes(page, overlapping=True):
            known, after = -1, 0
            for number, size, then in self._owners[pattern]:
                if size and size != known:
                    known, after = size, after_break(page, start + size)
                found[number].append((start, end, not size or page.startswith(then, after)))
        said = any(beside)
        return tuple(
            gate.look_within(page, _join(matches), url, beside) if matches or said else _NOTHING
            for gate, matches in zip(self._gates, found, strict=True)
        )


def _join(matches: Iterable[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    """Return the stretches of bytes that matches cover together, in their order, but those that tell nothing."""
    spans: list[tuple[int, int, bool]] = []
    for start, end, tells in sorted(matches):
        if spans and start < spans[-1][1]:
            begin, stop, told = spans[-1]
            spans[-1] = begin, max(end, stop), told or tells
        else:
            spans.append((start, end, tells))
    return [(start, end) for start, end, tells in spans if tells]
