"""The progress of the yearly plan: what was published about its activities, by quarter, at home and abroad."""

from collections.abc import Callable
from pathlib import Path

from starlette.responses import Response

from analysis.documents.labels import Labels, labels
from analysis.register.plan_columns import PLAN, plan_cells
from analysis.tables.writers import write_csv
from config.register.plan import load_plan
from diembao.jobs.reading.table_files import DIALECTS
from diembao.jobs.register.plan_progress import plan_progress
from diembao.jobs.register.sight import sees_every_matter
from diembao.jobs.register.unit_names import unit_names
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.reading.asked import asked_number, chosen, topic_names
from diembao.web.routes.reading.files import give_file
from diembao.web.visit import Visit
from pipeline.register.plan import QUARTERS, Plan, PlanProgress, change_in_percent


def show(visit: Visit) -> Response:
    _refuse_units(visit)
    plan = _plan(visit)
    progress = _progress(visit, plan) if plan.years else None
    words = labels(visit.language)
    rows = () if progress is None else (*progress.activities, *progress.topics)
    return render(
        visit,
        "register/plan.html",
        plan=plan,
        progress=progress,
        quarters=QUARTERS,
        topics=topic_names(visit),
        unit_name=_unit_name(visit),
        high=max((count.all for row in rows for count in row.quarters.values()), default=0) or 1,
        whole=words.whole,
        change=lambda now, before: _signed(words, change_in_percent(now, before)),
    )


def as_file(visit: Visit) -> Response:
    """Give the table as CSV; the page says so where there is no plan."""
    _refuse_units(visit)
    plan = _plan(visit)
    if not plan.years:
        return redirect(visit, "/register/plan")
    progress, topics = _progress(visit, plan), topic_names(visit)
    dialect = DIALECTS[chosen(visit, "locale", DIALECTS) or "en"]

    def write(path: Path) -> int:
        with path.open("w", encoding="utf-8", newline="") as stream:
            return write_csv(PLAN, plan_cells(progress, topics), stream, dialect)

    return give_file(visit, f"diembao-plan-{progress.year}.csv", write, {"table": "plan", "year": str(progress.year)})


def _plan(visit: Visit) -> Plan:
    folder = visit.context.home.config
    return load_plan(folder if folder.exists() else None)


def _progress(visit: Visit, plan: Plan) -> PlanProgress:
    """Return the progress of the year asked for, else of the newest one that has begun. Raises DeskError 404."""
    today = visit.now.astimezone(visit.context.zone).date()
    year = asked_number(visit, "year", most=2100)
    if year is None:
        year = next((one for one in plan.years if one <= today.year), plan.years[-1])
    if year not in plan.years:
        raise DeskError(404)
    return plan_progress(visit.storage, plan, year, today, visit.context.zone)


def _refuse_units(visit: Visit) -> None:
    """Raise DeskError 403 for members of units: they see the matters of their unit and no more of the register."""
    if not sees_every_matter(visit.me):
        raise DeskError(403)


def _unit_name(visit: Visit) -> Callable[[str], str]:
    """Return what gives the name of today of a unit by its handle; the handle itself of an unknown one."""
    names = unit_names(visit.storage, visit.context.register().units)
    today, numbers = visit.now.astimezone(visit.context.zone).date(), names.handles()
    return lambda handle: names.at(numbers.get(handle), today) or handle


def _signed(words: Labels, percent: float | None) -> str:
    if percent is None:
        return ""
    sign = "+" if percent > 0 else "\N{MINUS SIGN}" if percent < 0 else ""
    return f"{sign}{words.number(abs(percent))} %"


ROUTES = (
    DeskRoute("/register/plan", ("GET",), show, "matter.read"),
    DeskRoute("/register/plan.csv", ("GET",), as_file, "matter.read"),
)
