"""A TOML text → the same text with its comments in another language; what is no comment stays byte for byte.

The packaged files are the one source of the data. Their comments are English, and the keys of the catalogue
`config.po`: a block of comment lines, or a comment behind a value, is one entry. What has no entry stays English.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: What stands before a comment: anything but quotes and #, and texts in quotes of one line
_BEFORE = re.compile(r"""(?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*""")
#: The mark of a comment, and the blank that is no part of its text
_MARK = re.compile(r"\s*# ?")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a TOML text: lines `first` to `last` (exclusive, from 0)."""

    first: int
    last: int
    #: what stands before the comment in its first line: a value, or blanks alone
    before: str
    #: its lines without the marks
    text: str


def comments(text: str) -> Iterator[Comment]:
    """Yield the comments of a TOML text without texts of several lines, in their order."""
    lines = text.splitlines()
    n = 0
    while n < len(lines):
        first, match = n, _BEFORE.match(lines[n])
        before = match[0] if match else lines[n]
        n += 1
        if before == lines[first]:
            continue
        if not before.strip():
            while n < len(lines) and lines[n].startswith(f"{before}#"):
                n += 1
        block = [lines[first][len(before) :], *lines[first + 1 : n]]
        yield Comment(first, n, before, "\n".join(_MARK.sub("", line, count=1).rstrip() for line in block))


def with_comments(text: str, translate: Callable[[str], str]) -> str:
    """Return a TOML text with its comments translated, each as a whole; a translation may have more or fewer lines."""
    lines = text.splitlines(keepends=True)
    for comment in reversed(list(comments(text))):
        words = translate(comment.text)
        if words == comment.text:
            continue
        first, *others = words.split("\n")
        indent = " " * len(comment.before)
        lines[comment.first : comment.last] = [
            f"{before}# {line}".rstrip() + "\n"
            for before, line in [(comment.before, first), *((indent, line) for line in others)]
        ]
    return "".join(lines)
