"""The administrator's pages: accounts and departments."""

import re
from collections.abc import Iterator

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import ROLES, Account
from pipeline.records.audit import AuditFilter
from tests.support.desk_server import MAKER, Desk, DeskClient, serve_new_desk

pytestmark = pytest.mark.none_on_postgresql

XSS = '"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serve_new_desk(request, tmp_path_factory.mktemp("home")) as served:
        yield served


@pytest.fixture(scope="module")
def administrator(desk: Desk) -> Account:
    return desk.account("administrator", "quan.tri")


@pytest.fixture
def client(desk: Desk, administrator: Account) -> Iterator[DeskClient]:
    with desk.client(administrator) as made:
        yield made


def fields(account: Account, **changed: str) -> dict[str, str]:
    found = {"full_name": account.full_name, "mail": account.mail, "role": account.role, "department": ""}
    return found | {"version": str(account.version)} | changed


def stored(desk: Desk, number: int) -> Account:
    found = desk.storage.accounts.account(number)
    assert found is not None
    return found


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_nobody_else_gets_in(desk: Desk, role: str) -> None:
    account = desk.account(role)  # type: ignore[arg-type]
    with desk.client(account) as client:
        for path in ("/accounts", "/accounts/new", f"/accounts/{account.id}", "/departments"):
            assert client.get(path).status_code == 403
        answer = client.send_form(f"/accounts/{account.id}", **fields(account, role="administrator"))
        assert answer.status_code == 403
        assert 'href="/accounts"' not in client.get("/today").text
    assert stored(desk, account.id).role == role


def test_an_account_is_made_with_a_link_for_its_person(desk: Desk, client: DeskClient) -> None:
    department = desk.storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    new = {"name": "Lan.Nguyen", "full_name": "Lan", "mail": "lan@example.vn", "role": "viewer"}
    answer = client.send_form("/accounts", **new, department=str(department.id))
    [link] = re.findall(r"http://127\.0\.0\.1:\d+/invitation/[\w-]{43}", answer.text)
    made = desk.storage.accounts.by_name("lan.nguyen")
    assert made is not None
    assert (made.role, made.department, made.mail) == ("viewer", department.id, "lan@example.vn")
    assert link not in client.get(f"/accounts/{made.id}").text, "shown once"
    with desk.client() as person:
        assert person.get(link).status_code == 200
    assert client.send_form("/accounts", **new, department="").status_code == 400, "there already"
    entries = [row.action for row in desk.storage.audit.page(AuditFilter())]
    assert {"account.created", "account.invited"} <= set(entries)
    again = client.send_form(f"/accounts/{made.id}/invite")
    assert "/invitation/" in again.text
    with desk.client() as person:
        assert person.get(link).status_code == 404, "the newer link holds"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a b"},
        {"name": ""},
        {"mail": "no address"},
        {"mail": "a@b.example\r\nBcc: c@d.example"},
        {"full_name": "Lan\nBcc: x"},
        {"role": "root"},
        {"role": ""},
        {"department": "99999"},
        {"department": "1 OR 1=1"},
        {"name": "x" * 1000},
    ],
)
def test_what_no_account_can_have_is_refused(desk: Desk, client: DeskClient, wrong: dict[str, str]) -> None:
    before = len(desk.storage.accounts.accounts())
    new = {"name": "dung.thu", "full_name": "D", "mail": "", "role": "viewer", "department": ""} | wrong
    assert client.send_form("/accounts", **new).status_code == 400
    assert len(desk.storage.accounts.accounts()) == before


def test_names_are_shown_as_text(desk: Desk, client: DeskClient) -> None:
    made = desk.account("viewer", full_name=XSS)
    for path in ("/accounts", f"/accounts/{made.id}", f"/accounts/{made.id}/erase", f"/accounts/{made.id}/disable"):
        page = client.get(path).text
        assert "<img" not in page
        assert "&lt;img" in page
    with desk.client(made) as person:
        assert "<img" not in person.get("/today").text


def test_a_change_ends_the_sessions_and_overwrites_nothing(desk: Desk, client: DeskClient) -> None:
    made = desk.account("reviewer")
    with desk.client(made) as person:
        answer = client.send_form(f"/accounts/{made.id}", **fields(made, role="analyst"))
        assert answer.status_code == 303
        assert person.get("/today").status_code == 303
    assert stored(desk, made.id).role == "analyst"
    late = client.send_form(f"/accounts/{made.id}", **fields(made, role="editor"))
    assert late.status_code == 409
    assert stored(desk, made.id).role == "analyst"


def test_disabling_and_erasing_are_asked_once_more(desk: Desk, client: DeskClient) -> None:
    made = desk.account("reviewer", full_name="Người Sắp Đi", mail="di@example.vn")
    with desk.client(made) as person:
        assert client.get(f"/accounts/{made.id}/disable").status_code == 200
        assert person.get("/today").status_code == 200, "the question changes nothing"
        client.send_form(f"/accounts/{made.id}/disable")
        assert person.get("/today").status_code == 303
    assert stored(desk, made.id).disabled
    client.send_form(f"/accounts/{made.id}/enable")
    assert not stored(desk, made.id).disabled
    assert client.get(f"/accounts/{made.id}/erase").status_code == 200
    assert client.send_form(f"/accounts/{made.id}/erase").status_code == 303
    assert stored(desk, made.id).erased_at is not None
    assert "Người Sắp Đi" not in client.get("/accounts").text
    assert desk.storage.audit.verify().is_sound


def test_nobody_locks_the_office_out(desk: Desk, client: DeskClient, administrator: Account) -> None:
    number = administrator.id
    assert client.send_form(f"/accounts/{number}", **fields(administrator, role="viewer")).status_code == 400
    assert client.send_form(f"/accounts/{number}/disable").status_code == 400
    assert client.send_form(f"/accounts/{number}/erase").status_code == 400
    assert stored(desk, number) == administrator


@pytest.mark.parametrize("number", ["0", "99999", "-1", "1e3", "٣", "x", "99999999999999999999", "1;DROP"])
def test_numbers_that_are_none_are_not_found(client: DeskClient, number: str) -> None:
    for path in (f"/accounts/{number}", f"/accounts/{number}/erase", f"/departments/{number}"):
        assert client.get(path).status_code == 404
    assert client.send_form(f"/accounts/{number}/erase").status_code == 404


def test_departments(desk: Desk, client: DeskClient) -> None:
    assert client.send_form("/departments", name="Sở Nội vụ", handle="@so-noi-vu", mail="").status_code == 303
    assert client.send_form("/departments", name="Khác", handle="so-noi-vu", mail="").status_code == 400
    assert client.send_form("/departments", name=" ", handle="so-khac", mail="").status_code == 400
    [made] = [one for one in desk.storage.accounts.departments() if one.handle == "so-noi-vu"]
    assert "Sở Nội vụ" in client.get("/departments").text
    changed = {"name": "Sở Nội vụ tỉnh", "handle": "so-noi-vu", "mail": "snv@example.vn", "disabled": "1"}
    assert client.send_form(f"/departments/{made.id}", **changed).status_code == 303
    [made] = [one for one in desk.storage.accounts.departments() if one.handle == "so-noi-vu"]
    assert (made.name, made.mail, made.disabled) == ("Sở Nội vụ tỉnh", "snv@example.vn", True)
    assert client.send_form(f"/departments/{made.id}", **changed | {"handle": "so y te"}).status_code == 400
