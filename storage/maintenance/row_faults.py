"""What is wrong with the stored rows one by one: values that cannot be read, and copies of one thing that differ.

Beyond the form of every value the check goes by what is stored twice: a text and its hash, a headline in its column and
in the article, the tags and their columns, packed bytes and their checksums, an article and its row for exports.
"""

import dataclasses
import hashlib
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Float, Integer, LargeBinary, Table

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Article, JobOutcome, Reason, Tags
from pipeline.stories.fingerprints import load as load_fingerprint
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.decisions import check_decision
from storage.articles.examinations import hash_text
from storage.crawl.candidates import ENTRY
from storage.crawl.page_readings import differing_readings
from storage.derived.csv_rows import differing_rows
from storage.engine.damage import DamagedJson, DamagedText, DamagedTime, brief
from storage.engine.instants import Instant
from storage.engine.json_records import JsonRecord
from storage.engine.migrate import head, version_of
from storage.engine.row_counts import count_faults
from storage.maintenance.checksum import row_name, stored_rows
from storage.maintenance.desk_faults import DESK_CHECKS
from storage.maintenance.register_faults import REGISTER_CHECKS, matter_faults
from storage.maintenance.rendition_faults import RENDITION_CHECKS
from storage.schema.documentation import our_tables
from storage.service.publications import PUBLISHED_ITEMS

#: Rows for exports that differ from their articles in such a number, and in more than half of all, are of an earlier
#: program: damage does not befall most rows.
_OF_EARLIER_PROGRAM = 20


def find_row_faults(connection: Connection) -> Iterator[Message]:
    """Yield a sentence for every stored row with a fault, naming its table, its key and the column.

    Of a database of an earlier version only the form of values is checked: its records are not yet those of today.
    """
    of_today = version_of(connection) == head()
    for table in our_tables(connection):
        check = _CHECKS.get(table.name) if of_today else None
        for row in stored_rows(connection, table):
            for fault in _faults(table, row, check):
                yield Message(mark("row {row}: {fault}"), row=row_name(table, row), fault=fault)
    if of_today:
        yield from count_faults(connection)
        yield from _export_faults(connection)
        yield from (
            Message(
                mark("version {version}: what is kept of its reading (page_readings) is not as its text"), version=v
            )
            for v in differing_readings(connection)
        )
        yield from matter_faults(connection)


def _faults(table: Table, row: Any, check: Callable[[Any], Iterator[Message]] | None) -> Iterator[Message]:
    """Yield what is wrong with the form of a row's values; where nothing is, what its table's check finds."""
    values = row._mapping
    faulty = False
    for column in table.columns:
        if column.name in values and (fault := _form_fault(column.type, values[column.name])) is not None:
            faulty = True
            yield Message(mark("column {column} {fault}"), column=column.name, fault=fault)
    if check is None or faulty:
        return
    try:
        yield from check(values)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        yield Message(mark("cannot be read: {error}"), error=brief(error))


def _form_fault(kind: Any, value: Any) -> Message | None:
    """Return what is wrong with the form of a value of a column; None where nothing is."""
    if isinstance(value, DamagedText):
        return Message(mark("holds bytes that are no text"))
    if isinstance(value, DamagedJson):
        return Message(mark("holds bytes that are no JSON"))
    if isinstance(value, DamagedTime):
        return Message(mark("holds no time"))
    if value is None or isinstance(kind, JSON):
        return None
    expected: tuple[type, ...] = (str,)
    if isinstance(kind, Instant):
        expected = (datetime,)
    elif isinstance(kind, LargeBinary):
        expected = (bytes, memoryview)
    elif isinstance(kind, Integer):
        expected = (int,)
    elif isinstance(kind, Float):
        expected = (int, float)
    if isinstance(value, expected):
        return None
    return Message(mark("holds a value of another kind ({kind})"), kind=type(value).__name__)


def _same(values: Any, **expected: Any) -> Iterator[Message]:
    """Yield the columns whose value is not the one that another column tells."""
    for name, value in expected.items():
        if values[name] != value:
            yield Message(mark("column {column} differs from what another column holds"), column=name)


def _record(adapter: JsonRecord[Any], stored: Any, column: str) -> Any:
    """Return a record from its stored JSON. Raises ValueError, also for a field whose name has one wrong letter."""
    parsed = adapter.validate_python(stored)
    fields = {field.name for field in dataclasses.fields(parsed)}
    missing = fields - stored.keys()
    for name in stored.keys() - fields:
        if any(len(name) == len(other) and _distance(name, other) == 1 for other in missing):
            raise ValueError(f"{column}: {name!r} is no field")
    return parsed


def _distance(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _version_faults(values: Any) -> Iterator[Message]:
    article: Article = _record(ARTICLE, values["article"], "article")
    # Retention empties the text of an article that is only counted.
    if article.text and hash_text(article) != values["text_hash"]:
        yield Message(mark("title and text are not those that were stored: their hash (text_hash) differs"))
    yield from _same(values, title=article.title, published=article.published)
    load_fingerprint(values["fingerprint"])


def _tagging_faults(values: Any) -> Iterator[Message]:
    tags: Tags = _record(TAGS, values["tags"], "tags")
    yield from _same(values, relevance=tags.relevance, score=tags.relevance_score)


def _candidate_faults(values: Any) -> Iterator[Message]:
    _record(ENTRY, values["entry"], "entry")
    yield from _reason_faults(values)


def _document_faults(values: Any) -> Iterator[Message]:
    _record(ENTRY, values["entry"], "entry")
    zlib.decompress(values["body"])
    yield from _reason_faults(values)


def _reason_faults(values: Any) -> Iterator[Message]:
    if values["reason"]:
        Reason(values["reason"])
    yield from ()


def _publication_faults(values: Any) -> Iterator[Message]:
    PUBLISHED_ITEMS.validate_python(values["items"])
    datetime.fromisoformat(values["day"])
    yield from ()


def _publication_file_faults(values: Any) -> Iterator[Message]:
    if hashlib.sha256(zlib.decompress(values["body"])).hexdigest() != values["sha256"]:
        yield Message(mark("the file is not as it was published (SHA-256 {sha256})"), sha256=values["sha256"][:12])


def _decision_faults(values: Any) -> Iterator[Message]:
    check_decision(values["field"], values["value"])
    yield from ()


def _job_run_faults(values: Any) -> Iterator[Message]:
    if values["how"]:
        JobOutcome(values["how"])
    yield from ()


#: Table → what must hold of a row whose values have their form; a function may raise instead of yielding.
_CHECKS: dict[str, Callable[[Any], Iterator[Message]]] = {
    "versions": _version_faults,
    "taggings": _tagging_faults,
    "candidates": _candidate_faults,
    "documents": _document_faults,
    "polls": _reason_faults,
    "fetches": _reason_faults,
    "hosts": _reason_faults,
    "publications": _publication_faults,
    "publication_files": _publication_file_faults,
    "decisions": _decision_faults,
    "page_images": _reason_faults,
    "job_runs": _job_run_faults,
    **DESK_CHECKS,
    **RENDITION_CHECKS,
    **REGISTER_CHECKS,
}


def _export_faults(connection: Connection) -> Iterator[Message]:
    """Yield the articles whose row for exports says something else than the article."""
    compared, different = 0, []
    for key, differs in differing_rows(connection):
        compared += 1
        if differs:
            different.append(key)
    if len(different) >= _OF_EARLIER_PROGRAM and 2 * len(different) > compared:
        return
    for key in different:
        yield Message(
            mark("article {key}: its text, its tags or its row for exports (listings) is not as it was stored"),
            key=key,
        )
