"""What was forged, stolen, replayed or sent from another site opens nothing: sessions, forms, invitations, codes."""

import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pyotp.totp import TOTP
from sqlalchemy import MetaData, select

from diembao.jobs.people.accounts import invite_account
from diembao.jobs.people.tokens import device_token, hash_token, new_token, sign
from diembao.system.clock import now
from diembao.web.security import csrf
from pipeline.records.accounts import NewAccount
from storage.database import open_database
from tests.support.desk_server import MAKER, Desk, DeskClient
from tests.support.siege import HOSTILE, ROLES, Siege, besieged, enter, routes, visitor_of

pytestmark = pytest.mark.long(16)

_OTHER_KEY = b"k" * 32


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


@pytest.fixture
def desk(siege: Siege) -> Desk:
    return siege.desk


def test_a_session_chosen_by_somebody_else_is_none_afterwards(desk: Desk) -> None:
    """Fixation: neither an unknown token nor a valid one of the attacker is what the victim's browser has then."""
    account, _ = desk.with_password("reviewer")
    attacker = desk.account("viewer")
    for planted in ("planted", desk.token(attacker), hash_token("x")):
        with desk.client() as victim, desk.client() as thief:
            victim.sign_in(planted)
            assert enter(victim, account.name) in ("/", "303")
            taken = victim.cookies["diembao-session"]
            assert taken != planted
            thief.sign_in(planted)
            assert account.name not in thief.get("/profile").text


def test_forged_and_ended_session_tokens_open_nothing(desk: Desk) -> None:
    account = desk.account("reviewer")
    with desk.client(account) as client:
        good = client.cookies["diembao-session"]
        client.send_form("/sign-out")
    forged = [
        good,  # replayed after its end
        hash_token(desk.token(account)),  # what a stolen database holds
        good[:-1],
        good + "A",
        new_token()[0],
        sign(desk.context.key, "cookie session", str(account.id)),
        str(account.id),
        "' OR 1=1 --",
        "x" * 5000,
    ]
    for token in forged:
        with desk.client() as client:
            client.sign_in(token)
            assert client.get("/today").status_code == 303, token[:60]


def test_form_tokens_of_others_of_another_key_and_of_an_ended_session_are_refused(desk: Desk) -> None:
    account = desk.account("reviewer")
    with desk.client(account) as client:
        ended = client.form_token()
        client.send_form("/sign-out")
        client.sign_in(desk.token(account))
        seed = client.cookies["diembao-session"]
        visit = client.cookies.get("diembao-visit") or ""
        forged = [
            ended,
            csrf.token(_OTHER_KEY, seed),
            csrf.token(desk.context.key, visit),
            csrf.token(desk.context.key, ""),
            hmac.new(desk.context.key, seed.encode(), "sha256").hexdigest(),
            seed,
        ]
        for token in forged:
            assert client.send_form("/profile/language", csrf=token, language="en").status_code == 403
        for place in ("/profile/language?csrf=" + client.form_token(),):
            answer = client.post(place, data={"language": "en"}, headers={"X-CSRF": client.form_token()})
            assert answer.status_code == 403, "a token counts in the form alone"
    stored = desk.storage.accounts.account(account.id)
    assert stored is not None and stored.language == "vi"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        pytest.param({"Origin": "null"}, marks=pytest.mark.thorough),
        {"Sec-Fetch-Site": "cross-site"},
        pytest.param({"Sec-Fetch-Site": "same-site"}, marks=pytest.mark.thorough),
        pytest.param({"Referer": "https://evil.example/"}, marks=pytest.mark.thorough),
    ],
    ids=str,
)
def test_no_form_without_its_token_changes_anything(siege: Siege, headers: dict[str, str]) -> None:
    """Every POST of the desk as another site would send it: with the cookies of a person, without the token."""
    desk = siege.desk
    clients = {letter: desk.client(visitor_of(desk, letter)) for letter in "EM"}
    before = dump(desk)
    for method, route in routes():
        if method != "POST":
            continue
        for letter, client in clients.items():
            answer = client.post(siege.path(route), data={"language": "en", "name": "x"}, headers=headers)
            assert answer.status_code in (403, 429), (letter, route.path, answer.status_code)
    assert dump(desk) == before
    for client in clients.values():
        client.close()


#: Tables in which the look of a page may write: use of sessions, counts of attempts, the index of what is searched,
#: who has an article open, a second factor's secret before its first code; the audit tells of exports.
_NOT_COMPARED = ("sessions", "sign_in_attempts", "review_holds", "audit_", "search_", "fts", "sqlite_", "alembic")


def dump(desk: Desk) -> dict[str, list[Any]]:
    """Return the rows of every table that a look may not change."""
    storage = open_database(desk.address)
    try:
        with storage.audit._reading() as connection:
            tables = MetaData()
            tables.reflect(connection)
            return {
                table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
                for table in tables.sorted_tables
                if not table.name.startswith(_NOT_COMPARED)
            }
    finally:
        storage.close()


