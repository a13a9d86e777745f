"""The page of a story or an event: its articles in the order of time."""

from typing import get_args

from starlette.responses import Response

from diembao.jobs.reading.story import story_page
from diembao.jobs.reading.translation_words import shown_titles
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.routes.reading.asked import show, sight_of, time_and_key, written_place
from diembao.web.visit import Visit
from pipeline.records import Level


def story(visit: Visit) -> Response:
    return _page(visit, "story")


def event(visit: Visit) -> Response:
    return _page(visit, "event")


def _page(visit: Visit, level: Level) -> Response:
    assert level in get_args(Level)
    page = story_page(visit.storage, level, visit.path["key"], after=time_and_key(visit, "after"))
    if page is None:
        raise DeskError(404)
    sight = sight_of(visit)
    members = [member for member in page.page.members if sight.shows(member.key, member.story)]
    if not members:
        raise DeskError(404)
    return show(
        visit,
        "story.html",
        page=page,
        members=members,
        titles=shown_titles(visit.storage, members),
        after=written_place(page.page.after),
        # Sums and headline are of all articles, of which a viewer may see only some.
        whole=sight.every_article,
        title=page.title if sight.every_article else members[0].title,
    )


ROUTES = (
    DeskRoute("/story/{key}", ("GET",), story, "signed in"),
    DeskRoute("/event/{key}", ("GET",), event, "signed in"),
)
