"""The explanation of a text's tags → panels and tables on a terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from diembao.jobs.reading.explanation import (
    ExplanationTable,
    doubt_words,
    elsewhere_words,
    explanation_tables,
    proposal_lines,
    sensitive_words,
    verdict_words,
)
from diembao.jobs.reading.value_words import TopicNames
from pipeline.explain import Explanation
from pipeline.i18n.catalogs import translate_code

_MARKS = {"place": "bold black on yellow", "range": "dim strike", "term": "underline cyan"}


def explanation_panels(explanation: Explanation, topics: TopicNames) -> RenderableType:
    """Return the text with its evidence marked, and a table for every decision; `topics` gives names by id."""
    tables = {table.code: _drawn(table) for table in explanation_tables(explanation, topics)}
    verdict = translate_code("explanation", "verdict")
    parts: list[RenderableType | None] = [
        Panel(Group(_marked(explanation, "title"), Text(), _marked(explanation, "text"))),
        Panel(Text(verdict_words(explanation)), title=verdict, title_align="left"),
        _line(doubt_words(explanation)),
        tables.get("places"),
        _line(elsewhere_words(explanation)),
        tables.get("grade"),
        tables.get("topics"),
        *(Text(line) for line in proposal_lines(explanation, topics)),
        _line(sensitive_words(explanation, topics)),
        tables.get("hits"),
    ]
    return Group(*(part for part in parts if part is not None))


def _line(words: str) -> Text | None:
    return Text(words) if words else None


def _marked(explanation: Explanation, where: str) -> Text:
    text = Text(explanation.title if where == "title" else explanation.text, style="bold" if where == "title" else "")
    for account in explanation.topics:
        if account.verdict != "no":
            for hit in account.hits:
                if hit.where == where:
                    text.stylize(_MARKS["term"], hit.start, hit.end)
    for mention, role in explanation.mentions:
        if mention.where == where:
            text.stylize(_MARKS["range" if role == "range" else "place"], mention.start, mention.end)
    return text


def _drawn(table: ExplanationTable) -> Table:
    drawn = Table(title=table.title, title_justify="left")
    for head in table.heads:
        # The id of a topic is what `decide --topic` takes: it is folded, never cut.
        folds = table.code == "topics" and head == table.heads[0]
        drawn.add_column(head, overflow="fold" if folds else "ellipsis")
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
