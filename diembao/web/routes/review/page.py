"""The queue with one article open; for review.js the card of an article alone."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, tzinfo
from typing import Any

from starlette.responses import Response

from analysis.documents.labels import labels
from diembao.jobs.periods import local_day
from diembao.jobs.reading.translation_words import ShownText, shown_titles
from diembao.jobs.review.assignments import may_withdraw
from diembao.jobs.review.model import QueueGroup, QueueStory, ReviewQueue
from diembao.jobs.review.queue import day_rows, sample, uncertain
from diembao.web.errors import DeskError
from diembao.web.rendering import render
from diembao.web.routes.review.ask import QueueAsk, asked, read_queue
from diembao.web.routes.review.card_view import (
    REJECT_WORDS,
    CardView,
    attention_words,
    card_view,
    group_words,
    topic_names,
)
from diembao.web.routes.review.keys import ACTIONS, keys_of
from diembao.web.visit import Visit, Waiting
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.records.reviews import Review
from storage.reviews.rows import QueueRow

#: Minutes of the rest of a queue that are told; more are "over an hour".
_LONG = 60
#: Words that the scripts put into the page, with fields that they fill in.
_SCRIPT_WORDS = {
    "approved": mark("approved"),
    "rejected": mark("rejected"),
    "reviewed": mark("read through"),
    "held": mark("{name} has it open"),
    "moved": mark("{name} has just decided on this article: reload it before you do."),
    "busy": mark("The database is busy; nothing was saved. Press again in a moment."),
    "failed": mark("That did not work; nothing was saved. Reload the page."),
    "offline": mark("The desk does not answer; nothing was saved."),
    "below_ask": mark("Mark the {n} articles below as read through? Press again to do it."),
    "below_yes": mark("Yes, all {n}"),
    "below_none": mark("Nothing below waits for a review."),
    "progress": mark("{done} of {all}"),
    "progress_pace": mark("{done} of {all}, {minutes} min left"),
    "done": mark("All {all} reviewed"),
    "nothing": mark("No article here"),
    "progress_long": mark("{done} of {all}, over an hour left"),
    "topics_unsaved": mark("The ticked topics are not saved yet. Press again to leave them."),
    "topics_save": mark("Save topics"),
    "topics_saved": mark("Topics saved."),
}


@dataclass(frozen=True, slots=True)
class QueueSection:
    """A part of the queue under one heading."""

    title: str
    groups: Sequence[QueueGroup]

    @property
    def size(self) -> int:
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as templates show it."""

    ask: QueueAsk
    queue: ReviewQueue
    today: date
    topics: Mapping[str, str]
    departments: Mapping[int, str]
    #: translated titles, by key of the article
    titles: Mapping[str, ShownText] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.queue.day or self.ask.day or self.today

    @property
    def back(self) -> str:
        """The query of the page, as its forms send it."""
        return self.ask.query()

    @property
    def row_query(self) -> str:
        """The beginning of the query of a row's link."""
        query = self.ask.query(day=self.day.isoformat() if not self.ask.search else "")
        return f"?{query}&item=" if query else "?item="

    def step(self, days: int) -> str:
        """Return the address of another day, with the same filters."""
        query = self.ask.query(day=(self.day + timedelta(days=days)).isoformat(), search="")
        return f"/review?{query}"

    @property
    def has_next_day(self) -> bool:
        return self.day < self.today

    @property
    def sections(self) -> list[QueueSection]:
        first = [group for group in self.queue.groups if group.foreign or group.attention is not None]
        rest = [group for group in self.queue.groups if not (group.foreign or group.attention is not None)]
        titles = (mark("Foreign press and what asks for attention"), mark("Others, the doubtful first"))
        return [QueueSection(title, part) for title, part in zip(titles, (first, rest), strict=True) if part]

    def hour(self, row: QueueRow, zone: tzinfo) -> str:
        """Return the time of an article: of its publication, else of first sight; with its day where that differs."""
        at = row.published_or_seen.astimezone(zone)
        return at.strftime("%H:%M") if abs((at.date() - self.day).days) < 1 else at.strftime("%H:%M %d/%m")

    @property
    def has_filters(self) -> bool:
        return bool(QueueAsk(filters=self.ask.filters).query())


