"""The undoing in the review room: it names what it takes back, and leaves the open article where it is."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.responses import Response

from diembao.jobs.review.undo import undo, undoable_acts
from diembao.web.rendering import render
from diembao.web.routes.review.acts import Wish, answer, clash_page, nothing, open_in_form
from diembao.web.routes.review.ask import QueueAsk, asked_in_form
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.notices import Message
from pipeline.records.reviews import ActResult, Clash, LastWord, ReviewAct, ReviewKind

#: Kind of an act → what it is called where it is taken back.
KIND_WORDS: Mapping[str, str] = {
    "approve": mark("approval"),
    "reject": mark("rejection"),
    "star": mark("top story"),
    "topics": mark("topics"),
    "tone": mark("tone"),
    "grade": mark("relevance"),
    "merge": mark("merging"),
    "split": mark("splitting"),
    "reviewed": mark("mark as read through"),
}
#: Characters of a title in what is said.
_TITLE = 90


def undo_in_room(visit: Visit) -> Response:
    """Take back what the account did last, say what it was, and stay on the open article.

    A digest that was published since the act holds what the act did: the page says so and asks before it is undone.
    A comment or an assignment is not taken back by it: where the account made one since its last act, the page says so
    and asks before an older act is undone.
    """
    ask = asked_in_form(visit)
    field = visit.field("action")
    number = int(field) if field.isascii() and field.isdigit() and len(field) < 12 else None
    if number is None and (word := visit.storage.reviews.last_word(visit.me.id)) is not None:
        return _ask_first(visit, ask, word)
    if (asked := _ask_about_digest(visit, ask, number)) is not None:
        return asked
    result = undo(visit.storage, visit.actor, visit.now, number)
    if result is None:
        return nothing(visit, ask, Message(mark("There is nothing of yours to undo.")))
    if isinstance(result, Clash):
        wish = Wish(ask, ReviewAct(cast("ReviewKind", result.kind), ()), result.items[0].item, "")
        return clash_page(visit, wish, result)
    keys = list(result.versions)
    return answer(visit, ask, result, open_in_form(visit) or keys[0], _undone(visit, result))


def _undone(visit: Visit, result: ActResult) -> Message:
    keys = list(result.versions)
    act = translate(KIND_WORDS[result.kind])
    if len(keys) == 1:
        return Message(mark("Undone: {act} – {title}"), act=act, title=_title(visit, keys[0]))
    return Message(mark("Undone: {act} of {n} articles – {title}…"), act=act, n=len(keys), title=_title(visit, keys[0]))


def _ask_first(visit: Visit, ask: QueueAsk, word: LastWord) -> Response:
    """Say that the last thing done was no act, and offer what can be taken back instead."""
    title = _title(visit, word.item)
    text = (
        mark("Undo does not take back a comment (on “{title}”).")
        if word.kind == "comment"
        else mark("Undo does not take back an assignment (of “{title}”): withdraw it on the article.")
    )
    older = next(iter(undoable_acts(visit.storage, visit.me.id)), None)
    if older is None:
        return nothing(visit, ask, Message(text, title=title))
    act = translate(KIND_WORDS[older.kind])
    button = Message(mark("Undo what was before it: {act} – {title}"), act=act, title=_title(visit, older.items[0]))
    fields = {"action": str(older.id), "item": open_in_form(visit), "back": visit.field("back", limit=4000)}
    shared: dict[str, Any] = {
        "message": Message(text, title=title).translated(),
        "button": button.translated(),
        "fields": fields,
    }
    if visit.is_fragment:
        return render(visit, "review/undo_asked.html", **shared, word=word, ask=ask, by_key=True)
    back = ask.address(word.item if word.kind == "assignment" else open_in_form(visit))
    return render(visit, "confirm.html", title=Message(mark("Undo")), action="/review/undo", back=back, **shared)


def _ask_about_digest(visit: Visit, ask: QueueAsk, number: int | None) -> Response | None:
    """Say that a digest went out since the act that is to be undone; None where there is none, or it was said."""
    acts = undoable_acts(visit.storage, visit.me.id)
    act = next((one for one in acts if number in (None, one.id)), None)
    since = visit.storage.publications.made_after(act.at) if act is not None else None
    # What was agreed to is named, so that a digest published meanwhile is told of too.
    if act is None or since is None or visit.field("digest") == str(since[0]):
        return None
    edition, day, made_at = since
    message = Message(
        mark(
            "The digest of {day} (number {number}) was published at {time}, after this. "
            "If you undo it, what that digest says may have to be corrected."
        ),
        day=day.strftime("%d/%m/%Y"),
        number=edition,
        time=made_at.astimezone(visit.context.zone).strftime("%H:%M %d/%m"),
    )
    words, title = translate(KIND_WORDS[act.kind]), _title(visit, act.items[0])
    button = Message(mark("Undo it all the same: {act} – {title}"), act=words, title=title)
    opened = open_in_form(visit)
    fields = {"action": str(act.id), "digest": str(edition), "item": opened, "back": visit.field("back", limit=4000)}
    shared: dict[str, Any] = {"message": message.translated(), "button": button.translated(), "fields": fields}
    if visit.is_fragment:
        return render(visit, "review/undo_asked.html", **shared, word=None, ask=ask, by_key=False)
    back = ask.address(opened)
    return render(visit, "confirm.html", title=Message(mark("Undo")), action="/review/undo", back=back, **shared)


def _title(visit: Visit, key: str) -> str:
    item = visit.storage.articles.item(key)
    title = item.article.title if item is not None else key
    return title if len(title) <= _TITLE else title[:_TITLE].rstrip() + "…"
