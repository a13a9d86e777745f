"""digest: the press review of a day, made or written again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from storage.database import Database


@translated.command(help=LISTED["digest"].help)
@options.day
@options.publication
@translated.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["brief", "html", "md", "docx", "pdf", "csv"]),
    help=mark("Only this form (may be repeated); brief: one page, as HTML, DOCX and PDF."),
)
@translated.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Where to (default: digests in the home folder)."),
)
@options.as_of
@pass_context
def digest(
    app: CliContext,
    day: datetime | None,
    publication: int | None,
    forms: tuple[str, ...],
    out: Path | None,
    as_of: datetime | None,
) -> int:
    with app.storage() as storage:
        if publication is not None:
            if day is not None or as_of is not None:
                raise click.UsageError(translate("Either --id, or --day and --as-of"))
            return _write_published(app, storage, publication, forms, out)
        return write_digest(
            app, storage, options.begun_day(app, day), out, forms, options.end_of_day(as_of, app.zone())
        )


def write_digest(
    app: CliContext,
    storage: Database,
    day: date | None,
    out: Path | None,
    forms: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> int:
    from diembao.jobs.publishing import digest as digest_job

    settings, rules = app.settings(), app.rules()
    files, counts = digest_job.write_digest(
        storage,
        settings,
        rules,
        day=day,
        language=app.document_language(),
        out=out or app.home.digests,
        forms=forms or digest_job.DAILY,
        as_of=as_of,
    )
    if app.as_json:
        figures = {"stories": counts.stories, "items": counts.items, "uncertain": counts.uncertain}
        figures["related"] = counts.related
        app.print_json({"digest": [str(f) for f in files], **figures})
    app.print(
        translate(
            "Digest: {stories} stories, {items} items, {outlets} outlets",
            stories=counts.stories,
            items=counts.items,
            outlets=counts.outlets,
        )
    )
    if counts.related:
        app.print(translate("Related, on watched matters: {items} items", items=counts.related))
    if counts.uncertain:
        app.print(translate("Named, not certain: {items} items for a person to decide", items=counts.uncertain))
    for file in files:
        app.print(f"  {file}")
    return DONE


def _write_published(app: CliContext, storage: Database, number: int, forms: tuple[str, ...], out: Path | None) -> int:
    from diembao.jobs.publishing import digest as digest_job
    from diembao.jobs.publishing.published_digest import UnknownPublication, digest_files, published_digest

    try:
        publication = published_digest(storage, number)
    except UnknownPublication as error:
        message = translate("There is no published digest of number {number}", number=number)
        raise click.UsageError(message) from error
    files = digest_job.write_files(digest_files(publication, forms), out or app.home.digests / f"{number}")
    if app.as_json:
        app.print_json({"digest": [str(f) for f in files], "id": number, "sha256": publication.sha256})
    app.print(translate("Number {number}, of {day}:", number=number, day=publication.day))
    for file in files:
        app.print(f"  {file}")
    return DONE


COMMANDS = (digest,)
