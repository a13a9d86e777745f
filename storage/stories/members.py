"""The articles of a story or an event in the order of time, a page at a time, without their texts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from pipeline.records import Level
from storage.engine.damage import is_damaged, tell_left_out
from storage.schema.core import items, sources, versions
from storage.schema.derived import facts

#: Time of an article: of publication, else of first sight.
_published_or_seen: Any = func.coalesce(versions.c.published, items.c.first_seen)


@dataclass(frozen=True, slots=True)
class Member:
    """One article among those of a story or event."""

    key: str
    story: str
    event: str
    #: time of publication, or of first sight where that is not known
    at: datetime
    is_dated: bool
    title: str
    url: str
    source_id: str
    outlet: str
    country: str
    #: BCP 47; '': not known
    language: str
    #: main, mention or no, as rules or a person last said
    relevance: str
    #: agency or outlet it credits for its text; '': none
    origin: str
    taken_down: datetime | None
    #: when its page was captured, if an archive had it first
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    members: tuple[Member, ...]
    #: where the next page begins, after this time and article; None: there is no next page
    after: tuple[datetime, str] | None


@dataclass(frozen=True, slots=True)
class GroupSums:
    """What a story or event has of each."""

    items: int
    stories: int
    outlets: int
    #: numbers of articles by country of the outlet and by language
    countries: dict[str, int]
    languages: dict[str, int]
    first: datetime | None
    last: datetime | None


def _group(level: Level) -> Any:
    return items.c.story if level == "story" else items.c.event


def _members() -> Select[*tuple[Any, ...]]:
    return (
        select(
            items.c.key,
            items.c.story,
            items.c.event,
            items.c.origin,
            items.c.url,
            items.c.source_id,
            items.c.taken_down,
            items.c.captured_at,
            versions.c.title,
            versions.c.published,
            _published_or_seen.label("at"),
            sources.c.name,
            sources.c.country,
            facts.c.language,
            facts.c.relevance,
        )
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
        .join(facts, facts.c.item_key == items.c.key, isouter=True)
    )


def load_members(
    connection: Connection,
    level: Level,
    key: str,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
    abroad: str = "",
) -> MemberPage:
    """See storage.stories.facet.Stories.members."""
    query = _members().where(_group(level) == key).order_by(_published_or_seen, items.c.key).limit(limit + 1)
    if after is not None:
        at, last = after
        query = query.where(or_(_published_or_seen > at, and_(_published_or_seen == at, items.c.key > last)))
    if abroad:
        query = query.where(sources.c.country != abroad)
    rows = connection.execute(query).all()
    shown = rows[:limit]
    members: list[Member] = []
    for row in shown:
        if is_damaged(row):
            tell_left_out(f"article {row.key}")
        else:
            members.append(_member(row))
    following = (shown[-1].at, shown[-1].key) if len(rows) > limit else None
    return MemberPage(tuple(members), following)


def _member(row: Any) -> Member:
    return Member(
        row.key,
        row.story,
        row.event,
        row.at,
        row.published is not None,
        row.title,
        row.url,
        row.source_id,
        row.name,
        row.country,
        row.language or "",
        row.relevance or "no",
        row.origin,
        row.taken_down,
        row.captured_at,
    )


def load_sums(connection: Connection, level: Level, key: str) -> GroupSums:
    """See storage.stories.facet.Stories.sums."""
    joined = (
        select(
            sources.c.country,
            facts.c.language,
            func.count().label("n"),
            func.min(_published_or_seen).label("first"),
            func.max(_published_or_seen).label("last"),
        )
        .select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
        .join(facts, facts.c.item_key == items.c.key, isouter=True)
        .where(_group(level) == key)
        .group_by(sources.c.country, facts.c.language)
    )
    countries: dict[str, int] = {}
    languages: dict[str, int] = {}
    times: list[datetime] = []
    for row in connection.execute(joined):
        countries[row.country] = countries.get(row.country, 0) + row.n
        language = row.language or ""
        languages[language] = languages.get(language, 0) + row.n
        times += [row.first, row.last]
    of_group = _group(level) == key
    counted = select(func.count(items.c.story.distinct()), func.count(items.c.source_id.distinct())).where(of_group)
    stories, outlets = connection.execute(counted).one()
    return GroupSums(
        sum(countries.values()),
        stories,
        outlets,
        countries,
        languages,
        min(times, default=None),
        max(times, default=None),
    )


def group_of(connection: Connection, key: str) -> tuple[Level, str] | None:
    """Return the level and name of the group that an id names: a story, else an event; None for neither.

    Of the id of an article that names neither, its story.
    """
    by_level: tuple[tuple[Level, Any], ...] = (("story", items.c.story), ("event", items.c.event))
    for level, column in by_level:
        if connection.execute(select(items.c.key).where(column == key).limit(1)).first() is not None:
            return level, key
    story = connection.execute(select(items.c.story).where(items.c.key == key)).scalar()
    return None if story is None else ("story", story)
