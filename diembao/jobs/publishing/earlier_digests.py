"""The digests published before → what has become wrong in them, and what their readers know already."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from analysis.digest.corrections import Erratum, corrected_items, find_errata, last_published
from analysis.stories.edition import Edition, edition_of, published_edition
from diembao.jobs.periods import Period
from pipeline.records import Item, ItemLine
from pipeline.records.publications import Publication, PublishedItem
from storage.database import Database

#: Days back to which published digests are corrected, and are the edition before.
_CORRECTED = 7


class EarlierDigests:
    """The digests published of the days before a period, and their articles as they are now."""

    def __init__(self, storage: Database, period: Period) -> None:
        self._storage, self._period = storage, period
        self._digests = storage.publications.heads(period.day - timedelta(days=_CORRECTED), period.day)

    def errata(self) -> tuple[tuple[Erratum, ...], list[PublishedItem]]:
        """Return the differences between the digests of the last days and the database, and the corrected items."""
        errata = find_errata(last_published(self._digests), self._known)
        return errata, list(corrected_items(errata, self._known))

    def edition(self, before: Sequence[Item | ItemLine] | None) -> Edition | None:
        """Return the last published digest; without one the items of the period before, None: it was not collected.

        Digests of the same day do not count: the second of a day is to say the same as the first.
        """
        if self._digests:
            return published_edition(max(self._digests, key=_order), self._known)
        return None if before is None else edition_of(self._period.day - timedelta(days=1), before)

    @cached_property
    def _known(self) -> Mapping[str, Item]:
        """The published articles as they are now, by the keys they were published under."""
        keys = {item.key for digest in self._digests for item in digest.items}
        if not keys:
            return {}
        # One query finds nearly all of them; items whose time has changed since then are fetched one by one.
        since = self._period.late_from - timedelta(days=_CORRECTED + 1)
        items: Iterable[Item] = self._storage.articles.items(since=since, relevance=("main", "mention", "no"))
        current = {item.key: item for item in items if item.key in keys}
        for key in keys - current.keys():
            if (item := self._storage.articles.item(key)) is not None:
                current[key] = item
        return current


def _order(digest: Publication) -> tuple[object, int]:
    return digest.day, digest.id
