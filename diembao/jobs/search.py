"""Queries typed by a person, and searches saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database
    from storage.search.tree import Tree


class UnknownSearch(DiembaoError, LookupError):
    """No search is saved under this name; `names` are those that are."""

    def __init__(self, name: str, names: list[str]) -> None:
        super().__init__(name)
        self.names = names


def parse_query(query: str, rules: Rulebook) -> Tree:
    """Return the tree of a query in which topics may be called by id or label. Raises QueryError."""
    from pipeline.text.search_tokens import join_tokens
    from storage.search.parser import parse

    topics = {
        join_tokens(name): topic.id
        for topic in rules.topics.topic
        for name in (topic.id, topic.label_vi, topic.label_en)
    }
    return parse(query, topics)


def saved_query(storage: Database, name: str) -> str:
    """Return the query saved under a name. Raises UnknownSearch."""
    queries = {saved.name: saved.query for saved in storage.search.saved()}
    if name not in queries:
        raise UnknownSearch(name, list(queries))
    return queries[name]
