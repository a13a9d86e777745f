"""desk: the web page at which the office reviews the day, on a socket of this machine, until a signal stops it."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    import socket

    from config.desk import DeskSettings
    from diembao.system.home import Home


@translated.command(help=LISTED["desk"].help)
@translated.option("--host", metavar="ADDRESS", help=mark("Address to listen on (default: that of settings.toml)."))
@translated.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help=mark("Port to listen on; 0: any free one (default: that of settings.toml)."),
)
@pass_context
def desk(app: CliContext, host: str | None, port: int | None) -> int:
    from diembao.service.desk_process import desk_command

    settings = app.settings().desk
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    listening = open_socket(app, settings)
    if listening is None:
        return FAILED
    print_first_link(app, settings, listening)
    listening.set_inheritable(True)
    command = desk_command(app.home, listening)
    os.execv(command[0], command)  # the signals of the terminal and of systemd are then the desk's own
    return FAILED


def open_socket(app: CliContext, settings: DeskSettings) -> socket.socket | None:
    """Listen where [desk] says; None, and it was said why, where that cannot be."""
    from diembao.service.desk_process import listen, url_of

    try:
        listening = listen(settings.host, settings.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            words = translate(
                "The desk cannot begin: another program listens at {host}:{port}. Is the desk open already? Or choose "
                "another port: --port, or [desk] port of settings.toml.",
                host=settings.host,
                port=settings.port,
            )
        else:
            words = translate(
                "The desk cannot listen at {host}:{port}: {error}",
                host=settings.host,
                port=settings.port,
                error=error.strerror or error,
            )
        app.warn(words)
        return None
    app.print(translate("The desk: {url} (Ctrl-C ends it)", url=url_of(listening)))
    return listening


def print_first_link(app: CliContext, settings: DeskSettings, listening: socket.socket) -> None:
    """Print the link for the first administrator, where there is none yet. Raises StorageError."""
    from diembao.jobs.people.accounts import first_administrator_link
    from diembao.service.desk_process import url_of
    from diembao.system.clock import now

    base = settings.addresses[0] if settings.addresses else url_of(listening)
    with app.storage() as storage:
        token = first_administrator_link(storage, now())
    if token:
        click.echo(
            translate(
                "There is no administrator yet. This link makes one, once, within 24 hours:\n  {link}",
                link=f"{base}/invitation/{token}",
            )
        )


def serve_sample_desk(app: CliContext, home: Home) -> int:
    """Serve the desk of the sample press, with sample people, until a signal; then delete its home folder."""
    import shutil
    import subprocess
    import webbrowser
    from contextlib import suppress

    from config.desk import DeskSettings
    from config.register.book import load_register_book
    from diembao.demo.matters import make_matters
    from diembao.demo.people import make_people
    from diembao.service.desk_process import desk_command, url_of
    from diembao.service.leader_lock import stop_on_signals
    from diembao.system.clock import now
    from storage.database import open_database

    listening = open_socket(app, DeskSettings(port=0))
    if listening is None:
        return FAILED
    storage = open_database(home.database)
    try:
        people = make_people(storage, home)
        accounts = [account for account, _ in people]
        make_matters(storage, app.rules(), load_register_book(home.config), accounts, app.zone(), now())
    finally:
        storage.close()
    base = url_of(listening)
    click.echo(translate("Sample people; each link signs in once, without a password:"))
    for account, token in people:
        click.echo(f"  {translate_code('role', account.role)}: {base}/sample/{token}")
    app.print(translate("What you do there is thrown away at the end. Ctrl-C ends it."))
    first = f"{base}/sample/{people[0][1]}"
    process = subprocess.Popen(
        [*desk_command(home, listening, is_bound=True), "--sample"],
        stdin=subprocess.PIPE,
        pass_fds=(listening.fileno(),),
        env=_own_database(home),
    )
    stop_on_signals(process.terminate)
    with suppress(Exception):  # no browser here: the links are printed
        if sys.stdout.isatty():
            webbrowser.open(first)
    try:
        code = process.wait()
    finally:
        shutil.rmtree(home.root, ignore_errors=True)
    return FAILED if code else DONE


def _own_database(home: Home) -> dict[str, str]:
    """Return the environment of a desk on a throw-away database, whatever database this machine's own one is."""
    return {**os.environ, "DIEMBAO_DATABASE": f"sqlite:///{home.database}"}


COMMANDS = (desk,)
