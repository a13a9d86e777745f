"""Preview, check list, publishing and sending of a day's digest."""

from starlette.responses import Response

from analysis.digest.editions import change_sentences, erratum_sentence
from analysis.documents.labels import labels
from config.alerts import Mail, load_alerts
from diembao.jobs.digest_room import release as job
from diembao.jobs.digest_room.check_list import check_list, recipients_hash, unreviewed
from diembao.jobs.publishing.digest import build_draft
from diembao.jobs.publishing.digest import render as render_forms
from diembao.jobs.publishing.publish import replacing
from diembao.jobs.publishing.published_digest import UnknownPublication
from diembao.jobs.publishing.send import DeliveryResult
from diembao.system.home import HomeInUse
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.digest.days import administrators, day_of, page, path_of, room_of, section_names
from diembao.web.routes.digest.frames import document
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.publications import PublicationHead

#: Path of a form → forms to make, and end of the file's name
_FORMS = {
    "html": ("html", ".html"),
    "pdf": ("pdf", ".pdf"),
    "docx": ("docx", ".docx"),
    "brief.html": ("brief", ".html"),
    "brief.pdf": ("brief", ".pdf"),
    "brief.docx": ("brief", ".docx"),
}
_BUSY = mark("Somebody else publishes or sends just now. Wait a minute, then try again; nothing was done.")


def preview(visit: Visit) -> Response:
    day = day_of(visit)
    return page(visit, "preview.html", day=day, path=path_of(day), may_edit=visit.allows("publish"))


def preview_form(visit: Visit) -> Response:
    """Answer with one form of the digest, as it would go out now."""
    day, settings = day_of(visit), visit.context.settings()
    if visit.path["form"] not in _FORMS:
        raise DeskError(404)
    form, suffix = _FORMS[visit.path["form"]]
    draft = build_draft(
        visit.storage, settings, visit.context.rules(), day=day, language=settings.digest.language, made_at=visit.now
    )
    files = render_forms(replacing(visit.storage, draft), (form,))
    return document(*next((name, body) for name, body in files.items() if name.endswith(suffix)))


def check(visit: Visit) -> Response:
    return _check_page(visit)


def _check_page(visit: Visit, refused: job.NotAsSeen | None = None) -> Response:
    day, settings = day_of(visit), visit.context.settings()
    found = check_list(visit.storage, settings, _mail(visit), room_of(visit, day))
    words = labels(visit.language)
    return page(
        visit,
        "check.html",
        409 if refused else 200,
        day=day,
        path=path_of(day),
        check=found,
        section_name=section_names(visit),
        errata=[erratum_sentence(one, words) for one in found.errata],
        changes=change_sentences(found.changes, words) if found.changes is not None else [],
        second_factor=visit.me.has_totp,
        refused=refused,
        before=visit.form.get("articles", ""),
    )


def ask_publish(visit: Visit) -> Response:
    """Ask once more, for the digest that the person checked."""
    day = day_of(visit)
    found = room_of(visit, day)
    seen, latest = visit.query.get("seen", ""), visit.query.get("latest", "")
    if seen != found.fingerprint or latest != str(found.latest):
        return _check_page(visit, job.NotAsSeen(found.latest, len(found.items), latest != str(found.latest)))
    waiting = sum(n for _, n in unreviewed(visit.storage, found))
    return page(visit, "publish.html", day=day, path=path_of(day), room=found, waiting=waiting)


def publish(visit: Visit) -> Response:
    day, settings = day_of(visit), visit.context.settings()
    seen = job.Seen(day, settings.digest.language, visit.field("seen"), visit.number("latest"))
    try:
        found = job.publish_seen(visit.storage, settings, visit.context.rules(), visit.context.home, visit.actor, seen)
    except HomeInUse as error:
        raise DeskError(503, Message(_BUSY), retry_after=30) from error
    if isinstance(found, job.NotAsSeen):
        if found.published:
            words = mark("It was published meanwhile, as number {number}; nothing was published twice.")
            return redirect(visit, f"/digest/published/{found.latest}", Message(words, number=found.latest))
        return _check_page(visit, found)
    return redirect(
        visit, f"/digest/published/{found.id}", Message(mark("Published as number {number}."), number=found.id)
    )


def ask_send(visit: Visit) -> Response:
    """Ask once more, with the recipients by name."""
    return _send_page(visit, _head(visit))


def _send_page(visit: Visit, head: PublicationHead, status: int = 200, why: Message | None = None) -> Response:
    settings = visit.context.settings()
    return page(
        visit,
        "send.html",
        status,
        head=head,
        rows=[*((one.name, one.to) for one in settings.sending.list), *((hook, ()) for hook in settings.sending.hooks)],
        sent={dispatch.channel: dispatch for dispatch in head.dispatches},
        recipients=recipients_hash(settings.sending, head.id),
        is_latest=visit.storage.publications.latest_number(head.day) == head.id,
        administrators=administrators(visit),
        why=why,
    )


def _head(visit: Visit) -> PublicationHead:
    number = visit.number("number")
    found = visit.storage.publications.recent(1, before=number + 1)
    if not found or found[0].id != number:
        raise DeskError(404)
    return found[0]


def send(visit: Visit) -> Response:
    head = _head(visit)
    order = job.Order(
        head.id, tuple(visit.form.getlist("channel")), visit.field("recipients"), visit.field("again") == "1"
    )
    if not order.channels:
        return _send_page(visit, head, 400, Message(mark("Mark to whom it is to be sent.")))
    try:
        results = job.send_ordered(
            visit.storage, visit.context.settings(), _mail(visit), visit.context.home, visit.actor, order
        )
    except job.RecipientsChanged:
        message = Message(mark("The lists of recipients were changed since you looked. Nothing was sent: look again."))
        return _send_page(visit, head, 409, message)
    except job.Superseded:
        return _send_page(
            visit, head, 409, Message(mark("A later digest of this day was published. Nothing was sent."))
        )
    except UnknownPublication as error:
        raise DeskError(404) from error
    except HomeInUse as error:
        raise DeskError(503, Message(_BUSY), retry_after=30) from error
    if all(result.outcome in ("sent", "before") for result in results):
        return redirect(visit, f"/digest/published/{head.id}", _told(results))
    return page(visit, "sent.html", head=head, results=results)


def _told(results: list[DeliveryResult]) -> Message:
    sent = [result.channel for result in results if result.outcome == "sent"]
    if not sent:
        return Message(mark("It was sent before; nothing was sent twice."))
    return Message(mark("Sent to: {names}."), names=", ".join(sent))


def _mail(visit: Visit) -> Mail:
    folder = visit.context.home.config
    return load_alerts(folder if folder.exists() else None).mail


_DAY = "/digest/day/{day}"
ROUTES = (
    DeskRoute(f"{_DAY}/preview", ("GET",), preview, "article.read"),
    DeskRoute(f"{_DAY}/form/{{form}}", ("GET",), preview_form, "article.read", per_minute=60),
    DeskRoute(f"{_DAY}/check", ("GET",), check, "publish"),
    DeskRoute(f"{_DAY}/publish", ("GET",), ask_publish, "publish"),
    DeskRoute(f"{_DAY}/publish", ("POST",), publish, "publish"),
    DeskRoute("/digest/published/{number}/send", ("GET",), ask_send, "publish"),
    DeskRoute("/digest/published/{number}/send", ("POST",), send, "publish"),
)
