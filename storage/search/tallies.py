"""The newest matches of a search → how many of them are of each topic, tone, outlet, language and so on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

from sqlalchemy import Connection, func, select

from pipeline.tables.facts import FactKey, kind_of
from storage.schema.derived import facts
from storage.search.search import matching_keys
from storage.search.tree import Tree

#: Bars in a written kind; a row with another number is damaged.
_BARS = len(FactKey._fields) - 1


@dataclass(frozen=True, slots=True)
class SearchTally:
    """Numbers of articles by the values of six fields; an article counts once for each of its topics."""

    #: articles that were counted
    items: int
    topics: Counter[str] = field(default_factory=Counter)
    tones: Counter[str] = field(default_factory=Counter)
    #: by id of the source
    outlets: Counter[str] = field(default_factory=Counter)
    #: BCP 47; '' where none is known
    languages: Counter[str] = field(default_factory=Counter)
    relevance: Counter[str] = field(default_factory=Counter)
    #: live and archive
    provenance: Counter[str] = field(default_factory=Counter)


def tally_newest(connection: Connection, tree: Tree, *, zone: tzinfo, newest: int) -> SearchTally:
    """See Search.tally."""
    keys = matching_keys(connection, tree, limit=newest, zone=zone)
    query = select(facts.c.kind, func.count()).where(facts.c.item_key.in_(keys)).group_by(facts.c.kind)
    return _sum_up(((kind_of(kind), n) for kind, n in connection.execute(query) if kind.count("|") == _BARS), len(keys))


def _sum_up(kinds: Iterable[tuple[FactKey, int]], items: int) -> SearchTally:
    tally = SearchTally(items)
    for kind, n in kinds:
        tally.tones[kind.tone] += n
        tally.outlets[kind.source_id] += n
        tally.languages[kind.language] += n
        tally.relevance[kind.relevance] += n
        tally.provenance[kind.provenance or "live"] += n
        for topic in kind.topics.split():
            tally.topics[topic] += n
    return tally
