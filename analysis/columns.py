"""The columns of the CSV: name, meaning and value of each, in one place for code, document and test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.records import Item

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

#: characters of an excerpt
_EXCERPT = 300

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Column:
    #: stable English name: analysts' sheets and scripts rest on it
    name: str
    #: 'text', 'list' (joined by '; '), 'time' (ISO 8601 with offset), 'number' or 'yes/no'
    kind: str
    meaning: str
    value: Callable[[Item], Value]


def _time(when: datetime | None) -> str:
    return "" if when is None else when.astimezone(_ZONE).isoformat(timespec="seconds")


def _cut(text: str) -> str:
    """What leaves the house is an excerpt with a link."""
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…"


def _list(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(v for v in values if v))


def _words(item: Item) -> str:
    tags = item.tags
    found = [e.words for group in tags.places for e in group.evidence]
    found += [e.words for group in tags.topics for e in group.evidence]
    return _list(" ".join(words.split()) for words in found)


COLUMNS: tuple[Column, ...] = (
    Column("item", "text", "Stable id of the article: the same in every export and run.", lambda i: i.key),
    Column("story", "text", "Id of the story: reprints of one report share it.", lambda i: i.story),
    Column("version", "number", "Which text of the article this is: 1, or more after edits.", lambda i: i.version),
    Column(
        "published",
        "time",
        "When it was published; empty where neither page nor feed says so.",
        lambda i: _time(i.article.published),
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
        lambda i: "yes" if i.article.published_ambiguous else "no",
    ),
    Column("first_seen", "time", "When diembao first had it.", lambda i: _time(i.first_seen)),
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
        "lead", "text", "Lead (sapo) where the page has one, at most 300 characters.", lambda i: _cut(i.article.lead)
    ),
    Column("authors", "list", "By-line as printed, for citation only.", lambda i: _list(i.article.authors)),
    Column("section", "text", "Section of the outlet it stands in.", lambda i: i.article.section),
    Column(
        "relevance",
        "text",
        "main: about the province; mention: names it in passing; no: not about it.",
        lambda i: i.tags.relevance,
    ),
    Column("relevance_score", "number", "0 to 1.", lambda i: round(i.tags.relevance_score, 3)),
    Column("reason", "text", "Why it was judged so, in a sentence.", lambda i: i.tags.reason),
    Column(
        "places", "list", "Places of the province that the text names.", lambda i: _list(p.name for p in i.tags.places)
    ),
    Column("units", "list", "Units those places lie in.", lambda i: _list(p.unit for p in i.tags.places)),
    Column("topics", "list", "Ids of its topics, most certain first.", lambda i: _list(t.id for t in i.tags.topics)),
    Column(
        "topic_scores",
        "list",
        "Score of each topic, 0 to 1, in the same order.",
        lambda i: "; ".join(f"{t.score:.2f}" for t in i.tags.topics),
    ),
    Column(
        "tone",
        "text",
        "What the story does to the province's image: positive, neutral, negative or unsure.",
        lambda i: i.tags.tone,
    ),
    Column("evidence", "list", "The words that made the rules fire.", _words),
    Column(
        "text_from",
        "text",
        "page: read from the page; feed: the page could not be had, the feed's own words.",
        lambda i: i.article.text_from,
    ),
    Column("read_as", "text", "ok, or what kept the page from being read whole.", lambda i: str(i.article.reason)),
    Column("words", "number", "Length of the text in words.", lambda i: len(i.article.text.split())),
    Column("url", "text", "Address of the article.", lambda i: i.article.canonical or i.article.url),
    Column("feed", "text", "The feed that brought it.", lambda i: i.feed_url),
    Column("fetched", "time", "When this version was fetched.", lambda i: _time(i.fetched_at)),
    Column("rules", "text", "Version of the rules that tagged it.", lambda i: i.tags.rules),
)


def document() -> str:
    """Return docs/columns.md."""
    lines = [
        "# Columns of the CSV",
        "",
        "Written by `diembao export FILE.csv`: UTF-8 with a byte-order mark, commas, one header row, one row for each",
        "item. Times carry the offset of Vietnam. Lists are joined by `; `. A cell that a spreadsheet would take for a",
        "formula begins with an apostrophe. The text itself is not in the CSV; `diembao export FILE.jsonl` has it, and",
        "every field of the item.",
        "",
        "| column | kind | meaning |",
        "|---|---|---|",
        *(f"| `{c.name}` | {c.kind} | {c.meaning} |" for c in COLUMNS),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
