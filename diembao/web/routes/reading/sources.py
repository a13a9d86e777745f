"""The sources: how each stands and why, one source, pause and resume."""

from datetime import datetime, time

from starlette.responses import Response

from config.faults.errors import ConfigError
from config.schedule import load_schedule
from config.settings import load_settings
from diembao.jobs.reading.sources import STATES, source_page, sources_page
from diembao.jobs.reading.switching import UnknownSource, switch_source
from diembao.system.home import HomeInUse
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.reading.asked import chosen, query_text, show
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message


def _today(visit: Visit) -> datetime:
    """Return the first moment of the day."""
    zone = visit.context.zone
    return datetime.combine(visit.now.astimezone(zone).date(), time.min, zone)


def sources(visit: Visit) -> Response:
    state = chosen(visit, "state", STATES)
    page = sources_page(
        visit.storage,
        load_schedule(visit.context.home.config),
        _today(visit),
        visit.now,
        visit.context.zone,
        state=state,
        after=query_text(visit, "after"),
    )
    return show(visit, "sources.html", page=page, state=state, states=STATES)


def source(visit: Visit) -> Response:
    page = source_page(visit.storage, visit.path["id"], _today(visit), visit.now, visit.context.zone)
    if page is None:
        raise DeskError(404)
    is_elsewhere = bool(load_settings(visit.context.home.config).collection.home)
    return show(visit, "source.html", page=page, is_elsewhere=is_elsewhere)


def pause(visit: Visit) -> Response:
    return _switch(visit, enabled=False)


def resume(visit: Visit) -> Response:
    return _switch(visit, enabled=True)


def _switch(visit: Visit, *, enabled: bool) -> Response:
    id, home = visit.path["id"], visit.context.home
    try:
        before = switch_source(visit.storage, home, id, enabled, actor=visit.actor, at=visit.now)
    except UnknownSource as error:
        raise DeskError(
            404, Message(mark("This source is not in sources.toml; it cannot be switched here."))
        ) from error
    except HomeInUse as error:
        raise DeskError(409, Message(mark("Somebody else is changing sources.toml; try again."))) from error
    except (ConfigError, OSError) as error:
        words = mark("sources.toml could not be changed; nothing was. {why}")
        raise DeskError(409, Message(words, why=str(error)[:200])) from error
    words = mark("{name} is asked again from the next collection on.") if enabled else mark("{name} is paused.")
    return redirect(visit, f"/source/{id}", Message(words, name=before.name))


ROUTES = (
    DeskRoute("/sources", ("GET",), sources, "article.read", menu=mark("Sources"), order=50),
    DeskRoute("/source/{id}", ("GET",), source, "article.read"),
    DeskRoute("/source/{id}/pause", ("POST",), pause, "source.manage"),
    DeskRoute("/source/{id}/resume", ("POST",), resume, "source.manage"),
)
