"""Published digests and the articles as they are now → corrections for the next digest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipeline.records import Item, Relevance, Tone
from pipeline.records.publications import Publication, PublishedItem

ErratumKind = Literal["relevance", "tone", "title", "taken_down", "gone", "joined"]


@dataclass(frozen=True, slots=True)
class Erratum:
    """One statement of a published digest about an article that is no longer true."""

    #: number and day of the published digest
    publication: int
    day: date
    statement: PublishedItem
    what: ErratumKind
    #: new value of relevance, tone or title; '' for the others
    now: str = ""


def last_published(publications: Iterable[Publication]) -> dict[str, tuple[Publication, PublishedItem]]:
    """Return the last publication of each article by its key; `publications` are in the order of their making."""
    return {item.key: (publication, item) for publication in publications for item in publication.items}


def find_errata(
    published: Mapping[str, tuple[Publication, PublishedItem]], known: Mapping[str, Item]
) -> tuple[Erratum, ...]:
    """Return the corrections, in the order of publication.

    `published` comes from last_published. `known` holds the articles as they are now, by the keys they were published
    under; an article not in it is gone. Two published articles that turned out to be one were counted twice: the one
    whose key is no longer its own is said to be joined to the other.
    """
    errata: list[Erratum] = []
    for key, (publication, item) in published.items():
        origin = publication.id, publication.day, item
        now = known.get(key)
        if now is None:
            errata += [Erratum(*origin, "gone")] if not item.gone else []
            continue
        if now.key != key and now.key in published:
            errata += [Erratum(*origin, "joined", now.article.title)] if not item.gone else []
            continue
        if now.taken_down is not None and now.taken_down > publication.made_at and not item.gone:
            errata.append(Erratum(*origin, "taken_down"))
        if now.tags.relevance != item.relevance:
            errata.append(Erratum(*origin, "relevance", now.tags.relevance))
        elif now.tags.tone != item.tone and now.tags.relevance == "main":
            errata.append(Erratum(*origin, "tone", now.tags.tone))
        if fold_title(now.article.title) != fold_title(item.title):
            errata.append(Erratum(*origin, "title", now.article.title))
    return tuple(sorted(errata, key=lambda e: (e.publication, e.statement.key, e.what)))


def published_item(item: Item, *, erratum: bool = False) -> PublishedItem:
    """Return the statements of a digest about an article."""
    relevance: Relevance = item.tags.relevance
    tone: Tone = item.tags.tone
    gone = item.taken_down is not None
    return PublishedItem(
        item.key, item.version, item.article.title, item.outlet, relevance, tone, item.tags.rules, gone, erratum
    )


def corrected_items(errata: Iterable[Erratum], known: Mapping[str, Item]) -> Iterator[PublishedItem]:
    """Yield the statements of a digest with these errata about their articles: the next digest does not repeat them."""
    joined = {e.statement.key for e in errata if e.what == "joined"}
    for key, statement in {e.statement.key: e.statement for e in errata}.items():
        if (now := known.get(key)) is not None and key not in joined:
            # Under the key of the statement that it corrects, which may be a former one.
            yield replace(published_item(now, erratum=True), key=key)
        else:
            yield replace(statement, gone=True, erratum=True)


def fold_title(title: str) -> str:
    """Return a title by which two that differ in spaces and capitals only are the same."""
    return " ".join(title.split()).casefold()
