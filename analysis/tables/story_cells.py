"""Articles by story → the cells of the table of stories, sorted on disk: a million take no more memory than ten.

The cells are those that `definitions.STORIES` gives for `rows.story_rows`; a test holds the one against the other.
"""

import marshal
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from pipeline.tables.columns import ZONE, Cell
from pipeline.tables.narrow_rows import StoryPart

#: Stories that are put to disk at once.
_BATCH = 1_000
_TONES = ("positive", "neutral", "negative", "unsure")


def story_cells(parts: Iterable[StoryPart]) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of every story, the one with the newest article first; the articles come story by story.

    Raises OSError where the disk does not take them.
    """
    rows = (_stored(list(some)) for _, some in groupby(parts, key=attrgetter("story")))
    with closing(sqlite3.connect("")) as disk:
        try:
            disk.execute("PRAGMA journal_mode=OFF")
            disk.execute("PRAGMA synchronous=OFF")
            disk.execute("CREATE TABLE stories (end REAL, story TEXT, start REAL, cells BLOB)")
            while batch := list(islice(rows, _BATCH)):
                disk.executemany("INSERT INTO stories VALUES (?, ?, ?, ?)", batch)
            sorted_rows = disk.execute("SELECT end, start, cells FROM stories ORDER BY end DESC, story")
            while some := sorted_rows.fetchmany(_BATCH):
                for end, start, cells in some:
                    before, after = marshal.loads(cells)
                    yield (*before, _local(start), _local(end), *after)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error


def _local(at: float) -> datetime:
    """Return seconds since 1970 as `columns.local` returns a time."""
    return datetime.fromtimestamp(at // 1, ZONE)


def _stored(parts: Sequence[StoryPart]) -> tuple[float, str, float, bytes]:
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
