"""Which articles an exported table lists, and the query of their facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from pipeline.records import Relevance
from storage.schema.derived import facts


@dataclass(frozen=True, slots=True)
class ArticleChoice:
    """Which articles a table lists; times are of publication, else of first sight, `until` exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    relevance: Sequence[Relevance] = ("main", "mention")
    #: articles that have one of these; empty: all
    topics: Sequence[str] = ()
    #: ids; empty: all
    sources: Sequence[str] = ()


def chosen_facts(choice: ArticleChoice, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Select columns of the facts of the chosen articles; topics are left to the caller."""
    # Without the index of relevances, so that SQLite reads by the index of times and sorts nothing.
    query = select(*columns).select_from(facts).where((facts.c.relevance + "").in_(choice.relevance))
    if choice.since is not None:
        query = query.where(facts.c.at >= int(choice.since.timestamp()))
    if choice.until is not None:
        query = query.where(facts.c.at < int(choice.until.timestamp()))
    return query
