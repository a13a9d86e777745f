"""What is translated of a digest's articles by now, or was at a time → the Translations of the digest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from analysis.digest.model import Digest
from analysis.digest.translated import Translations
from pipeline.records import Item
from pipeline.records.translations import ItemTranslation
from pipeline.tables.translated_items import with_translation
from storage.database import Database


def with_translations(
    storage: Database, day: Digest, items: Iterable[Item], language: str, as_of: datetime | None
) -> Digest:
    """Return a digest with the translations of its `items`, and of those that it names beside them or left out.

    With `as_of` only what was translated by then counts: a translation that came later changes no digest of before.
    """
    keys = {item.key for item in items} | {item.key for item in day.uncertain}
    keys |= {item.key for found in day.related.values() for item in found}
    keys |= {one.key for one in (*day.office.left_out, *day.office.rejected)}
    found = storage.translations.of_items(sorted(keys), language)
    if as_of is not None:
        found = {key: _by(one, as_of) for key, one in found.items()}
    return replace(day, translations=Translations(found))


def _by(one: ItemTranslation, at: datetime) -> ItemTranslation:
    return replace(one, texts={part: text for part, text in one.texts.items() if text.at <= at})


def translated_items(storage: Database, day: Digest, items: Iterable[Item], language: str) -> list[Item]:
    """Return the items of a digest with their Vietnamese translations, for its table, whatever its language."""
    items = list(items)
    found = day.translations.of_items
    if language != "vi":
        found = storage.translations.of_items([item.key for item in items])
    return [with_translation(item, found.get(item.key)) for item in items]
