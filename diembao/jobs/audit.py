"""The audit for people: who acts at the command line, heads that were written down, the CSV of a selection."""

import csv
import getpass
import json
import re
from collections.abc import Iterator
from typing import TextIO
from zoneinfo import ZoneInfo

from pipeline.records.audit import Actor, AuditFilter, AuditHead, AuditRow
from pipeline.tables.csv_cells import neutralise_formula
from storage.database import Database

#: Entries read at a time.
_CHUNK = 500
_HEAD = re.compile(r"([1-9]\d{0,9}):([0-9a-f]{64})")
#: Columns of the CSV.
AUDIT_COLUMNS = (
    "seq", "at", "who", "account", "address", "way", "action", "object_kind", "object_id", "before", "after",
    "personal", "erased", "hash",
)  # fmt: skip


def command_actor(name: str = "") -> Actor:
    """Return the person at the command line: by the name given, else that of the system's user."""
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):  # in a container whose user has no name
            name = ""
    return Actor(None, name, "", "command")


def read_head(text: str) -> AuditHead | None:
    """Return a head from how it is printed ("123:" and 64 hexadecimal digits); None for anything else."""
    found = _HEAD.fullmatch(text.strip())
    return AuditHead(int(found[1]), found[2]) if found else None


def audit_rows(storage: Database, wanted: AuditFilter) -> Iterator[AuditRow]:
    """Yield the entries that a filter lets through, newest first, a few at a time."""
    before: int | None = None
    while rows := storage.audit.page(wanted, before, _CHUNK):
        yield from rows
        before = rows[-1].seq


def write_audit_csv(rows: Iterator[AuditRow], stream: TextIO, zone: ZoneInfo) -> int:
    """Write entries as CSV, times in that zone, no cell a formula; return how many. `stream`: UTF-8, newline=""."""
    writer = csv.writer(stream)
    writer.writerow(AUDIT_COLUMNS)
    count = 0
    for row in rows:
        writer.writerow([neutralise_formula(cell) for cell in audit_cells(row, zone)])
        count += 1
    return count


def audit_cells(row: AuditRow, zone: ZoneInfo) -> tuple[str | int, ...]:
    """Return an entry as the cells of AUDIT_COLUMNS, values as JSON."""
    states = [
        "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
        for value in (row.before, row.after, row.personal)
    ]
    account = "" if row.account is None else row.account
    time = row.at.astimezone(zone).isoformat(timespec="microseconds")
    what = (row.action, row.object_kind, row.object_id)
    return (row.seq, time, row.name, account, row.address, row.way, *what, *states, int(row.erased), row.hash)
