"""register plan: the plan of the year from a sheet, and what was published about its activities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.context import DONE, WRONG, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import current_language
from pipeline.register.plan import QUARTERS, Count, change_in_percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.register.plan import PlanProgress


@translated.group(
    help=mark("The plan of the year: take it from a sheet, show what was published about its activities.")
)
def plan() -> None: ...


@plan.command(
    "import",
    help=mark(
        "Write plan.toml from a sheet (.csv, .xlsx): a row for each activity, columns named in Vietnamese or English "
        "(name, year, topics, words, unit, quarters or first and last day, audience). It is checked first."
    ),
)
@translated.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@translated.option("--year", type=click.IntRange(2000, 2100), help=mark("Year of activities that name none."))
@translated.option("--replace", is_flag=True, help=mark("Put the sheet in place of the activities that are there."))
@pass_context
def import_sheet(app: CliContext, sheet: Path, year: int | None, replace: bool) -> int:
    from config.register.plan_sheet import SheetError
    from diembao.jobs.register.plan_progress import PlanExists, import_plan

    try:
        written = import_plan(app.home.config, sheet, app.rules(), year, replace=replace)
    except (SheetError, PlanExists) as error:
        app.warn(error.explanation())
        return WRONG
    if app.as_json:
        app.print_json({"activities": [one.id for one in written.activity], "years": list(written.years)})
    app.print(
        translate(
            "{count} activities of {years} stand in {file}.",
            count=len(written.activity),
            years=", ".join(map(str, written.years)),
            file=app.home.config / "plan.toml",
        )
    )
    return DONE


@plan.command(help=mark("Show how many articles there are about each activity and topic of the plan, by quarter."))
@translated.option("--year", type=click.IntRange(2000, 2100), help=mark("Which year (default: the newest that began)."))
@translated.option(
    "--csv", "path", type=click.Path(dir_okay=False, path_type=Path), help=mark("Write the table to this CSV file.")
)
@pass_context
def show(app: CliContext, year: int | None, path: Path | None) -> int:
    from analysis.register.plan_columns import PLAN, plan_cells
    from analysis.tables.writers import write_csv
    from config.register.plan import load_plan
    from diembao.jobs.register.plan_progress import plan_progress
    from diembao.system.files import stream_atomically

    plan_of_years = load_plan(app.home.config)
    today = now().astimezone(app.zone()).date()
    years = plan_of_years.years
    if year is None:
        year = next((one for one in years if one <= today.year), years[-1] if years else today.year)
    if year not in years:
        app.warn(translate("plan.toml has no activities of {year}.", year=year))
        return WRONG
    english = current_language() == "en"
    topics = {topic.id: topic.label_en if english else topic.label_vi for topic in app.rules().topics.topic}
    with app.storage() as storage:
        progress = plan_progress(storage, plan_of_years, year, today, app.zone())
    if path is not None:
        with stream_atomically(path) as stream:
            write_csv(PLAN, plan_cells(progress, topics), stream)
        return DONE
    if app.as_json:
        app.print_json([{c.name: c.value(one) for c in PLAN} for one in plan_cells(progress, topics)])
    for row in progress.activities:
        if row.activity is not None:
            app.print(f"{row.activity.id} {row.activity.title}: {_counts(row.quarters, row.year)}")
    for row in progress.topics:
        line = f"{topics.get(row.topic, row.topic)}: {_counts(row.quarters, row.year)}"
        change = None if row.before is None else change_in_percent(row.year.all, row.before.all)
        app.print(line if change is None else f"{line} ({change:+.1f} %)")
    _warn(app, progress)
    return DONE


def _counts(quarters: Mapping[int, Count], year: Count) -> str:
    each = ", ".join(f"{n}: {quarters[n].home}+{quarters[n].abroad}" for n in QUARTERS)
    return translate("{each}; year {home}+{abroad}", each=each, home=year.home, abroad=year.abroad)


def _warn(app: CliContext, progress: PlanProgress) -> None:
    if progress.is_series_broken:
        app.warn(
            translate(
                "Series broken: the list of sources changed between the years ({added} came, {gone} went), so that "
                "their counts do not compare.",
                added=len(progress.sources_added),
                gone=len(progress.sources_gone),
            )
        )
