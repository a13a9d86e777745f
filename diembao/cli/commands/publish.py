"""publish, send: a digest frozen, and sent to those who read it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from datetime import date

    from diembao.jobs.send import Delivery
    from pipeline.records.publications import Publication
    from storage.base import Storage


_number = translated.option(
    "--number",
    type=click.IntRange(min=1),
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
    with app.home.lock("publish"), app.storage() as storage:
        made = _publish(app, storage, options.day_of(day), number)
        if app.as_json:
            app.print_json({"id": made.id, "day": made.day, "sha256": made.sha256, "files": sorted(made.files)})
        _tell(app, made)
    return DONE


def _publish(app: CliContext, storage: Storage, day: date | None, number: int | None) -> Publication:
    from diembao.jobs import digest

    return digest.publish(
        storage, app.settings(), app.rules(), day=day, language=app.document_language(), number=number
    )


def _tell(app: CliContext, made: Publication) -> None:
    app.print(
        translate(
            "Number {number}, of {day}: {title}\n  SHA-256 {sha256}",
            number=made.id,
            day=made.day,
            title=made.title,
            sha256=made.sha256,
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
    from diembao.jobs import send as send_job
    from diembao.system.clock import now

    settings, mail = app.settings(), load_alerts(app.home.config if app.home.config.exists() else None).mail
    names = [*(one.name for one in settings.sending.list), *settings.sending.hooks]
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
        told, listed = ", ".join(sorted(unknown)), ", ".join(names)
        raise click.UsageError(translate("No list {names}; there are {listed}", names=told, listed=listed))
    with app.home.lock("publish"), app.storage() as storage:
        made = _found(app, storage, publication, options.day_of(day), dry_run)
        parcels = [p for p in send_job.deliveries(made, settings.sending, mail) if not lists or p.channel in lists]
        if dry_run:
            _show(app, parcels)
            return DONE
        if arrived:
            send_job.confirm_delivery(storage, made, [parcel.channel for parcel in parcels])
        results = send_job.send(storage, made, parcels, mail, again=again)
    if app.as_json:
        app.print_json({"id": made.id, "at": now(), "sent": {r.channel: r.how for r in results}})
    for result in results:
        line = f"{result.channel}: {translate_code('delivery', result.how)}{f' ({result.said})' if result.said else ''}"
        (app.print if result.how in ("sent", "before") else app.warn)(line)
    return DONE if all(r.how in ("sent", "before") for r in results) else FAILED


def _found(app: CliContext, storage: Storage, number: int | None, day: date | None, dry_run: bool) -> Publication:
    from diembao.jobs import digest, process
    from diembao.system.clock import now

    if number is not None:
        if (found := storage.publications.publication(number)) is None:
            raise click.UsageError(translate("There is no published digest of number {number}", number=number))
        return found
    settings = app.settings()
    wanted = process.period_of(day, settings, now()).day
    if (found := storage.publications.latest(wanted)) is not None:
        return found
    if dry_run:
        return digest.prepare(storage, settings, app.rules(), day=wanted, language=app.document_language())
    return _publish(app, storage, wanted, None)


def _show(app: CliContext, parcels: list[Delivery]) -> None:
    """Print the letters to the letter: what a mail server would be given."""
    for parcel in parcels:
        if parcel.message is not None:
            click.echo(f"# {parcel.channel}: {', '.join(parcel.to)}")
            click.echo(parcel.message.as_bytes().decode("ascii"))
        else:
            click.echo(f"# {parcel.channel}\n{parcel.title}\n{parcel.text}")


COMMANDS = (publish, send)
