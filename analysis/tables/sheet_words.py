"""Columns of a table → those of a workbook in a language: heads, coded values and meanings in words.

CSV, Parquet and JSON Lines keep the English names and codes of docs/columns.md: programs read those. A workbook is
opened by a person. In English it shows names and codes, too, so that what reads the other formats reads it as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from analysis.documents.labels import labels
from pipeline.i18n.catalogs import find_code, translate
from pipeline.i18n.language import Language
from pipeline.tables.columns import Cell, Column

#: Column whose values are codes → context of the catalogues that has their words
_CONTEXTS: Mapping[str, str] = {
    "category": "category",
    "collected": "collected",
    "document": "document outcome",
    "document_reason": "reason",
    "kind": "tag kind",
    "outcome": "candidate outcome",
    "published_from": "time from",
    "published_precision": "time precision",
    "provenance": "provenance",
    "read_as": "reason",
    "relevance": "relevance",
    "state": "state",
    "text_from": "text from",
    "tone": "tone",
    "translated_by": "translated by",
}
#: Columns of one table whose codes have a context of their own; '': they are no codes of ours
_CONTEXTS_OF: Mapping[str, str] = {
    "matters.kind": "",
    "matters.scope": "matter-scope",
    "matters.state": "matter-state",
    "matter_articles.part": "link-part",
    "matter_articles.state": "watch-state",
    "matter_steps.kind": "matter-step",
    "matter_steps.state": "matter-state",
    "press_contacts.kind": "press-contact",
    "press_contacts.document": "",
}
#: Columns of the same name whose values are no codes: the reason for a relevance is a sentence
_CODED_ONLY_IN: Mapping[str, str] = {"reason": "ledger"}


@dataclass(frozen=True, slots=True)
class SheetWords:
    """The words of a workbook. `topics` gives names of topics by id."""

    language: Language
    topics: Mapping[str, str]

    def sheet(self, table: str) -> str:
        """Return the name of the sheet that holds a table."""
        return self._word("sheet", table)

    def heads(self, table: str, columns: Sequence[Column[Any]]) -> list[str]:
        """Return the heads of the columns, each another."""
        return [column.name if self.language == "en" else self._head(table, column.name) for column in columns]

    def columns(self, table: str, columns: Sequence[Column[Any]]) -> list[Column[Any]]:
        """Return the columns with words instead of codes; in English as they are."""
        if self.language == "en":
            return list(columns)
        return [self._in_words(table, column) for column in columns]

    def explained(self, table: str, columns: Sequence[Column[Any]]) -> list[tuple[str, ...]]:
        """Return the rows of the sheet that explains the columns, the head of that sheet first.

        In another language than English each row holds the name that the column has in the other formats, too.
        """
        if self.language == "en":
            return [("column", "kind", "meaning"), *((c.name, c.kind, c.meaning) for c in columns)]
        head = tuple(self._word("sheet", name) for name in ("column", "kind", "meaning", "name"))
        rows = [
            (self._head(table, c.name), self._word("column kind", c.kind), self.meaning(c), c.name) for c in columns
        ]
        return [head, *rows]

    def meaning(self, column: Column[Any]) -> str:
        """Return the meaning of a column."""
        return translate(column.meaning, language=self.language)

    def _head(self, table: str, name: str) -> str:
        return find_code("column", f"{table}.{name}", language=self.language) or self._word("column", name)

    def _word(self, context: str, code: str) -> str:
        return find_code(context, code, language=self.language) or code

    def _in_words(self, table: str, column: Column[Any]) -> Column[Any]:
        words = self._words_of(table, column.name)
        if words is None:
            return column
        known = cache(words)

        def value(row: Any) -> Cell:
            cell = column.value(row)
            if isinstance(cell, tuple):
                return tuple(known(code) for code in cell)
            return known(cell) if isinstance(cell, str) and cell else cell

        return replace(column, value=value)

    def _words_of(self, table: str, name: str) -> Callable[[str], str] | None:
        """Return the function from the codes of a column to words; None for a column that holds no codes."""
        if name in ("country", "countries"):
            return labels(self.language).country
        if name in ("language", "languages"):
            return labels(self.language).language
        if name == "topics":
            return lambda id: self.topics.get(id, id)
        if _CODED_ONLY_IN.get(name) == table:
            return lambda code: self._word(name, code)
        context = _CONTEXTS_OF.get(f"{table}.{name}", _CONTEXTS.get(name))
        return (lambda code: self._word(context, code)) if context else None
