"""Articles as tables list them, newest first, from their stored cells."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from pipeline.tables.csv_rows import SEPARATOR, CsvRow, stored_cells
from pipeline.tables.facts import topics_in
from pipeline.tables.translated_items import cells_of, with_translation
from storage.articles.items import load_chosen
from storage.derived.csv_rows import text_of_item
from storage.engine.damage import DamagedText, is_damaged, tell_left_out
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


def load_csv_rows(connection: Connection, choice: ArticleChoice, *, exact: bool) -> Iterator[CsvRow]:
    """Yield the rows of articles, newest first; cells that are not stored are rendered from the article.

    `exact`: whether a row whose cells do not tell all has the whole article.
    """
    query = _select(choice)
    outlets = {row.id: row for row in connection.execute(select(sources))}
    chunks = newest_first(
        raw_rows(connection, query.order_by(facts.c.at.desc()), "listings", _CHUNK),
        partial(_times, connection),
        partial(_of_second, connection, query),
    )
    for chunk in chunks:
        if choice.topics:
            chunk = [row for row in chunk if not set(choice.topics).isdisjoint(topics_in(row[6]))]
        # Hardly one article in ten is in another language.
        foreign = [row[1] for row in chunk if str(row[8]).split("-")[0] != _TARGET]
        usable = [not is_damaged(row) and row[7].count(SEPARATOR) == 1 for row in chunk]
        asked_whole = [not is_usable or (exact and row[9] != 1) for row, is_usable in zip(chunk, usable, strict=True)]
        keys = [row[1] for row, asked in zip(chunk, asked_whole, strict=True) if asked]
        articles = load_chosen(connection, keys) if keys else {}
        translated = load_shown(connection, foreign, _TARGET) if foreign else {}
        for row, is_usable, asked in zip(chunk, usable, asked_whole, strict=True):
            _, key, story, event, origin, source_id, _, cells, _, _ = row
            outlet, article = outlets.get(source_id), articles.get(key)
            if outlet is None or isinstance(story, DamagedText) or (asked and article is None):
                tell_left_out(f"article {key}")
                continue
            about = outlet.name, source_id, outlet.country, outlet.category
            if article is None:
                yield CsvRow(key, story, event, origin, *about, cells, cells_of(translated.get(key)))
                continue
            shown = translated.get(key)
            cells = cells if is_usable else stored_cells(text_of_item(article))
            whole = with_translation(article, shown) if exact else None
            yield CsvRow(key, story, event, origin, *about, cells, cells_of(shown), whole)


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
            listings.c.exact,
        )
        .join(items, items.c.key == facts.c.item_key)
        .outerjoin(listings, and_(listings.c.tagging_id == facts.c.tagging_id, listings.c.item_key == facts.c.item_key))
    )
    return query.where(items.c.source_id.in_(choice.sources)) if choice.sources else query


def _times(connection: Connection, rows: Sequence[Row]) -> list[Any]:
    keys = [row[1] for row in rows]
    query = select(items.c.key, LISTED_AT.label("at")).join(
        versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version)
    )
    found = {row.key: row.at for row in connection.execute(query.where(items.c.key.in_(keys)))}
    return [found[key] for key in keys]


def _of_second(connection: Connection, query: Select[*tuple[Any, ...]], at: int) -> Iterable[Sequence[Row]]:
    whole = query.join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
    return raw_rows(connection, whole.where(facts.c.at == at).order_by(*NEWEST_FIRST), "second", _CHUNK)
