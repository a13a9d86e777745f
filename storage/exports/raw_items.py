"""Articles as they are stored, newest first: RawItems, and whole Items where that is not enough."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Text, case, cast, func, select

from pipeline.records import Item
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS
from pipeline.tables.facts import topics_in
from pipeline.tables.raw_items import RawItem, is_of_todays_form
from pipeline.tables.translated_items import TranslatedCells, cells_of, with_translation
from storage.articles.items import load_chosen
from storage.engine.damage import is_damaged
from storage.engine.instants import instant_of
from storage.engine.raw_rows import raw_rows
from storage.exports.narrow_rows import NEWEST_FIRST, ArticleChoice, chosen_facts
from storage.schema.core import candidates, items, sources, taggings, versions
from storage.schema.derived import facts, listings
from storage.schema.maintenance import decisions
from storage.translations.shown import load_shown

#: Rows fetched at once.
_CHUNK = 100
#: Language of the columns title_vi and excerpt_vi.
_TARGET = "vi"
_NONE = TranslatedCells()
_WORDS_AT = [column.name for column in STORED_PARTS[1]].index("words")


def load_raw_items(connection: Connection, choice: ArticleChoice) -> Iterator[RawItem | Item]:
    """Yield the chosen articles under people's decisions with their translations, newest first."""
    older = versions.alias()
    edited = select(older.c.id).where(older.c.item_key == items.c.key, older.c.document_id != versions.c.document_id)
    query = (
        chosen_facts(
            choice,
            facts.c.item_key,
            facts.c.story,
            items.c.event,
            items.c.origin,
            versions.c.number,
            case((versions.c.number > 1, edited.correlate(items, versions).exists()), else_=False),
            items.c.source_id,
            items.c.first_seen,
            versions.c.fetched_at,
            items.c.taken_down,
            candidates.c.feed_url,
            cast(versions.c.article, Text),
            cast(taggings.c.tags, Text),
            func.coalesce(listings.c.cells, ""),
            facts.c.language,
            facts.c.kind,
        )
        .join(items, items.c.key == facts.c.item_key)
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .join(versions, versions.c.id == taggings.c.version_id)
        .join(candidates, candidates.c.id == items.c.candidate_id)
        .outerjoin(listings, listings.c.item_key == facts.c.item_key)
        .order_by(*NEWEST_FIRST)
    )
    if choice.sources:
        query = query.where(items.c.source_id.in_(choice.sources))
    outlets = {row.id: (row.name, row.country, row.category, row.reach) for row in connection.execute(select(sources))}
    decided = set(connection.execute(select(decisions.c.item_key).distinct()).scalars())
    for rows in raw_rows(connection, query, "raw", _CHUNK):
        if choice.topics:
            wanted = set(choice.topics)
            rows = [row for row in rows if not wanted.isdisjoint(topics_in(row[15]))]
        foreign = [row[0] for row in rows if str(row[14]).split("-")[0] != _TARGET]
        translated = load_shown(connection, foreign, _TARGET) if foreign else {}
        made = [None if row[0] in decided else _raw(row, outlets, translated) for row in rows]
        others = [row[0] for row, item in zip(rows, made, strict=True) if item is None]
        whole = load_chosen(connection, others) if others else {}
        for row, item in zip(rows, made, strict=True):
            if item is not None:
                yield item
            elif row[0] in whole:  # others are damaged, and told
                yield with_translation(whole[row[0]], translated.get(row[0]))


def _raw(row: Sequence[Any], outlets: Mapping[str, tuple[str, str, str, str]], translated: Mapping[str, Any]) -> Any:
    """Return a row as a RawItem; None where it is damaged or not of today's form."""
    key, story, event, origin, number, changed, source_id, seen, fetched, gone, feed, article, tags, cells, *_ = row
    # JSON with half of a surrogate pair is left to those who can write it.
    if is_damaged(row) or cells.count(SEPARATOR) != 1 or "\\ud" in article or "\\ud" in tags:
        return None
    try:
        about, said = json.loads(article), json.loads(tags)
        if not is_of_todays_form(about, said):
            return None
        return RawItem(
            key,
            story,
            event,
            origin,
            number,
            bool(changed),
            source_id,
            *outlets[source_id],
            instant_of(seen),  # type: ignore[arg-type]
            instant_of(fetched),  # type: ignore[arg-type]
            instant_of(gone),
            feed,
            about,
            said,
            _words(cells),
            cells_of(translated[key]) if key in translated else _NONE,
        )
    except (ValueError, KeyError, TypeError):
        return None


def _words(cells: str) -> int:
    """Return the number of words of a text, from its stored cells."""
    # The cells behind it hold addresses, a time and a version, mostly without a quotation mark.
    end = cells.rsplit(",", 5)
    if len(end) == 6 and '"' not in "".join(end[2:]) and end[1].isdigit():
        return int(end[1])
    *_, row = csv.reader([cells.partition(SEPARATOR)[2]])
    return int(row[_WORDS_AT])