def queue_page(visit: Visit) -> Response:
    """Show the queue and the open article: that of the address, else the first that waits."""
    ask = asked(dict(visit.query))
    if visit.is_fragment and ask.item:
        return render_card(visit, ask, ask.item)
    found = read_queue(visit, ask)
    if visit.is_fragment and visit.query.get("part") == "filters":
        return render(visit, "review/filters.html", **filter_values(visit, ask, found))
    first = found.after("")
    key = ask.item or (first.key if first is not None else (found.rows[0].key if found.rows else ""))
    card = card_view(visit, ask, key, queue=found) if key else None
    if ask.item and card is None:
        raise DeskError(404)
    return render_page(visit, ask, found, card)


def waiting(visit: Visit) -> Sequence[Waiting]:
    """Return how many articles of today nobody has reviewed yet."""
    rows = day_rows(visit.storage, visit.context.settings(), visit.now)
    return [Waiting(sum(row.review.state == "new" for row in rows), mark("{count} articles to review"), "/review")]


def render_page(
    visit: Visit, ask: QueueAsk, found: ReviewQueue, card: CardView | None, status: int = 200, **values: Any
) -> Response:
    """Return the whole page; `typed` brings back a comment that could not be stored."""
    return render(visit, "review/queue.html", status, card=card, **{**page_values(visit, ask, found), **values})


def render_card(
    visit: Visit, ask: QueueAsk, key: str, changed: Sequence[Review] = (), *, status: int = 200, **values: Any
) -> Response:
    """Return the fragments of an open article, and what else is to change on the page. Raises DeskError 404."""
    card = card_view(visit, ask, key) if key else None
    if key and card is None:
        raise DeskError(404)
    keys = keys_of(visit.storage.accounts.preferences(visit.me.id))
    shared: dict[str, Any] = {
        "card": card,
        "ask": ask,
        "changed": changed_json(changed),
        "said": "",
        "view": None,
        "keys": keys,
    }
    return render(visit, "review/parts.html", status, **{**_words(visit), **shared, **values})


def _words(visit: Visit) -> dict[str, Any]:
    """Return what every template of the room needs."""
    return {
        "state_word": state_word, "reject_words": REJECT_WORDS, "clash": None, "labels": labels(visit.language),
        "previous": "", "next": "", "typed": None, "may_withdraw": may_withdraw,
    }  # fmt: skip


def _view(visit: Visit, ask: QueueAsk, found: ReviewQueue) -> QueueView:
    departments = {one.id: one.name for one in visit.storage.accounts.departments() if not one.disabled}
    return QueueView(ask, found, local_day(visit.now, visit.context.zone), topic_names(visit), departments)


def filter_values(visit: Visit, ask: QueueAsk, found: ReviewQueue) -> dict[str, Any]:
    """Return what the template of the filters needs."""
    return {
        "ask": ask,
        "view": _view(visit, ask, found),
        "labels": labels(visit.language),
        "outlet_names": sorted(found.choices.outlets, key=lambda id: found.choices.names[id].casefold()),
        "state_words": {state: state_word(state) for state in ("new", "approved", "reviewed", "rejected")},
    }


def rows_values(visit: Visit, ask: QueueAsk, found: ReviewQueue) -> dict[str, Any]:
    """Return what the template of the queue's rows needs."""
    zone = visit.context.zone
    view = _view(visit, ask, found)
    doubtful = [] if ask.search else list(_uncertain(visit, view))
    left_out = [] if ask.search else list(_sampled(visit, view, {story.lead.key for story in doubtful}))
    listed = [*found.rows, *(row for story in (*doubtful, *left_out) for row in story.rows)]
    view = replace(view, titles=shown_titles(visit.storage, listed))
    return {
        "view": view,
        "zone": zone,
        "sample": left_out,
        "sample_keys": {story.lead.key for story in left_out},
        "doubtful": doubtful,
        "doubtful_keys": {story.lead.key for story in doubtful},
        "asks": lambda group: attention_words(group.attention, view.topics),
        "asks_of_one": lambda group: group_words(group, view.topics),
    }


