"""The command line: options of every command, and errors turned into messages and exit codes."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from itertools import zip_longest
from pathlib import Path

import click

from config.faults.errors import ConfigError
from diembao.cli import translated
from diembao.cli.context import CRASH, FAILED, LOCKED, WRONG, CliContext
from diembao.cli.lazy_group import LazyGroup
from diembao.cli.root_options import root_options_first
from diembao.cli.views.error_words import os_error_words
from diembao.system.child_process import keep_folders_off_the_path
from diembao.system.files import keep_files_private
from diembao.system.home import Home, HomeInUse, default_home
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import Language, set_language
from pipeline.i18n.notices import set_listener
from storage.engine.errors import LockedElsewhere, StorageError


class _Diembao(LazyGroup):
    """The root group: its options may stand behind the command too, and --lang is read before all others."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        args = root_options_first(self, args)
        set_language(_chosen_language(args))
        return super().parse_args(ctx, args)


def _chosen_language(args: Sequence[str]) -> Language:
    """Return the language named by --lang, else by $DIEMBAO_LANG, else Vietnamese."""
    name = os.environ.get("DIEMBAO_LANG", "")
    for word, following in zip_longest(args, args[1:], fillvalue=""):
        if word == "--lang":
            name = following
        elif word.startswith("--lang="):
            name = word.removeprefix("--lang=")
    return "en" if name.lower().startswith("en") else "vi"


@translated.group(
    cls=_Diembao,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=mark(
        "Press review: every morning, what the press at home and abroad writes about the province.\n\n"
        "Exit codes: 0 done; 1 done but something failed (said which); 2 wrong use or configuration; 3 "
        "another run holds the lock; 70 a crash, or a job that was stopped by an error of disk or database."
    ),
)
@translated.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Folder of data and configuration (default: $DIEMBAO_HOME, else the platform's data folder)."),
)
@translated.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    help=mark("Language of what is shown (default: vi)."),
)
@translated.option("--quiet", "-q", is_flag=True, help=mark("Print errors only."))
@translated.option("--json", "as_json", is_flag=True, help=mark("Print results as JSON."))
@translated.version_option()
@click.pass_context
def cli(context: click.Context, home: Path | None, lang: str | None, quiet: bool, as_json: bool) -> None:
    keep_files_private()
    app = CliContext(Home((home or default_home()).absolute()), lang is not None, quiet, as_json)
    context.obj = app
    set_listener(app.show_notice)
    context.call_on_close(lambda: set_listener(None))


@cli.result_callback()
@click.pass_context
def _with_left_out(context: click.Context, /, code: object, **_options: object) -> object:
    """Return the exit code of a command: FAILED where it was done, but left out what is damaged."""
    app: CliContext = context.obj
    return FAILED if code in (None, 0) and "damage" in app.notices else code


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names of files and words of others may hold what the terminal cannot show.
            with suppress(OSError):  # a stream that cannot be sought in says so here
                stream.reconfigure(errors="backslashreplace")
    keep_folders_off_the_path()
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ConfigError as error:
        head = translate("The configuration has faults:")
        click.echo("\n".join([head, *(f"  {fault.translated()}" for fault in error.faults)]), err=True)
        sys.exit(WRONG)
    except HomeInUse as error:
        click.echo(translate("Another run holds the lock: {error}", error=error.explanation()), err=True)
        sys.exit(LOCKED)
    except LockedElsewhere as error:
        message = translate("Another diembao serve runs on this database: {error}", error=error.explanation())
        click.echo(message, err=True)
        sys.exit(LOCKED)
    except (StorageError, OSError) as error:
        words = error.explanation() if isinstance(error, StorageError) else os_error_words(error)
        click.echo(translate("Error: {error}", error=words), err=True)
        # A job that was stopped half-way is not one that is "done but something failed".
        sys.exit(CRASH if os.environ.get("DIEMBAO_JOB") else FAILED)
