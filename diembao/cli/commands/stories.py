"""pairs, stories: articles that are one report or tell of one event, and their merging and splitting by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.person import user_name
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from diembao.jobs.reading.value_words import country_words, language_words
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from analysis.stories.events import Event, StoryReport
    from pipeline.records import Level

_LEVEL = translated.option(
    "--event",
    "level",
    flag_value="event",
    default=False,
    help=mark("The whole event, not just one report."),
)
_NOTE = translated.option("--note", default="", help=mark("Why (it is kept)."))


@translated.command(help=LISTED["pairs"].help)
@translated.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@pass_context
def pairs(app: CliContext, file: Path) -> int:
    from diembao.evaluation.pairs import judge_pairs
    from pipeline.stories.reason_text import similarity_reason_text

    failed, rules = False, app.rules()
    for number, record in read_jsonl(file):
        try:
            verdict = judge_pairs(record, rules)
        except ValueError as error:
            failed = True
            app.warn(f"{file}:{number}: {error_words(error)}")
            continue
        pair_id = record.get("id", number)
        app.print_json(
            {
                "id": pair_id,
                **asdict(verdict),
                "score": round(verdict.score, 4),
                "reason": similarity_reason_text(verdict.reason),
            }
        )
    return FAILED if failed else DONE


def show_pair_scores(app: CliContext, file: Path, *, errors: bool) -> int:
    """Print the scores of labelled pairs."""
    from diembao.evaluation.pairs import JUDGEMENTS, evaluate_pairs
    from pipeline.stories.reason_text import similarity_reason_text

    try:
        report = evaluate_pairs((row for _, row in read_jsonl(file)), app.rules())
    except ValueError as error:
        raise click.UsageError(f"{file}: {error_words(error)}") from error
    figures = {
        "dup": (report.dup, report.dup_f1),
        "same": (report.same, report.same_f1),
    }
    if app.as_json:
        row: dict[str, Any] = {"pairs": report.pairs}
        for name, (score, figure) in figures.items():
            row[name] = {
                "f1": round(figure.value, 4),
                "interval": [round(figure.low, 4), round(figure.high, 4)],
                "precision": round(score.precision, 4),
                "recall": round(score.recall, 4),
            }
        row["confusion"] = {f"{gold}>{assigned}": n for (gold, assigned), n in sorted(report.confusion.items())}
        if errors:
            row["mistakes"] = [
                {
                    "id": m.id,
                    "title": m.title,
                    "gold": m.gold,
                    "said": m.verdict.verdict,
                    "reason": similarity_reason_text(m.verdict.reason),
                }
                for m in report.mistakes
            ]
        app.print_json(row)
        return DONE
    headings = {
        "dup": translate("reprints (dup) against the rest"),
        "same": translate("one happening (dup, same-event) against different"),
    }
    app.print(f"{file} · {report.pairs}")
    for name, (score, figure) in figures.items():
        app.print(
            f"{headings[name]}: F1 {figure.value:.3f} (95 %: {figure.low:.3f}-{figure.high:.3f}), "
            f"P {score.precision:.3f}, R {score.recall:.3f}"
        )
    app.print(translate("label / said").ljust(14) + "".join(name.rjust(12) for name in JUDGEMENTS))
    for gold in JUDGEMENTS:
        app.print(gold.ljust(14) + "".join(str(report.confusion.get((gold, n), 0)).rjust(12) for n in JUDGEMENTS))
    for m in report.mistakes if errors else ():
        app.print(f"{m.id} {m.gold} > {m.verdict.verdict}: {m.title[:70]} ({similarity_reason_text(m.verdict.reason)})")
    return DONE


@translated.group(help=LISTED["stories"].help)
def stories() -> None: ...


@stories.command(help=mark("Group all anew; the same groups."))
@pass_context
def rebuild(app: CliContext) -> int:

    with app.home.lock("process"), app.storage() as storage:
        count = storage.stories.rebuild(now())
    _print_result(app, {"moved": count}, translate("Grouped anew; {items} items moved.", items=count))
    return DONE


@stories.command(
    help=mark("Show the event that holds KEY (id of an item or story), or the events of the last days told most.")
)
@translated.argument("key", required=False)
@translated.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True)
@pass_context
def show(app: CliContext, key: str | None, days: int) -> int:
    from analysis.stories.events import build_events

    with app.storage() as storage:
        items = (
            storage.stories.event_items(key)
            if key
            else list(storage.articles.items(since=now() - timedelta(days=days)))
        )
    if key and not items:
        raise click.UsageError(translate("{key}: no item or story of that id", key=key))
    zone = app.zone()
    for event in build_events(items):
        if app.as_json:
            app.print_json(_json(event))
        else:
            _print(app, event, zone, whole=key is not None)
    return DONE


def _json(event: Event) -> dict[str, Any]:
    def report_row(report: StoryReport) -> dict[str, Any]:
        return {
            "story": report.key,
            "origin": report.origin,
            "title": report.first.article.title,
            "first": report.first.outlet,
            "items": [{"item": i.key, "outlet": i.outlet, "url": i.article.url} for i in report.items],
        }

    return {
        "event": event.key,
        "title": event.title,
        "first": event.first.outlet,
        "from": event.start,
        "to": event.end,
        "items": event.items,
        "outlets": event.outlets,
        "languages": dict(event.languages),
        "countries": dict(event.countries),
        "stories": [report_row(report) for report in event.reports],
    }


def _print(app: CliContext, event: Event, zone: ZoneInfo, *, whole: bool) -> None:
    reports, items = len(event.reports), event.items
    app.print(f"{event.key}  {event.title}")
    spread = f"{event.start.astimezone(zone):%d/%m %H:%M} - {event.end.astimezone(zone):%d/%m %H:%M}"
    places = ", ".join(f"{country_words(country)} {n}" for country, n in event.countries.items())
    tongues = ", ".join(f"{language_words(language)} {n}" for language, n in event.languages.items())
    app.print(
        translate(
            "  {stories} stories, {items} items, {outlets} outlets; first: {first}; {period}; {countries}; {languages}",
            stories=reports,
            items=items,
            outlets=event.outlets,
            first=event.first.outlet,
            period=spread,
            countries=places,
            languages=tongues,
        )
    )
    for report in event.reports if whole else ():
        app.print(f"  {report.key}  {_reprints(report)}")
        for item in report.items:
            app.print(f"    {item.key}  {item.outlet}: {item.article.title}  {item.article.url}")


def _reprints(report: StoryReport) -> str:
    """Return the origin of a report and its reprints: '1 report of TTXVN, reprinted by 14'."""
    outlets = len({i.source_id for i in report.items})
    by = report.origin or report.first.outlet
    again = outlets if report.origin and report.origin.casefold() not in report.first.outlet.casefold() else outlets - 1
    return translate("1 report of {agency}, reprinted by {reprints}", agency=by, reprints=again)


@stories.command(help=mark("Join the stories of these items."))
@translated.argument("keys", nargs=-1, required=True, metavar="KEY KEY...")
@_LEVEL
@_NOTE
@pass_context
def merge(app: CliContext, keys: tuple[str, ...], level: str | bool, note: str) -> int:

    from diembao.jobs.decide import merge as merge_groups

    with app.home.lock("process"), app.storage() as storage:
        name = merge_groups(storage, _level(level), keys, who=user_name() or "", at=now(), note=note)
    _print_result(app, {"into": name}, translate("Merged into {name}, for good.", name=name))
    return DONE


@stories.command(help=mark("Take these items out of STORY."))
@translated.argument("story")
@translated.argument("items", nargs=-1, required=True, metavar="ITEM...")
@_LEVEL
@_NOTE
@pass_context
def split(app: CliContext, story: str, items: tuple[str, ...], level: str | bool, note: str) -> int:

    from diembao.jobs.decide import split as split_group

    with app.home.lock("process"), app.storage() as storage:
        remaining, separated = split_group(
            storage, _level(level), story, items, who=user_name() or "", at=now(), note=note
        )
    text = translate("Split: {items}; {story} stays.", items=separated, story=remaining)
    _print_result(app, {"stays": remaining, "left": separated}, text)
    return DONE


def _level(flag: str | bool) -> Level:
    return "event" if flag == "event" else "story"


def _print_result(app: CliContext, row: dict[str, Any], text: str) -> None:
    if app.as_json:
        app.print_json(row)
    else:
        app.print(text)


COMMANDS = (pairs, stories)
