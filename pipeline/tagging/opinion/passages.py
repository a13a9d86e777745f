"""The parts of a text that the second opinion reads: title and lead, and the sentences that name the province."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.tagging.mention_roles import Role
from pipeline.tagging.mentions import Mention, PlaceMentions, Where

#: Characters of title and text that are encoded; the cost of an encoder grows with them.
HEAD = 550
#: Characters of one sentence, and of all of a text, that are encoded as what is said of the province.
_SENTENCE, _PASSAGE = 300, 450
_MOST_SENTENCES = 3
_END = re.compile(r"(?<=[.!?…。！？])\s+|\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences of a text that name the province."""

    #: the first of them; '' where no name counts
    text: str
    #: (field, start, end) of all of them
    spans: tuple[tuple[Where, int, int], ...]
    #: shares of the names that are an aside or stand in a list
    asides: float
    lists: float


def head_text(title: str, text: str) -> str:
    """Return the beginning of a text with its title, as it is encoded."""
    return f"{title}. {text}"[:HEAD]


def find_passage(found: PlaceMentions, roles: Sequence[Role]) -> Passage:
    """Return what a text says where it names the province; `roles` are those of `found.mentions`."""
    pairs = [
        (mention, role)
        for mention, role in zip(found.mentions, roles, strict=True)
        if role != "range" and not mention.withheld
    ]
    spans: dict[tuple[Where, int, int], Mention] = {}
    for mention, _ in pairs:
        start, end = _sentence(found.zone(mention.where).text, mention.start)
        spans.setdefault((mention.where, start, end), mention)
    parts: list[str] = []
    for (where, start, end), mention in spans.items():
        if len(parts) == _MOST_SENTENCES or sum(map(len, parts)) >= _SENTENCE:
            break
        if end - start > _SENTENCE:
            start = max(start, mention.start - _SENTENCE // 2)
            end = min(end, start + _SENTENCE)
        parts.append(found.zone(where).text[start:end].strip())
    count = len(pairs) or 1
    return Passage(
        " ".join(parts)[:_PASSAGE],
        tuple(spans),
        sum(role == "aside" for _, role in pairs) / count,
        sum(role == "list" for _, role in pairs) / count,
    )


def _sentence(text: str, at: int) -> tuple[int, int]:
    """Return the offsets of the sentence around an offset; a longer stretch than is of use is not searched."""
    first = max(0, at - 4 * _SENTENCE)
    start = max((end.end() for end in _END.finditer(text, first, at)), default=first)
    following = _END.search(text, at, min(len(text), at + 4 * _SENTENCE))
    return start, following.start() if following else min(len(text), at + 4 * _SENTENCE)
