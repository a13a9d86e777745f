"""Links between articles and what a person ruled → groups, the same for every order of the links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """An article and the earlier one it goes with."""

    later: str
    earlier: str
    #: 0 to 1
    score: float


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person said of articles: that they belong together, or that two sides of them do not."""

    #: later rulings outweigh earlier ones
    id: int
    apart: bool
    #: article → 0 or 1
    sides: Mapping[str, int]


def cluster(members: Iterable[str], links: Iterable[Link], rulings: Sequence[Ruling] = ()) -> list[set[str]]:
    """Join what is linked, the surest first, but never two sides that a person holds apart.

    Links to articles that are not among `members` are left out.
    """
    home = {member: member for member in members}
    held: dict[str, set[str]] = {member: {member} for member in home}
    apart = [r for r in rulings if r.apart]

    def root(member: str) -> str:
        while home[member] != member:
            home[member] = home[home[member]]
            member = home[member]
        return member

    def join(one: str, other: str, since: int) -> None:
        one, other = root(one), root(other)
        if one == other or any(r.id > since and _parts(r, held[one], held[other]) for r in apart):
            return
        if len(held[one]) < len(held[other]):
            one, other = other, one
        home[other] = one
        held[one] |= held.pop(other)

    for ruling in sorted((r for r in rulings if not r.apart), key=lambda r: -r.id):
        named = sorted(m for m in ruling.sides if m in home)
        for other in named[1:]:
            join(named[0], other, ruling.id)
    for link in sorted(links, key=lambda k: (-k.score, k.later, k.earlier)):
        if link.later in home and link.earlier in home:
            join(link.later, link.earlier, -1)
    return sorted(held.values(), key=min)


def _parts(ruling: Ruling, some: set[str], others: set[str]) -> bool:
    """Whether joining two groups would bring together what the ruling holds apart."""
    one = {side for member, side in ruling.sides.items() if member in some}
    other = {side for member, side in ruling.sides.items() if member in others}
    return len(one) == 1 and len(other) == 1 and one != other
