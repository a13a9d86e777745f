"""The tree of a query: words, fields and days, joined by AND, OR and NOT."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Words:
    """One word, or a phrase; `exact` (all words with their diacritics) where one word of it has a diacritic."""

    words: tuple[str, ...]
    exact: bool
    #: Whether the last word is only the beginning of one.
    prefix: bool = False
    only_title: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two phrases in either order with at most `between` words between them; both exact or both not."""

    one: Words
    other: Words
    between: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A field with a value, e.g. topic and energy."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """Articles published (else first seen) from the first day to the last; None: no bound."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Story:
    """Articles in the story or event of this key."""

    key: str


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Tree"


Tree = Words | Near | Mark | Days | Story | And | Or | Not


def asked_words(tree: Tree) -> Iterator[Words]:
    """Yield the words that a hit has to contain: those not under a NOT."""
    if isinstance(tree, Words):
        yield tree
    elif isinstance(tree, Near):
        yield from (tree.one, tree.other)
    elif isinstance(tree, And | Or):
        for part in tree.parts:
            yield from asked_words(part)


def names_relevance(tree: Tree) -> bool:
    """Whether a query has a `relevance:` field."""
    if isinstance(tree, And | Or):
        return any(names_relevance(part) for part in tree.parts)
    return names_relevance(tree.part) if isinstance(tree, Not) else isinstance(tree, Mark) and tree.field == "relevance"
