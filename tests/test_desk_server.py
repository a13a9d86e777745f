"""The desk over HTTP: headers of every answer, names of the host, forms, bodies, cookies, clients, log."""

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from diembao.system.home import Home
from diembao.web.routing import all_routes
from diembao.web.security.client import TrustedProxies
from diembao.web.security.headers import POLICY
from diembao.web.static_files import static_url
from diembao.web.visit import local_path
from tests.support.desk_server import Desk, serve_desk, write_desk_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = write_desk_home(tmp_path_factory.mktemp("home"))
    settings = made.config / "settings.toml"
    text = settings.read_text("utf-8")
    text = text.replace("addresses = []", 'addresses = ["https://diembao.example.vn"]', 1)
    settings.write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def desk(home: Home) -> Iterator[Desk]:
    with serve_desk(home, f"sqlite:///{home.database}") as served:
        yield served


def paths() -> list[tuple[str, str]]:
    """Every method and path of the desk, numbers and words in the place of parameters."""
    filled = [
        (method, route.path.replace("{token}", "x" * 43).replace("{account}", "999").replace("{department}", "999"))
        for route in all_routes()
        for method in route.methods
        if "{" not in route.path.replace("{token}", "").replace("{account}", "").replace("{department}", "")
    ]
    return [
        *filled,
        ("GET", "/nothing"),
        ("DELETE", "/today"),
        ("GET", static_url("desk.css")),
        ("GET", "/favicon.ico"),
    ]


def test_every_answer_carries_the_headers(desk: Desk) -> None:
    """Signed in and not, errors and files included; only a file under its hash may be kept."""
    people = [desk.account("administrator"), None]
    for account in people:
        for method, path in paths():
            if path == "/sign-out" or "everywhere" in path:
                continue
            with desk.client(account) as client:
                answer = client.request(method, path)
            where = f"{method} {path}: {answer.status_code}"
            assert answer.headers["content-security-policy"] == POLICY, where
            assert answer.headers["x-content-type-options"] == "nosniff", where
            assert answer.headers["referrer-policy"] == "same-origin", where
            assert answer.headers["x-frame-options"] == "DENY", where
            assert "strict-transport-security" not in answer.headers, where
            assert "server" not in answer.headers, where
            kept = path.startswith("/static/") or path == "/favicon.ico"
            assert ("no-store" in answer.headers["cache-control"]) != kept, where
            assert answer.status_code < 500, where


def test_nobody_reaches_a_page_and_no_page_forgets_where_one_wanted_to_go(desk: Desk) -> None:
    with desk.client() as client:
        for method, path in paths():
            route = next((r for r in all_routes() if method in r.methods and r.path == path), None)
            if route is None or route.access == "anybody":
                continue
            answer = client.request(method, path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in"), path
        assert client.get("/today?a=1&b=2").headers["location"] == "/sign-in?next=%2Ftoday%3Fa%3D1%26b%3D2"


def test_https_is_known_by_its_name(desk: Desk) -> None:
    """Behind a proxy the public name alone makes cookies safe: a forgotten header of the proxy costs nothing."""
    with desk.client() as client:
        answer = client.get("/sign-in", headers={"Host": "diembao.example.vn"})
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-diembao-visit=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "diembao.example.vn.evil.example", "", "a b"]
)
def test_a_host_of_another_name_is_refused(desk: Desk, host: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(desk.url.rpartition(":")[2]), timeout=10)
    connection.putrequest("GET", "/sign-in", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"evil" not in answer.read()
    assert answer.headers["content-security-policy"]
    connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://diembao.example.vn"}, 303),
    ],
)
def test_forms_of_other_sites_are_refused(desk: Desk, headers: dict[str, str], status: int) -> None:
    account = desk.account("reviewer")
    with desk.client(account) as client:
        data = {"csrf": client.form_token(), "language": "en"}
        assert client.post("/profile/language", data=data, headers=headers).status_code == status
    stored = desk.storage.accounts.account(account.id)
    assert stored is not None
    assert stored.language == ("en" if status == 303 else "vi")


def test_a_form_needs_the_token_of_its_own_session(desk: Desk) -> None:
    mine, other = desk.account("reviewer"), desk.account("reviewer")
    with desk.client(mine) as client, desk.client(other) as stranger:
        for token in ("", "x", "é" * 64, stranger.form_token(), client.form_token()[:-1], client.form_token().upper()):
            answer = client.send_form("/profile/language", csrf=token, language="en")
            assert answer.status_code == 403
        assert "csrf" not in client.get("/today").headers.get("set-cookie", "")
        assert client.send_form("/profile/language", language="en").status_code == 303


