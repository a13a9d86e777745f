"""Search: hits a page at a time, facets, and what was found as a table."""

from pathlib import Path
from typing import cast, get_args

from starlette.responses import Response

from diembao.jobs.reading.searching import BEST, COUNTED, TALLIED, SearchOrder, run_search
from diembao.jobs.reading.table_files import DIALECTS, MOST_ROWS, TableForm, write_table
from diembao.jobs.search import items_at, parse_query
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.routes.reading.asked import asked_number, chosen, query_text, show, topic_names
from diembao.web.routes.reading.files import give_file
from diembao.web.routes.reading.saved import saved_lines, with_saved
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from storage.search.parser import QueryError

#: Names of places in the index are seconds times 2^29: no number of an address is larger.
_LARGEST = 2**63 - 1


def search(visit: Visit) -> Response:
    query = query_text(visit, "q")
    by = cast("SearchOrder", chosen(visit, "by", get_args(SearchOrder)) or "time")
    before = asked_number(visit, "before", most=_LARGEST)
    result, wrong = None, None
    if query:
        try:
            result = run_search(
                visit.storage,
                with_saved(visit, query),
                visit.context.rules(),
                topic_names(visit),
                zone=visit.context.zone,
                by=by,
                before=before,
            )
        except QueryError as error:
            wrong = error
    keys = [hit.item.key for hit in result.hits] if result is not None else []
    reviews = visit.storage.reviews.reviews(keys)
    return show(
        visit,
        "search.html",
        rejected={key for key, review in reviews.items() if review.state == "rejected"},
        query=query,
        by=by,
        before=before,
        result=result,
        wrong=wrong,
        saved=saved_lines(visit),
        limits={"counted": COUNTED, "tallied": TALLIED, "best": BEST, "rows": MOST_ROWS},
    )


def search_table(visit: Visit) -> Response:
    """Give what a query finds as a file, the newest MOST_ROWS articles."""
    query = with_saved(visit, query_text(visit, "q"))
    form = cast("TableForm", chosen(visit, "form", get_args(TableForm)) or "csv")
    locale = chosen(visit, "locale", DIALECTS) or "en"
    topics, zone = topic_names(visit), visit.context.zone
    at_address = items_at(visit.storage, query) if query else []
    if at_address is not None:
        rows = iter(at_address)
    else:
        try:
            tree = parse_query(query, visit.context.rules())
        except QueryError as error:
            raise DeskError(400) from error
        rows = visit.storage.search.items(tree, zone=zone, limit=MOST_ROWS)

    def write(path: Path) -> int:
        return write_table(path, "items", rows, form, zone=zone, topics=topics, locale=locale)

    return give_file(visit, f"search-{visit.now.astimezone(zone):%Y%m%d-%H%M}.{form}", write, {"query": query})


ROUTES = (
    DeskRoute("/search", ("GET",), search, "article.read", menu=mark("Search"), order=40),
    DeskRoute("/search/table", ("GET",), search_table, "export"),
)
