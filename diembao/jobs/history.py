"""An item with its versions and the changes between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.digest.text_diff import DiffPiece
    from pipeline.records import Item, Version
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class History:
    item: Item
    #: oldest first
    versions: Sequence[Version]
    #: pieces of text that are the same, new or gone, for each version but the first
    changes: list[Sequence[DiffPiece]]


def item_history(storage: Database, key_or_url: str) -> History | None:
    """Return an item, found by its key or by the address of its page, with its versions; None where there is none."""
    from analysis.digest.text_diff import text_diff
    from pipeline.text.urls import normalise_url

    key = key_or_url
    if "://" in key_or_url:
        url = normalise_url(key_or_url)
        entry = storage.crawl.ledger_entries([url]).get(url)
        key = entry.item if entry else ""
    item = storage.articles.item(key)
    if item is None:
        return None
    versions = storage.articles.versions(key)
    return History(item, versions, [text_diff(old.article, new.article) for old, new in pairwise(versions)])
