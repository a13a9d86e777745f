"""The ledger of a day: every link and how it ended, a page at a time, and as a file."""

from datetime import date
from pathlib import Path
from typing import cast, get_args

from starlette.responses import Response

from diembao.jobs.reading.ledger_day import ENDINGS, ledger_day, ledger_rows
from diembao.jobs.reading.table_files import DIALECTS, MOST_ROWS, TableForm, write_table
from diembao.web.desk_route import DeskRoute
from diembao.web.routes.reading.asked import asked_day, chosen, key_and_number, query_text, show, topic_names
from diembao.web.routes.reading.files import give_file
from diembao.web.visit import Visit
from storage.crawl.ledger_page import LedgerFilter


def _asked(visit: Visit) -> tuple[date, LedgerFilter, str]:
    """Return the day, which links of it, and the name of their ending."""
    day = asked_day(visit, "day") or visit.now.astimezone(visit.context.zone).date()
    ending = chosen(visit, "ending", ENDINGS)
    return day, LedgerFilter(query_text(visit, "source"), ENDINGS.get(ending)), ending


def ledger(visit: Visit) -> Response:
    day, listed, ending = _asked(visit)
    page = ledger_day(visit.storage, day, visit.context.zone, listed, after=key_and_number(visit, "after"))
    return show(
        visit,
        "ledger.html",
        page=page,
        day=day,
        source=listed.source,
        ending=ending,
        endings=ENDINGS,
        publishers=visit.storage.crawl.publishers(),
        after="" if page.after is None else f"{page.after[0]}~{page.after[1]}",
        most_rows=MOST_ROWS,
    )


def ledger_table(visit: Visit) -> Response:
    day, listed, ending = _asked(visit)
    form = cast("TableForm", chosen(visit, "form", get_args(TableForm)) or "csv")
    locale, zone = chosen(visit, "locale", DIALECTS) or "en", visit.context.zone
    rows = ledger_rows(visit.storage, day, zone, listed)

    def write(path: Path) -> int:
        return write_table(path, "ledger", rows, form, zone=zone, topics=topic_names(visit), locale=locale)

    about = {"day": str(day), "source": listed.source, "ending": ending}
    return give_file(visit, f"ledger-{day}.{form}", write, about)


ROUTES = (
    DeskRoute("/ledger", ("GET",), ledger, "article.read"),
    DeskRoute("/ledger/table", ("GET",), ledger_table, "export"),
)
