"""What is older than it need be kept → what would go, and its going, a few rows at a time."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)

from pipeline.records import DocumentOutcome, Reason
from storage.engine.damage import is_damaged, tell_left_out
from storage.engine.dialects import is_sqlite, utc_day
from storage.register.looks import is_needed_look, of_matters
from storage.schema.core import candidates, documents, fetches, items, polls, runs, taggings, versions
from storage.schema.maintenance import attempt_days, decisions
from storage.translations.expiry import delete_all_but_titles, delete_unused

#: Rows changed by one transaction, so that a collection under way never waits long.
BATCH = 500
_EMPTY = zlib.compress(b"")
#: A poll or fetch that was not made is not summed up as one, nor as a failure.
_QUIET = (Reason.OK, Reason.NOT_MODIFIED, Reason.NOT_ASKED)
#: Fields that are emptied in an article that only share of voice still needs.
_EMPTY_FIELDS: dict[str, Any] = {
    "lead": "",
    "text": "",
    "authors": [],
    "section": "",
    "image": None,
    "hits": [],
    "parts": {},
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The time before which rows of each kind may go; None: they are kept for ever."""

    #: Pages fetched before then, by outcome.
    irrelevant_pages: datetime | None
    coverage_pages: datetime | None
    #: Polls and fetches before then.
    attempts: datetime | None
    #: Texts of articles that are not about the province, tagged before then.
    irrelevant_texts: datetime | None


@dataclass(frozen=True, slots=True)
class Expired:
    """Rows of one kind past their retention limit, and about how many bytes they take."""

    kind: str
    rows: int
    bytes: int


def collected_since(connection: Connection, days: int) -> datetime | None:
    """Return the beginning, in UTC, of the last `days` days on which something was collected; None: there are fewer.

    Unlike the clock, which may say 2035 for a while, that count grows by one for each day of work.
    """
    day = utc_day(connection, runs.c.started)
    query = select(day).where(runs.c.command == "collect").distinct().order_by(day.desc())
    first = connection.execute(query.offset(days - 1).limit(1)).scalar()
    return None if first is None else datetime.fromisoformat(first).replace(tzinfo=UTC)


def plan_purge(connection: Connection, limits: Limits) -> list[Expired]:
    """See Maintenance.plan."""
    return [
        _count_pages(connection, "irrelevant_pages", _irrelevant_pages(limits.irrelevant_pages)),
        _count_pages(connection, "coverage_pages", _coverage_pages(limits.coverage_pages)),
        _count_attempts(connection, limits.attempts),
        _count_texts(connection, limits.irrelevant_texts),
    ]


#: Rows purged, and the id after which the next call goes on; None: there is nothing more.
Step = tuple[int, int | None]


def purge_steps(limits: Limits, at: datetime) -> dict[str, Callable[[Connection, int], Step]]:
    """Return by kind a function that purges its next rows, given a connection in a transaction and the last id.

    Rows that are damaged stay, and are told.
    """
    return {
        "irrelevant_pages": lambda c, after: _empty_pages(c, _irrelevant_pages(limits.irrelevant_pages), at, after),
        "coverage_pages": lambda c, after: _empty_pages(c, _coverage_pages(limits.coverage_pages), at, after),
        "attempts": lambda c, _: _sum_up_attempts(c, limits.attempts),
        "irrelevant_texts": lambda c, after: _empty_texts(c, limits.irrelevant_texts, after),
    }


def _irrelevant_pages(before: datetime | None) -> ColumnElement[bool] | None:
    """Select pages that are not about the province, or unreadable."""
    outcomes = (DocumentOutcome.IRRELEVANT, DocumentOutcome.UNREADABLE)
    return _pages(documents.c.outcome.in_(outcomes), before)


def _coverage_pages(before: datetime | None) -> ColumnElement[bool] | None:
    return _pages(documents.c.outcome == DocumentOutcome.COVERAGE, before)


def _pages(outcome: ColumnElement[bool], before: datetime | None) -> ColumnElement[bool] | None:
    if before is None:
        return None
    return and_(outcome, documents.c.removed_at.is_(None), documents.c.fetched_at < before)


