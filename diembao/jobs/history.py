"""An item with its versions and the changes between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.stories.text_diff import DiffPiece
    from pipeline.records import Decision, Item, StoredImage, Version
    from storage.archives.shards import Origin
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class History:
    item: Item
    #: oldest first
    versions: Sequence[Version]
    #: pieces of text that are the same, new or gone, for each version but the first
    changes: Sequence[Sequence[DiffPiece]]
    #: images of its page, and attempts at one, by number of the version
    images: dict[int, StoredImage]
    #: what persons decided of it, oldest first
    decisions: Sequence[Decision] = ()
    #: archives from which its texts were read back, the first captured first
    origins: Sequence[Origin] = ()


def item_at(storage: Database, url: str) -> Item | None:
    """Return the item to which an address leads, also one that it had before it moved; None where there is none."""
    from pipeline.text.urls import is_fetchable, normalise_url

    if not is_fetchable(url):
        return None
    url = normalise_url(url)
    entry = storage.crawl.ledger_entries([url]).get(url)
    return storage.articles.item(entry.item) if entry else None


def item_history(storage: Database, key_or_url: str) -> History | None:
    """Return an item, found by its key or by the address of its page, with its versions; None where there is none."""
    from analysis.stories.text_diff import text_diff

    item = item_at(storage, key_or_url) if "://" in key_or_url else storage.articles.item(key_or_url)
    if item is None:
        return None
    versions = storage.articles.versions(item.key)
    changes = [text_diff(old.article, new.article) for old, new in pairwise(versions)]
    decisions = storage.articles.decisions([item.key]).get(item.key, [])
    origins = storage.archives.origins(item.key)
    return History(item, versions, changes, storage.page_images.of_item(item.key), decisions, origins)
