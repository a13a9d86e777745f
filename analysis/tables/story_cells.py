"""Articles by story → the cells of the table of stories, sorted on disk: a million take no more memory than ten.

The cells are those that `definitions.STORIES` gives for `rows.story_rows`; a test holds the one against the other.
"""

import marshal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from pipeline.tables.columns import ZONE, Cell
from pipeline.tables.narrow_rows import StoryPart

#: Times of the newest and the oldest article in seconds since 1970, the id, and the other cells.
StoredStory = tuple[float, str, float, bytes]

_TONES = ("positive", "neutral", "negative", "unsure")


def story_cells(
    parts: Iterable[StoryPart], sort: Callable[[Iterable[StoredStory]], Iterable[StoredStory]]
) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of every story, the one with the newest article first; the articles come story by story.

    `sort` returns stories, the latest end first, without holding them all: storage.exports.disk_sort.
    """
    for end, _, start, cells in sort(_stored(list(some)) for _, some in groupby(parts, key=attrgetter("story"))):
        before, after = marshal.loads(cells)
        yield (*before, _local(start), _local(end), *after)


def _local(at: float) -> datetime:
    """Return seconds since 1970 as `columns.local` returns a time."""
    return datetime.fromtimestamp(at // 1, ZONE)


def _stored(parts: Sequence[StoryPart]) -> StoredStory:
    """Return the end, the story, the start and the other cells, those before the times and those after them."""
    first = parts[0]
    if len(parts) == 1:
        start = end = first.at
        after = _counted(
            parts, (first.country,), (first.language,) if first.language else (), tuple(sorted({*first.topics} - {""}))
        )
        event = first.event
    else:
        start, end = min(part.at for part in parts), max(part.at for part in parts)
        countries = tuple(sorted({part.country for part in parts}))
        languages = tuple(sorted({part.language for part in parts} - {""}))
        after = _counted(parts, countries, languages, _most(Counter(topic for part in parts for topic in part.topics)))
        first = min(parts, key=lambda part: (not part.is_dated, part.at, part.key))
        event = min(parts, key=lambda part: (-part.listed_at, part.key)).event
    before = (first.story, event, first.title, first.outlet, first.url)
    packed: Any = before, after
    return end, first.story, start, marshal.dumps(packed)


def _counted(
    parts: Sequence[StoryPart], countries: tuple[str, ...], languages: tuple[str, ...], topics: tuple[str, ...]
) -> tuple[Cell, ...]:
    """Return the cells after the times."""
    tones = [part.tone for part in parts]
    return (
        len(parts),
        1 if len(parts) == 1 else len({part.source_id for part in parts}),
        countries,
        languages,
        next(iter(_most(Counter(part.origin for part in parts if part.origin))), ""),
        "main" if any(part.relevance == "main" for part in parts) else "mention",
        topics,
        *(tones.count(tone) for tone in _TONES),
    )


def _most(counts: Mapping[str, int]) -> tuple[Any, ...]:
    """Return what is counted, the most frequent first."""
    return tuple(sorted((name for name in counts if name), key=lambda name: (-counts[name], name)))