def page_values(visit: Visit, ask: QueueAsk, found: ReviewQueue) -> dict[str, Any]:
    """Return what the queue's template needs beside the card."""
    storage = visit.storage
    keys = keys_of(storage.accounts.preferences(visit.me.id))
    progress = found.progress
    words = _SCRIPT_WORDS[_progress_word(found)]
    return {
        **_words(visit),
        **filter_values(visit, ask, found),
        **rows_values(visit, ask, found),
        "keys": keys,
        "keys_json": json.dumps({name: key for name, key in keys.items() if key}, ensure_ascii=False),
        "words_json": json.dumps({name: translate(text) for name, text in _SCRIPT_WORDS.items()}, ensure_ascii=False),
        "actions": ACTIONS,
        "saved": storage.search.saved(),
        "people": [*people(visit)],
        "since": int(visit.now.timestamp()),
        "pace": 60 * (progress.minutes_left or 0) / max(progress.left, 1),
        "progress_words": translate(words).format(
            done=progress.done, all=progress.total, minutes=progress.minutes_left
        ),
        **_neighbours(ask, found),
    }


def _progress_word(found: ReviewQueue) -> str:
    """Return the name, among the words of the scripts, of what is said of the progress."""
    progress = found.progress
    if not progress.left:
        return "done" if progress.total else "nothing"
    if progress.minutes_left is None:
        return "progress"
    return "progress_pace" if progress.minutes_left <= _LONG else "progress_long"


def _neighbours(ask: QueueAsk, found: ReviewQueue) -> dict[str, str]:
    """Return the addresses of the articles before and after the open one."""
    keys = [row.key for row in found.rows]
    first = found.after("")
    at = keys.index(ask.item) if ask.item in keys else keys.index(first.key) if first is not None else 0
    before, after = keys[max(at - 1, 0) : at], keys[at + 1 : at + 2]
    return {"previous": ask.address(*before) if before else "", "next": ask.address(*after) if after else ""}


def _uncertain(visit: Visit, view: QueueView) -> Iterator[QueueStory]:
    shown = {row.key for row in view.queue.rows}
    for story in uncertain(visit.storage, visit.context.settings(), day=view.day, at=visit.now):
        if story.lead.key not in shown:
            yield story


def _sampled(visit: Visit, view: QueueView, listed: Collection[str]) -> Iterator[QueueStory]:
    context = visit.context
    shown = {row.key for row in view.queue.rows}.union(listed)
    found = sample(visit.storage, context.settings(), context.rules(), day=view.day, account=visit.me.id, at=visit.now)
    for group in found.groups:
        yield from (story for story in group.stories if story.lead.key not in shown)


def people(visit: Visit) -> Iterator[tuple[str, str]]:
    """Yield what can be named in a comment, with the words for it."""
    for department in visit.storage.accounts.departments():
        if not department.disabled:
            yield f"@{department.handle}", department.name
    for account in visit.storage.accounts.accounts():
        if not account.disabled:
            yield f"@{account.name}", account.full_name or translate_code("role", account.role)


def state_word(state: str) -> str:
    """Return the word for where an article stands."""
    return translate(_SCRIPT_WORDS[state]) if state in _SCRIPT_WORDS else translate(mark("not reviewed"))


def changed_json(changed: Sequence[Review]) -> str:
    """Return reviews as the scripts put them into the rows."""
    told = [{"item": r.item, "state": r.state, "star": r.star, "version": r.version, "name": r.who} for r in changed]
    return json.dumps(told, ensure_ascii=False)
