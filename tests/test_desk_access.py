"""Who may do what at the desk: every route for every role and for nobody, then object by object."""

import html
from collections.abc import Iterator

import pytest

from diembao.web.desk_route import DeskRoute
from pipeline.i18n.catalogs import translate
from tests.support.desk_server import MAKER, DeskClient
from tests.support.siege import NOW, Siege, besieged, routes, visitor_of

pytestmark = pytest.mark.long(10)

_SIGNED_IN, _READERS, _ANYBODY = "VREAMU", "REAMU", "VREAMUFN"
#: Method and path of every route → who may take it: V viewer, R reviewer, E editor, A analyst, M administrator,
#: U auditor, F an editor without the second factor, N nobody. Whoever adds a route says here who may take it.
ALLOWED = {
    "GET /": _SIGNED_IN,
    "GET /sign-in": _ANYBODY,
    "POST /sign-in": _ANYBODY,
    "GET /sign-in/code": _ANYBODY,
    "POST /sign-in/code": _ANYBODY,
    "GET /sign-in/provider": _ANYBODY,
    "GET /sign-in/provider/back": _ANYBODY,
    "GET /sign-in/provider/code": _ANYBODY,
    "POST /sign-in/provider/code": _ANYBODY,
    "POST /sign-out": _SIGNED_IN + "F",
    "GET /invitation/{token}": _ANYBODY,
    "POST /invitation/{token}": _ANYBODY,
    "GET /second-factor": _SIGNED_IN + "F",
    "POST /second-factor": _SIGNED_IN + "F",
    "GET /second-factor/codes": _SIGNED_IN,
    "POST /second-factor/codes": _SIGNED_IN,
    "GET /second-factor/remove": _SIGNED_IN,
    "POST /second-factor/remove": _SIGNED_IN,
    "GET /profile": _SIGNED_IN,
    "POST /profile/language": _SIGNED_IN,
    "POST /profile/password": _SIGNED_IN,
    "POST /profile/sign-out-everywhere": _SIGNED_IN + "F",
    "GET /today": _SIGNED_IN,
    # the register's calendar, and its address for programs that cannot sign in
    # progress of the yearly plan
    "GET /register/plan": "REAU",
    # the log of contacts, the yearly figures, documents
    "GET /register/contacts": "REAU",
    "POST /register/contacts": "RE",
    "POST /register/contacts/{contact}/withdraw": "RE",
    "GET /register/yearly/{year}": "REAU",
    "POST /register/yearly/{year}": "RE",
    "GET /register/lists": "REAU",
    "GET /register/lists/document": "REAU",
    "GET /register/plan.csv": "REAU",
    "GET /register/calendar.ics": "VREAU",
    "GET /register/calendar/{token}": _ANYBODY,
    "POST /profile/calendar": "VREAU",
    "POST /profile/calendar/end": "VREAU",
    # accounts and departments
    "GET /accounts": "M",
    "POST /accounts": "M",
    "GET /accounts/new": "M",
    "GET /accounts/{account}": "M",
    "POST /accounts/{account}": "M",
    "POST /accounts/{account}/invite": "M",
    "GET /accounts/{account}/disable": "M",
    "POST /accounts/{account}/disable": "M",
    "POST /accounts/{account}/enable": "M",
    "GET /accounts/{account}/erase": "M",
    "POST /accounts/{account}/erase": "M",
    "GET /departments": "M",
    "POST /departments": "M",
    "GET /departments/{department}": "M",
    "POST /departments/{department}": "M",
    # the review room
    "GET /review": "RE",
    "POST /review/act": "RE",
    "POST /review/undo": "RE",
    "POST /review/comment": "VREA",
    "POST /review/assign": "RE",
    "POST /review/done": "RE",
    "POST /review/withdraw": "RE",
    "POST /review/hold": "RE",
    "POST /review/release": "RE",
    "GET /review/live": "RE",
    "GET /review/keys": "RE",
    "POST /review/keys": "RE",
    # the digest room
    "GET /digest": _SIGNED_IN,
    "GET /digest/day/{day}": _READERS,
    "POST /digest/day/{day}/lead": "E",
    "POST /digest/day/{day}/order": "E",
    "POST /digest/day/{day}/choose": "E",
    "POST /digest/day/{day}/take-from-top": "E",
    "POST /digest/day/{day}/machine": "E",
    "POST /digest/day/{day}/out": "E",
    "GET /digest/day/{day}/out/{story}": "E",
    "POST /digest/day/{day}/out/{story}": "E",
    "POST /digest/day/{day}/back": "E",
    "GET /digest/day/{day}/preview": _READERS,
    "GET /digest/day/{day}/form/{form}": _READERS,
    "GET /digest/day/{day}/check": "E",
    "GET /digest/day/{day}/publish": "E",
    "POST /digest/day/{day}/publish": "E",
    "GET /digest/published": _SIGNED_IN,
    "GET /digest/published/{number}": _SIGNED_IN,
    "GET /digest/published/{number}/file/{name}": _SIGNED_IN,
    "GET /digest/published/{number}/send": "E",
    "POST /digest/published/{number}/send": "E",
    # the reading rooms; what a viewer sees of them is below, object by object
    "GET /search": _READERS,
    "GET /search/table": "A",
    "POST /search/save": "REA",
    "POST /search/change": "REA",
    "POST /search/forget": "REA",
    "GET /article/{key}": _SIGNED_IN,
    "POST /article/{key}/translation": "RE",
    "GET /article/{key}/image/{version}": _SIGNED_IN,
    "GET /story/{key}": _SIGNED_IN,
    "GET /event/{key}": _SIGNED_IN,
    "GET /sources": _READERS,
    "GET /source/{id}": _READERS,
    "POST /source/{id}/pause": "M",
    "POST /source/{id}/resume": "M",
    "GET /archives": _READERS,
    "GET /ledger": _READERS,
    "GET /ledger/table": "A",
    "GET /reports": _READERS,
    "GET /alerts": _READERS,
    "GET /exports": "A",
    "GET /exports/file": "A",
    # what the office gave to a department, comments that name one, the audit
    "GET /assignments": "VRE",
    "GET /assignments/{assignment}": "VRE",
    "POST /assignments/{assignment}/done": "VRE",
    "POST /assignments/{assignment}/comment": "VRE",
    "GET /mentions": _SIGNED_IN,
    "POST /mentions/read": _SIGNED_IN,
    "GET /mentions/{comment}": _SIGNED_IN,
    "POST /mentions/{comment}": "VREA",
    # the register; whose matters a viewer sees: tests/test_register_sight_pages.py
    "GET /register": "VREAU",
    "GET /register/open": "RE",
    "POST /register/open": "RE",
    "GET /register/candidates": "RE",
    "POST /register/candidates": "RE",
    "GET /register/matter/{matter}": "VREAU",
    "POST /register/matter/{matter}/step": "VRE",
    "GET /register/matter/{matter}/notes": "VREAU",
    "POST /register/matter/{matter}/notes": "VRE",
    "POST /register/link": "VRE",
    "POST /article/{key}/clarify": "RE",
    "POST /article/{key}/clarify/{clarification}/withdraw": "RE",
    "GET /agreement": _READERS,
    "GET /audit": "U",
    "POST /audit/verify": "U",
    "GET /audit.csv": "U",
}
#: Routes after which the visitor is to sign in again.
_LEAVING = {("POST", "/sign-out"), ("POST", "/profile/sign-out-everywhere"), ("POST", "/second-factor/remove")}


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


