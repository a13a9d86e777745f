"""Facts → what the figures of each day count, by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from pipeline.records import Relevance, Tone
from pipeline.tables.facts import ARCHIVE, FactKey, kind_of
from pipeline.tables.narrow_rows import DayFact
from storage.engine.damage import is_damaged, tell_left_out
from storage.engine.raw_rows import raw_rows
from storage.exports.choice import ArticleChoice, chosen_facts
from storage.schema.core import sources
from storage.schema.derived import facts

#: Rows fetched at once.
_CHUNK = 5_000
#: Bars in a written kind.
_BARS = len(FactKey._fields) - 1


@lru_cache(maxsize=4096)
def _said(kind: str) -> tuple[str, Relevance, Tone, frozenset[str], bool]:
    key = kind_of(kind)
    return key.source_id, key.relevance, key.tone, frozenset(key.topics.split()), key.provenance == ARCHIVE


def _counted(connection: Connection, query: Any, choice: ArticleChoice) -> Iterator[tuple[int, str, Any]]:
    """Yield (seconds since 1970, story, what is said) of each chosen article."""
    only, topics = frozenset(choice.sources), frozenset(choice.topics)
    for rows in raw_rows(connection, query, "days", _CHUNK):
        # Most groups of rows hold no damage, and are asked once.
        any_damaged = is_damaged(chain.from_iterable(rows))
        for at, story, kind in rows:
            if (any_damaged and is_damaged((story, kind))) or kind.count("|") != _BARS:
                tell_left_out(f"facts, story {story}")
                continue
            said = _said(kind)
            if (not only or said[0] in only) and (not topics or not topics.isdisjoint(said[3])):
                yield at, story, said


def load_day_facts(connection: Connection, choice: ArticleChoice, zone: ZoneInfo) -> Iterator[DayFact]:
    """Yield the chosen articles by day, the oldest first. Days are calendar days of `zone`."""
    query = chosen_facts(choice, facts.c.at, facts.c.story, facts.c.kind).order_by(facts.c.at)
    day, end = date.min, float("-inf")
    for at, story, (source_id, relevance, tone, _, archived) in _counted(connection, query, choice):
        if at >= end:
            day = datetime.fromtimestamp(at, UTC).astimezone(zone).date()
            end = datetime.combine(day + timedelta(days=1), time(), zone).timestamp()
        yield DayFact(day, source_id, relevance, tone, story, archived)


def load_outlets(connection: Connection, choice: ArticleChoice) -> dict[str, tuple[str, str, str]]:
    """Return name, country and category of every outlet; the latter two '' where no chosen article is of it."""
    known = {row.id: (row.name, row.country, row.category) for row in connection.execute(select(sources))}
    missing = set(known)
    # Nearly all outlets are among the first articles; one that has none costs a look at all of them.
    for _, _, said in _counted(connection, chosen_facts(choice, facts.c.at, facts.c.story, facts.c.kind), choice):
        missing.discard(said[0])
        if not missing:
            break
    return {key: (name, "", "") if key in missing else (name, *more) for key, (name, *more) in known.items()}
