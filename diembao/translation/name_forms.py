"""A text and the names in it → the text with the names as the translation is to have them.

Engines without a glossary copy words that they do not know: a Vietnamese name in a Korean sentence stays as it is.
"""

from collections.abc import Sequence

from diembao.translation.translator import Hint


def with_known_names(text: str, hints: Sequence[Hint]) -> str:
    """Return a text with the names written as the hints say, the longest first; blanks keep them apart from letters."""
    for hint in sorted(hints, key=lambda one: len(one.source), reverse=True):
        before, *rest = text.split(hint.source)
        for after in rest:
            left = " " if before and before[-1].isalnum() else ""
            right = " " if after and after[0].isalnum() else ""
            before += left + hint.target + right + after
        text = before
    return text
