"""Odd hosts, slow lines, line breaks and paths sent to the real desk; and no cell that goes out is a formula."""

import csv
import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from tests.support.desk_server import Desk
from tests.support.siege import EVALUATED, ROLES, Siege, besieged, letter_for, routes, visitor_of


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


@pytest.fixture
def desk(siege: Siege) -> Desk:
    return siege.desk


_EXPORTED = ("items", "stories", "tags", "matters", "matter_steps", "press_contacts")


def port_of(desk: Desk) -> int:
    return urlsplit(desk.url).port or 0


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
    "1;DROP TABLE accounts", "1' OR '1'='1", "{{7*191191}}", "%7B%7B7*191191%7D%7D", "nothing", "x" * 3000, "%c0%ae",
)  # fmt: skip


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.thorough)])
def test_paths_and_ids_that_were_tampered_with_lead_nowhere(siege: Siege, one_in: int) -> None:
    """Each parameter of each path, by somebody who may take the route; of the odd values one in so many, in turn."""
    desk = siege.desk
    clients = {letter: desk.client(visitor_of(desk, letter)) for letter in ROLES}
    wrong: list[str] = []
    for number, (method, route) in enumerate(routes()):
        if "{" not in route.path or route.path.startswith("/invitation"):
            continue
        good = siege.path(route)
        for place, part in enumerate(route.path.split("/")):
            for value in _ODD[(number + place) % one_in :: one_in] if part.startswith("{") else ():
                parts = good.split("/")
                parts[place] = value + part.partition("}")[2]
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
                for table in _EXPORTED if route.path == "/exports/file" else ("",):
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