def test_a_get_changes_nothing(siege: Siege) -> None:
    """Every page, by everybody who may see it, with the fields that its form would send."""
    desk = siege.desk
    clients = {letter: desk.client(visitor_of(desk, letter, siege.ours)) for letter in ROLES}
    fields = {"kind": "approve", "do": "approve", "item": siege.keys["mine"], "disabled": "1", "language": "en"}
    for client in clients.values():  # what an account itself brings with it
        client.get("/second-factor")
    before = dump(desk)
    for method, route in routes():
        if method == "GET" and not route.is_stream:
            for client in clients.values():
                client.get(siege.path(route), params=fields if route.path != "/sign-in" else {})
    after = dump(desk)
    assert {name for name in before if before[name] != after[name]} == set()
    for client in clients.values():
        client.close()


def test_an_invitation_is_neither_guessed_nor_used_twice_nor_read_out_of_the_database(desk: Desk) -> None:
    account, token = invite_account(desk.storage, NewAccount("moi.ve", "reviewer"), MAKER, now())
    good = "bốn cái ghế tre cạnh cửa sổ"
    with desk.client() as client:
        for forged in (hash_token(token), token[:-1], token + "A", token.swapcase(), "%00", "..%2f", "x" * 2000):
            assert client.get(f"/invitation/{forged}").status_code in (307, 404, 429), forged[:50]
            assert client.send_form(f"/invitation/{forged}", password=good, again=good).status_code in (307, 404, 429)
    _, newer = invite_account(desk.storage, NewAccount("moi.ve", "reviewer"), MAKER, now())
    desk.context.limits.__init__()  # type: ignore[misc]
    with desk.client() as client:
        client.get("/sign-in")
        assert client.send_form(f"/invitation/{token}", password=good, again=good).status_code == 404, "an older one"
        assert client.send_form(f"/invitation/{newer}", password=good, again=good).status_code == 303
    with desk.client() as client:
        client.get("/sign-in")
        assert client.send_form(f"/invitation/{newer}", password=good + "!", again=good + "!").status_code == 404
        assert enter(client, account.name, good) == "/"


def test_the_device_of_an_account_signs_in_nobody(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client() as client:
        client.cookies.set("diembao-device", device_token(desk.context.key, account.id), domain="127.0.0.1", path="/")
        client.cookies.set("diembao-session", device_token(desk.context.key, account.id), domain="127.0.0.1", path="/")
        assert client.get("/today").status_code == 303
        assert enter(client, account.name, "wrong password, quite") == "403"


def test_a_code_of_the_second_factor_holds_once(siege: Siege) -> None:
    """Replay: the same code, the code of the step before it, and the ticket after it was used or by another key."""
    desk = siege.desk
    account, secret = desk.with_password("editor")
    code = TOTP(secret).at(now())
    with desk.client() as client:
        assert enter(client, account.name) == "/sign-in/code"
        kept = client.cookies["diembao-pending"]
        assert client.send_form("/sign-in/code", code=code).headers["location"] == "/"
    for replayed in (code, TOTP(secret).at(now() - timedelta(seconds=30))):
        with desk.client() as client:
            assert enter(client, account.name) == "/sign-in/code"
            assert client.send_form("/sign-in/code", code=replayed).status_code == 403, "replayed"
    with desk.client() as client:
        client.get("/sign-in")
        client.cookies.set("diembao-pending", kept, domain="127.0.0.1", path="/")
        assert client.send_form("/sign-in/code", code=code).status_code == 403, "ticket and code replayed"
        for forged in (sign(_OTHER_KEY, "cookie pending", "e30="), kept[:-1], "x", HOSTILE[:30]):
            client.cookies.clear()
            client.get("/sign-in")
            client.cookies.set("diembao-pending", forged.encode().hex(), domain="127.0.0.1", path="/")
            assert client.send_form("/sign-in/code", code=code).headers["location"] == "/sign-in"


def test_two_browsers_at_once_use_a_code_once(desk: Desk) -> None:
    account, secret = desk.with_password("editor")
    clients = [desk.client() for _ in range(4)]
    for client in clients:
        assert enter(client, account.name) == "/sign-in/code"
    code, places = TOTP(secret).at(now()), list[str]()
    tokens = [client.form_token() for client in clients]

    def go(client: DeskClient, token: str) -> None:
        answer = client.post("/sign-in/code", data={"csrf": token, "code": code})
        places.append(answer.headers.get("location", str(answer.status_code)))

    run_at_once([lambda c=c, t=t: go(c, t) for c, t in zip(clients, tokens, strict=True)])
    assert places.count("/") == 1, places
    for client in clients:
        client.close()


def run_at_once(jobs: list[Any]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
