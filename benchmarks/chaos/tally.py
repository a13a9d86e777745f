"""What the scenes counted → a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """One row of the table: a kind of trouble on one database."""

    trouble: str
    database: str
    #: how often the trouble was made, and was to be made
    done: int = 0
    planned: int = 0
    #: articles
    offered: int = 0
    stored: int = 0
    lost: int = 0
    twice: int = 0
    #: digests, of days that ended before the scene did
    due: int = 0
    there: int = 0
    digests_twice: int = 0
    #: moments at which `status` was asked, at which all was not well, and at which it said well all the same
    asked: int = 0
    unwell: int = 0
    wrongly_well: int = 0
    seconds: float = 0.0
    #: what else is worth knowing, and what is wrong; one sentence each
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


_HEAD = (
    "trouble", "database", "done", "offered", "stored", "lost", "twice", "digests", "there", "twice",
    "asked", "not well", "wrongly well", "seconds", "problems",
)  # fmt: skip


def table(rows: Iterable[Tally]) -> str:
    """Return the rows as a table of plain text, with the problems below it."""
    rows = list(rows)
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{row.trouble}, {row.database}: {said}" for row in rows for said in (*row.notes, *row.problems)]
    return "\n".join(lines)


def _cells(row: Tally) -> tuple[str, ...]:
    numbers = (
        row.offered, row.stored, row.lost, row.twice, row.due, row.there, row.digests_twice,
        row.asked, row.unwell, row.wrongly_well, round(row.seconds), len(row.problems),
    )  # fmt: skip
    return (row.trouble, row.database, f"{row.done}/{row.planned}", *map(str, numbers))
