"""explain: the tags of a text with the evidence for each."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import translate, translate_code

if TYPE_CHECKING:
    from diembao.jobs.explain import SourceText
    from pipeline.explain import Explanation


@translated.command(help=LISTED["explain"].help)
@translated.argument("what", metavar="ITEM|URL|FILE")
@pass_context
def explain(app: CliContext, what: str) -> int:
    from diembao.jobs.translating.explanation import translation_lines, translation_row
    from pipeline.explain import explain as explain_text
    from pipeline.tagging.reason_text import relevance_reason_text

    source = _text(app, what)
    explanation = explain_text(source.text, app.rules(), source.hits, source.read_as)
    if app.as_json:
        answer: dict[str, Any] = asdict(replace(explanation, mentions=())) | {"mentions": _mentions(explanation)}
        answer["decisions"] = [asdict(decision) for decision in source.decisions]
        answer["tags"]["reason"] = relevance_reason_text(explanation.tags.reason)
        answer["translation"] = translation_row(source.translation)
        app.print_json(answer)
    else:
        from rich.console import Console

        from diembao.cli.views.explain import explanation_panels
        from diembao.jobs.reading.decision_words import decision_lines

        Console().print(explanation_panels(explanation, app.topic_names()))
        people: dict[str, str] = {}
        if source.decisions:
            with app.storage() as storage:
                people = storage.accounts.full_names()
        for line in decision_lines(source.decisions, app.topic_names(), app.zone(), people):
            app.print(line)
        for line in translation_lines(source.translation):
            app.print(line)
    return DONE


def _mentions(explanation: Explanation) -> list[dict[str, object]]:
    return [
        {"id": m.place.id, "name": m.place.name, "tier": m.place.tier, "where": m.where, "start": m.start, "end": m.end,
         "strong": m.strong, "role": role}
        for m, role in explanation.mentions
    ]  # fmt: skip


def _text(app: CliContext, name: str) -> SourceText:
    """Return the text of a page, a file or a stored item."""
    from diembao.jobs.explain import UnreadablePage, text_of_address, text_of_file, text_of_item, text_of_page

    try:
        if name.startswith(("http://", "https://")):
            return text_of_page(name, app.settings(), app.rules())
        if (path := Path(name)).exists():
            return text_of_file(path, app.settings(), app.rules())
    except UnreadablePage as error:
        if app.home.database.exists():  # a page that is gone may have been stored
            with app.storage() as storage:
                stored = text_of_address(storage, name)
            if stored is not None:
                return stored
        names = ", ".join(f"{hit.words} ({translate_code('hit place', hit.where)})" for hit in error.hits)
        hint = translate("; its bytes hold: {names}", names=names) if names else ""
        reason = translate_code("reason", error.page.reason)
        # The notes of readers are English, and say nothing that the reason does not.
        note = f" ({error.page.note})" if error.page.note and app.lang == "en" else ""
        raise click.UsageError(f"{error.url}: {reason}{note}{hint}") from error
    if app.home.database.exists():
        with app.storage() as storage:
            source = text_of_item(storage, name)
        if source is not None:
            return source
    raise click.UsageError(translate("{name}: no stored item, address or file", name=name))


COMMANDS = (explain,)
