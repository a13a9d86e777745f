"""The tree of a query: what a text, a field or a day must be, and how that is put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Words:
    """One word, or several that stand in a row; where one carries a diacritic all of them are exact."""

    words: tuple[str, ...]
    exact: bool
    #: whether the last is only the beginning of a word
    prefix: bool = False
    only_title: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two of them with at most `between` words between, either first; both exact or both not."""

    one: Words
    other: Words
    between: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A field that says exactly this, e.g. topic, energy."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """Published (or first seen) from the first day to the last; None: open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Story:
    """In the story, or event, of this key."""

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
    """Yield the words that a hit shall have: those that no NOT stands before."""
    if isinstance(tree, Words):
        yield tree
    elif isinstance(tree, Near):
        yield from (tree.one, tree.other)
    elif isinstance(tree, And | Or):
        for part in tree.parts:
            yield from asked_words(part)


def names_relevance(tree: Tree) -> bool:
    """Whether a query says itself which relevance its hits shall have."""
    if isinstance(tree, And | Or):
        return any(names_relevance(part) for part in tree.parts)
    return names_relevance(tree.part) if isinstance(tree, Not) else isinstance(tree, Mark) and tree.field == "relevance"
