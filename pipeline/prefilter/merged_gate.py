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


#: Gates that have a form, as bits. Where it is the beginning of an interrupted name also its size in bytes, and what
#: must go on behind the break for the form to tell anything; 0 and nothing for a form that may be a whole name.
_Owners = tuple[int, int, tuple[bytes, ...]]
#: Where a form stands, whether it tells anything, and the gates for which that holds, as bits
_Match = tuple[int, int, bool, int]


class MergedGate:
    """The gates of several rulebooks; says of each what its gate says (tests/test_merged_gate.py)."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self._gates = tuple(gates)
        owners: dict[bytes, dict[tuple[int, tuple[bytes, ...]], int]] = {}
        for number, gate in enumerate(self._gates if len(self._gates) > 1 else ()):
            beginnings = dict(gate.beginnings())
            for form in gate.forms:
                beginning = beginnings.get(form)
                kind = (0, ()) if beginning is None else (beginning.size, beginning.then)
                kinds = owners.setdefault(form, {})
                kinds[kind] = kinds.get(kind, 0) | 1 << number
        self._forms = sorted(owners)
        self._owners: list[list[_Owners]] = [
            [(bits, size, then) for (size, then), bits in owners[form].items()] for form in self._forms
        ]

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
        found: list[_Match] = []
        told = 0
        for pattern, start, end in self._automaton.find_matches_as_indexes(page, overlapping=True):
            for bits, size, then in self._owners[pattern]:
                tells = not size or page.startswith(then, after_break(page, start + size))
                found.append((start, end, tells, bits))
                if tells:
                    told |= bits
        said = any(beside)
        return tuple(
            gate.look_within(page, _join(found, 1 << number), url, beside) if said or told >> number & 1 else _NOTHING
            for number, gate in enumerate(self._gates)
        )


def _join(matches: Iterable[_Match], gate: int) -> list[tuple[int, int]]:
    """Return the stretches of bytes that a gate's matches cover together, in order, but those that tell nothing."""
    spans: list[tuple[int, int, bool]] = []
    for start, end, tells in sorted((start, end, tells) for start, end, tells, bits in matches if bits & gate):
        if spans and start < spans[-1][1]:
            begin, stop, before = spans[-1]
            spans[-1] = begin, max(end, stop), before or tells
        else:
            spans.append((start, end, tells))
    return [(start, end) for start, end, tells in spans if tells]
