"""Blocks of a document → the same without those too large for it, each replaced by a line that names it."""

from collections.abc import Iterable, Iterator

from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, Run, Runs, Table
from analysis.documents.labels import Labels
from pipeline.text.line_length import cut_line

#: Characters of one block at most, some four pages: no headline, excerpt or row of a table comes near it.
_LARGEST = 12_000
#: Characters of a cell of a table that has such a row.
_LARGEST_CELL = 400
#: Characters of the name of a block that was left out.
_NAME = 80


def without_oversized(blocks: Iterable[Block], words: Labels) -> Iterator[Block]:
    """Yield the blocks; a heading, paragraph, list entry or table row too large becomes a line that names it."""
    for block in blocks:
        match block:
            case Heading(_, runs) | Paragraph(runs) if _length(runs) > _LARGEST:
                yield Paragraph(_line(runs, words), "small")
            case BulletList(items, numbered) if any(_length(runs) > _LARGEST for runs in items):
                kept = tuple(runs if _length(runs) <= _LARGEST else _line(runs, words) for runs in items)
                yield BulletList(kept, numbered)
            case Table(head, rows, widths, numeric) if any(sum(map(len, row)) > _LARGEST for row in rows):
                # A row keeps its columns, each with its first words.
                short = tuple(tuple(cut_line(cell, _LARGEST_CELL) for cell in row) for row in rows)
                yield Table(head, short, widths, numeric)
            case _:
                yield block


def block_name(block: Block) -> str:
    """Return the first words of a block."""
    match block:
        case Heading(_, runs) | Paragraph(runs):
            text = "".join(run.text for run in runs)
        case BulletList(items):
            text = "".join(run.text for run in items[0]) if items else ""
        case Table(head):
            text = ", ".join(head)
        case _:
            text = block.alt
    return cut_line(text.strip(), _NAME)


def _length(runs: Runs) -> int:
    return sum(len(run.text) for run in runs)


def _line(runs: Runs, words: Labels) -> Runs:
    return (Run(words.say("left_out", name=block_name(Paragraph(runs)))),)
