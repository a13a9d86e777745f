"""Every page of the desk that can be asked for by an address alone → milliseconds that it takes."""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import date
from statistics import median

from diembao.system.clock import now
from diembao.web.desk_route import DeskRoute
from diembao.web.routing import all_routes
from pipeline.records.accounts import PERMISSIONS, ROLES, Role
from pipeline.register.matters import NewMatter
from tests.support.desk_server import MAKER, Desk, DeskClient

_ROUNDS = 5
#: What is asked for of a page that says nothing, or another thing, without it.
_QUERIES: Mapping[str, str] = {
    "/search": "q=Ninh+Thuận",
    "/search/table": "q=đồng+muối+Cà+Ná&form=csv",
    "/ledger": "day={day}",
    "/ledger/table": "day={day}&form=csv",
    "/exports/file": "table=items&form=csv&since={day}&until={day}",
    "/review": "day={day}",
    "/digest": "day={day}",
    "/register/open": "item={key}&scope=story",
}
#: Pages for which somebody has to be signed out, or which end in another program.
_LEFT_OUT = ("/sign-in", "/invitation")


def ask_pages(desk: Desk, day: date) -> dict[str, float]:
    """Return by path the median of the milliseconds that pages take, each asked for by a role that may see it.

    Pages of what this database does not hold (a publication, a comment, an assignment) are left out. The first answer
    of each is not counted. Raises AssertionError for a page that is refused.
    """
    clients: dict[Role, DeskClient] = {}
    values = _values(desk, day)
    found: dict[str, float] = {}
    for route, path in _addresses(values):
        role = _role(route)
        if role not in clients:
            clients[role] = desk.client(desk.account(role))
        times = []
        for _ in range(_ROUNDS + 1):
            began = time.perf_counter()
            answer = clients[role].get(path)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code in (200, 303, 409), (path, answer.status_code, answer.text[:500])
        found[route.path] = median(times[1:])
    for client in clients.values():
        client.close()
    return found


def _values(desk: Desk, day: date) -> dict[str, str]:
    with desk.client(desk.account("reviewer")) as client:
        page = client.get(f"/review?day={day}").text
        key = re.search(r'name="item" value="([^"]+)\.\d+"', page)
        assert key is not None
        article = client.get(f"/article/{key[1]}").text
    story, source = re.search(r'"/story/([^"?#]+)"', article), re.search(r'"/source/([^"?#]+)"', article)
    return {
        "day": day.isoformat(),
        "key": key[1],
        "story": story[1] if story else key[1],
        "id": source[1] if source else "s1",
        "form": "pdf",
        "matter": str(_matter(desk, key[1])),
        "year": str(day.year),
    }


def _matter(desk: Desk, key: str) -> int:
    """Return the number of a matter of the register, which is opened from an article where there is none."""
    register = desk.storage.register
    there = register.matters(limit=1)
    return there[0].id if there else register.open(MAKER, NewMatter("Benchmark", "other", key, "story"), now()).id


def _addresses(values: Mapping[str, str]) -> Iterator[tuple[DeskRoute, str]]:
    for route in all_routes():
        if route.methods != ("GET",) or route.is_stream or route.path.startswith(_LEFT_OUT):
            continue
        named = dict(values)
        if route.path.startswith(("/story/", "/event/")):
            named["key"] = values["story"]
        if set(re.findall(r"\{(\w+)\}", route.path)) <= set(named):
            query = _QUERIES.get(route.path, "").format(**named)
            yield route, route.path.format(**named) + (f"?{query}" if query else "")


def _role(route: DeskRoute) -> Role:
    """Return a role that may see a page; members of units last, who are refused what is not of their unit."""
    roles = sorted(ROLES, key=lambda role: role == "viewer")
    return next((role for role in roles if route.access in PERMISSIONS[role]), "editor")
