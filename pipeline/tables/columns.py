"""The columns of every exported table: name, kind, meaning and value of each, for code, document and test alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from pipeline.records import Item
from pipeline.tables.translated_items import cells_of_item
from pipeline.tagging.reason_text import relevance_reason_text, without_name

#: Goes up when a column is renamed, removed or means something else; new columns do not change it.
SCHEMA_VERSION = 2

#: Zone of times and days in tables and figures, unless the caller gives another ([province] time_zone)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

#: characters of an excerpt
_EXCERPT = 300

ColumnType = Literal["text", "link", "list", "time", "day", "integer", "number", "yes/no"]
Cell = str | int | float | bool | datetime | date | tuple[str, ...] | None
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    #: stable English name: analysts' sheets and scripts rest on it
    name: str
    kind: ColumnType
    meaning: str
    #: of the type that `kind` says; None where it is not known
    value: Callable[[Row], Cell]


def local(when: datetime | None) -> datetime | None:
    """Return a time in ZONE, without parts of a second; `in_zone` gives columns of another zone."""
    return None if when is None else when.astimezone(ZONE).replace(microsecond=0)


def in_zone(columns: Sequence[Column[Row]], zone: ZoneInfo) -> tuple[Column[Row], ...]:
    """Return the columns with times in `zone` instead of ZONE."""
    if zone.key == ZONE.key:
        return tuple(columns)

    def shifted(column: Column[Row]) -> Column[Row]:
        def value(row: Row) -> Cell:
            cell = column.value(row)
            return cell.astimezone(zone) if isinstance(cell, datetime) else cell

        return replace(column, value=value)

    return tuple(shifted(column) if column.kind == "time" else column for column in columns)


def of_cells(columns: Sequence[Column[Any]]) -> tuple[Column[tuple[Cell, ...]], ...]:
    """Return columns whose rows are their cells, in their order."""
    return tuple(replace(column, value=itemgetter(n)) for n, column in enumerate(columns))


def cut(text: str) -> str:
    """What leaves the house is an excerpt with a link."""
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…"


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))


def _words(item: Item) -> tuple[str, ...]:
    tags = item.tags
    found = [e.words for group in tags.places for e in group.evidence]
    found += [e.words for group in tags.topics for e in group.evidence]
    return distinct(" ".join(words.split()) for words in found)


ITEMS: tuple[Column[Item], ...] = (
    Column("item", "text", "Stable id of the article: the same in every export and run.", lambda i: i.key),
    Column("story", "text", "Id of the story: reprints of one report share it.", lambda i: i.story),
    Column("event", "text", "Id of the happening: the stories of one happening share it.", lambda i: i.event),
    Column("origin", "text", "Agency or outlet that the text credits; empty: none.", lambda i: i.origin),
    Column("version", "integer", "Which text of the article this is: 1, or more after edits.", lambda i: i.version),
    Column(
        "published",
        "time",
        "When it was published; empty where neither page nor feed says so.",
        lambda i: local(i.article.published),
    ),
    Column(
        "published_from",
        "text",
        "Where that time comes from: page, text, feed, or none.",
        lambda i: i.article.published_from,
    ),
    Column(
        "published_precision",
        "text",
        "time, or day where only the day is stated: published is then the first minute of that day in Vietnam.",
        lambda i: i.article.published_precision if i.article.published else "",
    ),
    Column(
        "published_ambiguous",
        "yes/no",
        "yes: day and month are written so that either may be which (3/4/2026), and nothing on the page decides.",
        lambda i: i.article.published_ambiguous,
    ),
    Column("first_seen", "time", "When diembao first had it.", lambda i: local(i.first_seen)),
    Column("outlet", "text", "Name of the outlet.", lambda i: i.outlet),
    Column("source", "text", "Id of the outlet in sources.toml.", lambda i: i.source_id),
    Column("country", "text", "Country of the outlet, ISO 3166-1.", lambda i: i.country),
    Column(
        "category",
        "text",
        "Kind of outlet: local, central, vn_foreign_service or foreign.",
        lambda i: i.category,
    ),
    Column("language", "text", "Language of the text, BCP 47.", lambda i: i.tags.language or i.article.language),
    Column("title", "text", "Headline.", lambda i: i.article.title),
    Column(
        "lead", "text", "Lead (sapo) where the page has one, at most 300 characters.", lambda i: cut(i.article.lead)
    ),
    Column("authors", "list", "By-line as printed, for citation only.", lambda i: distinct(i.article.authors)),
    Column("section", "text", "Section of the outlet it stands in.", lambda i: i.article.section),
    Column(
        "relevance",
        "text",
        "main: about the province; mention: names it in passing; no: not about it.",
        lambda i: i.tags.relevance,
    ),
    Column("relevance_score", "number", "0 to 1.", lambda i: round(i.tags.relevance_score, 3)),
    Column(
        "reason",
        "text",
        "Why it was judged so, in a sentence.",
        lambda i: relevance_reason_text(without_name(i.tags.reason), "vi"),
    ),
    Column(
        "places",
        "list",
        "Places of the province that the text names.",
        lambda i: distinct(p.name for p in i.tags.places),
    ),
    Column("units", "list", "Units those places lie in.", lambda i: distinct(p.unit for p in i.tags.places)),
    Column("topics", "list", "Ids of its topics, most certain first.", lambda i: tuple(t.id for t in i.tags.topics)),
    Column(
        "topic_scores",
        "list",
        "Score of each topic, 0 to 1, in the same order.",
        lambda i: tuple(f"{t.score:.2f}" for t in i.tags.topics),
    ),
    Column(
        "tone",
        "text",
        "What the story does to the province's image: positive, neutral, negative or unsure.",
        lambda i: i.tags.tone,
    ),
    Column(
        "tone_words",
        "list",
        "The words that say a positive or negative tone; empty where a person decided it.",
        lambda i: distinct(" ".join(e.words.split()) for e in i.tags.tone_words),
    ),
    Column("evidence", "list", "The words that made the rules fire.", _words),
    Column(
        "text_from",
        "text",
        "page: read from the page; feed: the page could not be had, the feed's own words.",
        lambda i: i.article.text_from,
    ),
    Column(
        "read_as",
        "text",
        "ok; what kept the page from being read whole; or what a doubtful page may be, such as soft_404.",
        lambda i: str(i.article.reason),
    ),
    Column("words", "integer", "Length of the text in words.", lambda i: len(i.article.text.split())),
    Column("url", "link", "Address of the article.", lambda i: i.article.canonical or i.article.url),
    Column("feed", "text", "The feed that brought it.", lambda i: i.feed_url),
    Column("fetched", "time", "When this version was fetched.", lambda i: local(i.fetched_at)),
    Column("rules", "text", "Version of the rules that tagged it.", lambda i: i.tags.rules),
    Column(
        "title_vi",
        "text",
        "Headline in Vietnamese, of an article in another language; empty where it is not translated.",
        lambda i: cells_of_item(i).title,
    ),
    Column(
        "excerpt_vi",
        "text",
        "Excerpt in Vietnamese, at most 300 characters; empty where it is not translated.",
        lambda i: cut(cells_of_item(i).excerpt),
    ),
    Column(
        "translated_by",
        "list",
        "What translated these: an engine with model and version, or person where a person put them so.",
        lambda i: cells_of_item(i).by,
    ),
    Column(
        "provenance",
        "text",
        "live: a collection found it first; archive: an archive that was read back had it first.",
        lambda i: i.provenance,
    ),
    Column(
        "captured",
        "time",
        "When the archive captured it, where provenance is archive; empty for the others.",
        lambda i: local(i.captured_at),
    ),
)
