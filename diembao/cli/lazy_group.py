"""The root group's commands, each read in when it is asked for: one command needs a fraction of what all need."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from diembao.cli.command_list import LISTED
from diembao.cli.translated import TranslatedCommand, TranslatedGroup

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Commands(MutableMapping[str, click.Command]):
    """The commands of LISTED by name; their names are known without reading any of them in."""

    def __init__(self) -> None:
        self._commands: dict[str, click.Command | None] = dict.fromkeys(LISTED)

    def __getitem__(self, name: str) -> click.Command:
        found = self._commands[name]
        if found is None:
            module = import_module(f"diembao.cli.commands.{LISTED[name].module}")
            found = next(command for command in module.COMMANDS if command.name == name)
            self._commands[name] = found
        return found

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)

    def __contains__(self, name: object) -> bool:
        return name in self._commands


class LazyGroup(TranslatedGroup):
    """A group of the commands of LISTED, none of which is read in for its help page or for completion."""

    def __init__(self, name: str | None = None, **attributes: Any) -> None:
        super().__init__(name, _Commands(), **attributes)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        TranslatedGroup(commands=_listed()).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=command.get_short_help_str())
            for name, command in sorted(_listed().items())
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)


def _listed() -> dict[str, click.Command]:
    """Return commands that have a name and a help, and nothing else."""
    return {name: TranslatedCommand(name, help=listed.help) for name, listed in LISTED.items()}
