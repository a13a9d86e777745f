"""The start page "Hôm nay": the day's figures, what waits, the last publication, sources that fail."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from config.schedule import load_schedule
from diembao.jobs.periods import period_of
from diembao.jobs.review.queue import day_rows
from diembao.service.collection_health import CollectionHealth, collection_health
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import render
from diembao.web.routes.office.mentions import waiting
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.records.publications import Dispatch, Publication

#: Days back in which the last publication is looked for.
_PUBLISHED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What the press has of the province in the period of today's digest.

    Of the articles of the review's queue those that the digest holds: neither rejected nor left out.
    """

    articles: int
    stories: int
    outlets: int
    negative: int


def today(visit: Visit) -> Response:
    """Show the start page."""
    period = period_of(None, visit.context.settings(), visit.now)
    may_read = visit.allows("article.read")
    publication = _last_publication(visit)
    return render(
        visit,
        "today.html",
        period=period,
        figures=_figures(visit) if may_read else None,
        found=f"relevance:(main OR mention) day:{period.start.date()}..{period.end.date()}",
        room=f"/digest/day/{period.day}",
        may_publish=visit.allows("publish"),
        waiting=[one for entry in visit.menu if entry.waiting for one in entry.waiting(visit) if one.count],
        publication=publication,
        dispatches=_dispatches(visit, publication),
        health=_health(visit) if may_read else None,
    )


def _figures(visit: Visit) -> DayFigures:
    settings = visit.context.settings()
    out = visit.storage.drafts.draft(period_of(None, settings, visit.now).day).left_out
    found = day_rows(visit.storage, settings, visit.now)
    rows = [row for row in found if row.review.state != "rejected" and not {row.key, row.story} & out.keys()]
    return DayFigures(
        len(rows),
        len({row.story for row in rows}),
        len({row.source_id for row in rows}),
        sum(row.tone == "negative" for row in rows),
    )


def _last_publication(visit: Visit) -> Publication | None:
    day = visit.now.astimezone(visit.context.zone).date()
    heads = visit.storage.publications.heads(day - _PUBLISHED, day + timedelta(days=1))
    return heads[-1] if heads else None


def _dispatches(visit: Visit, publication: Publication | None) -> list[Dispatch]:
    return [] if publication is None else visit.storage.publications.dispatches(publication.id)


def _health(visit: Visit) -> CollectionHealth:
    jobs = load_schedule(visit.context.home.config)
    return collection_health(visit.storage, jobs, visit.now, visit.context.zone)


ROUTES = (DeskRoute("/today", ("GET",), today, "digest.read", menu=mark("Today"), order=10, waiting=waiting),)
