"""search: stored items that match a query; a query can be saved and followed as an Atom feed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import gather
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.records import Highlighted, SearchHit
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database
    from storage.search.search import Order
    from storage.search.tree import Tree


#: Matches counted at most.
_COUNTED = 10_000
#: Names of saved searches: the feed is a file of that name.
_NAME = re.compile(r"\w(?:[\w -]{0,78}\w)?")


@dataclass(frozen=True, slots=True)
class _Options:
    query: tuple[str, ...]
    by: Order
    limit: int
    feed: Path | None
    #: the folder for a feed of each saved search
    feeds: Path | None
    #: the name to save the query under
    save: str | None
    #: whether to list the saved searches
    saved: bool
    forget: str | None
    rebuild: bool


@translated.command(help=LISTED["search"].help)
@translated.argument("query", nargs=-1)
@translated.option(
    "--by",
    type=click.Choice(["time", "relevance"]),
    default="time",
    show_default=True,
    help=mark("Newest first, or (of the newest 500) best first."),
)
@translated.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@translated.option(
    "--feed",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("Write what is found as an Atom feed."),
)
@translated.option(
    "--feeds",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Write each saved search as DIR/NAME.atom."),
)
@translated.option("--save", metavar="NAME", help=mark("Save the query under this name."))
@translated.option("--saved", is_flag=True, help=mark("List the saved searches."))
@translated.option("--forget", metavar="NAME", help=mark("Forget this saved search."))
@translated.option("--rebuild", is_flag=True, help=mark("Make the index anew (nothing else is changed)."))
@pass_context
@gather(_Options)
def search(app: CliContext, arguments: _Options) -> int:
    query = " ".join(arguments.query)
    if not (query or arguments.feeds or arguments.saved or arguments.forget or arguments.rebuild):
        raise click.UsageError(translate('Needs words to search for: "wind farm"'))
    with app.storage() as storage:
        if arguments.rebuild:
            with app.progress() as progress:
                count = storage.search.rebuild(progress)
            app.print(translate("{count} texts are in the index.", count=count))
        if arguments.forget:
            storage.search.forget(arguments.forget)
            app.print(translate("Forgot {name}.", name=arguments.forget))
        if arguments.save:
            _save(app, storage, arguments.save, query)
        elif query:
            _show(app, storage, query, arguments, arguments.feed)
        if arguments.feeds is not None:
            for saved in storage.search.saved():
                _show(app, storage, f"@{saved.name}", arguments, arguments.feeds / f"{saved.name}.atom")
        if arguments.saved:
            _list(app, storage)
    return DONE


def _save(app: CliContext, storage: Database, name: str, query: str) -> None:
    from pipeline.records import SavedSearch

    if not query or not _NAME.fullmatch(name):
        raise click.UsageError(
            translate("--save NAME QUERY: needs a query, and a name of letters, digits, blanks, - and _ (at most 80)")
        )
    _parse(query, app.rules)
    storage.search.save(SavedSearch(name, query, now()))
    app.print(translate("Saved {name}; use: diembao search @{name}", name=name))


def _list(app: CliContext, storage: Database) -> None:
    for saved in storage.search.saved():
        if app.as_json:
            app.print_json({"name": saved.name, "query": saved.query, "saved_at": saved.saved_at})
        else:
            app.print(f"@{saved.name}  {saved.query}")


def _show(app: CliContext, storage: Database, query: str, arguments: _Options, feed: Path | None) -> None:
    """Print the hits of a query or of a saved search (@NAME), or write them as an Atom feed."""
    from diembao.jobs.search import UnknownSearch, article_at, saved_query

    name = query.removeprefix("@")
    if query.startswith("@"):
        try:
            query = saved_query(storage, name)
        except UnknownSearch as error:
            listed = ", ".join(f"@{n}" for n in error.names) or "-"
            raise click.UsageError(
                translate("There is no saved search {query}; there are: {listed}", query=query, listed=listed)
            ) from None
    zone = app.zone()
    at_address = article_at(storage, query)
    tree = None if at_address is not None else _parse(query, app.rules)
    hits = at_address or []
    if tree is not None:
        hits = storage.search.search(tree, zone=zone, by=arguments.by, limit=arguments.limit)
    if feed is not None:
        from diembao.cli.views.atom import atom
        from diembao.system.files import write_atomically

        title = translate("Press review: {name}", name=name)
        write_atomically(feed, atom(name, title, hits, now(), app.lang))
        app.print(translate("Wrote {items} items to {feed}", items=len(hits), feed=feed))
        return
    for hit in hits:
        if app.as_json:
            app.print_json(_json(hit))
        else:
            _print(app, hit, zone)
    if not hits:
        app.print(translate("Nothing found."))
    elif not app.as_json and tree is not None:
        total, stories = storage.search.count(tree, zone=zone, most=_COUNTED)
        more = translate("at least ") if total == _COUNTED else ""
        app.print(
            translate(
                "Shown: {items} of {more}{total} articles, {stories} stories.",
                items=len(hits),
                more=more,
                total=total,
                stories=stories,
            )
        )


def _parse(query: str, rules: Callable[[], Rulebook]) -> Tree:
    """Return the tree of a query; a mistake in it ends the command and is pointed at."""
    from diembao.jobs.search import parse_query
    from storage.search.parser import QueryError

    try:
        return parse_query(query, rules)
    except QueryError as error:
        pointer = " " * error.at + "^"
        raise click.UsageError(f"{error.explanation()}\n  {error.query}\n  {pointer}") from error


def _json(hit: SearchHit) -> dict[str, Any]:
    from pipeline.records.items import provenance_of

    item = hit.item
    return {
        "item": item.key,
        "story": item.story,
        "published": item.published,
        "outlet": item.outlet,
        "url": item.url,
        "title": hit.title.text,
        "title_marks": hit.title.spans,
        "snippet": hit.snippet.text,
        "snippet_marks": hit.snippet.spans,
        "relevance": item.relevance,
        "topics": list(item.topics),
        "tone": item.tone,
        "score": hit.score,
        "provenance": provenance_of(item.captured_at),
        "captured": item.captured_at,
        **_translated_json(hit),
    }


def _translated_json(hit: SearchHit) -> dict[str, Any]:
    """Return the fields of a hit that is translated; none for the others."""
    from pipeline.tables.translated_items import cells_of

    title, snippet = hit.translated_title, hit.translated_snippet
    fields: dict[str, Any] = {}
    if title is not None:
        fields |= {"title_vi": title.text, "title_vi_marks": title.spans}
    if snippet is not None:
        fields |= {"snippet_vi": snippet.text, "snippet_vi_marks": snippet.spans}
    return fields | ({"translated_by": list(cells_of(hit.translation).by)} if fields else {})


def _print(app: CliContext, hit: SearchHit, zone: ZoneInfo) -> None:
    from diembao.jobs.reading.translation_words import hit_mark

    item = hit.item
    at = item.published or item.first_seen
    app.print(f"{at.astimezone(zone):%d/%m/%Y %H:%M}  {item.outlet}  {_marked(hit.title)}")
    for marked in (hit.translated_title, hit.translated_snippet):
        if marked is not None:
            app.print(f"    {_marked(marked)} ({hit_mark(hit)})")
    if hit.snippet.text:
        app.print(f"    {_marked(hit.snippet)}")
    if item.captured_at is not None:
        day = f"{item.captured_at.astimezone(zone):%d/%m/%Y}"
        app.print(f"    {translate('from an archive, captured on {day}', day=day)}")
    app.print(f"    {item.key}  {item.url}")


def _marked(marked: Highlighted) -> str:
    """Return text with the hits between «», and blanks for characters that steer a terminal."""
    parts, last = [], 0
    for start, end in marked.spans:
        parts += [marked.text[last:start], "«", marked.text[start:end], "»"]
        last = end
    whole = "".join([*parts, marked.text[last:]])
    return "".join(c if c.isprintable() else " " for c in whole)


COMMANDS = (search,)
