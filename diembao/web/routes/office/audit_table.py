"""Entries of the audit as a CSV for people: the page's words first, then the columns that the chain is checked by."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from analysis.tables.writers import CsvDialect
from diembao.jobs.audit import AUDIT_COLUMNS, audit_cells
from diembao.jobs.office.audit_changes import AuditChange
from diembao.web.routes.office.audit_words import AuditWords, ShownEntry
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.records.audit import AuditRow
from pipeline.tables.csv_cells import neutralise_formula

#: Heads of the columns in words, which stand before AUDIT_COLUMNS.
HEADS = (
    mark("No."), mark("Time"), mark("Who"), mark("How"), mark("Network address"), mark("What"), mark("Of what"),
    mark("Changes: before → after"),
)  # fmt: skip
#: Entries whose names are looked up at once.
_CHUNK = 500


def write_audit_table(visit: Visit, rows: Iterable[AuditRow], stream: TextIO, dialect: CsvDialect) -> None:
    """Write entries in the visit's language, no cell a formula. `stream`: UTF-8 with a byte-order mark, newline=""."""
    writer = csv.writer(stream, delimiter=dialect.delimiter)
    writer.writerow([*map(translate, HEADS), *AUDIT_COLUMNS])
    for some in _chunks(rows):
        for entry in AuditWords(visit, some).entries():
            cells = (*_words(visit, entry), *audit_cells(entry.row, visit.context.zone))
            writer.writerow([neutralise_formula(cell) for cell in cells])


def _words(visit: Visit, entry: ShownEntry) -> tuple[str | int, ...]:
    row = entry.row
    at = row.at.astimezone(visit.context.zone).strftime("%d/%m/%Y %H:%M:%S")
    who = entry.who or (translate(mark("(erased)")) if row.erased else "")
    act = translate_code("audit action", row.action)
    way = translate_code("audit way", row.way)
    return row.seq, at, who, way, row.address, act, entry.about, "\n".join(map(_change, entry.changes))


def _change(change: AuditChange) -> str:
    return f"{change.field}: {change.before or '–'} → {change.after or '–'}"


def _chunks(rows: Iterable[AuditRow]) -> Iterator[list[AuditRow]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _CHUNK)):
        yield some
