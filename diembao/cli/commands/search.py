"""search: what is stored that holds these words, now or under a name; each search can be followed as an Atom feed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from pipeline.records import Highlighted, SearchHit
    from pipeline.rules.rulebook import Rulebook
    from storage.base import Storage
    from storage.search.parser import QueryError
    from storage.search.search import Order
    from storage.search.tree import Tree


#: Of what matches so much is counted.
_COUNTED = 10_000
#: What a search may be called: its feed is a file of that name.
_NAME = re.compile(r"\w(?:[\w -]{0,78}\w)?")


@translated.command(
    help=mark(
        "Search the stored items.\n\nA word without diacritics finds all (dien gio: điện gió, diễn, giờ); "
        "one with any finds just that (đảo, not đạo), wherever its tone mark stands (hoà, hòa); =dao: "
        'just that, without. "a phrase", AND, OR, NOT, parentheses, begin*, NEAR(wind farm, 5): at most '
        "5 words apart. Fields: title: outlet: topic: lang: place: relevance: (main, mention, no) tone: "
        "story: day:2026-03-01 day:2026-03-01..2026-03-05. @NAME: a saved search. Without a relevance: "
        "only what is about the province."
    )
)
@click.argument("query", nargs=-1)
@translated.option(
    "--by",
    type=click.Choice(["time", "relevance"]),
    default="time",
    show_default=True,
    help=mark("Newest first, or (of the newest 500) best first."),
)
@translated.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@translated.option("--json", "as_json", is_flag=True, help=mark("Print one JSON line each."))
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
def search(
    app: CliContext,
    query: tuple[str, ...],
    by: Order,
    limit: int,
    as_json: bool,
    feed: Path | None,
    feeds: Path | None,
    save: str | None,
    saved: bool,
    forget: str | None,
    rebuild: bool,
) -> int:
    app = replace(app, as_json=app.as_json or as_json)
    words = " ".join(query)
    if not (words or feeds or saved or forget or rebuild):
        raise click.UsageError(translate('Needs words to search for: "wind farm"'))
    with app.storage() as storage:
        if rebuild:
            with app.progress() as progress:
                count = storage.searches.rebuild(progress)
            app.print(translate("{count} texts are in the index.", count=count))
        if forget:
            storage.searches.forget(forget)
            app.print(translate("Forgot {name}.", name=forget))
        if save:
            _save(app, storage, save, words)
        elif words:
            _show(app, storage, words, by, limit, feed)
        if feeds is not None:
            for one in storage.searches.saved():
                _show(app, storage, f"@{one.name}", by, limit, feeds / f"{one.name}.atom")
        if saved:
            _list(app, storage)
    return DONE


def _save(app: CliContext, storage: Storage, name: str, words: str) -> None:
    from pipeline.records import SavedSearch

    if not words or not _NAME.fullmatch(name):
        raise click.UsageError(
            translate("--save NAME QUERY: needs a query, and a name of letters, digits, blanks, - and _ (at most 80)")
        )
    parse_query(words, app.rules())
    storage.searches.save(SavedSearch(name, words, now()))
    app.print(translate("Saved {name}; use: diembao search @{name}", name=name))


def _list(app: CliContext, storage: Storage) -> None:
    for one in storage.searches.saved():
        if app.as_json:
            app.print_json({"name": one.name, "query": one.query, "saved_at": one.saved_at})
        else:
            app.print(f"@{one.name}  {one.query}")


def _show(app: CliContext, storage: Storage, words: str, by: Order, limit: int, feed: Path | None) -> None:
    from diembao.cli.atom import atom
    from diembao.system.files import write_atomically

    name = words.removeprefix("@")
    if words.startswith("@"):
        known = {one.name: one.query for one in storage.searches.saved()}
        if name not in known:
            listed = ", ".join(f"@{n}" for n in known) or "-"
            raise click.UsageError(
                translate("There is no saved search {query}; there are: {listed}", query=words, listed=listed)
            )
        words = known[name]
    zone = ZoneInfo(app.settings().province.time_zone)
    tree = parse_query(words, app.rules())
    hits = storage.searches.search(tree, zone=zone, by=by, limit=limit)
    if feed is not None:
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
    elif not app.as_json:
        items, stories = storage.searches.count(tree, zone=zone, most=_COUNTED)
        more = translate("at least ") if items == _COUNTED else ""
        app.print(
            translate(
                "Shown: {items} of {more}{items_} articles, {stories} stories.",
                items=len(hits),
                more=more,
                items_=items,
                stories=stories,
            )
        )


def parse_query(words: str, rules: Rulebook) -> Tree:
    """Return the tree of a query in which topics may be called by id or label; raises click.UsageError."""
    from pipeline.text.search_tokens import join_tokens
    from storage.search.parser import QueryError, parse

    topics = {
        join_tokens(name): topic.id
        for topic in rules.topics.topic
        for name in (topic.id, topic.label_vi, topic.label_en)
    }
    try:
        return parse(words, topics)
    except QueryError as error:
        raise click.UsageError(_told(error)) from error


def _told(error: QueryError) -> str:
    return f"{error.explanation()}\n  {error.query}\n  {' ' * error.at}^"


def _json(hit: SearchHit) -> dict[str, Any]:
    item = hit.item
    return {
        "item": item.key,
        "story": item.story,
        "published": item.article.published,
        "outlet": item.outlet,
        "url": item.article.url,
        "title": hit.title.text,
        "title_marks": hit.title.spans,
        "snippet": hit.snippet.text,
        "snippet_marks": hit.snippet.spans,
        "relevance": item.tags.relevance,
        "topics": [topic.id for topic in item.tags.topics],
        "tone": item.tags.tone,
        "score": hit.score,
    }


def _print(app: CliContext, hit: SearchHit, zone: ZoneInfo) -> None:
    item = hit.item
    at = item.article.published or item.first_seen
    app.print(f"{at.astimezone(zone):%d/%m/%Y %H:%M}  {item.outlet}  {_marked(hit.title)}")
    if hit.snippet.text:
        app.print(f"    {_marked(hit.snippet)}")
    app.print(f"    {item.key}  {item.article.url}")


def _marked(marked: Highlighted) -> str:
    """Return text with what was found between «», and without what would steer a terminal."""
    parts, last = [], 0
    for start, end in marked.spans:
        parts += [marked.text[last:start], "«", marked.text[start:end], "»"]
        last = end
    whole = "".join([*parts, marked.text[last:]])
    return "".join(c if c.isprintable() else " " for c in whole)


COMMANDS = (search,)
