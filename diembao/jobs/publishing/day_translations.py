"""What is translated of a digest's articles by now, or was at a time → the Translations of the digest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from analysis.digest.model import Digest
from analysis.digest.translated import Translations
from config.engines.translation import TARGET, TranslationSettings
from diembao.translation.engine import house_notes
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import Language
from pipeline.records import Item
from pipeline.records.translations import ItemTranslation
from pipeline.tables.translated_items import with_translation
from storage.database import Database


def with_translations(
    storage: Database,
    settings: TranslationSettings,
    day: Digest,
    items: Iterable[Item],
    language: str,
    as_of: datetime | None,
) -> Digest:
    """Return a digest with the translations of its `items`, and of those that it names beside them or left out.

    With `as_of` only what was translated by then counts: a translation that came later changes no digest of before.
    The notes are those of today's settings.
    """
    keys = {item.key for item in items} | {item.key for item in day.uncertain}
    keys |= {item.key for found in day.related.values() for item in found}
    keys |= {one.key for one in (*day.office.left_out, *day.office.rejected)}
    found = storage.translations.of_items(sorted(keys), language)
    if as_of is not None:
        found = {key: _by(one, as_of) for key, one in found.items()}
    # Engines translate into Vietnamese alone: in a digest in English nothing waits to be translated.
    is_awaited = settings.backend != "none" and language == TARGET
    words: Language = "en" if language == "en" else "vi"
    notes = [translate(note.template, language=words, **note.values) for note in house_notes(settings)]
    return replace(day, translations=Translations(found, is_awaited, settings.languages, tuple(notes)))


def _by(one: ItemTranslation, at: datetime) -> ItemTranslation:
    return replace(one, texts={part: text for part, text in one.texts.items() if text.at <= at})


def translated_items(storage: Database, day: Digest, items: Iterable[Item], language: str) -> list[Item]:
    """Return the items of a digest with their Vietnamese translations, for its table, whatever its language."""
    items = list(items)
    found = day.translations.of_items
    if language != "vi":
        found = storage.translations.of_items([item.key for item in items])
    return [with_translation(item, found.get(item.key)) for item in items]
