"""A query and where its page begins → hits, their number, and the facets by which it can be narrowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from diembao.jobs.reading.marks import Piece, highlighted
from diembao.jobs.reading.translation_words import ShownTranslation, shown_translation
from diembao.jobs.reading.value_words import TopicNames, grade_words, language_words, query_words
from diembao.jobs.search import article_at, parse_query
from pipeline.i18n.catalogs import translate_code
from storage.search.tree import Or

if TYPE_CHECKING:
    from collections import Counter
    from zoneinfo import ZoneInfo

    from pipeline.records import FoundItem, SearchHit
    from pipeline.rules.rulebook import Rulebook
    from pipeline.tables.facts import FactCount, Publisher
    from storage.database import Database
    from storage.search.tallies import SearchTally
    from storage.search.tree import Tree

#: Hits on one page, in the order of time and of relevance.
PAGE, BEST = 50, 100
#: Matches that are counted at most: beyond, a page says "at least".
COUNTED = 10_000
#: Newest matches whose topics, outlets and so on are counted.
TALLIED = 1_000
#: Values of one facet that are shown.
_VALUES = 12

SearchOrder = Literal["time", "relevance"]


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """One hit as a page lists it."""

    item: FoundItem
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    #: its texts in Vietnamese, and title and snippet of them with what was found marked; None and (): it has none
    translation: ShownTranslation | None = None
    translated_title: tuple[Piece, ...] = ()
    translated_snippet: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: in words, how many of the tallied matches have it, and the query narrowed to it."""

    words: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One field by which a query can be narrowed."""

    #: topic, tone, outlet, lang, relevance or provenance
    field: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of what a query found."""

    query: str
    hits: tuple[FoundArticle, ...]
    #: where the next page begins; None: there is none
    before: int | None
    #: articles and stories found; None where the query is an address
    total: FactCount | None
    #: whether there are more than `total` says
    at_least: bool
    #: of the newest TALLIED matches
    facets: tuple[Facet, ...] = ()
    #: the query as a person reads it; '': it has no fields, or is more involved
    words: str = ""


def run_search(
    storage: Database,
    query: str,
    rules: Rulebook,
    topics: TopicNames,
    *,
    zone: ZoneInfo,
    by: SearchOrder = "time",
    before: int | None = None,
) -> SearchResult:
    """Return a page of what a query finds. Raises QueryError.

    By relevance there is one page, of the best of the newest 500. Facets and numbers come with the first page alone.
    """
    at_address = article_at(storage, query)
    if at_address is not None:
        return SearchResult(query, _found(at_address), None, None, False)
    tree = parse_query(query, rules)
    if by == "relevance":
        hits, following = _found(storage.search.search(tree, zone=zone, by=by, limit=BEST)), None
    else:
        page = storage.search.page(tree, zone=zone, limit=PAGE, before=before)
        hits, following = _found(page.hits), page.before
    publishers = storage.crawl.publishers()
    said = query_words(tree, topics, {key: publisher.name for key, publisher in publishers.items()})
    if before is not None:
        return SearchResult(query, hits, following, None, False, words=said)
    total = storage.search.count(tree, zone=zone, most=COUNTED)
    tally = storage.search.tally(tree, zone=zone, newest=TALLIED)
    found = tuple(_facets(query, tree, tally, topics, publishers))
    return SearchResult(query, hits, following, total, total.items == COUNTED, found, said)


def _found(hits: list[SearchHit] | tuple[SearchHit, ...]) -> tuple[FoundArticle, ...]:
    return tuple(
        FoundArticle(
            hit.item,
            highlighted(hit.title),
            highlighted(hit.snippet),
            shown_translation(hit.translation),
            highlighted(hit.translated_title) if hit.translated_title is not None else (),
            highlighted(hit.translated_snippet) if hit.translated_snippet is not None else (),
        )
        for hit in hits
    )


def narrowed(query: str, tree: Tree, term: str) -> str:
    """Return a query that finds of what `query` finds only what `term` finds too."""
    return f"({query}) {term}" if isinstance(tree, Or) else f"{query} {term}"


def _facets(
    query: str, tree: Tree, tally: SearchTally, topics: TopicNames, publishers: Mapping[str, Publisher]
) -> Iterator[Facet]:
    """Yield the facets that have two values or more."""

    def values(field: str, counts: Counter[str], words: Mapping[str, str]) -> tuple[FacetValue, ...]:
        most = sorted((key for key in counts if key), key=lambda key: (-counts[key], words.get(key, key)))
        return tuple(
            FacetValue(words.get(key, key), counts[key], narrowed(query, tree, f'{field}:"{key}"'))
            for key in most[:_VALUES]
            if '"' not in key
        )

    tones = {tone: translate_code("tone", tone) for tone in tally.tones}
    languages = {tag: language_words(tag) for tag in tally.languages if tag}
    grades = {grade: grade_words(grade) for grade in tally.relevance}
    ways = {way: translate_code("provenance", way) for way in tally.provenance}
    outlets = {key: publishers[key].name for key in tally.outlets if key in publishers}
    fields: tuple[tuple[str, Counter[str], Mapping[str, str]], ...] = (
        ("topic", tally.topics, topics),
        ("tone", tally.tones, tones),
        ("outlet", tally.outlets, outlets),
        ("lang", tally.languages, languages),
        ("relevance", tally.relevance, grades),
        ("provenance", tally.provenance, ways),
    )
    for field, counts, words in fields:
        if len(found := values(field, counts, words)) > 1:
            yield Facet(field, found)
