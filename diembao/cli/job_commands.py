"""Jobs of schedule.toml → whether the command line knows their commands, with all their options."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING

import click

from diembao.cli.root_options import root_options_first
from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.schedule import Job

#: Commands that do not end by themselves, so that no job can be one of them.
_ENDLESS = frozenset({"serve", "demo"})
#: Stands for the day of a job's run; any day will do.
_DAY = "2026-01-01"


def job_faults(root: click.Command, jobs: Sequence[Job]) -> Iterator[tuple[int, str]]:
    """Yield (number from 0, what is wrong) of each job that the command line `root` would refuse."""
    for number, job in enumerate(jobs):
        if problem := command_fault(root, job.command):
            yield number, problem


def command_fault(root: click.Command, words: Sequence[str]) -> str:
    """Return what is wrong with the words of a command; '' for nothing. The command is parsed, not run."""
    try:
        with redirect_stdout(StringIO()):  # of --help
            _parse(root, [word.replace("{day}", _DAY) for word in words])
    except click.UsageError as error:
        return error.format_message()
    except click.exceptions.Exit:
        return translate("it does nothing")
    return translate("it never ends") if _ENDLESS.intersection(words) else ""


def _parse(root: click.Command, words: Sequence[str]) -> None:
    """Raise UsageError, or Exit for --help, where the command line would."""
    command = root
    context = click.Context(root, info_name="diembao", **root.context_settings)
    rest = root_options_first(root, words)
    while isinstance(command, click.Group):
        # Parsed without its callbacks, which would set the language of this run.
        _, rest, _ = command.make_parser(context).parse_args(rest)
        if not rest:
            raise click.UsageError(translate("names no command: {words}", words=" ".join(words)))
        name, command, rest = _resolve(command, context, rest)
        context = click.Context(command, info_name=name, parent=context)
    command.make_context(context.info_name, rest, parent=context.parent).close()


def _resolve(group: click.Group, context: click.Context, words: list[str]) -> tuple[str, click.Command, list[str]]:
    name, command, rest = group.resolve_command(context, words)
    if name is None or command is None:
        raise click.UsageError(translate("names no command: {words}", words=" ".join(words)))
    return name, command, rest
