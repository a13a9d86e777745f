"""The tables of translations → what a reader is shown of each article in her language."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, Table, and_, bindparam, select

from pipeline.records import VerdictReason
from pipeline.records.translations import (
    Engine,
    ItemTranslation,
    TextPart,
    TranslatedText,
    TranslationCorrection,
)
from storage.engine.damage import is_damaged, tell_left_out
from storage.schema.core import items, versions
from storage.schema.renditions import item_texts, translation_corrections, translations
from storage.translations.made import REFUSAL

#: Keys looked up by one statement.
_CHUNK = 500
_KEYS: BindParameter[str] = bindparam("keys", expanding=True)
_TABLES = (translation_corrections, translations)


def load_shown(connection: Connection, keys: Iterable[str], target: str) -> dict[str, ItemTranslation]:
    """See storage.translations.facet.Translations.of_items."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, ItemTranslation] = {}
    for start in range(0, len(wanted), _CHUNK):
        found |= _shown(connection, wanted[start : start + _CHUNK], target)
    return found


def _shown(connection: Connection, keys: Sequence[str], target: str) -> dict[str, ItemTranslation]:
    asked = {"keys": list(keys), "target": target}
    of_people, of_engines = (connection.execute(_beside(table), asked) for table in _TABLES)
    sources: dict[str, str] = {}
    texts: dict[str, dict[TextPart, TranslatedText]] = {}
    refusals: dict[str, dict[TextPart, VerdictReason]] = {}
    for row in of_engines:
        sources[row.item_key] = row.source
        if (reason := _refusal(row)) is not None:
            refusals.setdefault(row.item_key, {})[row.part] = reason
        elif row.text and not is_damaged(row):
            engine = Engine(row.backend, row.model, row.version)
            texts.setdefault(row.item_key, {})[row.part] = TranslatedText(row.text, engine, "", row.at)
    for key, part, corrected in _newest_corrections(of_people):
        sources[key] = corrected.source
        texts.setdefault(key, {})[part] = TranslatedText(corrected.text, None, corrected.who, corrected.at)
    return {
        key: ItemTranslation(
            source,
            texts.get(key, {}),
            {part: reason for part, reason in refusals.get(key, {}).items() if part not in texts.get(key, {})},
        )
        for key, source in sources.items()
    }


@cache
def _beside(table: Table) -> Select[Any]:
    """Select the rows of a table that put current texts of articles into a language, the oldest first."""
    # Texts of an earlier version are not those that stand beside their translations today.
    current = (
        select(item_texts)
        .join(items, items.c.key == item_texts.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(item_texts.c.item_key.in_(_KEYS), item_texts.c.version_id == versions.c.id)
    ).subquery()
    same_text = and_(
        table.c.sha256 == current.c.sha256,
        table.c.source == current.c.language,
        table.c.target == bindparam("target"),
    )
    return select(current.c.item_key, current.c.part, table).join(table, same_text).order_by(table.c.id)


def _refusal(row: Row[Any]) -> VerdictReason | None:
    """Return why a translation is not shown; None for one that is, and for a damaged one, which is told."""
    if row.refusal is None:
        return None
    try:
        reason: VerdictReason = REFUSAL.validate_python(row.refusal)
    except ValueError as error:
        tell_left_out(f"translations {row.id}", error)
        return None
    return reason


def _newest_corrections(rows: Iterable[Row[Any]]) -> list[tuple[str, TextPart, TranslationCorrection]]:
    """Return the last correction of each text, by article and part, without those that were taken back."""
    newest: dict[tuple[str, TextPart], Row[Any]] = {(row.item_key, row.part): row for row in rows}
    return [(key, part, correction_of(row)) for (key, part), row in newest.items() if row.text and not is_damaged(row)]


def correction_of(row: Row[Any]) -> TranslationCorrection:
    """Return a row of translation_corrections as a record."""
    return TranslationCorrection(row.sha256, row.source, row.target, row.text, row.who, row.at)


def load_corrections(connection: Connection, target: str, limit: int) -> list[TranslationCorrection]:
    """See storage.translations.facet.Translations.corrections."""
    columns = translation_corrections.c
    later = translation_corrections.alias()
    is_replaced = select(later.c.id).where(
        later.c.sha256 == columns.sha256,
        later.c.source == columns.source,
        later.c.target == columns.target,
        later.c.id > columns.id,
    )
    query = (
        select(translation_corrections)
        .where(columns.target == target, columns.text != "", ~is_replaced.correlate(translation_corrections).exists())
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return [correction_of(row) for row in connection.execute(query) if not is_damaged(row)]
