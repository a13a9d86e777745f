"""Articles as a line of a list names them, without the search index or the text."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from storage.schema.core import items, sources, versions

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ArticleHead:
    key: str
    story: str
    title: str
    outlet: str
    url: str


def load_heads(connection: Connection, keys: Iterable[str]) -> dict[str, ArticleHead]:
    """Return articles by key, without unknown ones."""
    listed = sorted(set(keys))
    found: dict[str, ArticleHead] = {}
    for start in range(0, len(listed), _CHUNK):
        query = (
            select(items.c.key, items.c.story, versions.c.title, sources.c.name, items.c.url)
            .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
            .join(sources, sources.c.id == items.c.source_id)
            .where(items.c.key.in_(listed[start : start + _CHUNK]))
        )
        found |= {row.key: ArticleHead(*row) for row in connection.execute(query)}
    return found
