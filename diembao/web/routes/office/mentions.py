"""Mentions: comments that name a person or the own department."""

from collections.abc import Sequence

from starlette.responses import Response

from diembao.jobs.office.tasks import mark_mentions_read, mention_rows
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.office.article import Refused, shown_article, take_comment
from diembao.web.visit import Visit, Waiting
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import Comment


def show_all(visit: Visit) -> Response:
    return render(visit, "office/mentions.html", rows=mention_rows(visit.storage, visit.me))


def mark_read(visit: Visit) -> Response:
    """Mark as read what the page showed; what came since stays unread."""
    mark_mentions_read(visit.storage, visit.me, visit.number("number"))
    return redirect(visit, "/mentions", Message(mark("Marked as read.")))


def show(visit: Visit) -> Response:
    return _page(visit, _comment(visit))


def reply(visit: Visit) -> Response:
    found = _comment(visit)
    answer = take_comment(visit, shown_article(visit, found.item), f"/mentions/{found.id}#comments-h")
    if isinstance(answer, Refused):
        return _page(visit, found, answer)
    return answer


def _page(visit: Visit, found: Comment, refused: Refused | None = None) -> Response:
    return render(
        visit,
        "office/mention.html",
        400 if refused else 200,
        comment=found,
        shown_article=shown_article(visit, found.item, refused),
        action=f"/mentions/{found.id}",
    )


def _comment(visit: Visit) -> Comment:
    found = visit.storage.reviews.comment_by_number(visit.number("comment"))
    if found is None:
        raise DeskError(404)
    return found


def waiting(visit: Visit) -> Sequence[Waiting]:
    """Return how many comments that name the account it has not read."""
    unread = mention_rows(visit.storage, visit.me, unread_only=True)
    return (Waiting(len(unread), mark("{count} comments that name you"), "/mentions"),)


ROUTES = (
    DeskRoute("/mentions", ("GET",), show_all, "signed in"),
    DeskRoute("/mentions/read", ("POST",), mark_read, "signed in"),
    DeskRoute("/mentions/{comment}", ("GET",), show, "signed in"),
    DeskRoute("/mentions/{comment}", ("POST",), reply, "comment"),
)
