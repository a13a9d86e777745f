"""The page of one article, and the image of its page where one is kept."""

from pathlib import PurePosixPath

from starlette.responses import FileResponse, Response

from diembao.jobs.reading.article import article_page, explanation_page
from diembao.jobs.reading.decision_words import decision_lines
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.reading.asked import address, asked_number, show, sight_of, topic_names
from diembao.web.visit import Visit

#: Suffix of a kept image → its type.
_TYPES = {".pdf": "application/pdf", ".png": "image/png"}
#: A kept page may run nothing and load nothing, whatever it holds.
_IMAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def article(visit: Visit) -> Response:
    topics, sight = topic_names(visit), sight_of(visit)
    version = asked_number(visit, "version", most=2**31 - 1)
    page = article_page(visit.storage, visit.path["key"], topics, version=version)
    if page is None or not sight.shows(page.item.key, page.item.story):
        raise DeskError(404)
    if page.item.key != visit.path["key"]:  # joined to another article since
        return redirect(visit, address(f"/article/{page.item.key}"))
    explanation = None
    if visit.query.get("explain"):
        explanation = explanation_page(page.item, visit.context.rules(), topics)
    members = [member for member in page.members if sight.shows(member.key, member.story)]
    return show(
        visit,
        "article.html",
        page=page,
        item=page.item,
        members=members,
        foreign=[member for member in page.foreign if sight.shows(member.key, member.story)],
        explanation=explanation,
        decisions=list(decision_lines(page.decisions, topics, visit.context.zone, page.people)),
        images={n: image for n, image in page.images.items() if image.file and image.removed_at is None},
    )


def page_image(visit: Visit) -> Response:
    """Give the kept image of a version's page; only a file that lies in the folder of images."""
    item = visit.storage.articles.item(visit.path["key"])
    if item is None or not sight_of(visit).shows(item.key, item.story):
        raise DeskError(404)
    image = visit.storage.page_images.of_item(item.key).get(visit.number("version"))
    if image is None or not image.file:
        raise DeskError(404)
    folder = visit.context.home.images.resolve()
    path = (folder / PurePosixPath(image.file)).resolve()
    kind = _TYPES.get(path.suffix)
    if kind is None or not path.is_relative_to(folder) or not path.is_file():
        raise DeskError(404)
    name = f"{item.key}-{visit.number('version')}{path.suffix}"
    return FileResponse(path, media_type=kind, filename=name, headers=_IMAGE_HEADERS)


ROUTES = (
    DeskRoute("/article/{key}", ("GET",), article, "signed in"),
    DeskRoute("/article/{key}/image/{version}", ("GET",), page_image, "signed in"),
)
