"""Articles by story → the cells of the table of stories, sorted on disk: a million take no more memory than ten.

The cells are those that `definitions.STORIES` gives for `rows.story_rows`; a test holds the one against the other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from pipeline.tables.columns import ZONE, Cell
from pipeline.tables.narrow_rows import StoryPart

#: Time of the newest article in seconds since 1970, below zero; the id; time of the oldest; the cells before the times
#: and those after them.
StoredStory = tuple[float, str, float, tuple[Any, ...], tuple[Any, ...]]

_TONES = ("positive", "neutral", "negative", "unsure")
#: Cells of a story of one article, by its tone
_ONE = {tone: tuple(int(tone == other) for other in _TONES) for tone in _TONES}
_NO_TONE = (0,) * len(_TONES)


def story_cells(
    parts: Iterable[StoryPart], sort: Callable[[Iterable[StoredStory]], Iterable[StoredStory]]
) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of every story, the one with the newest article first; the articles come story by story.

    `sort` returns stories by number and id, without holding them all: storage.exports.disk_sort.
    """
    for minus_end, _, start, before, after in sort(
        _stored(list(some)) for _, some in groupby(parts, key=itemgetter(0))
    ):
        last = _local(-minus_end)
        yield (*before, last if start == -minus_end else _local(start), last, *after)


def _local(at: float) -> datetime:
    """Return seconds since 1970 as `columns.local` returns a time."""
    return datetime.fromtimestamp(at // 1, ZONE)


def _stored(parts: Sequence[StoryPart]) -> StoredStory:
    """Return a story as it is sorted."""
    if len(parts) == 1:  # as most stories
        return _of_one(parts[0])
    first = min(parts, key=lambda part: (not part.is_dated, part.at, part.key))
    event = min(parts, key=lambda part: (-part.listed_at, part.key)).event
    tones = [part.tone for part in parts]
    after = (
        len(parts),
        len({part.source_id for part in parts}),
        tuple(sorted({part.country for part in parts})),
        tuple(sorted({part.language for part in parts} - {""})),
        next(iter(_most(Counter(part.origin for part in parts if part.origin))), ""),
        "main" if any(part.relevance == "main" for part in parts) else "mention",
        _most(Counter(topic for part in parts for topic in part.topics)),
        *(tones.count(tone) for tone in _TONES),
    )
    before = (first.story, event, first.title, first.outlet, first.url)
    return -max(part.at for part in parts), first.story, min(part.at for part in parts), before, after


def _of_one(part: StoryPart) -> StoredStory:
    story, _, event, origin, _, outlet, country, language, relevance, tone, topics, _, at, _, title, url = part
    after = (
        1,
        1,
        (country,),
        (language,) if language else (),
        origin,
        "main" if relevance == "main" else "mention",
        _sorted(topics),
        *_ONE.get(tone, _NO_TONE),
    )
    return -at, story, at, (story, event, title, outlet, url), after


@lru_cache(maxsize=4096)
def _sorted(topics: tuple[str, ...]) -> tuple[str, ...]:
    """Return the topics of one article by their names, each once."""
    return tuple(sorted({*topics} - {""}))


def _most(counts: Mapping[str, int]) -> tuple[Any, ...]:
    """Return what is counted, the most frequent first."""
    return tuple(sorted((name for name in counts if name), key=lambda name: (-counts[name], name)))
