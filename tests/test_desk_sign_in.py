"""Signing in to the desk: passwords, second factor, invitations, sessions, the own profile."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pyotp.totp import TOTP

from diembao.jobs.people.accounts import first_administrator_link, invite_account
from diembao.jobs.people.tokens import new_token
from diembao.system.clock import now
from pipeline.records.accounts import NewAccount, SessionLimits
from tests.support.desk_server import MAKER, PASSWORD, Desk, DeskClient, serve_desk, serve_new_desk, write_desk_home

pytestmark = pytest.mark.few_on_postgresql

GOOD = "bốn cái ghế tre cạnh cửa sổ"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serve_new_desk(request, tmp_path_factory.mktemp("home")) as served:
        yield served


def code(secret: str, steps: int = 0) -> str:
    return TOTP(secret).at(now() + timedelta(seconds=30 * steps))


def sign_in(client: DeskClient, name: str, password: str = PASSWORD, next_: str = "") -> str:
    """Send name and password; return where it leads, or the status."""
    client.get("/sign-in")
    answer = client.send_form("/sign-in", name=name, password=password, next=next_)
    return answer.headers.get("location") or str(answer.status_code)


def test_a_password_leads_in_under_a_new_session(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer", full_name="Lan")
    with desk.client() as client:
        before = desk.token(desk.account("viewer"))
        client.sign_in(before)
        client.cookies.clear()
        assert sign_in(client, account.name.upper() + " ", next_="/profile") == "/profile"
        assert "Lan" in client.get("/profile").text
    with desk.client() as client:
        client.sign_in("chosen-by-somebody-else")
        assert client.get("/profile").status_code == 303
        assert sign_in(client, account.name) == "/"
        assert client.cookies["diembao-session"] != "chosen-by-somebody-else"


def test_a_session_that_the_browser_had_ends_with_a_new_one(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client(account) as client:
        old = client.cookies["diembao-session"]
        answer = client.send_form("/sign-in", name=account.name, password=PASSWORD)
        assert answer.status_code == 303
        assert client.cookies["diembao-session"] != old
    with desk.client() as client:
        client.sign_in(old)
        assert client.get("/profile").status_code == 303


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD + " ", PASSWORD.upper()])
def test_a_wrong_password_and_an_unknown_name_look_the_same(desk: Desk, password: str) -> None:
    account, _ = desk.with_password("reviewer")
    texts = []
    for name in (account.name, "nobody", "' OR 1=1 --"):
        with desk.client() as client:
            client.get("/sign-in")
            answer = client.send_form("/sign-in", name=name, password=password)
            assert answer.status_code == 403
            cleaned = re.sub(r'value="[^"]*"', "", answer.text)
            texts.append(cleaned)
    assert len(set(texts)) == 1


def test_the_second_factor_is_asked_for_and_no_code_holds_twice(desk: Desk) -> None:
    account, secret = desk.with_password("editor")
    with desk.client() as client:
        assert sign_in(client, account.name, next_="/profile") == "/sign-in/code"
        assert client.get("/profile").status_code == 303, "half signed in is not signed in"
        assert client.send_form("/sign-in/code", code="000000").status_code == 403
        used = code(secret)
        assert client.send_form("/sign-in/code", code=used).headers["location"] == "/profile"
        assert client.get("/profile").status_code == 200
    with desk.client() as client:
        sign_in(client, account.name)
        assert client.send_form("/sign-in/code", code=used).status_code == 403
        assert client.send_form("/sign-in/code", code=code(secret, 1)).status_code == 303
    with desk.client() as client:
        client.get("/sign-in")
        assert client.send_form("/sign-in/code", code=code(secret, 1)).headers["location"] == "/sign-in"
        client.cookies.set("diembao-pending", "eyJ0aWNrZXQiOiAiMS4xIn0=.00", domain="127.0.0.1", path="/")
        assert client.send_form("/sign-in/code", code=code(secret, 1)).headers["location"] == "/sign-in"


def test_guessing_is_slowed_down_and_locks_nobody_out(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client() as known:
        assert sign_in(known, account.name) == "/"
        known.send_form("/sign-out")
        with desk.client() as guesser:
            statuses = [sign_in(guesser, account.name, f"guess {n}") for n in range(8)]
            assert statuses[0] == "403"
            assert statuses[-1] == "429"
            answer = guesser.send_form("/sign-in", name=account.name, password=PASSWORD)
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) >= 1
        # The person's own browser is known by its cookie, and waits for nobody's guesses.
        assert sign_in(known, account.name) == "/"


def test_the_role_forces_the_second_factor_and_the_codes_are_shown_once(desk: Desk) -> None:
    account, _ = desk.with_password("editor", totp=False)
    with desk.client() as client:
        assert sign_in(client, account.name, next_="/profile") == "/profile"
        for path in ("/", "/today", "/profile", "/accounts"):
            assert client.get(path).headers["location"] == "/second-factor", path
        page = client.get("/second-factor").text
        [secret] = re.findall(r'<span class="secret">([A-Z2-7 ]+)</span>', page)
        secret = secret.replace(" ", "")
        assert "data:image/svg+xml" in page
        assert secret in client.get("/second-factor").text.replace(" ", ""), "the same until it is confirmed"
        assert client.send_form("/second-factor", code="123").status_code == 403
        shown = client.send_form("/second-factor", code=code(secret))
        codes = re.findall(r'<li class="secret">([^<]+)</li>', shown.text)
        assert len(codes) == 10
        assert client.get("/second-factor").headers["location"] == "/profile"
        assert client.get("/today").status_code == 200
    with desk.client() as client:
        sign_in(client, account.name)
        assert client.send_form("/sign-in/code", code=codes[0].upper().replace("-", " ")).status_code == 303
    with desk.client() as client:
        sign_in(client, account.name)
        assert client.send_form("/sign-in/code", code=codes[0]).status_code == 403, "used"
        assert client.send_form("/sign-in/code", code=codes[1]).status_code == 303
        assert "8" in client.get("/profile").text
        assert client.send_form("/second-factor/codes", password="wrong").status_code == 403
        fresh = client.send_form("/second-factor/codes", password=PASSWORD)
        assert len(re.findall(r'<li class="secret">', fresh.text)) == 10
        assert client.send_form("/second-factor/remove", password="wrong").status_code == 403
        assert client.send_form("/second-factor/remove", password=PASSWORD).headers["location"] == "/sign-in"
        assert client.get("/today").status_code == 303, "its sessions ended"


def test_the_first_administrator_is_made_by_a_link_that_holds_once(tmp_path: object, desk: Desk) -> None:
    if desk.storage.accounts.has_administrator():
        for account in desk.storage.accounts.accounts():
            assert account.role != "administrator", "runs before any administrator is made"
    token = first_administrator_link(desk.storage, now())
    path = f"/invitation/{token}"
    with desk.client() as client:
        assert "no-store" in client.get(path).headers["cache-control"]
        for wrong in ({"again": "other"}, {"password": "short", "again": "short"}, {"name": "Ă b"}):
            fields = {"name": "quan.tri", "full_name": "Q", "password": GOOD, "again": GOOD} | wrong
            assert client.send_form(path, **fields).status_code == 400, wrong
        answer = client.send_form(path, name="Quan.Tri", full_name="Quản Trị", password=GOOD, again=GOOD)
        assert answer.headers["location"] == "/second-factor"
        made = desk.storage.accounts.by_name("quan.tri")
        assert made is not None
        assert made.role == "administrator"
        assert client.get("/accounts").headers["location"] == "/second-factor"
    with desk.client() as client:
        assert client.get(path).status_code == 404
        assert client.send_form(path, name="evil", password=GOOD, again=GOOD).status_code == 404


def test_an_invitation_sets_a_password_once(desk: Desk) -> None:
    account, token = invite_account(desk.storage, NewAccount("moi.nhan", "reviewer"), MAKER, now())
    path = f"/invitation/{token}"
    with desk.client() as client:
        assert "moi.nhan" in client.get(path).text
        assert client.get(path).status_code == 200, "opened by a program of mail"
        assert client.send_form(path, password="moi.nhan moi.nhan", again="moi.nhan moi.nhan").status_code == 400
        assert client.send_form(path, password=GOOD, again=GOOD).headers["location"] == "/"
        assert client.get("/today").status_code == 200
        assert client.get(path).status_code == 404
    with desk.client() as client:
        assert client.get("/invitation/" + "x" * 43).status_code == 404
        assert sign_in(client, account.name, GOOD) == "/"


def test_sessions_end(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client(account) as one, desk.client(account) as two:
        assert one.get("/today").status_code == two.get("/today").status_code == 200
        assert one.send_form("/sign-out").headers["location"] == "/sign-in"
        assert one.get("/today").status_code == 303
        assert two.get("/today").status_code == 200
        two.send_form("/profile/sign-out-everywhere")
        assert two.get("/today").status_code == 303
    with desk.client(account) as client:
        desk.storage.accounts.change(account.id, MAKER, now(), disabled=True)
        assert client.get("/today").status_code == 303
    assert "403" in [sign_in(client, account.name) for client in [desk.client()]]


@pytest.mark.parametrize(("lasts", "idle", "ago"), [(60, 3600, 61), (3600, 60, 61)])
def test_a_session_ends_by_itself(desk: Desk, lasts: int, idle: int, ago: int) -> None:
    account = desk.account("viewer")
    token, hashed = new_token()
    limits = SessionLimits(timedelta(seconds=lasts), timedelta(seconds=idle))
    begun = now() - timedelta(seconds=ago)
    desk.storage.accounts.begin_session(account.id, hashed, begun, "127.0.0.1", "test", limits)
    with desk.client() as client:
        client.sign_in(token)
        assert client.get("/today").headers["location"].startswith("/sign-in")


def test_the_office_sets_how_long_sessions_last(tmp_path: Path) -> None:
    """By password, by the code of a second factor, and by an invitation."""
    home = write_desk_home(tmp_path)
    settings = home.config / "settings.toml"
    text = re.sub(r"(?m)^idle_minutes = \d+", "idle_minutes = 7", settings.read_text("utf-8"))
    settings.write_text(re.sub(r"(?m)^session_hours = \d+", "session_hours = 2", text), "utf-8")
    with serve_desk(home, f"sqlite:///{home.database}") as desk:
        reviewer, _ = desk.with_password("reviewer")
        editor, secret = desk.with_password("editor")
        newcomer, token = invite_account(desk.storage, NewAccount("moi.nhan", "viewer"), MAKER, now())
        with desk.client() as client:
            assert sign_in(client, reviewer.name) == "/"
        with desk.client() as client:
            sign_in(client, editor.name)
            assert client.send_form("/sign-in/code", code=code(secret)).status_code == 303
        with desk.client() as client:
            client.get(f"/invitation/{token}")
            assert client.send_form(f"/invitation/{token}", password=GOOD, again=GOOD).status_code == 303
        for account in (reviewer, editor, newcomer):
            [session] = desk.storage.accounts.sessions(account.id, now())
            assert session.ends_at - session.begun_at == timedelta(hours=2)
            assert session.idle_ends_at - session.used_at == timedelta(minutes=7)


def test_the_own_profile(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client(account) as client, desk.client(account) as other:
        new = {"password": GOOD, "again": GOOD}
        assert client.send_form("/profile/password", old="wrong", **new).status_code == 400
        assert client.send_form("/profile/password", old=PASSWORD, password=GOOD, again="x").status_code == 400
        assert (
            client.send_form(
                "/profile/password", old=PASSWORD, password="123456789012", again="123456789012"
            ).status_code
            == 400
        )
        assert client.send_form("/profile/password", old=PASSWORD, **new).status_code == 303
        assert client.get("/profile").status_code == 200
        assert other.get("/profile").status_code == 303, "the other sessions ended"
        assert client.send_form("/profile/language", language="xx").status_code == 400
        page = client.get("/profile").text
        assert 'href="/review/keys"' in page
