"""tag: texts with places, topics, tone and the evidence for each."""

from __future__ import annotations

from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark


@translated.command(help=LISTED["tag"].help)
@translated.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@translated.option(
    "--everywhere",
    is_flag=True,
    help=mark(
        "Ask for a second opinion on texts that are not about the province too; it takes a fifth of a second each."
    ),
)
@pass_context
def tag(app: CliContext, file: Path, everywhere: bool) -> int:
    from pipeline.tagging.tagger import tag as tag_text
    from pipeline.tagging.tagger import tags_to_json, text_from_record

    rules = app.rules()
    failed = False
    for number, record in read_jsonl(file):
        try:
            text = text_from_record(record)
        except ValueError as error:
            failed = True
            app.warn(f"{file}:{number}: {error_words(error)}")
            continue
        app.print_json(tags_to_json(text.id, tag_text(text, rules, everywhere=everywhere)))
    return FAILED if failed else DONE


COMMANDS = (tag,)
