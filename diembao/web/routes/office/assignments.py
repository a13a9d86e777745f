"""Assignments: what a department is to look at, by when, and whether it is done."""

from collections.abc import Sequence

from starlette.responses import Response

from diembao.jobs.office.tasks import TaskView, may_finish, task_rows, views_of, visible_assignment
from diembao.jobs.review.assignments import set_done
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.office.article import Refused, shown_article, take_comment
from diembao.web.visit import Visit, Waiting
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import Assignment


def show_all(visit: Visit) -> Response:
    views = views_of(visit.me)
    asked = visit.query.get("view", "")
    chosen: list[TaskView] = [one for one in views if one == asked] or list(views[:1])
    view = chosen[0] if chosen else None
    with_done = visit.query.get("done", "") == "1"
    rows = task_rows(visit.storage, visit.me, view, visit.context.zone, visit.now, with_done=with_done) if view else []
    return render(visit, "office/assignments.html", views=views, view=view or "", rows=rows, with_done=with_done)


def show(visit: Visit) -> Response:
    return _page(visit, _assignment(visit))


def finish(visit: Visit) -> Response:
    found = _assignment(visit)
    if not may_finish(visit.me, found):
        raise DeskError(403)
    done = visit.form.get("done", "") == "1"
    set_done(visit.storage, visit.actor, found.id, done, visit.now)
    return redirect(visit, f"/assignments/{found.id}", Message(mark("Done.") if done else mark("Open again.")))


def add_comment(visit: Visit) -> Response:
    found = _assignment(visit)
    answer = take_comment(visit, shown_article(visit, found.item), f"/assignments/{found.id}#comments-h")
    if isinstance(answer, Refused):
        return _page(visit, found, answer)
    return answer


def _page(visit: Visit, found: Assignment, refused: Refused | None = None) -> Response:
    today = visit.now.astimezone(visit.context.zone).date()
    return render(
        visit,
        "office/assignment.html",
        400 if refused else 200,
        one=found,
        is_overdue=found.done_at is None and found.due is not None and found.due < today,
        may_finish=may_finish(visit.me, found),
        shown_article=shown_article(visit, found.item, refused),
        action=f"/assignments/{found.id}/comment",
    )


def _assignment(visit: Visit) -> Assignment:
    """Return the assignment of the path. Raises DeskError 404 for one that the account may not see."""
    found = visible_assignment(visit.storage, visit.me, visit.number("assignment"))
    if found is None:
        raise DeskError(404)
    return found


def waiting(visit: Visit) -> Sequence[Waiting]:
    """Return what the department of the account has not done."""
    if visit.me.department is None:
        return ()
    count = visit.storage.reviews.count_open(visit.me.department)
    return (Waiting(count, mark("{count} assignments of your department"), "/assignments?view=department"),)


ROUTES = (
    DeskRoute("/assignments", ("GET",), show_all, "assigned.read", menu=mark("Assignments"), order=35, waiting=waiting),
    DeskRoute("/assignments/{assignment}", ("GET",), show, "assigned.read"),
    DeskRoute("/assignments/{assignment}/done", ("POST",), finish, "assigned.read"),
    DeskRoute("/assignments/{assignment}/comment", ("POST",), add_comment, "assigned.read"),
)
