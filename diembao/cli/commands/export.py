"""export: the stored data as a table in a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate
from pipeline.records import Relevance

if TYPE_CHECKING:
    from analysis.tables.writers import CsvDialect


@dataclass(frozen=True, slots=True)
class _Options:
    """The command's options; days as midnight, both included."""

    file: Path
    table: str
    since: datetime | None
    until: datetime | None
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    relevance: tuple[Relevance, ...]
    as_of: datetime | None
    locale: Literal["en", "vi"] | None
    names_delimiter: bool
    with_notes: bool


@translated.command(help=LISTED["export"].help)
@translated.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@translated.option(
    "--table",
    type=click.Choice(["items", "stories", "tags", "daily", "ledger", "matters", "matter_steps", "press_contacts"]),
    default="items",
    help=mark("Which table (default: items)."),
)
@translated.option("--since", type=options.DAY, help=mark("From this day on."))
@translated.option("--until", type=options.DAY, help=mark("To the end of this day."))
@translated.option("--topic", "topics", multiple=True, metavar="ID", help=mark("Only this topic."))
@translated.option("--source", "sources", multiple=True, metavar="ID", help=mark("Only this source."))
@translated.option(
    "--relevance",
    multiple=True,
    type=click.Choice(get_args(Relevance)),
    help=mark("Relevance (default: main and mention)."),
)
@options.as_of
@translated.option(
    "--locale",
    type=click.Choice(["en", "vi"]),
    help=mark("Of a CSV: en (commas, 0.95; the default) or vi (semicolons, 0,95, for a Vietnamese Excel)."),
)
@translated.option(
    "--sep-line",
    "names_delimiter",
    is_flag=True,
    help=mark("Of a CSV: a first line that names the delimiter, which Excel obeys and other programs may not."),
)
@translated.option(
    "--with-notes",
    is_flag=True,
    help=mark("Of matters: with a column of the notes of units and office. The audit records who asked for it."),
)
@pass_context
@options.gather(_Options)
def export(app: CliContext, arguments: _Options) -> int:
    from analysis.tables.definitions import REGISTER_TABLES
    from analysis.tables.writers import SHEET_ROWS, TooManyRows
    from config.register.book import load_register_book
    from diembao.jobs import export as export_job
    from pipeline.tables.columns import SCHEMA_VERSION

    file, labels = arguments.file, app.topic_names()
    _refuse_contradictions(arguments)
    _refuse_unknown(translate("topic"), arguments.topics, labels)
    if arguments.sources:
        _refuse_unknown(translate("source"), arguments.sources, [source.id for source in app.sources()])
    request = export_job.ExportRequest(
        arguments.table,
        options.day_of(arguments.since),
        options.day_of(arguments.until),
        arguments.relevance or ("main", "mention"),
        arguments.topics,
        arguments.sources,
        app.zone(),
        options.end_of_day(arguments.as_of, app.zone()),
        arguments.with_notes,
    )
    book = load_register_book(app.home.config) if arguments.table in REGISTER_TABLES else None
    with app.storage() as storage:
        if arguments.with_notes:
            export_job.record_notes(storage, file, app.actor())
        try:
            rows = export_job.export(
                storage, file, request, topic_labels=labels, dialect=_dialect(arguments), register=book
            )
        except TooManyRows as error:
            message = translate(
                "{file}: a sheet holds {limit} rows: write .csv or .parquet, or a shorter time",
                file=file,
                limit=SHEET_ROWS,
            )
            raise click.ClickException(message) from error
    if app.as_json:
        app.print_json({"file": str(file), "table": arguments.table, "schema": SCHEMA_VERSION, "rows": rows})
    app.print(translate("Wrote {rows} rows to {file}", rows=rows, file=file))
    return DONE


def _dialect(arguments: _Options) -> CsvDialect:
    from analysis.tables.writers import CsvDialect

    names = arguments.names_delimiter
    return CsvDialect(";", ",", names) if arguments.locale == "vi" else CsvDialect(names_delimiter=names)


def _refuse_contradictions(arguments: _Options) -> None:
    from diembao.jobs.export import SUFFIXES

    file, since, until = arguments.file, arguments.since, arguments.until
    if file.suffix not in SUFFIXES:
        listed = ", ".join(SUFFIXES)
        raise click.UsageError(translate("{file}: the name must end in {listed}", file=file, listed=listed))
    if file.suffix != ".csv" and (arguments.locale or arguments.names_delimiter):
        raise click.UsageError(translate("--locale and --sep-line are for a CSV"))
    if since and until and until < since:
        raise click.UsageError(
            translate("--until {until:%Y-%m-%d} is before --since {since:%Y-%m-%d}", until=until, since=since)
        )
    if arguments.table == "ledger" and (arguments.topics or arguments.relevance):
        raise click.UsageError(translate("Links have neither topic nor relevance: leave out --topic and --relevance"))
    if arguments.with_notes and arguments.table != "matters":
        raise click.UsageError(translate("--with-notes is for the table matters"))
    _refuse_unfit(arguments)


def _refuse_unfit(arguments: _Options) -> None:
    """Refuse options that say nothing of a table of the register."""
    from analysis.tables.definitions import REGISTER_TABLES

    if arguments.table not in REGISTER_TABLES:
        return
    if arguments.relevance or arguments.sources:
        raise click.UsageError(
            translate("The register has neither sources nor relevance: leave out --source and --relevance")
        )
    if arguments.topics and arguments.table != "matters":
        raise click.UsageError(translate("Of the register only matters have topics: leave out --topic"))


def _refuse_unknown(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    if unknown := set(names) - set(known):
        listed = ", ".join(sorted(known))
        raise click.UsageError(
            translate(
                "No such {kind}: {names}; there are {listed}",
                kind=kind,
                names=", ".join(sorted(unknown)),
                listed=listed,
            )
        )


COMMANDS = (export,)
