"""Articles whose address did not answer when it was last asked for."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from pipeline.records import Reason
from storage.engine.damage import stored_reason
from storage.schema.core import candidates, items

_CHUNK = 500
#: Last answers that say nothing of whether a reader finds the article.
_NO_WORD = (
    Reason.OK,
    Reason.NOT_MODIFIED,
    Reason.NOT_ASKED,
    Reason.ROBOTS,
    Reason.ROBOTS_UNREACHABLE,
    Reason.TOO_LARGE,
)


def load_silent_links(connection: Connection, keys: Sequence[str]) -> Mapping[str, Reason]:
    """See storage.crawl.facet.Crawl.silent_links."""
    found: dict[str, Reason] = {}
    for start in range(0, len(keys), _CHUNK):
        query = (
            select(items.c.key, candidates.c.reason)
            .join(candidates, candidates.c.id == items.c.candidate_id)
            .where(items.c.key.in_(keys[start : start + _CHUNK]))
            .where(candidates.c.reason.not_in(_NO_WORD), candidates.c.reason != "")
        )
        found |= {row.key: stored_reason(row.reason) for row in connection.execute(query)}
    return found
