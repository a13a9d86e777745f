"""Labelled examples that people can read: those nearest in meaning to a text explain a topic that no word explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Vectors

#: Examples that are shown
_MOST = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text, written for the purpose or decided on by people of the office."""

    title: str
    text: str
    language: str
    topics: tuple[str, ...]
    tone: str


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Examples with their vectors, an array of shape (examples, dimensions) with rows of length 1."""

    all: tuple[Example, ...] = ()
    vectors: Vectors | None = None

    def nearest(self, head: Vectors, topic: str) -> tuple[Example, ...]:
        """Return the examples of a topic that are nearest to a vector, the nearest first."""
        if self.vectors is None:
            return ()
        likeness = self.vectors @ head
        order = (int(n) for n in (-likeness).argsort() if topic in self.all[int(n)].topics)
        return tuple(self.all[n] for n, _ in zip(order, range(_MOST), strict=False))
