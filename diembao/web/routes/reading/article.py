"""The page of one article, and the image of its page where one is kept."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from starlette.responses import FileResponse, Response

from diembao.jobs.reading.article import article_page, explanation_page
from diembao.jobs.reading.decision_words import decision_lines
from diembao.jobs.reading.translation_words import known_line, shown_titles, translation_fields
from diembao.jobs.register.beside_article import article_register
from diembao.jobs.translating.people import correct
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.reading.asked import address, asked_number, show, sight_of, topic_names
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.notices import Message
from pipeline.records.translations import TextPart
from storage.engine.errors import StorageError

#: Suffix of a kept image → its type.
_TYPES = {".pdf": "application/pdf", ".png": "image/png"}
#: A kept page may run nothing and load nothing, whatever it holds.
_IMAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def article(visit: Visit) -> Response:
    return _article(visit)


def _article(visit: Visit, status: int = 200, typed: Mapping[TextPart, str] | None = None, wrong: str = "") -> Response:
    """Return the page of an article; `typed` brings back a translation that could not be stored, `wrong` says why."""
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
    foreign = [member for member in page.foreign if sight.shows(member.key, member.story)]
    return show(
        visit,
        "article.html",
        status=status,
        typed=typed or {},
        known=known_line(page.item, topics, visit.context.settings().province.name),
        wrong=wrong,
        page=page,
        item=page.item,
        members=members,
        foreign=foreign,
        titles=shown_titles(visit.storage, (*members, *foreign)),
        explanation=explanation,
        register=article_register(visit.storage, visit.me, page.item.key),
        decisions=list(decision_lines(page.decisions, topics, visit.context.zone, page.people)),
        images={n: image for n, image in page.images.items() if image.file and image.removed_at is None},
    )


def correct_translation(visit: Visit) -> Response:
    """Store title and excerpt as a person puts them into Vietnamese; an empty one takes a correction back."""
    item = visit.storage.articles.item(visit.path["key"])
    if item is None or not sight_of(visit).shows(item.key, item.story):
        raise DeskError(404)
    translation = visit.storage.translations.of_items([item.key]).get(item.key)
    asked = [field for field in translation_fields(item, translation) if field.part in visit.form]
    typed: dict[TextPart, str] = {field.part: " ".join(visit.field(field.part, limit=4_000).split()) for field in asked}
    if any(visit.field(f"{field.part}_seen", limit=64) != field.seen for field in asked):
        words = translate(mark("Somebody changed this translation meanwhile: it is shown above. Nothing is saved yet."))
        return _article(visit, 409, typed, words)
    try:
        for field in asked:
            if typed[field.part] != field.text:
                correct(visit.storage, visit.actor, item, field.part, typed[field.part], visit.now)
    except StorageError as error:
        if error.may_pass:
            raise
        return _article(visit, 400, typed, str(error.explanation()))
    return redirect(visit, address(f"/article/{item.key}"), Message(mark("The translation is saved.")))


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
    DeskRoute("/article/{key}/translation", ("POST",), correct_translation, "review"),
    DeskRoute("/article/{key}/image/{version}", ("GET",), page_image, "signed in"),
)
