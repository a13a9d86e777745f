"""What the pages of a day's digest share: the day of the path, the room, its steps, and a clash shown in words."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from starlette.responses import Response

from analysis.documents.labels import labels
from diembao.jobs.digest_room.check_list import section_name
from diembao.jobs.digest_room.room import DraftFault, Room, room, write_erratum, write_lead
from diembao.jobs.periods import local_day
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import DigestDraft, DraftClash

#: What is told where words alone were stored
WORDS_SAVED = mark("What you wrote was saved.")
#: Days back of which a draft is kept at the desk: digests of older days are not made again.
_BACK = timedelta(days=366)


def today(visit: Visit) -> date:
    """Return the day of now in the province."""
    return local_day(visit.now, visit.context.zone)


def day_of(visit: Visit) -> date:
    """Return the day of the path. Raises DeskError 404 for none, for one to come and for one long past."""
    try:
        day = date.fromisoformat(visit.path["day"])
    except ValueError as error:
        raise DeskError(404) from error
    if not is_open(visit, day):
        raise DeskError(404, Message(mark("There is no digest of that day.")))
    return day


def is_open(visit: Visit, day: date) -> bool:
    """Whether a day has a room: it is neither to come nor long past."""
    last = today(visit)
    return last - _BACK <= day <= last


def room_of(visit: Visit, day: date) -> Room:
    return room(visit.storage, visit.context.settings(), visit.context.rules(), day, visit.now)


def path_of(day: date, more: str = "") -> str:
    """Return the path of a day's room, or of a page below it."""
    return f"/digest/day/{day.isoformat()}{more}"


def section_names(visit: Visit) -> Callable[[tuple[str, str]], str]:
    """Return what names a section of the digest in the visit's language."""
    words = labels(visit.language)
    topics = visit.context.rules().topics.topic
    names = {topic.id: topic.label_en if visit.language == "en" else topic.label_vi for topic in topics}
    return lambda section: section_name(section, words, names)


def page(visit: Visit, template: str, status: int = 200, **values: object) -> Response:
    """Render a page of the digest room: its templates know `local_date` (a day), `country` (a code)
    in words, and whether there is anybody to send to (`has_recipients`)."""
    words, sending = labels(visit.language), visit.context.settings().sending
    given = {
        "local_date": words.short_date,
        "country": words.country,
        "has_recipients": bool(sending.list or sending.hooks),
        **values,
    }
    return render(visit, f"digest/{template}", status, **given)


def administrators(visit: Visit) -> str:
    """Return the names of those who can be asked for what the settings lack; '' for nobody."""
    accounts = visit.storage.accounts.accounts()
    return ", ".join(a.full_name or a.name for a in accounts if a.role == "administrator" and not a.disabled)


def version_of(visit: Visit) -> int:
    """Return the version of the draft that the person saw."""
    return visit.number("version")


def changed(
    visit: Visit,
    day: date,
    change: Callable[[Room, datetime, int], DigestDraft | DraftClash],
    done: Message,
    *,
    near: Callable[[Room], str] = lambda _: "",
    then: str = "",
) -> Response:
    """Do a change of a draft; answer with the room, or with both values where another changed it meanwhile.

    Every button of the room sends the words in its boxes: what was typed there is stored before the change.
    `change` is given the room, the time and the version that it may change. `near` says at which story of the room
    before the change (its key) the page is to be shown; '': from the top. `then` is another page of the day to go to.
    """
    before, expected = room_of(visit, day), version_of(visit)
    try:
        typed = _store_typed(visit, before, expected)
        found = typed if isinstance(typed, DraftClash) else change(before, visit.now, typed)
    except DraftFault as error:
        words = [visit.field(name) for name in ("lead", "erratum", "reason")]
        return page(visit, "refused.html", 400, path=path_of(day), message=error.message, typed=[*filter(None, words)])
    if isinstance(found, DraftClash):
        return page(visit, "clash.html", 409, path=path_of(day), clash=found)
    if then:
        return redirect(visit, path_of(day, then), None if typed == expected else Message(WORDS_SAVED))
    place = near(before)
    if typed != expected and done.template != WORDS_SAVED:
        done = Message(mark("{done} What you wrote was saved, too."), done=done)
    return redirect(visit, path_of(day, f"#s-{place}" if place else ""), done)


def _store_typed(visit: Visit, before: Room, expected: int) -> int | DraftClash:
    """Store what the person typed into the boxes; return the version that a further change may change."""
    for name, present, write in (
        ("lead", before.draft.lead, write_lead),
        ("erratum", before.draft.erratum, write_erratum),
    ):
        text = " ".join(visit.field(name).split())
        is_typed = name in visit.form and text != " ".join(visit.form.get(f"{name}-before", present).split())
        if not is_typed or text == present:
            continue
        found = write(visit.storage, before.period.day, text, visit.actor, visit.now, expected=expected)
        if isinstance(found, DraftClash):
            return found
        expected = found.version
    return expected