def name_of(method: str, route: DeskRoute) -> str:
    return f"{method} {route.path}"


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    there = {name_of(method, route) for method, route in routes()}
    assert there - set(ALLOWED) == set(), "say in ALLOWED who may take these routes"
    assert set(ALLOWED) - there == set(), "these routes are gone"


def ask(client: DeskClient, method: str, path: str) -> tuple[int, str, str]:
    """Return status, place and text of an answer; of a stream no text."""
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    data = {"csrf": client.form_token()} if method == "POST" else None
    with client.stream(method, path, data=data, headers=headers) as answer:
        is_text = answer.headers.get("content-type", "").startswith("text/html")
        text = answer.read().decode("utf-8", "replace") if is_text else ""
        return answer.status_code, answer.headers.get("location", ""), text


def refusal(status: int, place: str, text: str) -> str:
    """Return how an answer says that this visitor may not: '': it does not."""
    words = html.escape(translate("Your account has no permission for this page."))
    if status == 403 and words in text:
        return "403"
    return place.partition("?")[0] if status == 303 and place.startswith(("/sign-in", "/second-factor")) else ""


@pytest.mark.parametrize("visitor", _ANYBODY)
def test_every_route_lets_in_whom_it_is_for_and_nobody_else(siege: Siege, visitor: str) -> None:
    """By GET and POST; an error of the form, or of the object, is an answer of the room: the visitor was let in."""
    client, wrong = newcomer(siege, visitor), list[str]()
    for method, route in routes():
        status, place, text = ask(client, method, siege.path(route))
        said = refusal(status, place, text)
        expected = expected_of(method, route, visitor)
        if expected == "" and (method, route.path) in _LEAVING and place == "/sign-in":
            client.close()
            said, client = "", newcomer(siege, visitor)
        if route.path.startswith(("/sign-in", "/invitation")):
            said = "" if status < 500 else str(status)
        if status >= 500 or said != expected:
            wrong.append(f"{method} {route.path}: {status} {place} {said!r} instead of {expected!r}")
    client.close()
    assert wrong == []


