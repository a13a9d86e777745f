"""What digests said and what is known now → what the next digest has to correct."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipeline.records import Item, Relevance, Tone
from pipeline.records.publications import Publication, PublishedItem


@dataclass(frozen=True, slots=True)
class Erratum:
    """One thing that a published digest said of an article, and that is said otherwise now."""

    #: number and day of the digest
    publication: int
    day: date
    said: PublishedItem
    what: Literal["relevance", "tone", "title", "taken_down", "gone"]
    #: of relevance, tone and title
    now: str = ""


def last_published(publications: Iterable[Publication]) -> dict[str, tuple[Publication, PublishedItem]]:
    """Return what was last said of each article, by its key; publications are in the order in which they were made."""
    return {item.key: (publication, item) for publication in publications for item in publication.items}


def find_errata(
    said: Mapping[str, tuple[Publication, PublishedItem]], known: Mapping[str, Item]
) -> tuple[Erratum, ...]:
    """Return what is to be corrected, in the order in which it was published.

    `known` holds the articles as they are now; one that is not in it is there no more.
    """
    found: list[Erratum] = []
    for key, (publication, item) in said.items():
        head = publication.id, publication.day, item
        now = known.get(key)
        if now is None:
            found += [Erratum(*head, "gone")] if not item.gone else []
            continue
        if now.taken_down is not None and now.taken_down > publication.made_at and not item.gone:
            found.append(Erratum(*head, "taken_down"))
        if now.tags.relevance != item.relevance:
            found.append(Erratum(*head, "relevance", now.tags.relevance))
        elif now.tags.tone != item.tone and now.tags.relevance == "main":
            found.append(Erratum(*head, "tone", now.tags.tone))
        if _folded(now.article.title) != _folded(item.title):
            found.append(Erratum(*head, "title", now.article.title))
    return tuple(sorted(found, key=lambda e: (e.publication, e.said.key, e.what)))


def published_item(item: Item, *, erratum: bool = False) -> PublishedItem:
    """Return what a digest says of an article."""
    relevance: Relevance = item.tags.relevance
    tone: Tone = item.tags.tone
    gone = item.taken_down is not None
    return PublishedItem(
        item.key, item.version, item.article.title, item.outlet, relevance, tone, item.tags.rules, gone, erratum
    )


def corrected_items(found: Iterable[Erratum], known: Mapping[str, Item]) -> Iterator[PublishedItem]:
    """Yield what a digest with these errata says of their articles: the next one need not say so again."""
    for key, said in {e.said.key: e.said for e in found}.items():
        if (now := known.get(key)) is not None:
            yield published_item(now, erratum=True)
        else:
            yield replace(said, gone=True, erratum=True)


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()
