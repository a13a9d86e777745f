"""ledger, recall, item: the proof that nothing was missed."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diembao.jobs.recall import Headline
    from pipeline.records import LedgerEntry, Source, SourceDay

_DAY = click.DateTime(["%Y-%m-%d"])


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first moment of a day and of the next, in the province's time zone."""
    start = datetime.combine(day, time(), ZoneInfo(zone))
    return start, datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


@translated.command(help=mark("The ledger of a day: what became of every source and of every link."))
@translated.option("--day", type=_DAY, metavar="YYYY-MM-DD", help=mark("Default: today."))
@translated.option("--source", "only", multiple=True, metavar="ID", help=mark("Only this source."))
@translated.option(
    "--jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("Write every link to FILE."),
)
@pass_context
def ledger(app: CliContext, day: datetime | None, only: tuple[str, ...], jsonl: Path | None) -> int:
    from diembao.jobs import ledger as ledger_job

    zone = app.settings().province.time_zone
    start, end = day_bounds(day.date() if day else now().astimezone(ZoneInfo(zone)).date(), zone)
    with app.storage() as storage:
        days = [d for d in ledger_job.watched_sources(storage, start, end) if not only or d.source_id in only]
        if unknown := set(only) - {d.source_id for d in days}:
            names = ", ".join(sorted(unknown))
            raise click.UsageError(translate("No such source: {names}", names=names))
        entries = storage.ledger(start, end, source_ids=only)
        if jsonl is not None:
            _print_sources(app, days)
            n = ledger_job.write_ledger(jsonl, days, entries)
            app.print(translate("Wrote {count} lines to {file}", count=n, file=jsonl))
            return DONE
        _print_sources(app, days)
        total = 0
        for entry in entries:
            total += 1
            _print_entry(app, entry)
        app.print(translate("{total} links, each with its end.", total=total))
    return DONE


def _print_sources(app: CliContext, days: list[SourceDay]) -> None:
    for day in days:
        if app.as_json:
            app.print_json({"source": dataclasses.asdict(day)})
            continue
        troubles = [f"{translate_code('reason', r)} ({n})" for r, n in day.reasons.items()]
        line = translate(
            "{name}: {state}; {candidates} new links, {documents} pages, {coverage} about the province",
            name=day.name,
            state=translate_code("state", day.state),
            candidates=day.candidates,
            documents=day.documents,
            coverage=day.coverage,
        )
        app.print(line + (translate("; failed: ") + ", ".join(troubles) if troubles else ""))
        for said in flags_in_words(day):
            app.print(translate("  ! look at: {flag}", flag=said))


def flags_in_words(day: SourceDay) -> list[str]:
    return [
        translate_code("flag", f.kind, found=f.found, low=f.low, high=f.high, examples=", ".join(f.examples))
        for f in day.flags
    ]


def _print_entry(app: CliContext, entry: LedgerEntry) -> None:
    if app.as_json:
        app.print_json({"link": dataclasses.asdict(entry)})
        return
    end = (
        translate_code("document outcome", entry.document)
        if entry.document
        else translate_code("candidate outcome", entry.outcome)
    )
    why = entry.document_reason or (entry.reason if entry.reason not in ("", "ok", "not_modified") else "")
    because = f": {translate_code('reason', why)}" if why else ""
    app.print(f"  [{end}{because}] {entry.title or entry.url}\n      {entry.url}")


@translated.command(
    help=mark(
        "Compare with an outside list (FILE.csv with a column url, FILE.jsonl, FILE.txt) or a news "
        "search of sources.toml (gdelt): which articles were not seen, and why."
    )
)
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
    from diembao.jobs.recall import SEEN
    from diembao.jobs.recall import recall as compare

    end = now()
    start = end - timedelta(days=days)
    sources = app.sources()
    headlines = _headlines(app, against, sources, start)
    found = 0
    with app.storage() as storage:
        recent = storage.ledger(start, end)
        for r in compare(storage, sources, headlines, storage.source_days(start, end), recent):
            found += r.verdict in SEEN
            if app.as_json:
                app.print_json({"recall": dataclasses.asdict(r)})
                continue
            why = f" ({translate_code('reason', r.reason)})" if r.reason else ""
            app.print(f"[{translate_code('recall verdict', r.verdict)}{why}] {r.headline.title or r.headline.url}")
            if r.headline.title:
                app.print(f"    {r.headline.url}")
    share = f"{100 * found / len(headlines):.0f} %" if headlines else "-"
    app.print(translate("Seen: {articles} of {total} ({share}).", articles=found, total=len(headlines), share=share))
    return DONE if found == len(headlines) else FAILED


def _headlines(app: CliContext, against: str, sources: Sequence[Source], start: datetime) -> list[Headline]:
    from diembao.jobs.recall import read_headlines

    search = next((s for s in sources if s.id == against and any(f.kind == "query" for f in s.feeds)), None)
    if search is not None:
        from diembao.jobs.recall import fetch_headlines

        asked, failures = fetch_headlines(search, start, app.settings().crawl)
        for url, why in failures.items():
            app.warn(f"{search.name}: {translate_code('reason', why)} ({url})")
        return asked

    path = Path(against)
    if not path.is_file():
        raise click.UsageError(translate("No such file: {file}", file=path))
    try:
        return read_headlines(path)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(str(error)) from None


@translated.command(help=mark("One item: the texts it has had, and every change between them."))
@click.argument("item", metavar="KEY|URL")
@pass_context
def item(app: CliContext, item: str) -> int:
    from analysis.digest.text_diff import text_diff
    from pipeline.text.urls import normalise_url

    with app.storage() as storage:
        key = item
        if "://" in item:
            entry = storage.ledger_of([normalise_url(item)]).get(normalise_url(item))
            key = entry.item if entry else ""
        found, versions = storage.item(key), storage.versions(key)
    if found is None:
        raise click.UsageError(translate("No such item: {item}", item=item))
    zone = ZoneInfo(app.settings().province.time_zone)
    changes = [text_diff(a.article, b.article) for a, b in pairwise(versions)]
    if app.as_json:
        row: dict[str, Any] = {"key": found.key, "outlet": found.outlet, "taken_down": found.taken_down}
        row["versions"] = [
            {"number": v.number, "fetched_at": v.fetched_at, "title": v.article.title, "text": v.article.text}
            for v in versions
        ]
        row["changes"] = [[dataclasses.asdict(p) for p in pieces] for pieces in changes]
        app.print_json({"item": row})
        return DONE
    app.print(f"{found.article.title}\n{found.outlet} · {found.article.canonical}")
    if found.taken_down is not None:
        at = f"{found.taken_down.astimezone(zone):%H:%M %d/%m/%Y}"
        app.print(translate("Taken down by its publisher (found {at}).", at=at))
    for n, version in enumerate(versions):
        at = f"{version.fetched_at.astimezone(zone):%H:%M %d/%m/%Y}"
        app.print(translate("Version {number}, read at {at}", number=version.number, at=at))
        if n:
            marks = {"same": "{}", "gap": " … ", "out": "[-{}-]", "in": "{{+{}+}}"}
            app.print("".join(marks[p.kind].format(p.text) for p in changes[n - 1]))
    return DONE


COMMANDS = (ledger, recall, item)
