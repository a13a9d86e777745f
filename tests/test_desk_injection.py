"""A property-based run over every route and every field that any room reads: SQL, queries, templates, broken text."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.desk_server import DeskClient
from tests.support.siege import DAY, EVALUATED, NOW, ROLES, Siege, besieged, letter_for, routes, visitor_of

pytestmark = pytest.mark.long(18)

#: Fields that hold who one is: with the right ones a run would sign itself out.
_OURS = {"csrf"}
_READ = re.compile(
    r"(?:field|number|getlist|query_text|chosen|asked_day|asked_number|time_and_key|key_and_number|get)"
    r"\(\s*(?:visit,\s*)?\"([a-z_]+)\""
)
#: What an attacker types; each is also put behind a good value.
HOSTILE_VALUES = (
    "", "'", '"', "' OR '1'='1", "1; DROP TABLE accounts;--", "1) UNION SELECT name, value FROM account_preferences--",
    "%' ESCAPE '!", "_%", "\\", "\0", "\x00\x01", "\U0001f600", "𝕏" * 50, "é\u0301\u202e\u200b", "9" * 40, "-1", "x.0",
    "1e999", "0x10", "NaN", "٣", "2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", str(DAY), "{{7*191191}}", ".0",
    "${7*191191}", "{0.__class__}", "{count}", "%s%n%x", "<script>alert(1)</script>", "a\r\nX-Evil: 1",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0", "true", "[]", '{"$ne": null}', "title:", 'title:"', "a AND (", "((((((((((", "NOT", "x.-1",
    "a OR OR b", '"' * 99, "topic:nothing", "outlet:'", "since:2026-99-99", "NEAR(a b, 99999999)", "a*b*", "*", "@",
    ".", "@nothing", "~", "x~1", "2026-11-22T00:00:00+00:00~'", "main", "approve", "story", "csv", "xlsx", "parquet",
    "jsonl", "day=x&item='", "a" * 9000,
)  # fmt: skip


def fields() -> list[str]:
    """Return the names of every field and query that the source of the desk's rooms reads, and those of its forms."""
    folder = Path(str(files("diembao.web")))
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        names.update(_READ.findall(path.read_text("utf-8")))
    for path in folder.rglob("*.html"):
        names.update(re.findall(r'name="([a-z_]+)"', path.read_text("utf-8")))
    return sorted(names - _OURS)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


class Attackers:
    """A browser of each role; one whose session an attack has ended comes again."""

    def __init__(self, siege: Siege) -> None:
        self._siege = siege
        self._clients: dict[str, DeskClient] = {}

    def get(self, letter: str) -> DeskClient:
        client = self._clients.get(letter)
        if client is None or client.get("/profile").status_code != 200:
            client = self._siege.desk.client(visitor_of(self._siege.desk, letter, self._siege.ours))
            self._clients[letter] = client
        return client


@pytest.fixture(scope="module")
def attackers(siege: Siege) -> Attackers:
    return Attackers(siege)


def test_the_fields_of_the_rooms_are_known() -> None:
    assert {"name", "password", "code", "language", "department", "role"} <= set(fields())


_VALUES = st.one_of(st.sampled_from(HOSTILE_VALUES), st.text(max_size=40))
_NAMES = fields()


@settings(
    max_examples=1,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(drawn=st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), min_size=80, max_size=80), odd=_VALUES)
def test_no_value_of_any_field_breaks_a_room(
    siege: Siege, attackers: Attackers, drawn: list[tuple[str, str]], odd: str
) -> None:
    """Every route with fields of the drawn values, and each of its own good fields spoilt in turn: never a 500."""
    wrong: list[str] = []
    for n, (method, route) in enumerate(routes()):
        if route.is_stream or route.path.startswith("/sign-in/provider"):
            continue
        client = attackers.get(letter_for(route))
        path = siege.path(route)
        good = {**siege.values(), "item": f"{siege.keys['mine']}.0", "day": str(DAY), "kind": "approve", "by": "time"}
        sent = {**good, **dict(drawn[n % 40 :]), "csrf": ""}
        sent["department"] = sent["department"] if n % 2 else odd
        problem = broken(client, method, path, sent)
        if problem:
            wrong.append(f"{method} {route.path}: {problem} { ({k: v[:60] for k, v in sent.items()}) }")
    assert wrong == [], "\n".join(wrong[:5])


def broken(client: DeskClient, method: str, path: str, sent: dict[str, str]) -> str:
    """Send fields; return what is wrong with the answer."""
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in sent.items() if name != "csrf"}
    answer = client.get(path, params=short(clean)) if method == "GET" else client.send_form(path, **clean)
    if answer.status_code >= 500:
        return str(answer.status_code)
    if "Traceback" in answer.text or "sqlalchemy" in answer.text.lower():
        return "words of the program"
    if EVALUATED in answer.text:
        return "a template was evaluated"
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if is_page and "<script>alert" in answer.text and "sandbox" not in answer.headers["content-security-policy"]:
        return "a script in the page"
    return "X-Evil" if "x-evil" in answer.headers else ""


def short(fields: dict[str, str]) -> dict[str, str]:
    """Return fields that an address has room for."""
    return {name: value[:400] for name, value in fields.items()}


@pytest.mark.parametrize("letter", ROLES)
def test_each_hostile_value_alone_in_each_query(siege: Siege, letter: str) -> None:
    """Every hostile value as the one query of the rooms that read one."""
    wrong: list[str] = []
    read = {
        "/search": "q", "/search/table": "q", "/review": "search", "/ledger": "source", "/sources": "after",
        "/digest/published": "before", "/exports/file": "since", "/story/{key}": "after", "/ledger/table": "ending",
        "/reports": "period", "/alerts": "after", "/article/{key}": "version",
    }  # fmt: skip
    with siege.desk.client(visitor_of(siege.desk, letter, siege.ours)) as client:
        for method, route in routes():
            name = read.get(route.path)
            if method == "GET" and name and letter_for(route) == letter:
                # The queue of a search and the figures of a period are the costliest pages.
                for value in HOSTILE_VALUES[:: {"/review": 12, "/reports": 8}.get(route.path, 2)]:
                    if problem := broken(client, "GET", siege.path(route, "mine"), {name: value}):
                        wrong.append(f"{route.path}?{name}={value[:40]!r}: {problem}")
    assert wrong == []


def test_injected_sql_changed_nothing(siege: Siege) -> None:
    """After all of it: the tables are there, the audit verifies, the accounts are as they were made."""
    storage = siege.desk.storage
    assert storage.audit.verify().is_sound
    assert storage.audit.missing_guards() == []
    assert storage.accounts.by_name("lan") is not None
    assert {one.role for one in storage.accounts.accounts() if one.name.startswith("viewer-")} <= {"viewer"}
    assert all(one.created_at <= NOW for one in storage.accounts.accounts())
    log = (siege.desk.home.root / "logs" / "desk.log").read_text("utf-8")
    assert "request_failed" not in log
