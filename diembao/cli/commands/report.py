"""report: from the database to the report of a week, a month, a year."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from diembao.cli.commands.digest import digest_language
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.messages import say

if TYPE_CHECKING:
    from analysis.report.figures import Span

_DAY = click.DateTime(["%Y-%m-%d"])
#: two years
_MOST_DAYS = 731


@click.command(
    help=say(
        "Lập báo cáo định kỳ (DOCX, PDF): tuần, tháng, quý, năm vừa hết, hoặc từ ngày đến ngày. Thể thức: [document] "
        "trong settings.toml.",
        "Make a periodic report (DOCX, PDF) of the last whole week, month, quarter or year, or of any days. Its form: "
        "[document] in settings.toml.",
    )
)
@click.option(
    "--last",
    "kind",
    type=click.Choice(["week", "month", "quarter", "year", "annual"]),
    help=say("Kỳ vừa hết; annual: từ 15/12 đến 14/12.", "The last whole one; annual: from 15 December to 14 December."),
)
@click.option(
    "--day", type=_DAY, metavar="YYYY-MM-DD", help=say("Kỳ vừa hết tính đến ngày này.", "The last whole one before it.")
)
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help=say("Từ ngày.", "From this day."))
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help=say("Đến hết ngày.", "To the end of this day."))
@click.option("--number", type=click.IntRange(1), help=say("Số của văn bản.", "Number of the document."))
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["docx", "pdf"]),
    help=say("Chỉ dạng này (dùng được nhiều lần).", "Only this form (may be repeated)."),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Thư mục ghi (mặc định: reports trong thư mục dữ liệu).", "Where to (default: reports in the home folder)."
    ),
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
    from diembao.jobs.report import write_report

    settings, rules = app.settings(), app.rules()
    span = _span(kind, day, since, until, ZoneInfo(settings.province.time_zone))
    with app.storage() as storage:
        files, made = write_report(
            storage,
            settings,
            rules,
            span,
            language=digest_language(app),
            out=out or app.home.root / "reports",
            forms=forms or ("docx", "pdf"),
            number=number,
        )
    if app.as_json:
        counts = {"items": made.now.items, "stories": made.now.stories, "outlets": len(made.now.outlets)}
        app.print_json({"report": [str(f) for f in files], "since": span.first, "until": span.last, **counts})
    app.print(
        say(
            f"Báo cáo {span.first:%d/%m/%Y} – {span.last:%d/%m/%Y}: {made.now.stories} câu chuyện, "
            f"{made.now.items} bài, {len(made.now.outlets)} cơ quan báo chí",
            f"Report {span.first} to {span.last}: {made.now.stories} stories, {made.now.items} articles, "
            f"{len(made.now.outlets)} outlets",
        )
    )
    for file in files:
        app.print(f"  {file}")
    return DONE


def _span(
    kind: str | None, day: datetime | None, since: datetime | None, until: datetime | None, zone: ZoneInfo
) -> Span:
    from analysis.report.figures import Span
    from diembao.jobs import report as report_job
    from diembao.system.clock import now

    today: date = day.date() if day else now().astimezone(zone).date()
    if (kind is None) == (since is None and until is None):
        raise click.UsageError(say("Dùng --last, hoặc --since và --until", "Either --last, or --since and --until"))
    if kind is not None:
        made = {
            "week": report_job.week_of,
            "month": report_job.month_of,
            "quarter": report_job.quarter_of,
            "year": report_job.year_of,
            "annual": report_job.annual_of,
        }
        return made[kind](today)
    if since is None:
        raise click.UsageError(say("Thiếu --since", "--since is missing"))
    last = until.date() if until else today
    if last < since.date():
        raise click.UsageError(
            say(f"--until {last} trước --since {since:%Y-%m-%d}", f"--until {last} is before --since {since:%Y-%m-%d}")
        )
    if (last - since.date()).days > _MOST_DAYS:
        raise click.UsageError(
            say(f"Một báo cáo gồm nhiều nhất {_MOST_DAYS} ngày", f"A report is of {_MOST_DAYS} days at most")
        )
    return Span(since.date(), last)


COMMANDS = (report,)
