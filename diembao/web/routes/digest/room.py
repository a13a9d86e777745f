"""The room of a day: its lead, its top stories in their order, and what is left out."""

from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from starlette.responses import Response

from analysis.brief.matters import TOLD
from analysis.documents.labels import labels
from diembao.jobs.digest_room import room as job
from diembao.jobs.publishing.gate import gate_state
from diembao.jobs.reading.translation_words import ShownText, shown_titles
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.digest.days import WORDS_SAVED, changed, day_of, page, path_of, room_of, section_names, today
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import DigestDraft, DraftClash


def entrance(visit: Visit) -> Response:
    """Lead to the room of a day (query `day`), or those who make no digest to what was published."""
    if not visit.allows("article.read"):
        return redirect(visit, "/digest/published")
    return redirect(visit, f"/digest/day/{visit.query.get('day') or today(visit).isoformat()}")


def show(visit: Visit) -> Response:
    day = day_of(visit)
    found = room_of(visit, day)
    settings = visit.context.settings()
    sections = [(section, list(stories)) for section, stories in groupby(found.others, key=lambda one: one.section)]
    return page(
        visit,
        "room.html",
        day=day,
        path=path_of(day),
        last=today(visit),
        room=found,
        sections=sections,
        titles=_titles(visit, found),
        section_name=section_names(visit),
        may_edit=visit.allows("publish"),
        gate=gate_state(visit.storage, settings, day, visit.now) if settings.desk.gate else "open",
        gate_until=settings.desk.gate_until,
        most=job.LEAD,
        told=TOLD,
        tone=lambda code: labels(visit.language).of("tone", code).lower(),
        most_top=job.MOST_TOP,
    )


def _titles(visit: Visit, found: job.Room) -> dict[str, ShownText]:
    """Return the translated titles of the stories of the room, those that are left out too, by key of their leads."""
    out = [one.lead for one in found.left_out if one.lead is not None]
    return shown_titles(visit.storage, (*found.items, *out))


def lead(visit: Visit) -> Response:
    """Store what was typed into the boxes alone, and go on to another page of the day if the button says so."""
    then = visit.field("then")
    return changed(
        visit,
        day_of(visit),
        lambda room, _at, _expected: room.draft,
        Message(WORDS_SAVED),
        then=f"/{then}" if then in ("preview", "check") else "",
    )


def order(visit: Visit) -> Response:
    """Put the top stories in the order of the number fields, or move one of them up or down by a button."""
    day = day_of(visit)

    def change(room: job.Room, at: datetime, expected: int) -> DigestDraft | DraftClash:
        keys = [story.key for story in room.top]
        for name, step in (("up", -1), ("down", 1)):
            if (key := visit.field(name)) in keys:
                n = keys.index(key)
                other = min(max(n + step, 0), len(keys) - 1)
                keys[n], keys[other] = keys[other], keys[n]
                break
        else:
            places = {key: _place(visit.field(f"place-{key}"), n) for n, key in enumerate(keys)}
            keys.sort(key=places.__getitem__)
        return job.order_top(visit.storage, day, keys, visit.actor, at, expected=expected)

    moved = visit.field("up") or visit.field("down")
    return changed(visit, day, change, Message(mark("The order was saved.")), near=lambda _: moved)


def _place(text: str, now: int) -> tuple[float, int]:
    """Return where a story goes: as its field says; one typed the same as another's goes before it."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else now + 1
    return (number - 0.5 if number < now + 1 else number + 0.5 if number > now + 1 else float(number)), now


def choose(visit: Visit) -> Response:
    day, key = day_of(visit), visit.field("key")

    def change(room: job.Room, at: datetime, expected: int) -> DigestDraft | DraftClash:
        if all(story.key != key for story in (*room.others, *room.top)):
            raise job.DraftFault(Message(mark("The story is not in the digest of this day any more.")))
        keys = [*(story.key for story in room.top if story.key != key), key]
        return job.order_top(visit.storage, day, keys, visit.actor, at, expected=expected)

    return changed(visit, day, change, Message(mark("It is a top story now.")), near=lambda room: _after(room, key))


def _after(room: job.Room, key: str) -> str:
    """Return the key of the story that follows one among those that are no top stories, or comes before the last."""
    keys = [story.key for story in room.others]
    n = keys.index(key) if key in keys else len(keys)
    return next(iter(keys[n + 1 : n + 2] or keys[max(n - 1, 0) : n]), "")


def take_from_top(visit: Visit) -> Response:
    day, key = day_of(visit), visit.field("key")

    def change(room: job.Room, at: datetime, expected: int) -> DigestDraft | DraftClash:
        story = next((story for story in room.top if story.key == key), None)
        if story is None:
            return room.draft
        return job.take_from_top(visit.storage, room, story, visit.actor, at, expected=expected)

    return changed(visit, day, change, Message(mark("It is no top story any more.")))


def machine(visit: Visit) -> Response:
    day = day_of(visit)
    return changed(
        visit,
        day,
        lambda _, at, expected: job.order_top(visit.storage, day, (), visit.actor, at, expected=expected),
        Message(mark("The machine chooses the top stories again.")),
    )


def to_reason(visit: Visit) -> Response:
    """Lead to the page that asks why a story is to be left out; a lead that was typed is stored on the way."""
    story = quote(visit.field("story"), safe="")
    return changed(
        visit, day_of(visit), lambda room, _at, _expected: room.draft, Message(WORDS_SAVED), then=f"/out/{story}"
    )


def ask_reason(visit: Visit) -> Response:
    """Ask why a story is to be left out."""
    day = day_of(visit)
    found = room_of(visit, day)
    story = next((one for one in (*found.top, *found.others) if one.story == visit.path["story"]), None)
    if story is None:
        raise DeskError(404)
    titles = _titles(visit, found)
    return page(visit, "out.html", day=day, path=path_of(day), story=story, room=found, titles=titles, most=job.REASON)


def leave_out(visit: Visit) -> Response:
    day, story = day_of(visit), visit.path["story"]
    reason = visit.field("reason")
    return changed(
        visit,
        day,
        lambda room, at, expected: job.leave_out(
            visit.storage, room, story, reason, visit.actor, at, expected=expected
        ),
        Message(mark("The story is left out; the digest names it with the reason.")),
    )


def take_back(visit: Visit) -> Response:
    day, key = day_of(visit), visit.field("key")
    return changed(
        visit,
        day,
        lambda _, at, expected: job.take_back(visit.storage, day, key, visit.actor, at, expected=expected),
        Message(mark("The story is in the digest again.")),
    )


_DAY = "/digest/day/{day}"
ROUTES = (
    DeskRoute("/digest", ("GET",), entrance, "digest.read", menu=mark("Digest"), order=30),
    DeskRoute(_DAY, ("GET",), show, "article.read"),
    DeskRoute(f"{_DAY}/lead", ("POST",), lead, "publish"),
    DeskRoute(f"{_DAY}/order", ("POST",), order, "publish"),
    DeskRoute(f"{_DAY}/choose", ("POST",), choose, "publish"),
    DeskRoute(f"{_DAY}/take-from-top", ("POST",), take_from_top, "publish"),
    DeskRoute(f"{_DAY}/machine", ("POST",), machine, "publish"),
    DeskRoute(f"{_DAY}/out", ("POST",), to_reason, "publish"),
    DeskRoute(f"{_DAY}/out/{{story}}", ("GET",), ask_reason, "publish"),
    DeskRoute(f"{_DAY}/out/{{story}}", ("POST",), leave_out, "publish"),
    DeskRoute(f"{_DAY}/back", ("POST",), take_back, "publish"),
)
