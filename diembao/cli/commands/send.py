"""send: a published digest, delivered to its recipients."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, WAITS, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from config.alerts import Mail
    from config.settings import SendingSettings
    from diembao.jobs.publishing.gate import GateState
    from diembao.jobs.publishing.send import Delivery
    from pipeline.records.publications import Publication
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class _Options:
    day: datetime | None
    publication: int | None
    lists: tuple[str, ...]
    dry_run: bool
    #: the file for the bytes of the letter
    eml: Path | None
    again: bool
    arrived: bool
    if_any: bool


@translated.command(help=LISTED["send"].help)
@options.day
@options.publication
@translated.option("--list", "lists", multiple=True, metavar="NAME", help=mark("Only this list."))
@translated.option(
    "--dry-run",
    is_flag=True,
    help=mark("Send and store nothing; print what would be sent: sender, recipients, subject, files, text."),
)
@translated.option(
    "--eml",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("With --dry-run: write the letter to FILE, byte for byte."),
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
@options.gather(_Options)
def send(app: CliContext, arguments: _Options) -> int:
    from config.alerts import load_alerts
    from diembao.jobs.publishing import send as send_job
    from diembao.system.clock import now

    settings, mail = app.settings(), load_alerts(app.home.config if app.home.config.exists() else None).mail
    names = [*(recipients.name for recipients in settings.sending.list), *settings.sending.hooks]
    if not names and arguments.if_any:
        app.print(translate("[sending] of settings.toml names nobody."))
        return DONE
    _check(app, arguments, settings.sending, mail)
    with app.home.lock("publish"), app.storage() as storage:
        gate = _gate(app, storage, arguments)
        if gate in ("waiting", "held"):
            _say_closed(app, gate)
            return WAITS if gate == "waiting" else DONE
        digest = _publication(app, storage, arguments, unapproved=gate == "late")
        deliveries = [
            d
            for d in send_job.deliveries(digest, settings.sending, mail)
            if not arguments.lists or d.channel in arguments.lists
        ]
        if arguments.dry_run:
            _print_deliveries(app, deliveries)
            if arguments.eml is not None:
                _write_eml(app, deliveries, arguments.eml)
            return DONE
        if arguments.arrived:
            send_job.confirm_delivery(storage, digest, [delivery.channel for delivery in deliveries], app.actor())
        results = send_job.send(storage, digest, deliveries, mail, again=arguments.again, actor=app.actor())
    if app.as_json:
        app.print_json({"id": digest.id, "at": now(), "sent": {r.channel: r.outcome for r in results}})
    for result in results:
        note = f" ({result.message})" if result.message else ""
        line = f"{result.channel}: {translate_code('delivery', result.outcome)}{note}"
        (app.print if result.outcome in ("sent", "before") else app.warn)(line)
    return DONE if all(r.outcome in ("sent", "before") for r in results) else FAILED


def _check(app: CliContext, arguments: _Options, sending: SendingSettings, mail: Mail) -> None:
    """Raise UsageError where there is nobody to send to, or the options contradict; warn of a doubtful sender."""
    from diembao.jobs.configuration import sender_doubt

    names = [*(recipients.name for recipients in sending.list), *sending.hooks]
    if not names:
        file = app.home.config / "settings.toml"
        raise click.UsageError(translate("There is nobody to send to: add [[sending.list]] to {file}", file=file))
    if unknown := set(arguments.lists) - set(names):
        message = translate(
            "No list {names}; there are {listed}", names=", ".join(sorted(unknown)), listed=", ".join(names)
        )
        raise click.UsageError(message)
    if arguments.eml is not None and not arguments.dry_run:
        raise click.UsageError(translate("--eml goes with --dry-run"))
    if sending.list and (doubt := sender_doubt(mail)):
        app.warn(translate("Note: {doubt}", doubt=doubt.translated()))


def _gate(app: CliContext, storage: Database, arguments: _Options) -> GateState:
    """Return whether the digest may go out; the gate is for what the service sends, a person's command passes it."""
    from diembao.jobs.periods import period_of
    from diembao.jobs.publishing.gate import gate_state
    from diembao.system.clock import now

    if not app.of_service or arguments.publication is not None or arguments.dry_run:
        return "open"
    at, settings = now(), app.settings()
    day = period_of(arguments.day.date() if arguments.day else None, settings, at).day
    return gate_state(storage, settings, day, at)


def _say_closed(app: CliContext, gate: GateState) -> None:
    until = app.settings().desk.gate_until
    if gate == "waiting":
        app.print(translate("The digest waits until {time} for a person to approve it.", time=until))
    else:
        app.print(translate("The digest is held: nobody approved it by {time}.", time=until))


def _publication(app: CliContext, storage: Database, arguments: _Options, *, unapproved: bool) -> Publication:
    from diembao.jobs.publishing.publish import Release
    from diembao.jobs.publishing.published_digest import UnknownPublication, digest_to_send, published_digest

    number = arguments.publication
    if number is None:
        return digest_to_send(
            storage,
            app.settings(),
            app.rules(),
            day=options.begun_day(app, arguments.day),
            language=app.document_language(),
            dry_run=arguments.dry_run,
            release=Release(app.actor(), unapproved),
        )
    try:
        return published_digest(storage, number)
    except UnknownPublication as error:
        message = translate("There is no published digest of number {number}", number=number)
        raise click.UsageError(message) from error


def _print_deliveries(app: CliContext, deliveries: list[Delivery]) -> None:
    """Print sender, recipients, subject, files and text of each message."""
    from diembao.jobs.publishing.send import delivery_outline

    for delivery in deliveries:
        outline = delivery_outline(delivery)
        if app.as_json:
            app.print_json({"channel": delivery.channel, **asdict(outline)})
            continue
        app.print(f"# {delivery.channel}")
        for head, value in (
            (translate("From"), outline.sender),
            (translate("To"), ", ".join(outline.to)),
            (translate("Subject"), outline.subject),
            (translate("Files"), ", ".join(f"{name} ({size / 1024:,.0f} kB)" for name, size in outline.files)),
        ):
            if value:
                app.print(f"{head}: {value}")
        app.print(f"\n{outline.text.rstrip()}\n")


def _write_eml(app: CliContext, deliveries: list[Delivery], target: Path) -> None:
    """Write each letter as the mail server would get it; with several lists, each to a file with the list's name."""
    from diembao.system.files import write_atomically

    letters = [(delivery.channel, delivery.message) for delivery in deliveries if delivery.message is not None]
    if not letters:
        raise click.UsageError(translate("There is no letter to write: [sending] names no list of addresses"))
    for channel, message in letters:
        path = target if len(letters) == 1 else target.with_name(f"{target.stem}-{channel}{target.suffix or '.eml'}")
        write_atomically(path, message.as_bytes())
        app.print(translate("Wrote {file}", file=path))


COMMANDS = (send,)
