"""source list, pause, resume, import, export; and find, check, learn of source_check.py."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.commands.source_check import check, find, learn
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.sources_file import add_sources, allow_private_option, refusal_line, set_enabled
from diembao.cli.views.error_words import error_words
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from pipeline.records import SourceStanding


@translated.group(help=LISTED["source"].help)
def source() -> None:
    pass


@source.command("list", help=mark("List the sources."))
@translated.option("--enabled", is_flag=True, help=mark("Only those switched on."))
@pass_context
def list_(app: CliContext, enabled: bool) -> int:
    sources = [s for s in app.sources() if s.enabled or not enabled]
    standings = _standings(app)
    if app.as_json:
        for s in sources:
            row = {k: getattr(s, k) for k in ("id", "name", "enabled", "country", "languages", "category", "kind")}
            stands = standings.get(s.id) if s.enabled else None
            row |= {"last_asked": stands and stands.polled_at, "next_due": stands and stands.next_poll}
            app.print_json({"source": row | {"feeds": [{"url": f.url, "kind": f.kind} for f in s.feeds]}})
        return DONE
    if app.quiet:
        return DONE
    from rich.console import Console
    from rich.table import Table

    heads = translate("id|name|on|last asked|next due|language|kind|category|feeds").split("|")
    table = Table(*heads, box=None, pad_edge=False)
    for s in sources:
        kinds = Counter(feed.kind for feed in s.feeds)
        feeds = ", ".join(f"{n} {translate_code('feed kind', kind)}" for kind, n in kinds.items())
        languages = ", ".join(s.languages)
        on = translate("on") if s.enabled else translate("off")
        asked, due = _last_and_next(app, standings.get(s.id) if s.enabled else None)
        kind, category = _kind(s.kind), translate_code("category", s.category)
        table.add_row(s.id, s.name, on, asked, due, languages, kind, category, feeds)
    console = Console()
    # In a file or a pipe each source takes one line, whatever the width of the terminal.
    Console(width=console.width if console.is_terminal else 200, soft_wrap=True).print(table)
    on_, all_ = sum(s.enabled for s in sources), len(sources)
    app.print(translate("{sources} sources, {enabled} switched on.", sources=all_, enabled=on_))
    return DONE


def _standings(app: CliContext) -> dict[str, SourceStanding]:
    """Return how each source that was ever collected stands, by id; nothing without a database."""
    from storage.engine.errors import StorageError

    if app.database().startswith("sqlite") and not app.home.database.exists():
        return {}
    try:
        with app.storage() as storage:
            return {standing.source_id: standing for standing in storage.crawl.collection_figures(now()).sources}
    except StorageError as error:
        app.warn(translate("When sources were asked is not known: {error}", error=error.explanation()))
        return {}


def _last_and_next(app: CliContext, standing: SourceStanding | None) -> tuple[str, str]:
    """Return when a source was last asked and when it is due, as DD/MM HH:MM of the province; "" for neither."""
    if standing is None or standing.polled_at is None:
        return "", ""
    zone, due = app.zone(), standing.next_poll
    if standing.held_until is not None and standing.waits:
        due = standing.held_until
    next_ = translate("at once") if due is None or due <= now() else f"{due.astimezone(zone):%d/%m %H:%M}"
    return f"{standing.polled_at.astimezone(zone):%d/%m %H:%M}", next_


def _kind(kind: str) -> str:
    return translate_code("outlet kind", kind)


@source.command(help=mark("Switch these sources off in sources.toml."))
@translated.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_context
def pause(app: CliContext, ids: tuple[str, ...]) -> int:
    return _set_enabled(app, ids, False)


@source.command(help=mark("Switch these sources on in sources.toml."))
@translated.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_context
def resume(app: CliContext, ids: tuple[str, ...]) -> int:
    return _set_enabled(app, ids, True)


def _set_enabled(app: CliContext, ids: tuple[str, ...], enabled: bool) -> int:
    sources = set_enabled(app, ids, enabled)
    for source in sources:
        app.print(
            (translate("{name}: on", name=source.name) if enabled else translate("{name}: paused", name=source.name))
            + (translate(" (as before)") if source.enabled == enabled else "")
        )
        if enabled and not source.enabled and source.note:
            app.print(translate("  note: {note}", note=source.note))
    if app.as_json:
        app.print_json({"enabled" if enabled else "paused": [source.id for source in sources]})
    return DONE


@source.command(
    "import",
    help=mark("Add sources from an OPML file or a list of addresses; without --write only tell what would be added."),
)
@translated.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@translated.option("--write", is_flag=True, help=mark("Add them to sources.toml."))
@allow_private_option
@pass_context
def import_(app: CliContext, file: Path, write: bool, allow_private: tuple[str, ...]) -> int:
    from config.opml import NotRead, read_list, to_import

    try:
        outlines, invalid = read_list(file.read_bytes())
    except NotRead as error:
        raise click.UsageError(
            translate(
                "{file}: cannot be read ({error}). It takes OPML, or an address in each line.",
                file=file,
                error=error_words(error),
            )
        ) from error
    result = to_import(outlines, invalid, app.sources(), allow_private)
    if app.as_json:
        added = [{"id": s.id, "name": s.name, "feeds": [dataclasses.asdict(f) for f in s.feeds]} for s in result.added]
        app.print_json(
            {
                "import": {
                    "added": added,
                    "known": dict(result.known),
                    "invalid": result.invalid,
                    "refused": [dataclasses.asdict(one) for one in result.refused],
                }
            }
        )
    for s in result.added:
        feeds = ", ".join(f"{feed.url} ({translate_code('feed kind', feed.kind)})" for feed in s.feeds)
        app.print(f"  + {s.id} · {s.name} [{s.country}, {', '.join(s.languages)}]: {feeds}")
    for url, id_ in result.known:
        app.print(translate("  = {url}: {source} has it already", url=url, source=id_))
    for line in result.invalid:
        app.warn(translate("  ! no address: {line}", line=line))
    for one in result.refused:
        app.warn(refusal_line(one.url, f"{file}:{one.line}"))
    if write and result.added:
        add_sources(app, result.added)
    feeds_ = sum(len(s.feeds) for s in result.added)
    verb = translate("Added") if write else translate("Would add")
    app.print(
        translate(
            "{verb} {sources} sources with {feeds} addresses; {known} known already; {invalid} lines are no address.",
            verb=verb,
            sources=len(result.added),
            feeds=feeds_,
            known=len(result.known),
            invalid=len(result.invalid),
        )
    )
    if not write and result.added:
        app.print(translate("To write: --write; then: diembao source check"))
    return FAILED if result.invalid or result.refused else DONE


@source.command(help=mark("Write the sources that are on as OPML."))
@translated.option("--opml", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@translated.option("--all", "all_", is_flag=True, help=mark("Also those switched off."))
@pass_context
def export(app: CliContext, file: Path, all_: bool) -> int:
    from config.opml import write_opml
    from diembao.system.files import write_atomically

    sources = [s for s in app.sources() if s.enabled or all_]
    write_atomically(file, write_opml(sources, f"diembao: {app.settings().province.name}", now()))
    if app.as_json:
        app.print_json({"export": {"file": str(file), "sources": len(sources)}})
    app.print(translate("Wrote {sources} sources to {file}", sources=len(sources), file=file))
    return DONE


source.add_command(check)
source.add_command(find)
source.add_command(learn)

COMMANDS = (source,)
