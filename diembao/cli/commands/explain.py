"""explain: why a text was tagged as it was, with its evidence marked."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from pipeline.explain import Explanation
    from pipeline.records import Article, ByteHit, Document, Text


@translated.command(
    help=mark(
        "Tell why a text was tagged as it was. ITEM: id of a stored item (column item of the CSV); URL: "
        "address of a page; FILE: .html, .html.gz, or .txt (the first line is the headline)."
    )
)
@click.argument("what", metavar="ITEM|URL|FILE")
@pass_context
def explain(app: CliContext, what: str) -> int:
    from pipeline.explain import explain as account
    from pipeline.tagging.reason_text import relevance_reason_text

    text, hits = _text(app, what)
    found = account(text, app.rules(), hits)
    if app.as_json:
        answer: dict[str, Any] = asdict(replace(found, mentions=())) | {"mentions": _mentions(found)}
        answer["tags"]["reason"] = relevance_reason_text(found.tags.reason)
        app.print_json(answer)
    else:
        from rich.console import Console

        from diembao.cli.explain_view import explanation_panels

        Console().print(explanation_panels(found))
    return DONE


def _mentions(found: Explanation) -> list[dict[str, object]]:
    return [
        {"id": m.place.id, "name": m.place.name, "tier": m.place.tier, "where": m.where, "start": m.start, "end": m.end,
         "strong": m.strong, "role": role}
        for m, role in found.mentions
    ]  # fmt: skip


def _text(app: CliContext, what: str) -> tuple[Text, tuple[ByteHit, ...]]:
    from diembao.jobs.fetch_pages import fetch_pages, page_document
    from pipeline.records import Text

    if what.startswith(("http://", "https://")):
        return _of_document(app, next(fetch_pages([what], app.settings().crawl)))
    path = Path(what)
    if path.exists():
        body = path.read_bytes()
        if path.suffix == ".txt":
            title, _, text = body.decode("utf-8-sig", "replace").partition("\n")
            return Text(path.name, title, text), ()
        return _of_document(app, page_document(path.absolute().as_uri(), body))
    if app.home.database.exists():
        with app.storage() as storage:
            item = storage.item(what)
        if item is not None:
            return _of_article(what, item.article), item.article.hits
    raise click.UsageError(translate("{kind}: no stored item, address or file", kind=what))


def _of_document(app: CliContext, document: Document) -> tuple[Text, tuple[ByteHit, ...]]:
    from pipeline.extraction.extract import extract
    from pipeline.prefilter.gate import build_gate
    from pipeline.records import Unreadable

    hits = (
        build_gate(app.rules()).look(document.body, document.url, document.content_type).hits if document.body else ()
    )
    article = extract(document)
    if isinstance(article, Unreadable):
        seen = ", ".join(f"{hit.words} ({hit.where})" for hit in hits)
        told = translate("; its bytes hold: {names}", names=seen) if seen else ""
        raise click.UsageError(f"{document.url}: {article.reason} {article.note}".strip() + told)
    return _of_article(document.url, article), hits


def _of_article(name: str, article: Article) -> Text:
    from pipeline.records import Text

    return Text(name, article.title, article.text, article.language or None, article.url, article.published)


COMMANDS = (explain,)