def test_a_body_that_is_too_large_or_no_form_is_refused(desk: Desk) -> None:
    with desk.client(desk.account("reviewer")) as client:
        assert client.send_form("/profile/language", language="x" * 300_000).status_code == 413
        many = {f"f{n}": "1" for n in range(3000)}
        assert client.send_form("/profile/language", **many).status_code == 400
        token = client.form_token()
        answer = client.post("/profile/language", content=b"{}", headers={"Content-Type": "application/json"})
        assert answer.status_code == 415
        answer = client.post("/profile/language", data={"csrf": token}, files={"f": ("../x", b"data")})
        assert answer.status_code == 400
        bad = {"Content-Type": "multipart/form-data"}
        assert client.post("/profile/language", content=b"x", headers=bad).status_code == 400

        def stream() -> Iterator[bytes]:
            for _ in range(40):
                yield b"a" * 10_000

        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/profile/language", content=stream(), headers=form).status_code == 413


def test_a_body_that_never_comes_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from diembao.web.security import bodies
    from diembao.web.security.bodies import read_form

    async def short(headers: object, receive: object, limits: bodies.BodyLimits) -> object:
        return await read_form(headers, receive, replace(limits, seconds=0.5))  # type: ignore[arg-type]

    monkeypatch.setattr("diembao.web.handling.read_form", short)
    token = desk.token(desk.account("reviewer"))
    with socket.create_connection(("127.0.0.1", int(desk.url.rpartition(":")[2])), timeout=20) as line:
        head = f"POST /profile/language HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: diembao-session={token}\r\n"
        line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncs".encode())
        start = time.monotonic()
        assert line.recv(4000).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - start < 10


def test_static_files_are_kept_for_a_year_under_their_hash(desk: Desk) -> None:
    with desk.client() as client:
        answer = client.get(static_url("desk.js"))
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
        old = client.get("/static/0000000000000000/desk.js")
        assert (old.status_code, old.headers["cache-control"]) == (200, "no-store")
        for name in ("..%2fapp.py", "%2e%2e/app.py", "desk.py", "", "desk.js/x", "%00"):
            assert client.get(f"/static/0/{name}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/review?day=1", "/review?day=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
        ("evil", "/"),
        ("", "/"),
        ("/[", "/["),
    ],
)
def test_only_paths_of_the_desk_are_gone_on_to(asked: str, led: str) -> None:
    assert local_path(asked) == led


def test_the_language_of_a_visit(desk: Desk) -> None:
    with desk.client() as client:
        assert '<html lang="vi">' in client.get("/sign-in").text
        assert '<html lang="en">' in client.get("/sign-in?language=en").text
        assert '<html lang="en">' in client.get("/sign-in").text, "a cookie"
        assert '<html lang="vi">' in client.get("/sign-in?language=%22%3E%3Cscript%3E").text
    with desk.client(desk.account("viewer", language="en")) as client:
        assert '<html lang="en">' in client.get("/today").text


def test_a_fragment_is_the_content_alone(desk: Desk) -> None:
    with desk.client(desk.account("viewer")) as client:
        whole, part = client.get("/today").text, client.get("/today", headers={"X-Fragment": "1"}).text
    assert "<html" in whole
    assert "<html" not in part
    assert part.strip().splitlines()[0] in whole


def test_the_log_names_routes_and_no_tokens(desk: Desk) -> None:
    with desk.client() as client:
        client.get("/invitation/SECRET-TOKEN-OF-A-LINK")
        client.get("/sign-in/provider/back?code=SECRET-CODE&state=x")
        client.get("/SECRET-PATH")
        client.send_form("/sign-in", name="SECRET-NAME", password="SECRET-PASSWORD")
    text = (desk.home.root / "logs" / "desk.log").read_text("utf-8")
    assert "SECRET" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"/invitation/{token}", "/sign-in/provider/back", "?"} <= {line.get("route") for line in lines}
    assert all(line["client"] == "127.0.0.1" for line in lines if line["event"] == "request")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ((), "127.0.0.1", "9.9.9.9", "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", "9.9.9.9", "9.9.9.9"),
        (("127.0.0.1",), "127.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        (("127.0.0.1", "10.0.0.0/8"), "127.0.0.1", "1.1.1.1, 9.9.9.9, 10.1.1.1", "9.9.9.9"),
        (("10.0.0.0/8",), "8.8.8.8", "9.9.9.9", "8.8.8.8"),
        (("127.0.0.1",), "127.0.0.1", "nonsense", "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", "", "127.0.0.1"),
        (("::1",), "::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_trusted_proxies_say_who_asks(proxies: tuple[str, ...], peer: str, forwarded: str, client: str) -> None:
    import asyncio

    seen: dict[str, object] = {}

    async def app(scope: dict[str, object], _receive: object, _send: object) -> None:
        seen.update(scope)

    scope = {
        "type": "http",
        "client": (peer, 1),
        "scheme": "http",
        "headers": [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")],
    }
    asyncio.run(TrustedProxies(app, proxies)(scope, None, None))  # type: ignore[arg-type]
    assert seen["client"][0] == client  # type: ignore[index]
    assert seen["scheme"] == ("https" if peer in proxies else "http")
