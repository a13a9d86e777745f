"""click's commands and options with help texts in the language of the run.

Decorators run at import, before a language is chosen: they hold the English message, marked for the catalogues, and the
classes here translate it when a help page is printed.
"""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeVar

import click

from pipeline.i18n.catalogs import translate


class _TranslatedHelp(click.Command):
    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_help_text(_with_translated_help(self), ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        return click.Command.get_short_help_str(_with_translated_help(self), limit)


class TranslatedCommand(_TranslatedHelp):
    """A command whose `help` is an English message of the catalogues."""


class TranslatedGroup(_TranslatedHelp, click.Group):
    """A group whose `help`, and that of its commands, is an English message of the catalogues."""

    command_class = TranslatedCommand


class TranslatedOption(click.Option):
    """An option whose `help` is an English message of the catalogues."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return click.Option.get_help_record(_with_translated_help(self), ctx)


_Thing = TypeVar("_Thing", click.Command, click.Option)


def _with_translated_help(thing: _Thing) -> _Thing:
    shown = copy(thing)
    shown.help = translate(thing.help) if thing.help else thing.help
    return shown


_Function = Callable[..., Any]

command = partial(click.command, cls=TranslatedCommand)
option = partial(click.option, cls=TranslatedOption)


def group(*, cls: type[TranslatedGroup] = TranslatedGroup, **attributes: Any) -> Callable[[_Function], TranslatedGroup]:
    """Return click's decorator for a group; the attributes are those of click.Group."""
    return click.group(cls=cls, **attributes)
