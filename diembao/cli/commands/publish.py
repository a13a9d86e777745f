"""publish, send: a digest stored for good, and delivered to its recipients."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from datetime import date

    from diembao.jobs.publishing.send import Delivery
    from pipeline.records.publications import Publication
    from storage.database import Database


_number = translated.option(
    "--number",
    type=click.IntRange(1, options.MOST_ROWS),
    help=mark("Number in the register of the agency."),
)


@translated.command(
    help=mark(
        "Publish a day's digest: keep every form of it in the database for good; mistakes are corrected in the next."
    )
)
@options.day
@_number
@pass_context
def publish(app: CliContext, day: datetime | None, number: int | None) -> int:
    from diembao.jobs.publishing import publish as publish_job

    language = app.document_language()
    with app.home.lock("publish"), app.storage() as storage:
        publication = publish_job.publish(
            storage, app.settings(), app.rules(), day=options.day_of(day), language=language, number=number
        )
        if app.as_json:
            row = {"id": publication.id, "day": publication.day, "sha256": publication.sha256}
            app.print_json({**row, "files": sorted(publication.files)})
        _print(app, publication)
    return DONE


def _print(app: CliContext, publication: Publication) -> None:
    app.print(
        translate(
            "Number {number}, of {day}: {title}\n  SHA-256 {sha256}",
            number=publication.id,
            day=publication.day,
            title=publication.title,
            sha256=publication.sha256,
        )
    )


@translated.command(
    help=mark(
        "Send a day's digest to the lists of settings.toml ([sending]), to each of them once; publish it "
        "first where that was not done."
    )
)
@options.day
@options.publication
@translated.option("--list", "lists", multiple=True, metavar="NAME", help=mark("Only this list."))
@translated.option(
    "--dry-run",
    is_flag=True,
    help=mark("Send and store nothing; print what would be sent."),
)
@translated.option(
    "--again",
    is_flag=True,
    help=mark("Also what was begun before and may or may not have arrived."),
)
@translated.option(
    "--arrived",
    is_flag=True,
    help=mark("Note that what was in doubt has arrived, and do not send it anew."),
)
@translated.option(
    "--if-any",
    is_flag=True,
    help=mark("Where there is nobody to send to, that is no error."),
)
@pass_context
def send(
    app: CliContext,
    day: datetime | None,
    publication: int | None,
    lists: tuple[str, ...],
    dry_run: bool,
    again: bool,
    arrived: bool,
    if_any: bool,
) -> int:
    from config.alerts import load_alerts
    from diembao.jobs.publishing import send as send_job
    from diembao.system.clock import now

    settings, mail = app.settings(), load_alerts(app.home.config if app.home.config.exists() else None).mail
    names = [*(recipients.name for recipients in settings.sending.list), *settings.sending.hooks]
    if not names and if_any:
        app.print(translate("[sending] of settings.toml names nobody."))
        return DONE
    if not names:
        raise click.UsageError(
            translate(
                "There is nobody to send to: add [[sending.list]] to {file}", file=app.home.config / "settings.toml"
            )
        )
    if unknown := set(lists) - set(names):
        message = translate(
            "No list {names}; there are {listed}", names=", ".join(sorted(unknown)), listed=", ".join(names)
        )
        raise click.UsageError(message)
    with app.home.lock("publish"), app.storage() as storage:
        digest = _publication(app, storage, publication, options.day_of(day), dry_run)
        deliveries = [d for d in send_job.deliveries(digest, settings.sending, mail) if not lists or d.channel in lists]
        if dry_run:
            _print_deliveries(app, deliveries)
            return DONE
        if arrived:
            send_job.confirm_delivery(storage, digest, [delivery.channel for delivery in deliveries])
        results = send_job.send(storage, digest, deliveries, mail, again=again)
    if app.as_json:
        app.print_json({"id": digest.id, "at": now(), "sent": {r.channel: r.outcome for r in results}})
    for result in results:
        note = f" ({result.message})" if result.message else ""
        line = f"{result.channel}: {translate_code('delivery', result.outcome)}{note}"
        (app.print if result.outcome in ("sent", "before") else app.warn)(line)
    return DONE if all(r.outcome in ("sent", "before") for r in results) else FAILED


def _publication(
    app: CliContext, storage: Database, number: int | None, day: date | None, dry_run: bool
) -> Publication:
    from diembao.jobs.publishing.published_digest import UnknownPublication, digest_to_send, published_digest

    if number is None:
        language = app.document_language()
        return digest_to_send(storage, app.settings(), app.rules(), day=day, language=language, dry_run=dry_run)
    try:
        return published_digest(storage, number)
    except UnknownPublication as error:
        message = translate("There is no published digest of number {number}", number=number)
        raise click.UsageError(message) from error


def _print_deliveries(app: CliContext, deliveries: list[Delivery]) -> None:
    """Print each message as the mail server would get it, byte for byte."""
    for delivery in deliveries:
        if delivery.message is not None:
            click.echo(f"# {delivery.channel}: {', '.join(delivery.to)}")
            click.echo(delivery.message.as_bytes().decode("ascii"))
        else:
            click.echo(f"# {delivery.channel}\n{delivery.title}\n{delivery.text}")


COMMANDS = (publish, send)
