"""Articles as tables list them, newest first, from their stored cells."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from pipeline.tables.columns import local
from pipeline.tables.csv_rows import SEPARATOR, CsvRow, stored_cells
from pipeline.tables.exact_cells import sum_of
from pipeline.tables.facts import topics_in
from pipeline.tables.translated_items import TranslatedCells, cells_of, with_translation
from storage.articles.items import load_chosen
from storage.derived.csv_rows import text_of_item
from storage.engine.damage import DamagedText, is_damaged, tell_left_out
from storage.engine.instants import instant_of
from storage.engine.raw_rows import raw_rows
from storage.exports.article_order import LISTED_AT, NEWEST_FIRST, Row, newest_first
from storage.exports.choice import ArticleChoice, chosen_facts
from storage.schema.core import items, sources, versions
from storage.schema.derived import facts, listings
from storage.translations.shown import load_shown

#: Rows fetched at once, and articles loaded at once whose cells are not stored.
_CHUNK = 1_000
#: Language of the columns title_vi and excerpt_vi.
_TARGET = "vi"
#: Translated cells of nearly all articles.
_NONE = TranslatedCells()
_UNKNOWN = datetime.min.replace(tzinfo=UTC)


def load_csv_rows(connection: Connection, choice: ArticleChoice, *, exact: bool) -> Iterator[CsvRow]:
    """Yield the rows of articles, newest first; cells that are not stored are rendered from the article.

    `exact`: whether a row whose cells do not tell all has the whole article.
    """
    query = _select(choice)
    outlets = {row.id: (row.name, row.id, row.country, row.category) for row in connection.execute(select(sources))}
    wanted = frozenset(choice.topics)
    chunks = newest_first(
        raw_rows(connection, query.order_by(facts.c.at.desc()), "listings", _CHUNK),
        partial(_times, connection),
        partial(_of_second, connection, query),
    )
    for chunk in chunks:
        if wanted:
            chunk = [row for row in chunk if not wanted.isdisjoint(topics_in(row[6]))]
        # Hardly one article in ten is in another language.
        foreign = [row[1] for row in chunk if row[8] != _TARGET and str(row[8]).split("-")[0] != _TARGET]
        translated = load_shown(connection, foreign, _TARGET) if foreign else {}
        any_damaged = is_damaged(chain.from_iterable(chunk))
        unusable = {row[1] for row in chunk if row[7].count(SEPARATOR) != 1 or (any_damaged and is_damaged(row))}
        asked = (
            unusable | {row[1] for row in chunk if row[9] is None or sum_of(row[7]) != row[9]} if exact else unusable
        )
        articles = load_chosen(connection, list(asked)) if asked else {}
        for _, key, story, event, origin, source_id, _, cells, _, _, captured in chunk:
            at = None if captured is None else _captured(captured)
            if at is _UNKNOWN or source_id not in outlets or (any_damaged and isinstance(story, DamagedText)):
                tell_left_out(f"article {key}")
                continue
            shown = cells_of(translated[key]) if key in translated else _NONE
            if key not in asked:
                yield CsvRow(key, story, event, origin, *outlets[source_id], cells, shown, at)
            elif key in articles:
                article = articles[key]
                cells = stored_cells(text_of_item(article)) if key in unusable else cells
                whole = with_translation(article, translated.get(key)) if exact else None
                yield CsvRow(key, story, event, origin, *outlets[source_id], cells, shown, at, whole)
            else:
                tell_left_out(f"article {key}")


def _select(choice: ArticleChoice) -> Select[*tuple[Any, ...]]:
    query = (
        chosen_facts(
            choice,
            facts.c.at,
            facts.c.item_key,
            facts.c.story,
            items.c.event,
            items.c.origin,
            items.c.source_id,
            facts.c.kind,
            func.coalesce(listings.c.cells, ""),
            facts.c.language,
            listings.c.exact_sum,
            items.c.captured_at,
        )
        .join(items, items.c.key == facts.c.item_key)
        .outerjoin(listings, and_(listings.c.tagging_id == facts.c.tagging_id, listings.c.item_key == facts.c.item_key))
    )
    return query.where(items.c.source_id.in_(choice.sources)) if choice.sources else query


def _captured(value: Any) -> datetime | None:
    """Return a time as a driver gives it in the zone of tables; _UNKNOWN where it is damaged."""
    try:
        return local(instant_of(value))
    except (ValueError, TypeError):
        return _UNKNOWN


def _times(connection: Connection, rows: Sequence[Row]) -> list[Any]:
    keys = [row[1] for row in rows]
    query = select(items.c.key, LISTED_AT.label("at")).join(
        versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version)
    )
    found = {row.key: row.at for row in connection.execute(query.where(items.c.key.in_(keys)))}
    # Of an item whose version is damaged the cells may be sound.
    return [found.get(key, _UNKNOWN) for key in keys]


def _of_second(connection: Connection, query: Select[*tuple[Any, ...]], at: int) -> Iterable[Sequence[Row]]:
    whole = query.join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
    return raw_rows(connection, whole.where(facts.c.at == at).order_by(*NEWEST_FIRST), "second", _CHUNK)
