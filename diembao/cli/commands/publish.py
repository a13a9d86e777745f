"""publish: a digest stored for good."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from pipeline.records.publications import Publication


_number = translated.option(
    "--number",
    type=click.IntRange(1, options.MOST_ROWS),
    help=mark("Number in the register of the agency."),
)


@translated.command(help=LISTED["publish"].help)
@options.day
@_number
@pass_context
def publish(app: CliContext, day: datetime | None, number: int | None) -> int:
    from diembao.jobs.publishing import publish as publish_job

    language, release = app.document_language(), publish_job.Release(app.actor())
    with app.home.lock("publish"), app.storage() as storage:
        publication = publish_job.publish(
            storage,
            app.settings(),
            app.rules(),
            day=options.begun_day(app, day),
            language=language,
            number=number,
            release=release,
        )
        if app.as_json:
            row = {"id": publication.id, "day": publication.day, "sha256": publication.sha256}
            app.print_json({**row, "files": sorted(publication.files)})
        _print(app, publication)
    return DONE


def _print(app: CliContext, publication: Publication) -> None:
    app.print(
        translate(
            "Number {number}, of {day}: {title}\n  SHA-256 {sha256}\n  See it: diembao digest --id {number}",
            number=publication.id,
            day=publication.day,
            title=publication.title,
            sha256=publication.sha256,
        )
    )


COMMANDS = (publish,)
