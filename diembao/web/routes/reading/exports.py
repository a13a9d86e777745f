"""The tables of `diembao export` as files: articles, stories, tags, daily figures, the ledger."""

from pathlib import Path
from typing import cast, get_args

from starlette.responses import Response

from analysis.tables.definitions import REGISTER_TABLES, TABLES
from diembao.jobs.export import SUFFIXES, ExportRequest, export
from diembao.jobs.reading.table_files import DIALECTS
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.routes.reading.asked import asked_day, chosen, show, topic_names
from diembao.web.routes.reading.files import give_file
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Relevance

#: Longest period of one file in days; `diembao export` writes longer ones.
MOST_DAYS = 366
_FORMS = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)


def exports(visit: Visit) -> Response:
    today = visit.now.astimezone(visit.context.zone).date()
    return show(visit, "exports.html", tables=list(TABLES), forms=_FORMS, today=today, most_days=MOST_DAYS)


def export_file(visit: Visit) -> Response:
    table = chosen(visit, "table", TABLES) or "items"
    form = chosen(visit, "form", _FORMS) or "csv"
    dialect = DIALECTS[chosen(visit, "locale", DIALECTS) or "en"]
    relevance = chosen(visit, "relevance", get_args(Relevance))
    topics = topic_names(visit)
    topic = chosen(visit, "topic", topics)
    first, last = asked_day(visit, "since"), asked_day(visit, "until")
    if first is None or last is None:
        raise DeskError(400, Message(mark("A period needs its first and its last day.")))
    if last < first:
        raise DeskError(400, Message(mark("The period ends before it begins.")))
    if (last - first).days >= MOST_DAYS:
        words = mark("One file holds {limit} days at most; take a longer time in several files.")
        raise DeskError(400, Message(words, limit=MOST_DAYS))
    if table == "ledger" and (topic or relevance):
        raise DeskError(400, Message(mark("Links have neither topic nor relevance: leave both open.")))
    if table in REGISTER_TABLES and (relevance or (topic and table != "matters")):
        raise DeskError(
            400, Message(mark("The register has no relevance, and only matters have topics: leave them open."))
        )
    request = ExportRequest(
        table,
        first,
        last,
        (cast("Relevance", relevance),) if relevance else ("main", "mention"),
        (topic,) if topic else (),
        (),
        visit.context.zone,
    )

    def write(path: Path) -> int:
        book = visit.context.register() if table in REGISTER_TABLES else None
        return export(visit.storage, path, request, topic_labels=topics, dialect=dialect, register=book)

    about = {"table": table, "since": str(first), "until": str(last), "topic": topic, "relevance": relevance}
    return give_file(visit, f"diembao-{table}-{first}-{last}.{form}", write, about)


ROUTES = (
    DeskRoute("/exports", ("GET",), exports, "export", menu=mark("Exports"), order=70),
    DeskRoute("/exports/file", ("GET",), export_file, "export"),
)
