"""Server-sent events of the desk: one reader of the database for all streams of the process."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from pipeline.errors import DiembaoError
from pipeline.records.reviews import Hold, Review

#: Streams of this process, and of one account.
MOST_STREAMS, MOST_OF_ACCOUNT = 100, 6
#: Seconds between two looks at the database while anybody listens.
_PAUSE = 1.0
#: Seconds between two signs of life, by which a browser that is gone is noticed; then the session is looked at too.
_ALIVE = 15.0
#: Seconds after which a stream ends; the browser opens the next one by itself.
_LASTS = 15 * 60.0
#: A change is stored a little after the moment it bears: what is looked for begins so much before the last look.
_OVERLAP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Happenings:
    """What a look at the database found."""

    #: moment of the look, aware
    at: datetime
    reviews: Sequence[Review]
    #: all that count, those without an end to come left out
    holds: Sequence[Hold]


#: Reads what was reviewed since a moment, in a thread.
Look = Callable[[datetime], Awaitable[Happenings]]
#: Whether a session still holds, asked in a thread.
StillSignedIn = Callable[[], Awaitable[bool]]


class LiveState:
    """The streams of one desk, and the task that looks at the database while there are any."""

    def __init__(self) -> None:
        self._streams: dict[asyncio.Queue[str | None], int] = {}
        self._task: asyncio.Task[None] | None = None
        self._seen: dict[str, int] = {}
        self._holds: str = ""
        self._is_closed = False

    def has_room(self, account: int) -> bool:
        """Whether one more stream may be opened, by this account."""
        of_account = sum(one == account for one in self._streams.values())
        return not self._is_closed and len(self._streams) < MOST_STREAMS and of_account < MOST_OF_ACCOUNT

    def close(self) -> None:
        """End all streams: the server stops. Called in the server's loop."""
        self._is_closed = True
        for queue in self._streams:
            queue.put_nowait(None)

    async def stream(
        self, account: int, since: datetime, look: Look, still_signed_in: StillSignedIn
    ) -> AsyncIterator[str]:
        """Yield the events of one stream: first what happened since `since`, then whatever the desk's look finds."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._streams[queue] = account
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch(look, since))
        ends = monotonic() + _LASTS
        try:
            with suppress(DiembaoError):
                found = await look(since - _OVERLAP)
                yield _event(found.at, found.reviews, found.holds)
            while monotonic() < ends:
                try:
                    text = await asyncio.wait_for(queue.get(), _ALIVE)
                except TimeoutError:
                    if not await still_signed_in():
                        return
                    text = ":\n\n"
                if text is None:
                    return
                yield text
        finally:
            del self._streams[queue]

    async def _watch(self, look: Look, began: datetime) -> None:
        """Look at the database as long as there is a stream, and tell all of them what is new."""
        since = began
        while self._streams and not self._is_closed:
            try:
                found = await look(since - _OVERLAP)
            except DiembaoError:  # the database is busy, or away: the next look may find it
                await asyncio.sleep(_PAUSE * 5)
                continue
            fresh = [one for one in found.reviews if self._seen.get(one.item) != one.version]
            self._seen = {one.item: one.version for one in found.reviews}
            holds = json.dumps(_holds(found.holds))
            if fresh or holds != self._holds:
                text = _event(found.at, fresh, found.holds)
                for queue in self._streams:
                    queue.put_nowait(text)
            self._holds, since = holds, found.at
            await asyncio.sleep(_PAUSE)


def _event(at: datetime, reviews: Sequence[Review], holds: Sequence[Hold]) -> str:
    """Return one event: codes, keys, numbers and names, which the page puts into its own words, as text."""
    told = {
        "at": int(at.timestamp()),
        "reviews": [
            {"item": r.item, "state": r.state, "star": r.star, "version": r.version, "name": r.who} for r in reviews
        ],
        "holds": _holds(holds),
    }
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n"


def _holds(holds: Sequence[Hold]) -> list[dict[str, Any]]:
    return [{"item": hold.item, "account": hold.account, "name": hold.who} for hold in holds]
