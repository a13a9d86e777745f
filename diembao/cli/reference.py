"""`python -m diembao.cli.reference`: the commands → docs/commands.md, the help page of each in English."""

from collections.abc import Iterator

import click

from pipeline.i18n.language import use_language

_HEAD = """\
# Commands

The help of every command, as `diembao --lang en COMMAND --help` prints it; without `--lang en` it is in Vietnamese.
Written by `python -m diembao.cli.reference > docs/commands.md`.
"""


def command_reference(root: click.Group) -> str:
    """Return the reference of a group and of all its commands as Markdown."""
    with use_language("en"):
        pages = [
            f"## {path}\n\n```\n{page}\n```\n"
            for path, page in _pages(root, click.Context(root, info_name="diembao", **root.context_settings))
        ]
    return "\n".join([_HEAD, *pages])


def _pages(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the path and the help page of a command, then those of its subcommands by name."""
    context.terminal_width = 100
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from _pages(child, click.Context(child, info_name=name, parent=context))


if __name__ == "__main__":
    from diembao.cli.main import cli

    print(command_reference(cli), end="")