def _count_pages(connection: Connection, kind: str, condition: ColumnElement[bool] | None) -> Expired:
    if condition is None:
        return Expired(kind, 0, 0)
    size = func.coalesce(func.sum(func.length(documents.c.body) + func.length(cast(documents.c.entry, Text))), 0)
    row = connection.execute(select(func.count(), size).where(condition)).one()
    return Expired(kind, row[0], int(row[1]))


def _empty_pages(connection: Connection, condition: ColumnElement[bool] | None, at: datetime, after: int) -> Step:
    if condition is None:
        return 0, None
    query = select(documents.c.id, documents.c.entry).where(condition, documents.c.id > after).order_by(documents.c.id)
    rows = connection.execute(query.limit(BATCH)).all()
    sound = [row for row in rows if _is_sound("documents", row.id, row.entry)]
    change = update(documents).where(documents.c.id == bindparam("key"))
    if sound:
        change = change.values(body=_EMPTY, removed_at=at, entry=bindparam("said"))
        connection.execute(change, [{"key": row.id, "said": _without_text(row.entry)} for row in sound])
    return len(sound), _last(rows)


def _last(rows: Sequence[Any]) -> int | None:
    return rows[-1].id if rows else None


def _is_sound(table: str, row: int, stored: Any) -> bool:
    """Whether the JSON of a row is the mapping that it must be; otherwise it is told, and stays as it is."""
    if isinstance(stored, dict) and not is_damaged([stored]):
        return True
    tell_left_out(f"{table} {row}")
    return False


def _without_text(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "summary": "", "text": ""}


def _count_attempts(connection: Connection, before: datetime | None) -> Expired:
    if before is None:
        return Expired("attempts", 0, 0)
    rows = size = 0
    # About 100 bytes of a row besides its texts: numbers, times and its share of the indexes.
    for table, words in ((polls, (polls.c.feed_url, polls.c.note)), (fetches, (fetches.c.url, fetches.c.note))):
        lengths = sum((func.length(word) for word in words), literal(100))
        row = connection.execute(select(func.count(), func.sum(lengths)).where(_old_attempts(table, before))).one()
        rows, size = rows + row[0], size + int(row[1] or 0)
    return Expired("attempts", rows, size)


def _old_attempts(table: Table, before: datetime) -> ColumnElement[bool]:
    """Select polls or fetches before a moment, without those that say what became of the articles of matters."""
    is_old: ColumnElement[bool] = table.c.at < before
    return and_(is_old, not_(is_needed_look())) if table is fetches else is_old


def _sum_up_attempts(connection: Connection, before: datetime | None) -> Step:
    """Add the oldest polls and fetches to the sums of their source and UTC day, and delete them."""
    if before is None:
        return 0, None
    deleted = 0
    quiet = tuple(_QUIET)
    for table, counts in (
        (
            polls,
            {
                "polls": func.sum(case((polls.c.reason == Reason.NOT_ASKED, 0), else_=1)),
                "polls_failed": func.sum(case((polls.c.reason.in_(quiet), 0), else_=1)),
                "entries": func.sum(polls.c.entries),
                "new": func.sum(polls.c.new),
                "bytes": func.sum(polls.c.size),
            },
        ),
        (
            fetches,
            {
                "fetches": func.sum(case((fetches.c.reason == Reason.NOT_ASKED, 0), else_=1)),
                "fetches_failed": func.sum(case((fetches.c.reason.in_(quiet), 0), else_=1)),
                "bytes": func.sum(fetches.c.size),
            },
        ),
    ):
        oldest = select(table.c.id).where(_old_attempts(table, before)).order_by(table.c.id).limit(BATCH)
        keys = connection.execute(oldest).scalars().all()
        if not keys:
            continue
        source = polls.c.source_id if table is polls else candidates.c.source_id
        day = utc_day(connection, table.c.at)
        query: Select[Any] = select(source.label("source_id"), day.label("day"), *_labelled(counts))
        if table is fetches:
            query = query.join(candidates, candidates.c.id == fetches.c.candidate_id)
        _add_to_sums(connection, connection.execute(query.where(table.c.id.in_(keys)).group_by(source, day)).all())
        connection.execute(delete(table).where(table.c.id.in_(keys)))
        deleted += len(keys)
    return deleted, 0 if deleted else None


