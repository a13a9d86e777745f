"""click's commands, options and arguments in the language of the run: help texts, metavars and click's own words.

Decorators run at import, before a language is chosen: they hold the English message, marked for the catalogues, and the
classes here translate it when a help page is printed.
"""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeVar

import click

from diembao.cli.click_words import bind_click, translate_metavar
from pipeline.i18n.catalogs import mark, translate, translate_click

bind_click()


class _TranslatedHelp(click.Command):
    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_help_text(_with_translated_help(self), ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        return click.Command.get_short_help_str(_with_translated_help(self), limit)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [translate_metavar(piece) for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            # click makes the option once, in the language of that moment.
            option.help = translate_click("Show this message and exit.")
        return option


class TranslatedCommand(_TranslatedHelp):
    """A command whose `help` is an English message of the catalogues."""


class TranslatedGroup(_TranslatedHelp, click.Group):
    """A group whose `help`, and that of its commands, is an English message of the catalogues."""

    command_class = TranslatedCommand
    #: groups in a group are of its kind
    group_class = type


class TranslatedOption(click.Option):
    """An option whose `help` is an English message of the catalogues."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return click.Option.get_help_record(_with_translated_help(self), ctx)

    def make_metavar(self, ctx: click.Context) -> str:
        return translate_metavar(super().make_metavar(ctx))


class TranslatedArgument(click.Argument):
    """An argument whose metavar, or name, is made of words of the catalogues."""

    def make_metavar(self, ctx: click.Context) -> str:
        return translate_metavar(super().make_metavar(ctx))


_Thing = TypeVar("_Thing", click.Command, click.Option)


def _with_translated_help(thing: _Thing) -> _Thing:
    shown = copy(thing)
    shown.help = translate(thing.help) if thing.help else thing.help
    return shown


_Function = Callable[..., Any]

command = partial(click.command, cls=TranslatedCommand)
option = partial(click.option, cls=TranslatedOption)
argument = partial(click.argument, cls=TranslatedArgument)


def group(*, cls: type[TranslatedGroup] = TranslatedGroup, **attributes: Any) -> Callable[[_Function], TranslatedGroup]:
    """Return click's decorator for a group; the attributes are those of click.Group."""
    return click.group(cls=cls, **attributes)


def version_option() -> Callable[[_Function], _Function]:
    """Return the decorator for `--version`; click's own takes its words when the command is declared."""
    return option(
        "--version",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_show_version,
        help=mark("Show the version and exit."),
    )


def _show_version(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from importlib.metadata import version

        words = translate_click("%(prog)s, version %(version)s")
        click.echo(words % {"prog": context.find_root().info_name, "version": version("diembao")})
        context.exit()
