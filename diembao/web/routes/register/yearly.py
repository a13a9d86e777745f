"""The six figures of the yearly report, each with its source; one that a person types in holds before the counted."""

from starlette.responses import Response

from analysis.documents.labels import labels
from analysis.register.yearly import FIGURES, WITH_TOTAL, yearly_figures
from analysis.register.yearly_document import figure_name, source_words, value_words
from diembao.jobs.register_papers.state import register_state
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.register.forms import LINE, typed_number
from diembao.web.routes.register.sight import refuse_units
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import YearlyFigure
from pipeline.register.steps import StepRefused

_YEARS = range(2000, 2101)
_FIELDS = ("figure", "value", "total", "source")


def show(visit: Visit) -> Response:
    refuse_units(visit)
    return _page(visit, dict.fromkeys(_FIELDS, ""))


def type_in(visit: Visit) -> Response:
    year = _year(visit)
    given = {name: visit.field(name, limit=LINE) for name in _FIELDS}
    try:
        visit.storage.register.save_figure(visit.actor, _figure(visit, year, given), visit.now)
    except StepRefused as error:
        return _page(visit, given, error.message)
    return redirect(visit, f"/register/yearly/{year}", Message(mark("Saved.")))


def _figure(visit: Visit, year: int, given: dict[str, str]) -> YearlyFigure:
    """Return the figure that a form holds. Raises StepRefused for what cannot be meant."""
    figure = next((one for one in FIGURES if one == given["figure"]), None)
    if figure is None:
        raise StepRefused(Message(mark("Choose which figure it is.")))
    value, total = typed_number(given["value"]), typed_number(given["total"])
    if value is None:
        raise StepRefused(Message(mark("Type a whole number.")))
    if figure in WITH_TOTAL and total is None:
        raise StepRefused(Message(mark("Type the whole that it is of, too.")))
    if figure not in WITH_TOTAL and given["total"]:
        raise StepRefused(Message(mark("This figure is of no whole: leave it open.")))
    return YearlyFigure(year, figure, value, total, given["source"], visit.now, visit.me.id, "")


def _year(visit: Visit) -> int:
    year = visit.number("year")
    if year not in _YEARS:
        raise DeskError(404)
    return year


def _page(visit: Visit, given: dict[str, str], wrong: str = "") -> Response:
    year, book = _year(visit), visit.context.register()
    # Without `as_of` all that was made up to this moment counts, what was typed in just now too.
    state = register_state(visit.storage, book, visit.context.zone, years=(year,), articles=False)
    words = labels(visit.language)
    found = yearly_figures(state, year)
    rows = [
        {
            "id": one.id,
            "name": figure_name(one.id, words),
            "value": value_words(one, words),
            "source": source_words(one, words),
            "definition": words.of("yearly-definition", one.id),
            "by": "" if one.typed is None else one.typed.who,
        }
        for one in found.figures
    ]
    return render(
        visit,
        "register/yearly.html",
        400 if wrong else 200,
        year=year,
        this_year=book.rules.calendar.report_year(state.today),
        found=found,
        due=book.rules.calendar.report_due(year),
        rows=rows,
        figures=[(one, figure_name(one, words)) for one in FIGURES],
        given=given,
        wrong=wrong,
    )


ROUTES = (
    DeskRoute("/register/yearly/{year}", ("GET",), show, "matter.read"),
    DeskRoute("/register/yearly/{year}", ("POST",), type_in, "matter.manage"),
)
