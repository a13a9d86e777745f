"""The articles of a queue as narrow rows: of a day, of chosen keys, and the sample of what was judged not relevant.

The cost goes with the articles of the days asked for: every query begins at an index of times or keys. None reads a
text, and tags only those of uncertain names.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, or_, select

from pipeline.records import Relevance, SourceCategory, Tone
from pipeline.records.reviews import Hold, Review
from pipeline.tables.facts import ARCHIVE, FactKey
from storage.accounts.names import account_names
from storage.articles.adapters import TAGS
from storage.engine.dialects import sound_json
from storage.reviews.assignments import load_assignments
from storage.reviews.comments import count_comments
from storage.reviews.holds import load_holds
from storage.reviews.states import review_of
from storage.schema.core import items, sources, taggings, versions
from storage.schema.derived import facts
from storage.schema.reviews import reviews

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An article of a queue without its text; relevance, topics and tone under people's decisions."""

    key: str
    story: str
    event: str
    #: of the article, from 1
    version: int
    title: str
    source_id: str
    outlet: str
    country: str
    category: SourceCategory
    language: str
    #: aware; None: not known
    published: datetime | None
    first_seen: datetime
    taken_down: datetime | None
    relevance: Relevance
    topics: tuple[str, ...]
    tone: Tone
    #: grade and score (0 to 1) of the rules alone
    machine: Relevance
    score: float
    review: Review
    comments: int = 0
    #: departments that it is assigned to, and of these those that have not done it
    departments: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    #: who has it open
    holds: tuple[Hold, ...] = ()
    #: whether an archive had it first
    archived: bool = False

    @property
    def published_or_seen(self) -> datetime:
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day's digest: [start, end), aware, and the time from which on a late article counts."""

    start: datetime
    end: datetime
    late_from: datetime


def load_day(connection: Connection, window: Window, at: datetime) -> list[QueueRow]:
    """Return the articles of a day about the province, as rules or people say, and those that a person took out.

    They are those of the day's digest (storage.articles.items.load_digest_items) and the ones that would be in it had
    no person decided otherwise.
    """
    about = _select().where(
        facts.c.relevance.in_(("main", "mention")),
        facts.c.at >= int(window.late_from.timestamp()),
        facts.c.at <= int(window.end.timestamp()),
        _is_news(window),
    )
    rows = list(connection.execute(about))
    rows += _taken_out(connection, window, {row.key for row in rows})
    return _with_people(connection, rows, at)


def _taken_out(connection: Connection, window: Window, known: Collection[str]) -> list[Any]:
    """Return the rows of articles that the rules call relevant and a person did not: the reviews lead to them.

    Two queries: in one, SQLite begins at the facts of all articles that are not about the province.
    """
    reviewed = select(reviews.c.item_key).where(
        reviews.c.moment >= int(window.late_from.timestamp()), reviews.c.moment <= int(window.end.timestamp())
    )
    keys = [key for key in connection.execute(reviewed).scalars() if key not in known]
    rows: list[Any] = []
    for start in range(0, len(keys), _CHUNK):
        query = _select().where(facts.c.item_key.in_(keys[start : start + _CHUNK]), _is_news(window))
        rows += [row for row in connection.execute(query) if row.machine in ("main", "mention")]
    return rows


def load_keys(connection: Connection, keys: Sequence[str], at: datetime) -> list[QueueRow]:
    """Return articles in the order of their keys, without unknown ones."""
    rows: dict[str, Any] = {}
    for start in range(0, len(keys), _CHUNK):
        query = _select().where(facts.c.item_key.in_(keys[start : start + _CHUNK]))
        rows |= {row.key: row for row in connection.execute(query)}
    return _with_people(connection, [rows[key] for key in dict.fromkeys(keys) if key in rows], at)


