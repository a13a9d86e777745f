"""Attacks on sign-in, sessions, tokens, forms and files of the desk, each over HTTP against the real server."""

import csv
import hmac
import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pyotp.totp import TOTP
from sqlalchemy import MetaData, select

from diembao.jobs.people import passwords
from diembao.jobs.people.accounts import invite_account
from diembao.jobs.people.tokens import device_token, hash_token, new_token, sign
from diembao.system.clock import now
from diembao.web.errors import DeskError
from diembao.web.security import csrf
from diembao.web.security.limits import RateLimits
from pipeline.records.accounts import NewAccount
from pipeline.records.audit import AuditFilter
from storage.database import open_database
from tests.support.desk_server import MAKER, PASSWORD, Desk, DeskClient
from tests.support.siege import EVALUATED, HOSTILE, NOW, ROLES, Siege, besieged, letter_for, routes, visitor_of
from tests.support.stress.desk_guesses import guess

_ALL = AuditFilter()
_OTHER_KEY = b"k" * 32


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


@pytest.fixture
def desk(siege: Siege) -> Desk:
    return siege.desk


def port_of(desk: Desk) -> int:
    return urlsplit(desk.url).port or 0


def enter(client: DeskClient, name: str, password: str = PASSWORD) -> str:
    """Send name and password; return where it leads, or the status."""
    client.get("/sign-in")
    answer = client.send_form("/sign-in", name=name, password=password)
    return answer.headers.get("location") or str(answer.status_code)


# sessions and tokens


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
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://evil.example/"},
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


# sign-in attempts


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a hash cost a hundredth: what is tested is how many are made, not what one costs."""
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


def test_a_thousand_attempts_neither_get_in_nor_keep_the_owner_out(siege: Siege, cheap_hashes: None) -> None:
    """900 from one place, 100 from as many; few cost a hash, few are stored. `make soak` makes 10,000."""
    desk = siege.desk
    account, _ = desk.with_password("reviewer")
    found = guess(desk.storage, desk.context.key, account, PASSWORD, NOW, 1_000)
    assert (found.entered, found.owner_refused) == (0, 0)
    assert 100 <= found.hashed < 130, "of one place a few, of a hundred places one each"
    assert found.stored == found.hashed
    told = [row for row in desk.storage.audit.page(_ALL) if row.action == "account.sign_in_slowed"]
    assert 0 < len([row for row in told if row.object_id == str(account.id)]) < 5


def test_hundreds_of_attempts_over_http_leave_the_desk_to_others(siege: Siege) -> None:
    """From 8 addresses of loopback at once: hashes are made two at a time, and who is signed in goes on working."""
    desk = siege.desk
    account, _ = desk.with_password("reviewer")
    most, running, lock = [0], [0], threading.Lock()
    hasher = passwords._HASHER

    class Counted:
        def verify(self, *words: Any) -> bool:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            try:
                return hasher.verify(*words)
            finally:
                with lock:
                    running[0] -= 1

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    statuses: list[int] = []
    token = desk.token(account)

    def attack(address: str) -> None:
        import httpx

        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(base_url=desk.url, transport=transport, trust_env=False, timeout=60) as client:
            client.get("/sign-in")
            form = csrf.token(desk.context.key, client.cookies["diembao-visit"])
            for n in range(40):
                data = {"csrf": form, "name": f"name-{n % 2}", "password": f"guess {n}"}
                statuses.append(client.post("/sign-in", data=data).status_code)

    waits: list[float] = []
    passwords._HASHER = Counted()  # type: ignore[assignment]
    try:
        attackers = [threading.Thread(target=attack, args=(f"127.0.1.{n}",)) for n in range(1, 9)]
        for attacker in attackers:
            attacker.start()
        with desk.client() as owner:
            owner.sign_in(token)
            while any(attacker.is_alive() for attacker in attackers):
                began = time.monotonic()
                assert owner.get("/today").status_code == 200
                waits.append(time.monotonic() - began)
                time.sleep(0.05)
    finally:
        passwords._HASHER = hasher
    assert len(statuses) == 320
    assert set(statuses) <= {403, 429}
    assert 429 in statuses
    assert most[0] <= 2
    assert sorted(waits)[len(waits) // 2] < 3.0
    with desk.client() as client:
        assert enter(client, account.name) == "/"


def test_limits_by_address_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A /64 of IPv6 counts as one address; counters of addresses that are gone are dropped."""
    limits = RateLimits()
    refused = 0
    for n in range(500):
        try:
            limits.hit("/sign-in", f"2001:db8::{n:x}", 60)
        except DeskError:
            refused += 1
    assert refused == 440
    for n in range(5_000):
        limits.hit("/sign-in", f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", 60)
    ahead = time.time() + 3600
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: ahead)
    until = time.monotonic() + 10
    while len(limits) > 20 and time.monotonic() < until:
        limits.hit("/sign-in", "192.0.2.1", 10_000)
        time.sleep(0.05)
    assert len(limits) <= 20


