"""collect, process, run, add: articles from the sources into the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from diembao.jobs.collection.collect import CollectResult
    from pipeline.register.rules import RegisterRules
    from storage.database import Database

#: Result of `_collect` that was told to stop; the exit code of the command is FAILED.
STOPPED = 9

_only = translated.option(
    "--source",
    "only",
    multiple=True,
    metavar="ID",
    help=mark("Only this source (may be given again)."),
)
_due = translated.option(
    "--due",
    is_flag=True,
    help=mark("Only feeds whose time has come."),
)


_wait = translated.option(
    "--wait",
    type=options.MINUTES,
    default=0.0,
    metavar="MINUTES",
    help=mark("Let a run under way end first, at most so long."),
)


@translated.command(help=LISTED["collect"].help)
@_only
@_due
@_wait
@pass_context
def collect(app: CliContext, only: tuple[str, ...], due: bool, wait: float) -> int:
    with app.home.lock("collect", wait=wait * 60), app.storage() as storage:
        return min(_collect(app, storage, only, due), FAILED)


@translated.command(help=LISTED["process"].help)
@translated.option(
    "--again",
    is_flag=True,
    help=mark("Also pages that an error stopped last time."),
)
@_wait
@pass_context
def process(app: CliContext, again: bool, wait: float) -> int:
    with app.home.lock("process", wait=wait * 60), app.storage() as storage:
        return _process(app, storage, again)


@translated.command(help=LISTED["run"].help)
@_only
@_due
@_wait
@pass_context
def run(app: CliContext, only: tuple[str, ...], due: bool, wait: float) -> int:
    from diembao.cli.commands.digest import write_digest

    with app.home.lock("collect", "process", wait=wait * 60), app.storage() as storage:
        codes = [_collect(app, storage, only, due)]
        if codes == [STOPPED]:
            return FAILED
        codes += [_process(app, storage), write_digest(app, storage, None, None)]
    return max(codes)


@translated.command(help=LISTED["add"].help)
@translated.argument("urls", nargs=-1, required=True, metavar="URL...")
@pass_context
def add(app: CliContext, urls: tuple[str, ...]) -> int:
    from diembao.jobs import process as process_job
    from diembao.jobs.collection.collect import add_by_hand
    from pipeline.text.urls import is_fetchable, normalise_url

    if invalid := [url for url in urls if not is_fetchable(url)]:
        listed = ", ".join(invalid)
        raise click.UsageError(
            translate("Not an address of http(s): {listed}", listed=listed),
        )
    app.refuse_elsewhere()
    settings, sources, rules = app.settings(), app.sources(), app.rules()
    with app.home.lock("collect", "process"), app.storage() as storage:
        with app.progress() as progress:
            add_by_hand(storage, sources, urls, settings.crawl, progress)
            process_job.process(storage, sources, rules, settings.process, progress=progress)
        entries = storage.crawl.ledger_entries([normalise_url(url) for url in urls])
        for url in urls:
            entry = entries[normalise_url(url)]
            outcome = (
                translate_code("document outcome", entry.document)
                if entry.document
                else translate_code("candidate outcome", entry.outcome)
            )
            reason = entry.document_reason or (entry.reason if entry.reason != "ok" else "")
            if app.as_json:
                app.print_json({"add": {"url": url, "outcome": entry.document or entry.outcome, "reason": reason}})
                continue
            item = storage.articles.item(entry.item)
            title = f"{item.article.title} · {item.outlet}" if item else url
            app.print(f"{title}: {outcome}" + (f" ({translate_code('reason', reason)})" if reason else ""))
    return DONE if all(entries[normalise_url(url)].item for url in urls) else FAILED


def _collect(app: CliContext, storage: Database, only: tuple[str, ...], due: bool) -> int:
    from diembao.jobs.collection.collect import collect as collect_now
    from diembao.jobs.register.aftermath import ask_for_looks
    from diembao.system.clock import now

    settings, sources = app.settings(), app.sources()
    if settings.collection.home:
        return _take_over(app, storage, only)
    if unknown := set(only) - {s.id for s in sources}:
        names = ", ".join(sorted(unknown))
        raise click.UsageError(translate("No such source: {names}", names=names))
    if any(s.render and (s.enabled or s.id in only) for s in sources):
        from crawlers.downloader.browser import missing_browser

        if missing := missing_browser():
            app.warn(translate_code("missing browser", missing))
    if (register := _register(app)) is not None:
        ask_for_looks(storage, register, now())
    with app.progress() as progress:
        result = collect_now(
            storage,
            sources,
            settings.crawl,
            due_only=due,
            only=only,
            zone=settings.province.time_zone,
            progress=progress,
        )
    _print_result(app, result)
    if result.left:
        app.warn(translate("Stopped half-way: {pages} pages wait for the next run.", pages=result.left))
        return STOPPED
    return FAILED if result.failed else DONE


def _take_over(app: CliContext, storage: Database, only: tuple[str, ...]) -> int:
    """Take over what the installation of [collection] has collected; nothing is asked of the press."""
    from diembao.jobs.collection.take_over import take_over

    if only:
        app.refuse_elsewhere()
    folder = app.settings().collection.folder(app.home.root)
    with app.collecting() as collecting, app.progress() as progress:
        assert collecting is not None
        taken = take_over(storage, collecting, _register(app), progress=progress)
    if app.as_json:
        app.print_json({"collect": {"home": str(folder), **asdict(taken)}})
    app.print(
        translate(
            "Taken over of {folder}: {polls} readings of feeds, {links} links, {pages} pages.",
            folder=folder,
            polls=taken.polls,
            links=taken.links,
            pages=taken.pages,
        )
    )
    return DONE


def _register(app: CliContext) -> RegisterRules | None:
    """Return the rules of the register; one that is wrong is told, and stops no collection."""
    from config.faults.errors import ConfigError
    from config.register.register import load_register

    try:
        return load_register(app.home.config)
    except ConfigError as error:
        app.warn(str(error))
        return None


def _print_result(app: CliContext, result: CollectResult) -> None:
    if app.as_json:
        for tally in result.tallies:
            row = {
                k: getattr(tally, k)
                for k in ("source_id", "name", "feeds", "feeds_failed", "links", "new", "again", "fetched")
            }
            row |= {
                "unchanged": tally.unchanged,
                "failed": tally.failed,
                "waiting": tally.waiting,
                "reasons": dict(tally.reasons),
            }
            app.print_json({"collect": row})
        return
    for tally in result.tallies:
        line = translate(
            "{name}: {links} links, {new} new, {again} known pages looked at; {fetched} pages fetched, "
            "{unchanged} unchanged",
            name=tally.name,
            links=tally.links,
            new=tally.new,
            again=tally.again,
            fetched=tally.fetched,
            unchanged=tally.unchanged,
        )
        if tally.reasons:
            line += translate("; failed: ") + ", ".join(
                f"{translate_code('reason', r)} ({n})" for r, n in tally.reasons.items()
            )
        if tally.waiting:
            line += translate("; not asked, their server is left alone for now: {waiting}", waiting=tally.waiting)
        app.print(line)


def _process(app: CliContext, storage: Database, again: bool = False) -> int:
    from diembao.jobs import process as process_job
    from diembao.jobs.collection.shared_pages import SharedPages

    settings, rules = app.settings(), app.rules()
    with app.collecting() as collecting, app.progress() as progress:
        shared = None if collecting is None else SharedPages(storage, collecting)
        counts = process_job.process(
            storage, app.sources(), rules, settings.process, again=again, shared=shared, progress=progress
        )
    if app.as_json:
        app.print_json({"process": counts})
    app.print(
        translate(
            "Read {pages} pages: {coverage} about the province, {irrelevant} not, {unreadable} unreadable; "
            "{new_items} new items, {new_versions} new versions.",
            pages=sum(counts[k] for k in ("coverage", "irrelevant", "unreadable")),
            coverage=counts["coverage"],
            irrelevant=counts["irrelevant"],
            unreadable=counts["unreadable"],
            new_items=counts["new_items"],
            new_versions=counts["new_versions"],
        )
    )
    if counts.get("unread"):
        app.print(translate("{pages} pages wait to be read where they are collected.", pages=counts["unread"]))
    if counts["without_opinion"]:
        app.warn(
            translate(
                "{articles} articles have topics and tone by words alone: the encoder failed. diembao doctor says why; "
                "then diembao retag",
                articles=counts["without_opinion"],
            )
        )
    if counts["errors"]:
        app.warn(
            translate(
                "{pages} pages met an error of the program; see: diembao status. After an upgrade: diembao "
                "process --again",
                pages=counts["errors"],
            )
        )
        return FAILED
    return DONE


COMMANDS = (collect, process, run, add)
