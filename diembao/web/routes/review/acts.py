"""What is done to articles in the review room: acts, their undoing, and the page of a clash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from starlette.responses import Response

from diembao.jobs.review.acts import act
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.review.ask import QueueAsk, asked_in_form, read_queue, told
from diembao.web.routes.review.clash import clash_view
from diembao.web.routes.review.page import page_values, render_card, rows_values
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import ActResult, Clash, ReviewAct, ReviewKind
from storage.engine.errors import StorageError

_KINDS: Mapping[str, ReviewKind] = {kind: kind for kind in get_args(ReviewKind)}
#: Acts after which the next article comes.
_ADVANCES = ("approve", "reject")
#: Articles of one act at most: a whole day of the press.
_MOST = 1000
_DONE: Mapping[str, tuple[str, str]] = {
    "approve": (mark("Approved."), mark("{n} articles approved.")),
    "reject": (mark("Rejected."), mark("{n} articles rejected.")),
    "star": (mark("A top story now."), mark("{n} top stories now.")),
    "topics": (mark("Topics saved."), mark("Topics saved.")),
    "tone": (mark("Tone saved."), mark("Tone saved.")),
    "grade": (mark("Relevance saved."), mark("Relevance saved.")),
    "merge": (mark("Merged."), mark("{n} articles merged.")),
    "split": (mark("Split."), mark("Split.")),
    "reviewed": (mark("Marked as read through."), mark("{n} articles marked as read through.")),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for, and where it comes from."""

    ask: QueueAsk
    act: ReviewAct
    #: key of the article that was open, and of the one to come; '': not said
    open: str
    next: str


def act_in_room(visit: Visit) -> Response:
    """Do what a form of the room asks for; 409 with both values where somebody was faster, and nothing is changed."""
    wish = _wish(visit)
    if not wish.act.items:
        return nothing(visit, wish.ask, Message(mark("No article is ticked.")))
    if wish.act.kind == "reject" and not wish.act.value:
        return nothing(visit, wish.ask, Message(mark("Choose a reason first; nothing was rejected.")))
    try:
        result = act(visit.storage, visit.actor, wish.act, visit.now, visit.context.rules())
    except StorageError as error:
        if error.may_pass:
            raise
        raise DeskError(400, told(error)) from error
    if isinstance(result, Clash):
        return clash_page(visit, wish, result)
    return _done(visit, wish, result)


def _wish(visit: Visit) -> Wish:
    """Return what the form asks for. Raises DeskError 400."""
    ask = asked_in_form(visit)
    kind, value = visit.field("kind"), " ".join(visit.form.getlist("value"))[:2000]
    if chosen := visit.field("do"):
        # A button of the ticked articles: what to do, of a merge its level too.
        kind, _, level = chosen.partition(".")
        value = visit.field("reason") if kind == "reject" else level
    known = _KINDS.get(kind)
    if known is None:
        raise DeskError(400)
    tokens = visit.form.getlist("item")
    if kind == "merge" and visit.field("with"):
        others = [token for token in tokens if token != visit.field("with")]
        tokens = [visit.field("with"), *others] if others else []
    if visit.field("whole"):
        tokens += visit.form.getlist("reprint")
    expected = dict(map(_token, tokens))
    open_key = next(iter(expected), "")
    if kind == "reviewed" and visit.field("below"):
        open_key = visit.field("below")
        if not expected:
            expected = _below(visit, ask, open_key)
    if len(expected) > _MOST:
        raise DeskError(400, Message(mark("At most {limit} articles at once."), limit=_MOST))
    wanted = ReviewAct(known, tuple(expected), value, visit.field("note", limit=2000), expected)
    return Wish(ask, wanted, open_key, visit.field("next", limit=100))


def _token(text: str) -> tuple[str, int]:
    """Return key and version of an article. Raises DeskError 400."""
    key, _, version = text.rpartition(".")
    if not key or len(key) > 100 or not (version.isascii() and version.isdigit() and len(version) < 10):
        raise DeskError(400)
    return key, int(version)


def _below(visit: Visit, ask: QueueAsk, key: str) -> dict[str, int]:
    """Return the articles below one as the page showed them: what came after it was shown is left out."""
    seen = visit.field("seen")
    shown_at = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else 0
    rows = read_queue(visit, ask).below(key)
    return {row.key: row.review.version for row in rows if int(row.first_seen.timestamp()) <= shown_at}


def _done(visit: Visit, wish: Wish, result: ActResult) -> Response:
    kind, keys = result.kind, list(result.versions)
    one, many = _DONE[kind]
    if kind == "star" and not wish.act.value:
        one, many = mark("No top story any more."), mark("{n} top stories fewer.")
    message = Message(one) if len(keys) < 2 else Message(many, n=len(keys))
    if not result.action:
        message = Message(mark("Nothing was to be changed."))
    open_key = wish.open
    if kind in _ADVANCES and "do" not in visit.form:
        open_key = wish.next
        if not open_key and not visit.is_fragment:
            after = read_queue(visit, wish.ask).after(wish.open)
            open_key = after.key if after is not None else ""
    elif "do" in visit.form:
        open_key = visit.field("with").rpartition(".")[0] or open_key
    return answer(visit, wish.ask, result, open_key, message)


def answer(visit: Visit, ask: QueueAsk, result: ActResult, open_key: str, message: Message) -> Response:
    """Return the fragments after an act, or the way back to the queue."""
    if not visit.is_fragment:
        return redirect(visit, ask.address(open_key), message)
    changed = list(visit.storage.reviews.reviews(list(result.versions)).values())
    regrouped = result.kind in ("merge", "split")
    more: dict[str, Any] = rows_values(visit, ask, read_queue(visit, ask)) if regrouped else {}
    return render_card(visit, ask, open_key, changed, said=message.translated(), **more)


def open_in_form(visit: Visit) -> str:
    """Return the key of the article that was open where a form was sent from; '': not said."""
    named = visit.field("with") or visit.field("item")
    key, dot, _ = named.rpartition(".")
    return key if dot else named[:100]


def nothing(visit: Visit, ask: QueueAsk, message: Message) -> Response:
    """Return to the queue with something to say."""
    if not visit.is_fragment:
        return redirect(visit, ask.address(open_in_form(visit)), message)
    return render(visit, "review/said.html", said=message.translated())


def clash_page(visit: Visit, wish: Wish, clash: Clash) -> Response:
    """Show both values of a clash."""
    view = clash_view(visit, wish.act, clash, wish.next or wish.open)
    changed = [one.theirs for one in clash.items]
    if visit.is_fragment:
        return render_card(visit, wish.ask, "", changed, status=409, clash=view)
    values = page_values(visit, wish.ask, read_queue(visit, wish.ask))
    return render(visit, "review/queue.html", 409, **{**values, "card": None, "clash": view})