# what comes over the line


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1@evil.example", "127.0.0.1:1/evil", "evil.example#127.0.0.1"]
)
def test_a_host_of_another_site_gets_no_page_and_no_link(siege: Siege, host: str) -> None:
    """On every route; and X-Forwarded-Host of a stranger is in no link that an administrator copies."""
    desk = siege.desk
    token = desk.token(desk.account("administrator"))
    for method, route in routes():
        line = http.client.HTTPConnection("127.0.0.1", port_of(desk), timeout=10)
        line.putrequest(method, siege.path(route), skip_host=True)
        line.putheader("Host", host)
        line.putheader("Cookie", f"diembao-session={token}")
        line.endheaders()
        answer = line.getresponse()
        assert answer.status == 400, route.path
        assert b"evil" not in answer.read()
        line.close()
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    with desk.client(desk.account("administrator"), **forwarded) as client:
        page = client.send_form("/accounts", name=f"moi.{abs(hash(host)) % 10**6}", role="viewer").text
        assert "/invitation/" in page
        assert "evil.example" not in page


def test_hundred_slow_lines_and_oversized_heads_keep_nobody_waiting(desk: Desk) -> None:
    account = desk.account("reviewer")
    lines = [socket.create_connection(("127.0.0.1", port_of(desk)), timeout=20) for _ in range(100)]
    token = desk.token(account)
    for n, line in enumerate(lines):
        head = "POST /profile/language HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        rest = f"Cookie: diembao-session={token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        line.sendall((head if n % 2 else head + rest + "Content-Length: 90\r\n\r\ncsrf=").encode())
    with desk.client(account) as client:
        began = time.monotonic()
        assert [client.get("/today").status_code for _ in range(3)] == [200] * 3
        assert time.monotonic() - began < 10
    for head in ("GET /today?" + "x" * 300_000, "GET /today HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + "x" * 300_000):
        with socket.create_connection(("127.0.0.1", port_of(desk)), timeout=20) as line:
            with suppress(OSError):
                line.sendall(head.encode())
            assert line.recv(100).startswith(b"HTTP/1.1 400")
    for line in lines:
        line.close()
    with desk.client(account) as client:
        gzip = {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/profile/language", content=b"\x1f\x8b" + b"\0" * 100, headers=gzip).status_code == 403
        bomb = b"--b\r\n" + b"".join(
            b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n' for _ in range(3000)
        )
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        assert client.post("/profile/language", content=bomb, headers=kind).status_code == 400
        assert client.get("/today").status_code == 200


_BREAKS = ("x\r\nBcc: evil@example.com", "x\nSet-Cookie: a=b", "x\r\n\r\n<script>", "x\u2028y", "x\u0085y", "x\x0by")


def test_line_breaks_get_into_no_name_no_header_and_no_address(siege: Siege) -> None:
    desk = siege.desk
    with desk.client(desk.account("administrator")) as client:
        for n, text in enumerate(_BREAKS):
            new = {"name": f"break-{n}", "role": "viewer"}
            assert client.send_form("/accounts", **{**new, "full_name": text}).status_code == 400, text
            assert client.send_form("/accounts", **{**new, "mail": f"a@example.vn{text[1:]}"}).status_code == 400, text
            assert client.send_form("/accounts", **{**new, "name": f"b{n}{text}"}).status_code == 400, text
            department = {"name": text, "handle": f"h-{n}", "mail": ""}
            assert client.send_form("/departments", **department).status_code == 400, text
            department = {"name": "Sở", "handle": f"h-{n}", "mail": f"a@example.vn{text[1:]}"}
            assert client.send_form("/departments", **department).status_code == 400, text
    with desk.client() as client:
        for text in _BREAKS:
            answer = client.get("/sign-in", params={"next": f"/{text}"})
            assert answer.status_code == 200
            assert not {"bcc", "a"} & {name.lower() for name in answer.headers}
            assert "evil" not in str(answer.headers)
            answer = client.get("/today", params={"a": text})
            assert "\r" not in answer.headers["location"]
            assert "\n" not in answer.headers["location"]


_ODD = (
    "0", "-1", "1e3", "9" * 30, "٣", "１", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%00", "a%00b", "%ff%fe", "%0d%0aX:1",
    "1;DROP TABLE accounts", "1' OR '1'='1", "{{7*191}}", "%7B%7B7*191%7D%7D", "nothing", "x" * 3000, "%c0%ae",
)  # fmt: skip


def test_paths_and_ids_that_were_tampered_with_lead_nowhere(siege: Siege) -> None:
    """Each parameter of each path, by somebody who may take the route."""
    desk = siege.desk
    clients = {letter: desk.client(visitor_of(desk, letter)) for letter in ROLES}
    wrong: list[str] = []
    for method, route in routes():
        if "{" not in route.path or route.path.startswith("/invitation"):
            continue
        good = siege.path(route)
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        for name in names:
            place = route.path.split("/").index(f"{{{name}}}")
            for value in _ODD:
                parts = good.split("/")
                parts[place] = value
                path = "/".join(parts)
                client = clients[letter_for(route)]
                answer = client.get(path) if method == "GET" else client.send_form(path)
                if answer.status_code not in (303, 307, 400, 403, 404, 405, 409, 429) or EVALUATED in answer.text:
                    wrong.append(f"{method} {path[:80]}: {answer.status_code}")
    assert wrong == []
    for client in clients.values():
        client.close()


def test_no_path_leads_to_a_file_of_the_desk(desk: Desk) -> None:
    secret = (desk.home.root / "desk.key").read_bytes().strip()[:20]
    paths = (
        "/static/x/../../desk.key",
        "/static/x/..%2f..%2fdesk.key",
        "/../desk.key",
        "/%2e%2e/desk.key",
        "//etc/passwd",
    )
    for path in paths:
        line = http.client.HTTPConnection("127.0.0.1", port_of(desk), timeout=10)
        line.putrequest("GET", path)
        line.endheaders()
        answer = line.getresponse()
        body = answer.read()
        assert answer.status in (400, 404), path
        assert secret not in body
        assert b"root:" not in body
        line.close()


def test_no_cell_of_any_table_is_a_formula(siege: Siege) -> None:
    """Titles and outlets that begin with = come out as text, in every CSV and workbook of the desk."""
    desk, read = siege.desk, 0
    fields = {"since": "2026-11-20", "until": "2026-11-22", "q": '"Cà Ná"', "day": "2026-11-22"}
    with desk.client(desk.account("analyst")) as client:
        for method, route in routes():
            if method != "GET" or not route.path.endswith(("/file", "/table")):  # the audit's: tests/test_audit.py
                continue
            for form in ("csv", "xlsx"):
                for table in ("items", "stories", "tags") if route.path == "/exports/file" else ("",):
                    answer = client.get(siege.path(route), params={**fields, "form": form, "table": table})
                    assert answer.status_code == 200, (route.path, form, table)
                    cells = cells_of(answer.content, form)
                    read += sum("alert(1)" in cell for cell in cells)
                    # In a workbook a text that begins with = is a text by its type.
                    begun = [cell for cell in cells if form == "csv" and cell.startswith(("=", "+", "@", "\t", "\r"))]
                    assert begun == [], route.path
    assert read or not any(route.path == "/search/table" for _, route in routes())


def cells_of(body: bytes, form: str) -> list[str]:
    """Return the cells of a CSV, and of a workbook those that hold a formula or text."""
    if form == "csv":
        return [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
    sheets = load_workbook(io.BytesIO(body)).worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    return [str(cell.value) for cell in cells]
