"""The archives that were read back, and what became of their records."""

from starlette.responses import Response

from diembao.web.desk_route import DeskRoute
from diembao.web.routes.reading.asked import show
from diembao.web.visit import Visit
from pipeline.records.archives import RecordOutcome

#: Archives that are listed, those read last.
_MOST = 100
#: What records came to, in the order of the columns; the others are pages that the province has nothing to do with.
_SHOWN = (RecordOutcome.STORED, RecordOutcome.KNOWN, RecordOutcome.UNREADABLE, RecordOutcome.WAITING)


def archives(visit: Visit) -> Response:
    sums = visit.storage.archives.sums(_MOST)
    return show(visit, "archives.html", archives=sums, shown=_SHOWN, most=_MOST, full=len(sums) == _MOST)


ROUTES = (DeskRoute("/archives", ("GET",), archives, "article.read"),)
