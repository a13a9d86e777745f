"""The command line: options of every command, and errors turned into messages and exit codes."""

import os
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.commands import (
    alerts,
    collect,
    db,
    decide,
    demo,
    digest,
    doctor,
    evaluate,
    explain,
    export,
    extract,
    init,
    item,
    ledger,
    publish,
    recall,
    report,
    retag,
    retention,
    search,
    serve,
    sources,
    status,
    stories,
    tag,
    train,
)
from diembao.cli.context import FAILED, LOCKED, WRONG, CliContext
from diembao.system.child_process import keep_folders_off_the_path
from diembao.system.files import keep_files_private
from diembao.system.home import Home, HomeInUse, default_home
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import Language, set_language


class _Diembao(translated.TranslatedGroup):
    """The root group: it reads --lang before all other options, so that `--help --lang en` is in English."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
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
        "another run holds the lock."
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
@click.version_option(package_name="diembao")
@click.pass_context
def cli(context: click.Context, home: Path | None, lang: str | None, quiet: bool, as_json: bool) -> None:
    keep_files_private()
    context.obj = CliContext(Home((home or default_home()).absolute()), lang is not None, quiet, as_json)


for module in (
    alerts,
    collect,
    db,
    decide,
    demo,
    digest,
    doctor,
    evaluate,
    explain,
    export,
    extract,
    init,
    item,
    ledger,
    publish,
    recall,
    report,
    retag,
    retention,
    search,
    serve,
    sources,
    status,
    stories,
    tag,
    train,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line and exit with its code."""
    from config.load import ConfigError
    from storage.engine.errors import StorageError

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
        click.echo("\n".join([head, *(f"  {fault}" for fault in error.faults)]), err=True)
        sys.exit(WRONG)
    except HomeInUse as error:
        click.echo(translate("Another run holds the lock: {error}", error=error), err=True)
        sys.exit(LOCKED)
    except (StorageError, OSError) as error:
        click.echo(translate("Error: {error}", error=error), err=True)
        sys.exit(FAILED)
