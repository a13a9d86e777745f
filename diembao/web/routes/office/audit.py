"""The audit: who did what, when and from where; whether the chain is unbroken; CSV."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from time import sleep
from typing import IO
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from diembao.jobs.audit import audit_rows
from diembao.jobs.office.background import AuditCheck
from diembao.jobs.reading.table_files import DIALECTS
from diembao.jobs.search import parse_query
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.office.audit_table import write_audit_table
from diembao.web.routes.office.audit_words import ACTIONS, AuditWords
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate_code
from pipeline.i18n.notices import Message
from pipeline.records.audit import AuditEvent, AuditFilter
from storage.search.parser import QueryError

#: Entries on a page.
_PAGE = 50
#: Fields of the filter, as the address has them.
_FIELDS = ("who", "action", "object", "since", "until")
#: Characters of a field.
_LONGEST = 200
#: Articles of a title at most.
_TITLED = 200
#: What an object is named by in an address, kind and key; anything else is words of a title.
_KIND = re.compile(r"[a-z_]+:\S*$", re.ASCII)
#: How often, and for how many seconds, a check is waited for.
_WAITS, _WAIT = 30, 0.1
#: Bytes of a CSV that are kept in memory, and sent at a time.
_IN_MEMORY, _PIECE = 2**20, 2**16


def show(visit: Visit) -> Response:
    given, wrong = _given(visit), ""
    try:
        wanted = _filter(visit, given)
    except DeskError as error:
        wanted, wrong = AuditFilter(), error.message
    before = _number(visit.query.get("before", ""))
    rows = [] if wrong else visit.storage.audit.page(wanted, before, _PAGE + 1)
    check = visit.context.audit_check
    if check.state.began is None:
        check.start(visit.now)
        _wait(check)
    return render(
        visit,
        "office/audit.html",
        400 if wrong else 200,
        entries=AuditWords(visit, rows[:_PAGE]).entries(),
        actions=_choices(given["action"], ((code, translate_code("audit action", code)) for code in ACTIONS)),
        people=_choices(
            given["who"].casefold(),
            ((one.name, one.full_name or one.name) for one in visit.storage.accounts.accounts()),
        ),
        older=_address(given, before=str(rows[_PAGE - 1].seq)) if len(rows) > _PAGE else "",
        newest=_address(given) if before is not None else "",
        table=_address(given, path="/audit.csv"),
        given=given,
        wrong=wrong,
        is_filtered=any(given.values()),
        check=check.state,
    )


def verify(visit: Visit) -> Response:
    """Begin a check of the whole chain and wait for it a while; the page shows what it finds."""
    check = visit.context.audit_check
    check.start(visit.now)
    _wait(check)
    return redirect(visit, "/audit")


def _wait(check: AuditCheck) -> None:
    """Wait a while for a check, so that the page has its result; one of a long chain goes on behind it."""
    for _ in range(_WAITS):
        if not check.state.is_running:
            break
        sleep(_WAIT)


def table(visit: Visit) -> Response:
    """Give the entries that the filter lets through as CSV; the audit records that they were taken out."""
    given = _given(visit)
    wanted = _filter(visit, given)
    # Only what was there when it was asked for: the entry about the export itself is not in it.
    head = visit.storage.audit.head().seq
    chosen = {name: value for name, value in given.items() if value}
    event = AuditEvent("audit.exported", "audit", "", None, {"filter": chosen, "up_to": head}, visit.actor, visit.now)
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
        rows = (row for row in audit_rows(visit.storage, wanted) if row.seq <= head)
        write_audit_table(visit, rows, text, DIALECTS[visit.language])
        text.flush()
        text.detach()
        visit.storage.audit.record(event)
        file.seek(0)
        name = f"diembao-audit-{visit.now.astimezone(visit.context.zone):%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        pieces = _pieces(file, stack.pop_all())
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _pieces(file: IO[bytes], closing: ExitStack) -> Iterator[bytes]:
    """Yield a file piece by piece, and close it after the last."""
    with closing:
        while piece := file.read(_PIECE):
            yield piece


def _given(visit: Visit) -> dict[str, str]:
    """Return the fields of the filter. Raises DeskError 400 for one that is too long."""
    given = {name: visit.query.get(name, "").strip() for name in _FIELDS}
    if any(len(value) > _LONGEST for value in given.values()):
        raise DeskError(400, Message(mark("Too long: at most {limit} characters."), limit=_LONGEST))
    return given


def _choices(given: str, known: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return values and words of a list to choose from, with what the address has that is not among them."""
    choices = list(known)
    return choices if not given or given in dict(choices) else [*choices, (given, given)]


def _filter(visit: Visit, given: Mapping[str, str]) -> AuditFilter:
    """Return the filter of an address. Raises DeskError 400 for days that are none."""
    zone, about = visit.context.zone, given["object"]
    named = _KIND.match(about)
    kind, _, key = about.partition(":") if named else ("item" if about else "", "", "")
    since, until = _day(given["since"]), _day(given["until"])
    return AuditFilter(
        since=None if since is None else datetime.combine(since, time.min, zone),
        until=None if until is None else datetime.combine(until + timedelta(days=1), time.min, zone),
        who=given["who"].casefold(),
        action=given["action"],
        object_kind=kind,
        object_id=key,
        object_ids=_titled(visit, about) if about and not named else (),
    )


def _titled(visit: Visit, words: str) -> tuple[str, ...]:
    """Return the keys of the newest articles whose titles hold these words; one that none has where there are none."""
    plain = " ".join(part for part in re.split(r"\W+", words) if part)
    if not plain:
        return ("-",)
    rules, zone = visit.context.rules(), visit.context.zone
    keys: list[str] = []
    try:
        # Also articles that were taken out of the day: a search finds them only if it names their relevance.
        for query in (f'title:"{plain}"', f'title:"{plain}" relevance:no'):
            page = visit.storage.search.page(parse_query(query, rules), zone=zone, limit=_TITLED)
            keys += [hit.item.key for hit in page.hits]
    except QueryError:
        return ("-",)
    return tuple(keys) or ("-",)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise DeskError(400, Message(mark("{day} is no day: write YYYY-MM-DD."), day=repr(text))) from None
    if not 1970 <= found.year <= 2999:
        raise DeskError(400, Message(mark("{day} is no day: write YYYY-MM-DD."), day=repr(text)))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _address(given: Mapping[str, str], path: str = "/audit", **more: str) -> str:
    fields = {**{name: value for name, value in given.items() if value}, **more}
    return f"{path}?{urlencode(fields)}" if fields else path


ROUTES = (
    DeskRoute("/audit", ("GET",), show, "audit.read", menu=mark("Audit"), order=90),
    DeskRoute("/audit/verify", ("POST",), verify, "audit.read", per_minute=10),
    DeskRoute("/audit.csv", ("GET",), table, "audit.read", per_minute=10),
)
