"""recall: an outside list of articles, compared with what was seen."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.jobs.collection.recall import Headline
    from pipeline.records import Source


@translated.command(help=LISTED["recall"].help)
@translated.option("--against", required=True, metavar="FILE|gdelt")
@translated.option(
    "--days",
    type=click.IntRange(1, 90),
    default=3,
    show_default=True,
    help=mark("Days back in which sources are judged."),
)
@pass_context
def recall(app: CliContext, against: str, days: int) -> int:
    from diembao.jobs.collection.recall import SEEN
    from diembao.jobs.collection.recall import recall as compare

    end = now()
    start = end - timedelta(days=days)
    sources = app.sources()
    headlines = _headlines(app, against, sources, start)
    seen = 0
    with app.storage() as storage:
        recent = storage.crawl.ledger(start, end)
        for r in compare(storage, sources, headlines, storage.crawl.source_days(start, end), recent):
            seen += r.verdict in SEEN
            if app.as_json:
                app.print_json({"recall": dataclasses.asdict(r)})
                continue
            reason = f" ({translate_code('reason', r.reason)})" if r.reason else ""
            app.print(f"[{translate_code('recall verdict', r.verdict)}{reason}] {r.headline.title or r.headline.url}")
            if r.headline.title:
                app.print(f"    {r.headline.url}")
    share = f"{100 * seen / len(headlines):.0f} %" if headlines else "-"
    app.print(translate("Seen: {articles} of {total} ({share}).", articles=seen, total=len(headlines), share=share))
    return DONE if seen == len(headlines) else FAILED


def _headlines(app: CliContext, against: str, sources: Sequence[Source], start: datetime) -> list[Headline]:
    from diembao.jobs.collection.recall import read_headlines

    search = next((s for s in sources if s.id == against and any(f.kind == "query" for f in s.feeds)), None)
    if search is not None:
        from diembao.jobs.collection.recall import fetch_headlines

        headlines, failures = fetch_headlines(search, start, app.settings().crawl)
        for url, reason in failures.items():
            app.warn(f"{search.name}: {translate_code('reason', reason)} ({url})")
        return headlines

    path = Path(against)
    if not path.is_file():
        raise click.UsageError(translate("No such file: {file}", file=path))
    try:
        return read_headlines(path)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(error_words(error)) from None


COMMANDS = (recall,)
