"""A person's decisions by command, all decisions as labelled rows for training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diembao.jobs.agree_translations import store_agreement
from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.records import DecisionField, Item, Level
    from pipeline.records.reviews import ReviewKind
    from storage.database import Database

_KINDS: Mapping[str, ReviewKind] = {"relevance": "grade", "topics": "topics", "tone": "tone"}


def by_command(who: str) -> Actor:
    """Return the actor of a command that a person of this name gave."""
    return Actor(None, who, "", "command")


def decide(
    storage: Database,
    key: str,
    values: Mapping[DecisionField, str | None],
    *,
    who: str,
    at: datetime,
    note: str = "",
    acts: Sequence[tuple[ReviewKind, str]] = (),
) -> Item | None:
    """Store a person's values for fields of an item (None: not decided) and return the item as it is then.

    Topics are ids with blanks between them. `acts` are further acts of the desk, each with its value: approve, reject
    with a reason, star. All are one transaction, with their audit entries. Returns None where there is no such item.
    """
    item = storage.articles.item(key)
    if item is None:
        return None
    decided: list[tuple[ReviewKind, str]] = [(_KINDS[f], value) for f, value in values.items() if value is not None]
    wanted = [ReviewAct(kind, (item.key,), value, note) for kind, value in (*decided, *acts)]
    storage.reviews.act_all(by_command(who), wanted, at)
    store_agreement(storage, story=item.story)
    return storage.articles.item(item.key)


def merge(storage: Database, level: Level, keys: Sequence[str], *, who: str, at: datetime, note: str = "") -> str:
    """Hold the stories (or events) of items together from now on; return the name of the one they make.

    Raises StorageError for an unknown id, or where they are one already.
    """
    (result,) = storage.reviews.act_all(by_command(who), [ReviewAct("merge", tuple(keys), level, note)], at)
    return result.groups[0]


def split(
    storage: Database, level: Level, story: str, keys: Sequence[str], *, who: str, at: datetime, note: str = ""
) -> tuple[str, str]:
    """Hold items apart from the rest of their story (or event); return the names of the rest and of the new one.

    Raises StorageError for an item that is not in it, or where nothing would stay.
    """
    wanted = ReviewAct("split", tuple(keys), level, note, group=story)
    (result,) = storage.reviews.act_all(by_command(who), [wanted], at)
    rest, new = result.groups
    return rest, new


def labelled_rows(storage: Database) -> Iterator[dict[str, Any]]:
    """Yield one row for each item that a person decided on, as diembao.evaluation.labels.read_labels reads them."""
    for key, decisions in storage.articles.decisions().items():
        item = storage.articles.item(key)
        if item is None or not item.article.text:
            continue
        article = item.article
        values = {decision.field: decision.value for decision in decisions}  # the newest of a field stands last
        yield {
            "id": key,
            "title": article.title,
            "text": article.text,
            "url": article.url,
            "language": article.language or None,
            "published": article.published.isoformat() if article.published else None,
            "tags": {"topics": [topic.id for topic in item.tags.topics]},
            "decided_at": max(decision.at for decision in decisions).isoformat(),
            "decision": {
                field: value.split() if field == "topics" else value
                for field, value in values.items()
                if (field, value) != ("tone", "unsure")  # "unsure" is no label to learn from
            },
        }
