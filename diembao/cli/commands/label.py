"""label: articles whose labels would teach the rules most."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate


@translated.group(help=LISTED["label"].help)
def label() -> None:
    pass


@label.command(
    help=mark(
        "Propose the articles whose labels would teach most: uncertain, and unlike each other. JSON Lines; fill "
        '"decision" with "relevance", "tone" and "topics", then: diembao train FILE.'
    )
)
@translated.option("--count", type=click.IntRange(1, 1000), default=50, show_default=True, help=mark("How many."))
@translated.option(
    "--days", type=click.IntRange(1, 3650), default=90, show_default=True, help=mark("Only of so many last days.")
)
@translated.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("Where to (default: standard output)."),
)
@pass_context
def suggest(app: CliContext, count: int, days: int, out: Path | None) -> int:
    from diembao.encoding.choose import choose_encoder
    from diembao.evaluation.suggestions import suggest as suggest_items
    from diembao.evaluation.suggestions import suggestion_row
    from diembao.system.files import write_atomically

    encoder = choose_encoder(app.settings().encoder, app.home.root)
    with app.storage() as storage:
        found = suggest_items(
            storage.articles.items(since=now() - timedelta(days=days)),
            set(storage.articles.decisions()),
            count,
            encoder,
        )
    lines = [json.dumps(suggestion_row(one), ensure_ascii=False) for one in found]
    if out is None:
        for line in lines:
            click.echo(line)
        return DONE
    write_atomically(out, "".join(f"{line}\n" for line in lines).encode())
    app.print(translate("{count} articles in {file}", count=len(lines), file=out))
    return DONE


COMMANDS = (label,)
