"""The disputed words of a report, and a later text of it → whether they still stand there."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from pipeline.register.phrases import words_of

#: stands: all its words in their order, whatever case, punctuation and white space; reworded: most of them, so that a
#: person has to look whether it is corrected (a number or a "not" may be what changed); absent: neither.
PassageState = Literal["stands", "reworded", "absent"]

#: Share of the words that must stand in their order for a passage to be reworded and not absent.
_REWORDED = 0.7
#: Passages of fewer words stand or do not: one word of three is most of the sense.
_LEAST_WORDS = 5
_ORDER: tuple[PassageState, ...] = ("stands", "reworded", "absent")


@lru_cache(maxsize=2_000)
def find_passage(passage: str, text: str) -> PassageState:
    """Return whether a passage stands in a text; parts of it may be left out with "…" or "[...]".

    Diacritics count. Of several parts the one that stands least decides.
    """
    parts = [words_of(part) for part in passage.replace("[...]", "…").replace("...", "…").split("…")]
    words = words_of(text)
    states = {_find(part, words) for part in parts if part}
    worst: PassageState = "stands" if states else "absent"
    for state in _ORDER:
        worst = state if state in states else worst
    return worst


def _find(part: tuple[str, ...], words: tuple[str, ...]) -> PassageState:
    if f" {' '.join(part)} " in f" {' '.join(words)} ":
        return "stands"
    if len(part) < _LEAST_WORDS or len(set(part) & set(words)) < _REWORDED * len(set(part)):
        return "absent"
    most = len(part) - _REWORDED * len(part)
    return "reworded" if _least_edits(part, words) <= most else "absent"


def _least_edits(part: Sequence[str], words: Sequence[str]) -> int:
    """Return the fewest words to put in, take out or change that make `part` of some run of `words` (Sellers 1980)."""
    column = list(range(len(part) + 1))
    least = column[-1]
    for word in words:
        diagonal, column[0] = column[0], 0
        for n, own in enumerate(part, 1):
            diagonal, column[n] = column[n], min(diagonal + (own != word), column[n] + 1, column[n - 1] + 1)
        least = min(least, column[-1])
    return least