def _judged_irrelevant(window: Window, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select the keys, and more columns, of a day's articles that the rules alone judged not relevant."""
    return (
        select(facts.c.item_key, *columns)
        .join(items, items.c.key == facts.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .where(
            facts.c.at >= int(window.late_from.timestamp()),
            facts.c.at <= int(window.end.timestamp()),
            taggings.c.relevance == "no",
            _is_news(window),
        )
    )


def load_sample(connection: Connection, window: Window, many: int, at: datetime) -> list[QueueRow]:
    """Return articles of a day that the rules judged not relevant, the most doubtful first; at most so many.

    They go by the rules alone, so that they stay the same while people decide on them.
    """
    query = _judged_irrelevant(window, taggings.c.score).order_by(taggings.c.score.desc(), facts.c.item_key).limit(many)
    return load_keys(connection, connection.execute(query).scalars().all(), at)


def load_uncertain(connection: Connection, window: Window, many: int, at: datetime) -> list[QueueRow]:
    """Return the articles of a day that name a place of which the rules do not know whether it is ours, newest first.

    They are those that the digest lists beside its figures until a person decides (storage.articles.items); they stay
    while people do.
    """
    tags = cast(taggings.c.tags, Text)
    query = (
        _judged_irrelevant(window, tags.label("tags"))
        .where(tags.contains('"uncertain"'))
        .order_by(facts.c.at.desc(), facts.c.item_key)
        .limit(many)
    )
    found = connection.execute(query).all()
    keys = [row.item_key for row in found if TAGS.validate_json(row.tags).reason.code == "uncertain"]
    return load_keys(connection, keys, at)


def _select() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            items.c.key,
            items.c.story,
            items.c.event,
            items.c.version.label("number"),
            items.c.source_id,
            items.c.first_seen,
            items.c.taken_down,
            versions.c.title,
            versions.c.published,
            sources.c.name,
            sources.c.country,
            sources.c.category,
            facts.c.kind,
            taggings.c.relevance.label("machine"),
            taggings.c.score,
            *(reviews.c[name] for name in ("state", "reason", "note", "star", "version", "account", "who", "at")),
        )
        .select_from(facts)
        .join(items, items.c.key == facts.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .join(sources, sources.c.id == items.c.source_id)
    )
    return query.join(reviews, reviews.c.item_key == facts.c.item_key, isouter=True)


def _is_news(window: Window) -> ColumnElement[bool]:
    """Whether an article belongs to the digest of a window; see storage.articles.items."""
    seen_within = and_(items.c.first_seen >= window.start, items.c.first_seen < window.end)
    published = versions.c.published
    on_time = and_(published >= window.start, published < window.end, items.c.first_seen < window.end)
    late = and_(seen_within, published >= window.late_from, published < window.end)
    return or_(on_time, late, and_(published.is_(None), seen_within))


def _with_people(connection: Connection, rows: Sequence[Any], at: datetime) -> list[QueueRow]:
    """Return rows with what people do about them: reviews by name, comments, assignments, holds."""
    keys = [row.key for row in rows]
    names = account_names(connection, {row.account for row in rows})
    written = count_comments(connection, keys)
    holds = load_holds(connection, keys, at)
    assigned, waiting = _departments(connection, rows)
    found = []
    for row in rows:
        parts = row.kind.split("|")
        if len(parts) != len(FactKey._fields):
            continue  # damaged: `db check` tells of it
        kind = FactKey._make(parts)
        found.append(
            QueueRow(
                key=row.key,
                story=row.story,
                event=row.event,
                version=row.number,
                title=row.title,
                source_id=row.source_id,
                outlet=row.name,
                country=row.country,
                category=row.category,
                language=kind.language,
                published=row.published,
                first_seen=row.first_seen,
                taken_down=row.taken_down,
                relevance=kind.relevance,
                topics=tuple(kind.topics.split()),
                tone=kind.tone,
                machine=row.machine,
                score=row.score,
                review=review_of(row, names),
                comments=written.get(row.key, 0),
                departments=assigned.get(row.key, ()),
                waiting=waiting.get(row.key, ()),
                holds=tuple(holds.get(row.key, ())),
                archived=kind.provenance == ARCHIVE,
            )
        )
    return found


def _departments(
    connection: Connection, rows: Iterable[Any]
) -> tuple[Mapping[str, tuple[int, ...]], Mapping[str, tuple[int, ...]]]:
    """Return by key the departments that articles are assigned to, and those of them that have not done it."""
    story_of = {row.key: row.story for row in rows}
    members: dict[str, list[str]] = {}
    for key, story in story_of.items():
        members.setdefault(story, []).append(key)
    assigned: dict[str, list[int]] = {}
    waiting: dict[str, list[int]] = {}
    for one in load_assignments(connection, keys=list(story_of)):
        keys = [one.item] if one.item in story_of else []
        if one.scope == "story":
            story = story_of.get(one.item) or _story_of(connection, one.item)
            keys = members.get(story, [])
        for key in keys:
            assigned.setdefault(key, []).append(one.department)
            if one.done_at is None:
                waiting.setdefault(key, []).append(one.department)
    return (
        {key: tuple(dict.fromkeys(found)) for key, found in assigned.items()},
        {key: tuple(dict.fromkeys(found)) for key, found in waiting.items()},
    )


def _story_of(connection: Connection, key: str) -> str:
    return str(connection.execute(select(items.c.story).where(items.c.key == key)).scalar() or "")


def load_openings(connection: Connection, keys: Sequence[str], characters: int) -> dict[str, str]:
    """Return the beginning of the text of articles, by key. Only these few words leave the database."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _CHUNK):
        text = func.substr(sound_json(connection, versions.c.article)["text"].as_string(), 1, characters)
        query = (
            select(versions.c.item_key, text.label("opening"))
            .join(items, and_(items.c.key == versions.c.item_key, items.c.version == versions.c.number))
            .where(items.c.key.in_(keys[start : start + _CHUNK]))
        )
        found |= {row.item_key: row.opening or "" for row in connection.execute(query)}
    return found
