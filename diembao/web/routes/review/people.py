"""Comments, assignments and soft claims of the review room."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from starlette.responses import Response

from diembao.jobs.access import may_comment, visible
from diembao.jobs.review.addressees import Addressees, find_addressees, reach
from diembao.jobs.review.assignments import assign, may_withdraw, set_done, withdraw
from diembao.jobs.review.comments import CommentResult, comment, unknown_names
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.office.article import nobody_called
from diembao.web.routes.review.ask import asked_in_form, read_queue, told
from diembao.web.routes.review.card_view import card_view
from diembao.web.routes.review.page import render_card, render_page
from diembao.web.visit import Visit, local_path
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Item
from pipeline.records.reviews import Assignment
from storage.engine.errors import StorageError


def comment_on(visit: Visit) -> Response:
    """Store a comment on an article that the account may see; those whom it names get mail.

    Where the field of recipients names somebody whom there is not, nothing is stored, and what was typed stays. Where
    the words do so, it is stored if the form insists (`anyway`).
    """
    item = _article(visit)
    text, to = visit.field("text", limit=4000), visit.field("to", limit=200)
    named = find_addressees(visit.storage, to)
    if named.unknown or named.ambiguous:
        return _refused(visit, item.key, Typed(text, to, _unreached(named)))
    if not visit.field("anyway") and (unknown := unknown_names(visit.storage, text)):
        return _refused(visit, item.key, Typed(text, to, nobody_called(unknown), may_insist=True))
    mentioned = " ".join(f"@{name}" for name in named.names)
    try:
        result = comment(visit.storage, visit.actor, item.key, f"{mentioned} {text}".strip() if text else "", visit.now)
    except StorageError as error:
        if error.may_pass:
            raise
        raise DeskError(400, told(error)) from error
    return _answer(visit, item.key, _comment_words(visit, result, item))


def _comment_words(visit: Visit, result: CommentResult, item: Item) -> Message:
    """Return what became of a comment: who gets mail, and who does not and why."""
    found = reach(visit.storage, result.comment, item)
    said = Message(mark("The comment is written."))
    if found.mailed:
        said = Message(mark("The comment is written; mail goes to {names}."), names=", ".join(found.mailed))
    more = (
        (mark("Nobody is called {names}."), result.unknown),
        (mark("{names} cannot see this article yet: assign it first."), found.unseeing),
        (mark("{names}: no mail address, no mail is sent."), found.without_mail),
    )
    for text, names in more:
        if names:
            said = Message(mark("{said} {more}"), said=said, more=Message(text, names=", ".join(names)))
    return said


@dataclass(frozen=True, slots=True)
class Typed:
    """A comment that was not stored, and why."""

    text: str
    #: the field of recipients
    to: str
    why: Message
    #: whether it is stored if the form is sent once more with `anyway`
    may_insist: bool = False


def _unreached(named: Addressees) -> Message:
    """Return which recipient there is not, or which there is several times."""
    if named.unknown:
        return nobody_called(named.unknown)
    names = ", ".join(named.ambiguous)
    return Message(mark("Several are called “{names}”: choose from the list. Nothing is saved yet."), names=names)


def _refused(visit: Visit, key: str, typed: Typed) -> Response:
    """Say why a comment is not stored; its words are not lost."""
    ask = asked_in_form(visit)
    if visit.is_fragment:
        return render(visit, "review/said.html", 400, said=typed.why.translated(), typed=typed, key=key, ask=ask)
    if visit.field("page", limit=2000) or not visit.allows("review"):
        raise DeskError(400, typed.why)
    found = read_queue(visit, ask)
    return render_page(visit, ask, found, card_view(visit, ask, key, queue=found), 400, typed=typed)


def assign_article(visit: Visit) -> Response:
    """Assign an article, or all of the same text, to a department."""
    key = _article(visit).key
    scope: Literal["item", "story"] = "story" if visit.field("scope") == "story" else "item"
    try:
        made = assign(
            visit.storage,
            visit.actor,
            key,
            visit.number("department"),
            visit.now,
            scope=scope,
            due=_due(visit.field("due", limit=20)),
            note=visit.field("note", limit=2000),
        )
    except StorageError as error:
        if error.may_pass:
            raise
        raise DeskError(400, told(error)) from error
    return _answer(visit, key, _assigned_words(visit, made))


def _assigned_words(visit: Visit, made: Assignment) -> Message:
    """Return that an article was assigned, and who of the department is told by mail; nobody is told twice."""
    letters = visit.storage.letters.of_cause(f"assignment {made.id}")
    told = {letter.account for letter in letters if letter.state != "failed"}
    people = [one for one in visit.storage.accounts.accounts() if one.id in told and not one.disabled and one.mail]
    names = ", ".join(one.full_name or one.name for one in people)
    if not people:
        text = mark("Assigned to {department}. No mail goes out: nobody there has a mail address.")
    elif all(letter.at < made.at for letter in letters):
        text = mark("Assigned to {department}. No new mail: {names} were told of it before.")
    else:
        text = mark("Assigned to {department}. Mail goes to {names}.")
    return Message(text, department=made.department_name, names=names)


def _due(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DeskError(400, Message(mark("{text}: no day"), text=text)) from None


def finish_assignment(visit: Visit) -> Response:
    """Say that an assignment is done, or that it is not."""
    try:
        set_done(visit.storage, visit.actor, visit.number("assignment"), visit.field("done") == "1", visit.now)
    except StorageError as error:
        if error.may_pass:
            raise
        raise DeskError(404) from error
    return redirect(visit, local_path(visit.field("to"), "/review"), Message(mark("Saved.")))


def withdraw_assignment(visit: Visit) -> Response:
    """Take back an assignment that the account made, or any as an editor."""
    found = visit.storage.reviews.assignment(visit.number("assignment"))
    if found is None:
        raise DeskError(404)
    if not may_withdraw(visit.me, found):
        raise DeskError(
            403, Message(mark("Only who made an assignment, or an editor, takes it back, before it is done."))
        )
    gone = withdraw(visit.storage, visit.actor, found.id, visit.now)
    key = visit.field("item", limit=100) or gone.item
    return _answer(visit, key, Message(mark("Taken back from {department}."), department=gone.department_name))


def hold_article(visit: Visit) -> Response:
    """Say that the account has an article open, for the next 90 seconds."""
    if not visit.storage.reviews.hold(visit.me.id, visit.field("item", limit=100), visit.now):
        raise DeskError(404)
    return Response(status_code=204)


def release_article(visit: Visit) -> Response:
    """Say that the account has an article no longer open."""
    visit.storage.reviews.release(visit.me.id, visit.field("item", limit=100) or None)
    return Response(status_code=204)


def _article(visit: Visit) -> Item:
    """Return the form's article. Raises DeskError 404 for one that the account may not see."""
    key = visit.field("item", limit=100)
    item = visit.storage.articles.item(key)
    if item is None or not may_comment(visible(visit.storage, visit.me), visit.me, item.key, item.story):
        raise DeskError(404)
    return item


def _answer(visit: Visit, key: str, message: Message) -> Response:
    """Return to where the form stood: the review room, or the page that its field `page` names."""
    if page := visit.field("page", limit=2000):
        return redirect(visit, local_path(page, "/"), message)
    ask = asked_in_form(visit)
    if not visit.is_fragment:
        return redirect(visit, ask.address(key), message)
    return render_card(visit, ask, key, said=message.translated())
