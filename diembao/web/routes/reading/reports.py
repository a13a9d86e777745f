"""Reports of a period, whose bars lead to the searches that they count; the alerts."""

from datetime import date

from starlette.responses import Response

from analysis.report.figures import Span
from diembao.jobs.reading.charts import TONES
from diembao.jobs.reading.periods_page import MOST_DAYS, PERIODS, last_days, period_page
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.routes.reading.asked import asked_day, asked_number, chosen, show, topic_names
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Days of the period that is shown where none is asked for.
_DAYS = 7
#: Alerts on one page.
_ALERTS = 50


def reports(visit: Visit) -> Response:
    today = visit.now.astimezone(visit.context.zone).date()
    kind = chosen(visit, "last", PERIODS)
    span = PERIODS[kind](today) if kind else _span(visit, today)
    topics = topic_names(visit)
    page = period_page(visit.storage, visit.context.settings(), visit.context.rules(), span, topics)
    return show(visit, "reports.html", page=page, span=span, kind=kind, tones=TONES, most_days=MOST_DAYS)


def _span(visit: Visit, today: date) -> Span:
    """Return the days asked for; the last seven for none. Raises DeskError 400."""
    first, last = asked_day(visit, "since"), asked_day(visit, "until")
    if first is None and last is None:
        return last_days(today, _DAYS)
    last = last or today
    first = first or last
    if last < first:
        raise DeskError(400, Message(mark("The period ends before it begins.")))
    if (last - first).days >= MOST_DAYS:
        words = mark("The page shows {limit} days at most; diembao report makes longer reports.")
        raise DeskError(400, Message(words, limit=MOST_DAYS))
    return Span(first, last)


def alerts(visit: Visit) -> Response:
    page, before = visit.storage.service.alerts_page(asked_number(visit, "before", most=2**31 - 1), _ALERTS)
    return show(visit, "alerts.html", alerts=page, before=before)


ROUTES = (
    DeskRoute("/reports", ("GET",), reports, "article.read", menu=mark("Reports"), order=60),
    DeskRoute("/alerts", ("GET",), alerts, "article.read"),
)
