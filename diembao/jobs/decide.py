"""A reviewer's decision on an item, and all decisions as labelled rows for training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diembao.jobs.agree_translations import store_agreement
from pipeline.records import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pipeline.records import DecisionField, Item
    from storage.database import Database


def decide(
    storage: Database,
    key: str,
    values: Mapping[DecisionField, str | None],
    *,
    who: str,
    at: datetime,
    note: str = "",
) -> Item | None:
    """Store a person's values for fields of an item (None: not decided) and return the item as it is then.

    Topics are ids with blanks between them. Returns None where there is no such item.
    """
    item = storage.articles.item(key)
    if item is None:
        return None
    storage.articles.decide(
        [Decision(item.key, field, value, who, at, note) for field, value in values.items() if value is not None]
    )
    store_agreement(storage, story=item.story)
    return storage.articles.item(item.key)


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
