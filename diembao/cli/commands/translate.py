"""translate: foreign articles put into Vietnamese by the engine of settings.toml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import DAY, MINUTES, MOST_ROWS, begun_day, gather
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.i18n.notices import shown

if TYPE_CHECKING:
    from diembao.jobs.translating.translate import TranslatingResult, Wanted
    from pipeline.records import Item
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class _Options:
    day: datetime | None
    items: tuple[str, ...]
    whole: bool
    limit: int | None
    minutes: float
    retry: bool


@translated.command("translate", help=LISTED["translate"].help)
@translated.option("--day", type=DAY, metavar="YYYY-MM-DD", help=mark("The articles of this day's digest only."))
@translated.option(
    "--item", "items", multiple=True, metavar="ITEM", help=mark("This article only, whatever its age (more: again).")
)
@translated.option("--whole", is_flag=True, help=mark("Also the whole text of each --item."))
@translated.option("--limit", type=click.IntRange(1, MOST_ROWS), help=mark("Articles at most."))
@translated.option(
    "--minutes", type=MINUTES, default=10.0, show_default=True, help=mark("Begin no article after so many minutes.")
)
@translated.option("--retry", is_flag=True, help=mark("Translate anew what was refused, or what the engine failed at."))
@pass_context
@gather(_Options)
def translate_new(app: CliContext, arguments: _Options) -> int:
    from diembao.jobs.translating.translate import translate_articles
    from diembao.translation.engine import open_translator

    if arguments.whole and not arguments.items:
        raise click.UsageError(translate("--whole needs --item: whole texts are translated one by one"))
    settings = app.settings()
    translator = open_translator(settings.translation)
    if translator is None:
        app.print(translate('Nothing is translated: [translation] backend in settings.toml is "none".'))
        return DONE
    try:
        with app.home.lock("translate"), app.storage() as storage:
            wanted = _wanted(app, storage, arguments)
            result = translate_articles(storage, translator, app.rules(), settings.translation, wanted)
    finally:
        translator.close()
    _print(app, result)
    return FAILED if result.stop == "down" or result.failed else DONE


def _wanted(app: CliContext, storage: Database, arguments: _Options) -> Wanted:
    from diembao.jobs.periods import period_of
    from diembao.jobs.translating.translate import Wanted

    since = until = None
    if (day := begun_day(app, arguments.day)) is not None:
        period = period_of(day, app.settings(), now())
        since, until = period.start, period.end
    items = tuple(_item(storage, key) for key in arguments.items)
    return Wanted(since, until, arguments.limit, items, arguments.whole, arguments.retry, arguments.minutes)


def _item(storage: Database, key: str) -> Item:
    """Return a foreign article. Raises UsageError."""
    from config.engines.translation import TARGET
    from diembao.jobs.translating.parts import language_of

    item = storage.articles.item(key)
    if item is None:
        raise click.UsageError(translate("No such item: {item}", item=key))
    if language_of(item) in ("", TARGET):
        raise click.UsageError(translate("{item}: is in Vietnamese, or its language is not known", item=key))
    return item


def _print(app: CliContext, result: TranslatingResult) -> None:
    if app.as_json:
        row = {"articles": result.articles, "translated": result.translated, "refused": dict(result.refused)}
        cause = shown(result.cause) if result.cause else ""
        app.print_json({"translate": row | {"failed": result.failed, "stop": result.stop, "cause": cause}})
    app.print(
        translate(
            "{articles} articles: {translated} texts translated, {refused} refused, {failed} not had.",
            articles=result.articles,
            translated=result.translated,
            refused=sum(result.refused.values()),
            failed=result.failed,
        )
    )
    if result.refused:
        reasons = ", ".join(f"{translate_code('translation refusal', c)} ({n})" for c, n in result.refused.items())
        app.print(translate("Refused: {reasons}; diembao explain ITEM says why", reasons=reasons))
    if result.stop == "time":
        app.print(translate("The time is up; the next run goes on."))
    if result.cause is not None:
        app.warn(translate("The engine does not translate: {cause}", cause=shown(result.cause)))


COMMANDS = (translate_new,)