def newcomer(siege: Siege, visitor: str) -> DeskClient:
    """Return the browser of a visitor who has just come."""
    client = siege.desk.client(visitor_of(siege.desk, visitor, siege.others))
    client.get("/sign-in")
    return client


def expected_of(method: str, route: DeskRoute, visitor: str) -> str:
    if visitor in ALLOWED[name_of(method, route)]:
        return ""
    return {"N": "/sign-in", "F": "/second-factor"}.get(visitor, "403")


def test_the_session_of_a_disabled_account_opens_nothing(siege: Siege) -> None:
    account = siege.desk.account("reviewer")
    with siege.desk.client(account) as client:
        assert client.get("/today").status_code == 200
        siege.desk.storage.accounts.change(account.id, MAKER, NOW, disabled=True)
        assert client.get("/today").headers["location"].startswith("/sign-in")


def test_a_role_taken_away_counts_at_once(siege: Siege) -> None:
    siege.desk.with_password("administrator")  # the last one who can sign in stays one
    account = siege.desk.account("administrator")
    with siege.desk.client(account) as client:
        assert client.get("/accounts").status_code == 200
        siege.desk.storage.accounts.change(account.id, MAKER, NOW, role="viewer")
        assert client.get("/accounts").status_code in (303, 403)


def test_no_article_comes_into_sight_by_being_put_to_a_matter(siege: Siege) -> None:
    """A member of a unit puts to its matter what it may see already; all else is as what there is not."""
    register, keys = siege.desk.storage.register, siege.keys
    number = siege.matters["mine"]
    with siege.desk.client(siege.desk.account("viewer", department=siege.ours)) as client:
        for name, key in keys.items():
            may_see = client.get(f"/article/{key}").status_code == 200
            assert may_see is (name in ("mine", "kept")), name
            for path in (f"/register/matter/{number}/step", "/register/link"):
                fields = {"matter": str(number), "step": "link", "item": key, "part": "again"}
                is_new = may_see and key not in {link.item for link in register.links(number)}
                assert client.send_form(path, **fields).status_code == (303 if is_new else 400), (name, path)
            assert (client.get(f"/article/{key}").status_code == 200) is may_see, name
    assert {link.item for link in register.links(number)} == {keys["mine"], keys["kept"]}
