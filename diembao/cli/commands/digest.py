"""digest, export: from the database to people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import current_language
from pipeline.records import Relevance

if TYPE_CHECKING:
    from storage.base import Storage

_DAY = click.DateTime(["%Y-%m-%d"])
_AS_OF = translated.option(
    "--as-of",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help=mark("By what was stored, tagged and decided by the end of this day."),
)


@translated.command(
    help=mark(
        "Make a day's digest (default: HTML, Markdown, DOCX, PDF), or write one that was published once "
        "more, byte for byte (--id)."
    )
)
@translated.option("--day", type=_DAY, metavar="YYYY-MM-DD", help=mark("The day (default: today)."))
@translated.option("--id", "number", type=int, help=mark("Number of a published digest."))
@translated.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["html", "md", "docx", "pdf", "csv"]),
    help=mark("Only this form (may be repeated)."),
)
@translated.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Where to (default: digests in the home folder)."),
)
@_AS_OF
@pass_context
def digest(
    app: CliContext,
    day: datetime | None,
    number: int | None,
    forms: tuple[str, ...],
    out: Path | None,
    as_of: datetime | None,
) -> int:
    with app.storage() as storage:
        if number is not None:
            if day is not None or as_of is not None:
                raise click.UsageError(translate("Either --id, or --day and --as-of"))
            return _write_published(app, storage, number, forms, out)
        return write_digest(app, storage, day.date() if day else None, out, forms, _moment(app, as_of))


def _moment(app: CliContext, day: datetime | None) -> datetime | None:
    """Return the end of a day of the province."""
    return datetime.combine(day.date(), time.max, ZoneInfo(app.settings().province.time_zone)) if day else None


def write_digest(
    app: CliContext,
    storage: Storage,
    day: date | None,
    out: Path | None,
    forms: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> int:
    from diembao.jobs import digest as digest_job

    settings, rules = app.settings(), app.rules()
    files, counts = digest_job.write_digest(
        storage,
        settings,
        rules,
        day=day,
        language=digest_language(app),
        out=out or app.home.digests,
        forms=forms or digest_job.DAILY,
        as_of=as_of,
    )
    if app.as_json:
        app.print_json({"digest": [str(f) for f in files], "stories": counts.stories, "items": counts.items})
    app.print(
        translate(
            "Digest: {stories} stories, {items} items, {outlets} outlets",
            stories=counts.stories,
            items=counts.items,
            outlets=counts.outlets,
        )
    )
    for file in files:
        app.print(f"  {file}")
    return DONE


def _write_published(app: CliContext, storage: Storage, number: int, forms: tuple[str, ...], out: Path | None) -> int:
    from diembao.jobs import digest as digest_job
    from diembao.jobs.digest_email import is_email_part

    if (found := storage.publications.publication(number)) is None:
        raise click.UsageError(translate("There is no published digest of number {number}", number=number))
    wanted = {
        name: body
        for name, body in found.files.items()
        if not is_email_part(name) and (not forms or Path(name).suffix.removeprefix(".") in forms)
    }
    files = digest_job.write_files(wanted, out or app.home.digests / f"{number}")
    if app.as_json:
        app.print_json({"digest": [str(f) for f in files], "id": number, "sha256": found.sha256})
    app.print(translate("Number {number}, of {day}:", number=number, day=found.day))
    for file in files:
        app.print(f"  {file}")
    return DONE


def digest_language(app: CliContext) -> str:
    """Return the language of documents: that of the run where one was asked for, else that of settings.toml."""
    return app.lang if app.language_given or app.lang == "en" else app.settings().digest.language


@translated.command(
    help=mark(
        "Export to FILE.csv, FILE.xlsx (open right in Excel and LibreOffice), FILE.parquet or FILE.jsonl "
        "(of items, every field and the text). What each column means: docs/columns.md."
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@translated.option(
    "--table",
    type=click.Choice(["items", "stories", "tags", "daily", "ledger"]),
    default="items",
    help=mark("Which table (default: items)."),
)
@translated.option("--since", type=_DAY, help=mark("From this day on."))
@translated.option("--until", type=_DAY, help=mark("To the end of this day."))
@translated.option("--topic", "topics", multiple=True, metavar="ID", help=mark("Only this topic."))
@translated.option("--source", "sources", multiple=True, metavar="ID", help=mark("Only this source."))
@translated.option(
    "--relevance",
    multiple=True,
    type=click.Choice(get_args(Relevance)),
    help=mark("Relevance (default: main and mention)."),
)
@_AS_OF
@pass_context
def export(
    app: CliContext,
    file: Path,
    table: str,
    since: datetime | None,
    until: datetime | None,
    topics: tuple[str, ...],
    sources: tuple[str, ...],
    relevance: tuple[Relevance, ...],
    as_of: datetime | None,
) -> int:
    from analysis.tables.writers import SHEET_ROWS, TooManyRows
    from diembao.jobs import export as export_job
    from pipeline.tables.columns import SCHEMA_VERSION

    if file.suffix not in export_job.SUFFIXES:
        listed = ", ".join(export_job.SUFFIXES)
        raise click.UsageError(translate("{file}: the name must end in {listed}", file=file, listed=listed))
    if since and until and until < since:
        raise click.UsageError(
            translate("--until {until:%Y-%m-%d} is before --since {since:%Y-%m-%d}", until=until, since=since)
        )
    if table == "ledger" and (topics or relevance):
        raise click.UsageError(translate("Links have neither topic nor relevance: leave out --topic and --relevance"))
    names = _topic_names(app)
    _check_known(translate("topic"), topics, names)
    if sources:
        _check_known(translate("source"), sources, [source.id for source in app.sources()])
    wanted = export_job.ExportRequest(
        table,
        since.date() if since else None,
        until.date() if until else None,
        relevance or ("main", "mention"),
        topics,
        sources,
        ZoneInfo(app.settings().province.time_zone),
        _moment(app, as_of),
    )
    with app.storage() as storage:
        try:
            rows = export_job.export(storage, file, wanted, topic_labels=names)
        except TooManyRows as error:
            raise click.ClickException(
                translate("{file}: {error}", file=file, error=error, limit=SHEET_ROWS)
            ) from error
    if app.as_json:
        app.print_json({"file": str(file), "table": table, "schema": SCHEMA_VERSION, "rows": rows})
    app.print(translate("Wrote {rows} rows to {file}", rows=rows, file=file))
    return DONE


def _topic_names(app: CliContext) -> dict[str, str]:
    english = current_language() == "en"
    return {t.id: t.label_en if english else t.label_vi for t in app.rules().topics.topic}


def _check_known(what: str, asked: Iterable[str], known: Collection[str]) -> None:
    if unknown := set(asked) - set(known):
        names, listed = ", ".join(sorted(unknown)), ", ".join(sorted(known))
        raise click.UsageError(
            translate("No such {kind}: {names}; there are {listed}", kind=what, names=names, listed=listed)
        )


COMMANDS = (digest, export)
