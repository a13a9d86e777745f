"""The stream of the review room: what others decide, and which article they have open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.responses import Response, StreamingResponse

from diembao.system.clock import now
from diembao.web.auth.sessions import as_signed_in, open_session
from diembao.web.live import Happenings
from diembao.web.visit import Visit

#: A page that was away for longer is opened anew by its reader; so far back a stream begins.
_BACK = timedelta(hours=12)


async def live(visit: Visit) -> Response:
    """Answer with an event stream, or 204, at which a browser asks no more: all streams are taken."""
    context = visit.context
    if not context.live.has_room(visit.me.id):
        return Response(status_code=204)
    wished = visit.query.get("since", "")
    since = visit.now
    if wished.isascii() and wished.isdigit() and len(wished) < 12:
        since = max(visit.now - _BACK, min(visit.now, datetime.fromtimestamp(int(wished), UTC)))

    def read(start: datetime) -> Happenings:
        with context.open_storage() as storage:
            at = now()
            holds = [hold for held in storage.reviews.holds(None, at).values() for hold in held]
            return Happenings(at, storage.reviews.changed_since(start), [replace(hold, until=at) for hold in holds])

    async def look(start: datetime) -> Happenings:
        return await context.in_thread(lambda: read(start))

    def has_session() -> bool:
        with context.open_storage() as storage:
            session = open_session(storage, visit.token, now(), counts_as_use=False)
            if session is None:
                return False
            return as_signed_in(visit, session.account, context.desk.sso).allows("review")

    async def still_signed_in() -> bool:
        return await context.in_thread(has_session)

    return StreamingResponse(
        context.live.stream(visit.me.id, since, look, still_signed_in),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
