"""The exported tables: their columns, and the document that explains every one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.register.columns import MATTER_ARTICLES, MATTER_STEPS, MATTERS, NOTES, PRESS_CONTACTS
from analysis.tables.rows import Daily, StoryRow, Tag
from pipeline.records import LedgerEntry
from pipeline.tables.columns import ITEMS, SCHEMA_VERSION, Cell, Column, cut, local


def _most(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted((k for k in counts if k), key=lambda k: (-counts[k], k)))


TAGS: tuple[Column[Tag], ...] = (
    Column("item", "text", "Id of the article.", lambda t: t.item),
    Column("story", "text", "Id of its story.", lambda t: t.story),
    Column(
        "published",
        "time",
        "When the article was published; empty where it is not known.",
        lambda t: t.published,
    ),
    Column("source", "text", "Id of the outlet.", lambda t: t.source),
    Column("kind", "text", "place or topic.", lambda t: t.kind),
    Column("tag", "text", "Id of the place (places.toml) or topic (topics.toml).", lambda t: t.id),
    Column("name", "text", "Name of the place or topic.", lambda t: t.name),
    Column("unit", "text", "Of a place: the unit it lies in.", lambda t: t.unit),
    Column(
        "score",
        "number",
        "Of a topic: 0 to 1, the chance that a careful reader would file the text here.",
        lambda t: None if t.score is None else round(t.score, 3),
    ),
    Column("evidence", "list", "The words that say so.", lambda t: t.evidence),
)

STORIES: tuple[Column[StoryRow], ...] = (
    Column("story", "text", "Id of the story: a report and its reprints.", lambda s: s.key),
    Column("event", "text", "Id of the happening it tells of.", lambda s: s.event),
    Column("title", "text", "Headline under which it came first.", lambda s: s.title),
    Column("first_outlet", "text", "Who published it first.", lambda s: s.outlet),
    Column("first_url", "link", "Where.", lambda s: s.url),
    Column("start", "time", "First publication (first sight, where no time is known).", lambda s: local(s.start)),
    Column("end", "time", "Last publication.", lambda s: local(s.end)),
    Column("items", "integer", "Articles that carry it.", lambda s: s.items),
    Column("outlets", "integer", "Outlets that carry it.", lambda s: len(s.outlets)),
    Column("countries", "list", "Countries of these outlets, ISO 3166-1.", lambda s: tuple(sorted(s.countries))),
    Column("languages", "list", "Languages it was told in, BCP 47.", lambda s: tuple(sorted(s.languages - {""}))),
    Column("origin", "text", "Agency or outlet that most of those credit who credit one.", lambda s: _top(s.origins)),
    Column("relevance", "text", "main where any article is about the province.", lambda s: _relevance(s.main)),
    Column("topics", "list", "Topics of its articles, most frequent first.", lambda s: _most(s.topics)),
    Column("positive", "integer", "Articles of that tone.", lambda s: s.tones["positive"]),
    Column("neutral", "integer", "Articles of that tone.", lambda s: s.tones["neutral"]),
    Column("negative", "integer", "Articles of that tone.", lambda s: s.tones["negative"]),
    Column("unsure", "integer", "Articles of that tone.", lambda s: s.tones["unsure"]),
)

DAILY: tuple[Column[Daily], ...] = (
    Column("day", "day", "Calendar day in Vietnam.", lambda d: d.day),
    Column("source", "text", "Id of the outlet.", lambda d: d.source.source_id),
    Column("outlet", "text", "Name of the outlet.", lambda d: d.source.name),
    Column(
        "country", "text", "Its country; empty for an outlet without any article in this export.", lambda d: d.country
    ),
    Column("category", "text", "Its kind; empty likewise.", lambda d: d.category),
    Column(
        "collected",
        "text",
        "yes: one of its feeds was read on that day. partly: not then, but articles of that day were found later, and "
        "there may be more of them. archive: not then, and all articles of that day were read back from archives, "
        "which need not hold all. no: counts are empty, for no data is not 0.",
        lambda d: d.collected,
    ),
    Column("state", "text", "read, unchanged, empty, failed, waiting, paused or not_due.", lambda d: d.source.state),
    Column("new_links", "integer", "Links never seen before.", lambda d: d.source.candidates if d.read else None),
    Column(
        "pages",
        "integer",
        "Pages fetched on that day, without those of archives.",
        lambda d: d.pages(d.source.documents),
    ),
    Column(
        "pages_read",
        "integer",
        "Those of them that were read as articles of whatever province: attention is articles for each 1,000 of these.",
        lambda d: d.pages(d.source.coverage + d.source.irrelevant),
    ),
    Column("items", "integer", "Articles published on that day.", lambda d: d.figure(sum(d.relevance.values()))),
    Column("stories", "integer", "Stories among them.", lambda d: d.figure(len(d.stories))),
    Column("main", "integer", "Articles about the province.", lambda d: d.figure(d.relevance["main"])),
    Column("mention", "integer", "Articles that name it in passing.", lambda d: d.figure(d.relevance["mention"])),
    Column("positive", "integer", "Articles of that tone.", lambda d: d.figure(d.tones["positive"])),
    Column("neutral", "integer", "Articles of that tone.", lambda d: d.figure(d.tones["neutral"])),
    Column("negative", "integer", "Articles of that tone.", lambda d: d.figure(d.tones["negative"])),
    Column("unsure", "integer", "Articles of that tone.", lambda d: d.figure(d.tones["unsure"])),
    Column(
        "archived", "integer", "Articles of the column items that an archive had first.", lambda d: d.figure(d.archived)
    ),
)

LEDGER: tuple[Column[LedgerEntry], ...] = (
    Column("source", "text", "Id of the outlet.", lambda e: e.source_id),
    Column("outlet", "text", "Name of the outlet.", lambda e: e.outlet),
    Column("url", "link", "The link.", lambda e: e.url),
    Column("title", "text", "What the feed called it.", lambda e: cut(e.title)),
    Column("feed", "text", "The feed that gave it.", lambda e: e.feed_url),
    Column("first_seen", "time", "When it was first given.", lambda e: local(e.first_seen)),
    Column("last_seen", "time", "When it was last given.", lambda e: local(e.last_seen)),
    Column("outcome", "text", "waiting, fetched, summary, same, refused or lost.", lambda e: str(e.outcome)),
    Column("reason", "text", "How the last attempt ended; empty before the first.", lambda e: str(e.reason)),
    Column("attempts", "integer", "Attempts to fetch it.", lambda e: e.attempts),
    Column("next_try", "time", "When it is asked for again; empty: not.", lambda e: local(e.next_try)),
    Column("document", "text", "What reading gave: coverage, irrelevant or unreadable.", lambda e: str(e.document)),
    Column("document_reason", "text", "Why it could not be read.", lambda e: str(e.document_reason)),
    Column("item", "text", "Id of the article it became.", lambda e: e.item),
)


def _top(counts: Mapping[str, int]) -> str:
    return next(iter(_most(counts)), "")


def _relevance(main: bool) -> Cell:
    return "main" if main else "mention"


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    #: one row for each
    what: str
    columns: tuple[Column[Any], ...]


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table("items", "article", ITEMS),
        Table("stories", "story", STORIES),
        Table("tags", "place or topic of an article", TAGS),
        Table("daily", "day and outlet", DAILY),
        Table("ledger", "link that was found or asked for", LEDGER),
        Table("matters", "matter of the register", MATTERS),
        Table("matter_steps", "step of a matter", MATTER_STEPS),
        Table("matter_articles", "article of a matter", MATTER_ARTICLES),
        Table("press_contacts", "entry of the log of contacts with the press", PRESS_CONTACTS),
    )
}
#: Tables of the register: they have neither relevance nor sources.
REGISTER_TABLES = frozenset({"matters", "matter_steps", "matter_articles", "press_contacts"})
#: matters with their notes: for the command line of the server alone
MATTERS_WITH_NOTES = (*MATTERS, NOTES)


def tables_document() -> str:
    """Return docs/columns.md."""
    lines = [
        f"# Exported tables (schema {SCHEMA_VERSION})",
        "",
        "Written by `diembao export FILE --table NAME`, where FILE ends in `.csv`, `.xlsx`, `.parquet` or `.jsonl`.",
        "Columns may be added; the schema number goes up when one is renamed, removed or means something else. It is",
        "in the properties of the workbook, in the metadata of the Parquet file (`diembao.schema`) and in what",
        "`diembao --json export` prints.",
        "",
        "- **CSV**: UTF-8 with a byte-order mark, commas, one header row. A cell that a spreadsheet would take for a",
        "  formula begins with an apostrophe, and so does an id of before 0.2.0 that it would take for a number (later",
        "  ids begin with a letter). Lists are joined by `; `, times carry the offset of Vietnam, yes/no are the words",
        "  `yes` and `no`. A Vietnamese Excel takes 0.952 for 952: for it, `--locale vi` writes semicolons and decimal",
        "  commas. `--sep-line` puts `sep=,` before the header, which Excel obeys in any country; but a file with that",
        "  line, opened by a double click, it takes for another encoding than UTF-8.",
        "- **XLSX**: typed cells (times of Vietnam, numbers, links that open), a header that stays, filters, a second",
        "  sheet with the meaning of every column. Nothing in it is a formula. At most 1,048,575 rows. Heads, coded",
        "  values (relevance, tone, topics, reasons, languages, countries) and meanings are in Vietnamese, and the",
        "  second sheet names the column of the other formats; with `--lang en` the names and codes below.",
        "- **Parquet**: typed columns: times with their zone, lists as lists.",
        "- **JSON Lines**: of `items` every field, the text and the evidence too; of the others the columns below.",
        "",
        "An empty cell says that something is not known, never 0.",
    ]
    for table in TABLES.values():
        lines += [
            "",
            f"## {table.name}",
            "",
            f"One row for each {table.what}.",
            "",
            "| column | kind | meaning |",
            "|---|---|---|",
            *(f"| `{c.name}` | {c.kind} | {c.meaning} |" for c in table.columns),
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(tables_document(), end="")
