"""report: the periodic report of a week, month, quarter, year or any days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import DAY, MOST_ROWS, begun_day
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from analysis.report.figures import Span


#: Longest span of a report, in days (two years).
_MOST_DAYS = 731


@translated.command(help=LISTED["report"].help)
@translated.option(
    "--last",
    "kind",
    type=click.Choice(["week", "month", "quarter", "year", "annual"]),
    help=mark("The last whole one; annual: from 15 December to 14 December."),
)
@translated.option("--day", type=DAY, metavar="YYYY-MM-DD", help=mark("The last whole one before it."))
@translated.option("--since", type=DAY, metavar="YYYY-MM-DD", help=mark("From this day."))
@translated.option("--until", type=DAY, metavar="YYYY-MM-DD", help=mark("Last day of the report."))
@translated.option("--number", type=click.IntRange(1, MOST_ROWS), help=mark("Number of the document."))
@translated.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["docx", "pdf"]),
    help=mark("Only this form (may be repeated)."),
)
@translated.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Where to (default: reports in the home folder)."),
)
@pass_context
def report(
    app: CliContext,
    kind: str | None,
    day: datetime | None,
    since: datetime | None,
    until: datetime | None,
    number: int | None,
    forms: tuple[str, ...],
    out: Path | None,
) -> int:
    from config.register.book import load_register_book
    from diembao.jobs.reporting.report import OfficePart, write_report

    settings, rules = app.settings(), app.rules()
    span = _span(app, kind, day, since, until)
    with app.storage() as storage:
        files, report_ = write_report(
            storage,
            settings,
            rules,
            span,
            language=app.document_language(),
            out=out or app.home.root / "reports",
            forms=forms or ("docx", "pdf"),
            office=OfficePart(number, load_register_book(app.home.config)),
        )
    if app.as_json:
        counts = {"items": report_.now.items, "stories": report_.now.stories, "outlets": len(report_.now.outlets)}
        counts["archived"] = report_.now.archived
        app.print_json({"report": [str(f) for f in files], "since": span.first, "until": span.last, **counts})
    app.print(
        translate(
            "Report {first} to {last}: {stories} stories, {items} articles, {outlets} outlets",
            first=span.first,
            last=span.last,
            stories=report_.now.stories,
            items=report_.now.items,
            outlets=len(report_.now.outlets),
        )
    )
    for file in files:
        app.print(f"  {file}")
    return DONE


def _span(
    app: CliContext, kind: str | None, day: datetime | None, since: datetime | None, until: datetime | None
) -> Span:
    from analysis.report.figures import Span
    from diembao.jobs.reporting import report as report_job
    from diembao.system.clock import now

    today: date = begun_day(app, day) or now().astimezone(app.zone()).date()
    if (kind is None) == (since is None and until is None):
        raise click.UsageError(translate("Either --last, or --since and --until"))
    if kind is not None:
        periods = {
            "week": report_job.week_of,
            "month": report_job.month_of,
            "quarter": report_job.quarter_of,
            "year": report_job.year_of,
            "annual": report_job.annual_of,
        }
        return periods[kind](today)
    if since is None:
        raise click.UsageError(translate("--since is missing"))
    last = begun_day(app, until) or today
    if last < since.date():
        raise click.UsageError(translate("--until {last} is before --since {since:%Y-%m-%d}", last=last, since=since))
    if (last - since.date()).days > _MOST_DAYS:
        raise click.UsageError(translate("A report is of {limit} days at most", limit=_MOST_DAYS))
    return Span(since.date(), last)


COMMANDS = (report,)