def _labelled(counts: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [count.label(name) for name, count in counts.items()]


def _add_to_sums(connection: Connection, rows: Sequence[Any]) -> None:
    zero = {c.name: 0 for c in attempt_days.columns if c.name not in ("source_id", "day")}
    for row in rows:
        sums = {name: int(value) for name, value in row._mapping.items() if name in zero}
        same_day = and_(attempt_days.c.source_id == row.source_id, attempt_days.c.day == row.day)
        increased = {attempt_days.c[name]: attempt_days.c[name] + n for name, n in sums.items()}
        if not connection.execute(update(attempt_days).where(same_day).values(increased)).rowcount:
            values = {**zero, **sums, "source_id": row.source_id, "day": row.day}
            connection.execute(insert(attempt_days).values(**values))


def _texts(connection: Connection, before: datetime | None) -> Select[Any] | None:
    """Select texts of articles of no matter that the rules find not to be about the province; no person decided on."""
    if before is None:
        return None
    newest, others = versions.alias(), taggings.alias()
    newest_tagging = (
        select(func.max(others.c.id)).where(others.c.version_id == newest.c.id).correlate(newest).scalar_subquery()
    )
    decided = select(decisions.c.id).where(decisions.c.item_key == items.c.key).correlate(items)
    has_text = func.length(_json_text(connection, "text")) + func.length(_json_text(connection, "lead")) > 0
    return (
        select(versions)
        .join(items, items.c.key == versions.c.item_key)
        .join(newest, and_(newest.c.item_key == items.c.key, newest.c.number == items.c.version))
        .join(taggings, taggings.c.id == newest_tagging)
        .where(has_text, taggings.c.relevance == "no", taggings.c.tagged_at < before, ~decided.exists())
        .where(not_(of_matters()))
    )


def _json_text(connection: Connection, name: str) -> ColumnElement[str]:
    """Select a field of the article as text; '' where the article is no JSON, which SQLite would end the query for."""
    text = func.coalesce(versions.c.article[name].as_string(), "")
    return case((func.json_valid(versions.c.article) == 1, text), else_="") if is_sqlite(connection) else text


def _count_texts(connection: Connection, before: datetime | None) -> Expired:
    query = _texts(connection, before)
    if query is None:
        return Expired("irrelevant_texts", 0, 0)
    expired = query.subquery()
    size = func.coalesce(func.sum(func.length(cast(expired.c.article, Text))), 0)
    row = connection.execute(select(func.count(), size).select_from(expired)).one()
    return Expired("irrelevant_texts", row[0], int(row[1]))


def _empty_texts(connection: Connection, before: datetime | None, after: int) -> Step:
    """Empty such articles but for what share of voice needs: title, date, outlet, language and address."""
    query = _texts(connection, before)
    if query is None:
        return 0, None
    rows = connection.execute(query.where(versions.c.id > after).order_by(versions.c.id).limit(BATCH)).all()
    emptied = 0
    for row in rows:
        tags_of = connection.execute(select(taggings).where(taggings.c.version_id == row.id)).all()
        sound = [_is_sound("taggings", tagging.id, tagging.tags) for tagging in tags_of]
        if not (_is_sound("versions", row.id, row.article) and all(sound)):
            continue
        emptied += 1
        article = {**row.article, **{name: value for name, value in _EMPTY_FIELDS.items() if name in row.article}}
        connection.execute(update(versions).where(versions.c.id == row.id).values(article=article))
        for tagging in tags_of:
            tags = {**tagging.tags, "places": [], "topics": [], "near": []}
            connection.execute(update(taggings).where(taggings.c.id == tagging.id).values(tags=tags))
        delete_all_but_titles(connection, row.item_key)
    delete_unused(connection)
    return emptied, _last(rows)
