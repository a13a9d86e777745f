"""Queries typed by a person, and searches saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.records import Item, SearchHit
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database
    from storage.search.tree import Tree


class UnknownSearch(DiembaoError, LookupError):
    """No search is saved under this name; `names` are those that are."""

    def __init__(self, name: str, names: list[str]) -> None:
        super().__init__(name)
        self.names = names


def parse_query(query: str, rules: Rulebook | Callable[[], Rulebook]) -> Tree:
    """Return the tree of a query in which topics may be called by id or label. Raises QueryError.

    Rules that are given as a function are asked for where the query names a topic.
    """
    from storage.search.parser import parse

    return parse(query, lambda: _topic_ids(rules() if callable(rules) else rules))


def _topic_ids(rules: Rulebook) -> dict[str, str]:
    """Return the ids of the topics by all that a query may call them."""
    from pipeline.text.search_tokens import join_tokens

    return {
        join_tokens(name): topic.id
        for topic in rules.topics.topic
        for name in (topic.id, topic.label_vi, topic.label_en)
    }


def items_at(storage: Database, query: str) -> list[Item] | None:
    """Return the article at an address that is searched for, or none of one unknown; None for a query in words."""
    from diembao.jobs.history import item_at

    if not query.startswith(("http://", "https://")) or " " in query:
        return None
    item = item_at(storage, query)
    return [] if item is None else [item]


def article_at(storage: Database, query: str) -> list[SearchHit] | None:
    """Return what `items_at` does, as hits."""
    from pipeline.records import FoundItem, Highlighted, SearchHit

    found = items_at(storage, query)
    if found is None:
        return None
    return [SearchHit(FoundItem.of(item), Highlighted(item.article.title), Highlighted("")) for item in found]


def saved_query(storage: Database, name: str) -> str:
    """Return the query saved under a name. Raises UnknownSearch."""
    queries = {saved.name: saved.query for saved in storage.search.saved()}
    if name not in queries:
        raise UnknownSearch(name, list(queries))
    return queries[name]
