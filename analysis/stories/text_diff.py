"""Two versions of an article → words removed and words added."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pipeline.records import Article

_WORD = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
#: Unchanged words shown on either side of a change
_AROUND = 12

DiffKind = Literal["same", "out", "in", "gap"]


@dataclass(frozen=True, slots=True)
class DiffPiece:
    kind: DiffKind
    text: str


def text_diff(before: Article, after: Article) -> list[DiffPiece]:
    """Return the changes from one text to the next, title first, with unchanged words around them.

    Words are compared, not lines: the edit of one figure in a long paragraph is shown as that figure.
    """
    old, new = (_WORD.findall(f"{a.title}\n{a.text}") for a in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False) if len(old) * len(new) < 4_000_000 else None
    if matcher is None:
        # Comparing all words with all words would take minutes: compare paragraphs.
        old, new = (re.findall(r"[^\n]*\n?", f"{a.title}\n{a.text}") for a in (before, after))
        matcher = SequenceMatcher(None, old, new, autojunk=False)
    return list(_join_changes(_pieces(matcher, old, new)))


def _pieces(matcher: "SequenceMatcher[str]", old: list[str], new: list[str]) -> Iterator[DiffPiece]:
    codes = matcher.get_opcodes()
    for n, (tag, i, j, k, m) in enumerate(codes):
        if tag == "equal":
            same = old[i:j]
            head, tail = n > 0, n < len(codes) - 1
            if len(same) > 4 * _AROUND * (head + tail) // 2:
                if head:
                    yield DiffPiece("same", "".join(same[: 2 * _AROUND]))
                yield DiffPiece("gap", "")
                if tail:
                    yield DiffPiece("same", "".join(same[-2 * _AROUND :]))
            else:
                yield DiffPiece("same", "".join(same))
            continue
        if j > i:
            yield DiffPiece("out", "".join(old[i:j]))
        if m > k:
            yield DiffPiece("in", "".join(new[k:m]))


def _join_changes(pieces: Iterator[DiffPiece]) -> Iterator[DiffPiece]:
    """Join changes with only white space between them: 'a b' → 'c d' is one change, not two."""
    out, new, space = "", "", ""
    for piece in pieces:
        if piece.kind == "out":
            out, new, space = (out + space + piece.text, new + space, "") if out or new else (piece.text, "", "")
        elif piece.kind == "in":
            out, new, space = (out + space, new + space + piece.text, "") if out or new else ("", piece.text, "")
        elif piece.kind == "same" and not piece.text.strip() and (out or new):
            space += piece.text
        else:
            yield from _change(out, new)
            if space:
                yield DiffPiece("same", space)
            out = new = space = ""
            yield piece
    yield from _change(out, new)
    if space:
        yield DiffPiece("same", space)


def _change(out: str, new: str) -> Iterator[DiffPiece]:
    if out:
        yield DiffPiece("out", out)
    if new:
        yield DiffPiece("in", new)
