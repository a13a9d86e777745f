"""Searches kept under a name: saved, followed, shared with the office, forgotten."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.responses import Response

from diembao.jobs.search import parse_query
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.reading.asked import address
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import SavedSearch
from storage.engine.errors import StorageError
from storage.search.parser import QueryError

#: A name as `diembao search --save` takes it.
_NAME = re.compile(r"[\w\- ]{1,80}")
#: Saved searches listed; followed ones whose new articles are counted, and up to how many of each.
_LISTED, _FOLLOWED, _NEW = 100, 10, 50
#: Time within which an article is new to a followed search.
_LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A saved search as the page lists it."""

    saved: SavedSearch
    own: bool
    #: articles that it found in the last day and that were not examined before; None: it is not followed
    new: int | None


def saved_lines(visit: Visit) -> list[SavedLine]:
    """Return the searches that the account sees, its own first."""
    me, followed, lines = visit.me.id, 0, list[SavedLine]()
    kept = sorted(visit.storage.search.saved(me), key=lambda saved: (saved.account != me, saved.name))
    for saved in kept[:_LISTED]:
        own, new = saved.account == me, None
        if own and saved.follow and followed < _FOLLOWED:
            followed += 1
            new = _new_of(visit, saved)
        lines.append(SavedLine(saved, own, new))
    return lines


def _new_of(visit: Visit, saved: SavedSearch) -> int | None:
    try:
        tree = parse_query(saved.query, visit.context.rules())
    except QueryError:  # a topic that it names is no longer in topics.toml
        return None
    return visit.storage.search.new_matches(tree, visit.now - _LATELY, zone=visit.context.zone, most=_NEW)


def with_saved(visit: Visit, query: str) -> str:
    """Return the query that @NAME stands for; any other as it is. Raises DeskError 404 for one that nobody saved."""
    if not query.startswith("@"):
        return query
    saved = _named(visit, query.removeprefix("@"))
    if saved is None:
        raise DeskError(404, Message(mark("There is no saved search of that name.")))
    return saved.query


def _named(visit: Visit, name: str) -> SavedSearch | None:
    """Return the search of that name, if the account sees it."""
    return next((saved for saved in visit.storage.search.saved(visit.me.id) if saved.name == name), None)


def save(visit: Visit) -> Response:
    name, query = visit.field("name", limit=200), visit.field("query", limit=4_000)
    _refuse_readers(visit)
    if not _NAME.fullmatch(name):
        raise DeskError(400, Message(mark("A name has letters, digits, blanks, - and _, at most 80.")))
    try:
        parse_query(query, visit.context.rules())
    except QueryError as error:
        raise DeskError(400, Message(mark("This query cannot be saved: {why}"), why=error.explanation())) from error
    shared, follow = bool(visit.field("shared")), bool(visit.field("followed"))
    saved = SavedSearch(name, query, visit.now, visit.me.id, shared, follow)
    try:
        visit.storage.search.save(saved)
    except StorageError as error:
        if error.cause:  # the database's own fault
            raise
        raise DeskError(
            409, Message(mark("Somebody else has a search of the name {name}; choose another."), name=name)
        ) from error
    return redirect(visit, address("/search", q=f"@{name}"), Message(mark("Saved as {name}."), name=name))


def change(visit: Visit) -> Response:
    """Follow, share or keep to oneself a search of one's own, as the form's button says."""
    _refuse_readers(visit)
    saved = _named(visit, visit.field("name", limit=200))
    if saved is None or saved.account != visit.me.id:
        raise DeskError(404)
    changes = {
        "follow": replace(saved, follow=True),
        "unfollow": replace(saved, follow=False),
        "share": replace(saved, shared=True),
        "unshare": replace(saved, shared=False),
    }
    changed = changes.get(visit.field("do", limit=20))
    if changed is None:
        raise DeskError(400)
    visit.storage.search.save(changed)
    return redirect(visit, address("/search"), Message(mark("Changed: {name}."), name=saved.name))


def forget(visit: Visit) -> Response:
    _refuse_readers(visit)
    name = visit.field("name", limit=200)
    saved = _named(visit, name)
    if saved is None or saved.account != visit.me.id:
        raise DeskError(404)
    visit.storage.search.forget(name, visit.me.id)
    return redirect(visit, address("/search"), Message(mark("Forgot {name}."), name=name))


def _refuse_readers(visit: Visit) -> None:
    """Refuse accounts that search but change nothing, and those that do not search."""
    if not visit.allows("article.read"):
        raise DeskError(403)


# Of those who search, an auditor changes nothing, and an administrator reviews nothing: neither may comment.
ROUTES = (
    DeskRoute("/search/save", ("POST",), save, "comment"),
    DeskRoute("/search/change", ("POST",), change, "comment"),
    DeskRoute("/search/forget", ("POST",), forget, "comment"),
)
