"""register: the days with which the terms of the register are counted."""

from __future__ import annotations

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.commands.register_papers import PAPERS
from diembao.cli.commands.register_plan import plan
from diembao.cli.commands.register_upkeep import upkeep
from diembao.cli.context import DONE, WRONG, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate


@translated.group(help=LISTED["register"].help)
def register() -> None: ...


@register.command(help=mark("Print the days off of a year in holidays.toml, and the Saturdays and Sundays worked."))
@translated.option(
    "--year", type=click.IntRange(2021, 2100), help=mark("Which year (default: this one, by the province's time zone).")
)
@translated.option(
    "--draft",
    is_flag=True,
    help=mark(
        "Print a draft for holidays.toml instead: the days that the law gives, Tết by the lunar calendar; swapped "
        "working days are not in it."
    ),
)
@pass_context
def holidays(app: CliContext, year: int | None, draft: bool) -> int:
    from config.register.holiday_draft import draft_text
    from config.register.holidays import load_holidays
    from pipeline.register.working_days import NoHolidays

    year = year or now().astimezone(app.zone()).year
    if draft:
        text = draft_text(year)
        if app.as_json:
            app.print_json({"year": year, "draft": text})
        app.print(text.rstrip("\n"))
        return DONE
    known = load_holidays(app.home.config).get(year)
    if known is None:
        app.warn(NoHolidays(year).explanation())
        return WRONG
    if app.as_json:
        app.print_json([{"name": o.name, "days": o.days, "working": o.working, "source": o.source} for o in known.off])
    for occasion in known.off:
        days = ", ".join(f"{day:%d/%m/%Y}" for day in occasion.days)
        line = f"{occasion.name}: {days}" if days else occasion.name
        if occasion.working:
            worked = ", ".join(f"{day:%d/%m/%Y}" for day in occasion.working)
            line = translate("{occasion}; worked in return: {days}", occasion=line, days=worked)
        app.print(f"{line} ({occasion.source})")
    return DONE


for command in (*PAPERS, plan, upkeep):
    register.add_command(command)

COMMANDS = (register,)
