"""Where articles stand at the desk: their rows in `reviews`, beside what rules and people say of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Decision
from pipeline.records.reviews import Review
from pipeline.tables.facts import FactKey
from storage.accounts.names import account_names
from storage.articles.claims import current_key
from storage.articles.decisions import load_decisions
from storage.articles.items import load_chosen
from storage.engine.errors import StorageError
from storage.schema.core import items, taggings, versions
from storage.schema.derived import facts
from storage.schema.reviews import reviews

#: Keys looked up by one statement.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """An article at the desk, without its text."""

    key: str
    title: str
    story: str
    event: str
    #: seconds since 1970 of publication, else of first sight
    moment: int
    review: Review
    #: grade that the rules gave
    machine: str
    #: values as they hold now, by field: relevance, topics (ids between blanks) and tone
    values: Mapping[str, str]
    #: what people decided, the newest of each field
    decided: Mapping[str, Decision]

    def snapshot(self) -> dict[str, Any]:
        """Return what an act can change, as the log keeps it; a field that nobody decided on is None."""
        review = self.review
        said = {field: self.decided[field].value if field in self.decided else None for field in self.values}
        return {**review_fields(review), **said}


def review_fields(review: Review) -> dict[str, Any]:
    """Return what an undoing restores of a review; accounts go by their number."""
    return {
        "state": review.state,
        "reason": review.reason,
        "note": review.note,
        "star": review.star,
        "account": review.account,
        "who": review.who if review.account is None else "",
        "at": review.at.isoformat() if review.at is not None else None,
    }


def restored_fields(stored: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the fields of a review from what the log kept of it; `at` where nobody had acted before."""
    fields = {name: stored[name] for name in ("state", "reason", "note", "star", "account", "who")}
    return {**fields, "at": datetime.fromisoformat(stored["at"]) if stored["at"] else at}


def load_standings(connection: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """Return articles by key, in the order of `keys`; keys of articles that were joined to others are followed.

    Raises StorageError for an unknown key.
    """
    rows: dict[str, Any] = {}
    for start in range(0, len(keys), CHUNK):
        rows |= {row.key: row for row in connection.execute(_select(keys[start : start + CHUNK]))}
    present: list[str] = []
    for key in dict.fromkeys(keys):
        found: str | None = key
        if key not in rows:
            found = current_key(connection, key)
            row = None if found is None else connection.execute(_select([found])).first()
            if found is None or row is None:
                raise StorageError(
                    Message(mark("{item}: no item of that id; the column item of the CSV holds them"), item=key)
                )
            rows[found] = row
        present.append(str(found))
    decided = load_decisions(connection, list(rows))
    names = account_names(connection, (row.account for row in rows.values()))
    found_all = {}
    for key in dict.fromkeys(present):
        row = rows[key]
        newest = {one.field: one for one in decided.get(key, ())}
        found_all[key] = Standing(
            key,
            row.title,
            row.story,
            row.event,
            row.at_second if row.at_second is not None else int((row.published or row.first_seen).timestamp()),
            review_of(row, names),
            row.machine or "no",
            _values(connection, row),
            {str(field): one for field, one in newest.items()},
        )
    return found_all


def _select(keys: Sequence[str]) -> Any:
    # The tags as they are found by searches: an article that is not among the facts yet is read as a whole.
    others = taggings.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    return (
        select(
            items.c.key,
            items.c.story,
            items.c.event,
            items.c.first_seen,
            versions.c.title,
            versions.c.published,
            taggings.c.relevance.label("machine"),
            facts.c.kind,
            facts.c.at.label("at_second"),
            *(reviews.c[name] for name in ("item_key", "state", "reason", "note", "star", "version", "account")),
            reviews.c.who,
            reviews.c.at,
        )
        .select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .outerjoin(taggings, taggings.c.id == newest.scalar_subquery())
        .outerjoin(facts, facts.c.item_key == items.c.key)
        .outerjoin(reviews, reviews.c.item_key == items.c.key)
        .where(items.c.key.in_(list(keys)))
    )


def _values(connection: Connection, row: Any) -> dict[str, str]:
    parts = row.kind.split("|") if row.kind is not None else []
    if len(parts) == len(FactKey._fields):
        kind = FactKey._make(parts)
        return {"relevance": kind.relevance, "topics": kind.topics, "tone": kind.tone}
    item = load_chosen(connection, [row.key]).get(row.key)
    if item is None:
        return {"relevance": row.machine or "no", "topics": "", "tone": "unsure"}
    topics = " ".join(topic.id for topic in item.tags.topics)
    return {"relevance": item.tags.relevance, "topics": topics, "tone": item.tags.tone}


def review_of(row: Any, names: Mapping[int | None, str]) -> Review:
    """Return the review of an article from a row that holds the columns of `reviews`, empty where it has none."""
    if row.state is None:
        return Review(row.key)
    return Review(
        row.key,
        row.state,
        row.reason,
        row.note,
        bool(row.star),
        row.version,
        row.account,
        row.who or names.get(row.account, ""),
        row.at,
    )


def load_reviews(connection: Connection, keys: Sequence[str]) -> dict[str, Review]:
    """Return the reviews of articles by key; those on which nobody acted are left out."""
    found: list[Any] = []
    columns = [column for column in reviews.columns if column.name != "item_key"]
    for start in range(0, len(keys), CHUNK):
        query = select(reviews.c.item_key.label("key"), *columns).where(
            reviews.c.item_key.in_(keys[start : start + CHUNK])
        )
        found += connection.execute(query).all()
    names = account_names(connection, (row.account for row in found))
    return {row.key: review_of(row, names) for row in found}


def load_changed(connection: Connection, since: datetime, limit: int) -> list[Review]:
    """Return the reviews whose last act was at `since` or later, the newest first, at most so many."""
    query = (
        select(reviews.c.item_key.label("key"), *(column for column in reviews.columns if column.name != "item_key"))
        .where(reviews.c.at >= since)
        .order_by(reviews.c.at.desc())
        .limit(limit)
    )
    found = connection.execute(query).all()
    names = account_names(connection, (row.account for row in found))
    return [review_of(row, names) for row in found]


def store_reviews(connection: Connection, changed: Iterable[tuple[Standing, Review]]) -> None:
    """Store the new reviews of articles, each with the article as it stood before; accounts go without a name."""
    new: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for standing, review in changed:
        row = {
            "state": review.state,
            "reason": review.reason,
            "note": review.note,
            "star": int(review.star),
            "version": review.version,
            "account": review.account,
            "who": review.who if review.account is None else "",
            "at": review.at,
        }
        if standing.review.version:
            known.append({**row, "key": standing.key})
        else:
            new.append({**row, "item_key": standing.key, "moment": standing.moment})
    if new:
        connection.execute(insert(reviews), new)
    if known:
        fields = [name for name in known[0] if name != "key"]
        change = update(reviews).where(reviews.c.item_key == bindparam("key"))
        connection.execute(
            change.values({name: bindparam(f"new_{name}") for name in fields}),
            [{"key": row["key"], **{f"new_{name}": row[name] for name in fields}} for row in known],
        )


def next_review(standing: Standing, **changes: Any) -> Review:
    """Return the review of an article after a change: its version is one higher."""
    return replace(standing.review, item=standing.key, version=standing.review.version + 1, **changes)
