"""Goals of the benchmarks: what was seen, what it must be, and at the end of `make bench` which are missed."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and its limit: `most` or `least`; `unit` is shown behind both, e.g. " ms" or " ×"."""

    name: str
    seen: float
    most: float | None = None
    least: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool:
        return (self.most is None or self.seen <= self.most) and (self.least is None or self.seen >= self.least)

    @property
    def limit(self) -> str:
        if self.most is not None:
            return f"≤ {_shown(self.most)}{self.unit}"
        return "" if self.least is None else f"≥ {_shown(self.least)}{self.unit}"


def _shown(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def print_goals(title: str, goals: Iterable[Goal]) -> list[Goal]:
    """Print a table of goals; return those that are missed."""
    found = list(goals)
    table = Table("what", "seen", "must be", "", title=title)
    for goal in found:
        table.add_row(goal.name, f"{_shown(goal.seen)}{goal.unit}", goal.limit, "" if goal.met else "missed")
    Console(width=120).print(table)
    return [goal for goal in found if not goal.met]
