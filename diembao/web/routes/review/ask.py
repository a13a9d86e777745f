"""The address of a queue: which day or search, which filters, which article is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from diembao.jobs.review.model import QueueFilters, ReviewQueue
from diembao.jobs.review.queue import queue
from diembao.web.errors import DeskError
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import ReviewState
from storage.search.parser import QueryError

PATH = "/review"
_STATES: Mapping[str, ReviewState] = {state: state for state in get_args(ReviewState)}
#: Characters of a value in the address of a queue at most.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class QueueAsk:
    """What is asked for; None and '' leave a matter open."""

    day: date | None = None
    search: str = ""
    filters: QueueFilters = field(default_factory=QueueFilters)
    #: key of the article that is open
    item: str = ""

    def query(self, **changes: str) -> str:
        """Return the query of this address, its values changed; those that are empty are left out."""
        f = self.filters
        values = {
            "day": self.day.isoformat() if self.day else "",
            "search": self.search,
            "topic": f.topic,
            "tone": f.tone,
            "language": f.language,
            "outlet": f.outlet,
            "state": f.state or "",
            "department": "" if f.department is None else str(f.department),
        }
        return urlencode({name: value for name, value in {**values, **changes}.items() if value})

    def address(self, item: str = "") -> str:
        """Return the path of this queue with an article open ('': the first that waits)."""
        query = self.query(item=item)
        return f"{PATH}?{query}" if query else PATH


def asked(values: Mapping[str, str]) -> QueueAsk:
    """Return what the query of an address asks for. Raises DeskError 400 for values that cannot be meant."""
    if any(len(value) > _LONGEST for value in values.values()):
        raise DeskError(400)
    department = values.get("department", "")
    filters = QueueFilters(
        topic=values.get("topic", ""),
        tone=values.get("tone", ""),
        language=values.get("language", ""),
        outlet=values.get("outlet", ""),
        state=_STATES.get(values.get("state", "")),
        department=int(department) if department.isascii() and department.isdigit() and len(department) < 10 else None,
    )
    return QueueAsk(_day(values.get("day", "")), values.get("search", "").strip(), filters, values.get("item", ""))


def asked_in_form(visit: Visit) -> QueueAsk:
    """Return the queue from which a form was sent: its field `back` holds the query of the page."""
    return asked(dict(parse_qsl(visit.field("back", limit=4000))))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DeskError(400, Message(mark("{text}: no day"), text=text[:40])) from None


def read_queue(visit: Visit, ask: QueueAsk) -> ReviewQueue:
    """Return the queue that is asked for. Raises DeskError 400 for a search that cannot be read."""
    context = visit.context
    try:
        return queue(
            visit.storage,
            context.settings(),
            context.rules(),
            day=ask.day,
            search=ask.search,
            filters=ask.filters,
            account=visit.me.id,
            at=visit.now,
        )
    except QueryError as error:
        raise DeskError(400, told(error)) from error


def told(error: Exception) -> str:
    """Return what an error of a job says to a person; '' where it has no words for one."""
    said = error.args[0] if error.args else None
    return said if isinstance(said, Message) else ""
