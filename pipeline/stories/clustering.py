"""Links between articles and rulings of persons → groups, the same for every order of the links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """An article and the earlier one it belongs to."""

    later: str
    earlier: str
    #: 0 to 1
    score: float


@dataclass(frozen=True, slots=True)
class Ruling:
    """The ruling of a person: the articles belong together, or their two sides stay apart."""

    #: later rulings outweigh earlier ones
    id: int
    apart: bool
    #: article → 0 or 1
    sides: Mapping[str, int]


def cluster(members: Iterable[str], links: Iterable[Link], rulings: Sequence[Ruling] = ()) -> list[set[str]]:
    """Join linked articles, highest score first, but never two sides that a ruling holds apart.

    Links to articles outside `members` are ignored.
    """
    home = {member: member for member in members}
    group: dict[str, set[str]] = {member: {member} for member in home}
    apart = [r for r in rulings if r.apart]

    def root(member: str) -> str:
        while home[member] != member:
            home[member] = home[home[member]]
            member = home[member]
        return member

    def join(one: str, other: str, since: int) -> None:
        one, other = root(one), root(other)
        if one == other or any(r.id > since and _separates(r, group[one], group[other]) for r in apart):
            return
        if len(group[one]) < len(group[other]):
            one, other = other, one
        home[other] = one
        group[one] |= group.pop(other)

    for ruling in sorted((r for r in rulings if not r.apart), key=lambda r: -r.id):
        named = sorted(m for m in ruling.sides if m in home)
        for other in named[1:]:
            join(named[0], other, ruling.id)
    for link in sorted(links, key=lambda k: (-k.score, k.later, k.earlier)):
        if link.later in home and link.earlier in home:
            join(link.later, link.earlier, -1)
    return sorted(group.values(), key=min)


def _separates(ruling: Ruling, some: set[str], others: set[str]) -> bool:
    """Whether the two groups lie on different sides of the ruling."""
    one = {side for member, side in ruling.sides.items() if member in some}
    other = {side for member, side in ruling.sides.items() if member in others}
    return len(one) == 1 and len(other) == 1 and one != other
