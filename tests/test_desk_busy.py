"""A database that another program writes to for long: the desk says so soon, and keeps what was typed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from lxml import html

from diembao.jobs.people.tokens import new_token
from diembao.system.clock import now
from pipeline.records.accounts import SessionLimits
from storage.database import open_database
from tests.support.desk_server import PASSWORD, Desk, DeskClient, serve_new_desk

pytestmark = pytest.mark.none_on_postgresql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serve_new_desk(request, tmp_path_factory.mktemp("home")) as served:
        yield served


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diembao.web.storages._PATIENCE", 0.3)


@contextmanager
def busy(desk: Desk) -> Iterator[None]:
    """Write to the database, from another connection, as long as the block lasts."""
    other = open_database(desk.address)
    try:
        with other.accounts._writing():
            yield
    finally:
        other.close()


def form_of(answer: Response) -> Any:
    """Return the form of a page beside that to sign out."""
    page: Any = html.fromstring(answer.text)
    (form,) = (form for form in page.forms if form.action != "/sign-out")
    return form


def send_again(client: DeskClient, answer: Response, **typed: Any) -> Response:
    """Press the button of the page, as a browser does; `typed` into the fields that are empty."""
    form = form_of(answer)
    fields: dict[str, Any] = dict(form.fields)
    del fields["csrf"]
    assert {name for name, value in fields.items() if not value} == set(typed)
    return client.send_form(form.action, **fields | typed)


def test_a_form_is_kept_and_sent_again(desk: Desk) -> None:
    account = desk.account("reviewer")
    typed: dict[str, Any] = {"language": "en", "again": "1", "note": 'dòng "một"\n<b>hai</b>'}
    with desk.client(account) as client:
        client.form_token()
        with busy(desk):
            start = time.monotonic()
            answer = client.send_form("/profile/language?x=1", **typed)
            waited = time.monotonic() - start
        assert answer.status_code == 503
        assert 4.5 < waited < 20
        assert answer.headers["retry-after"] == "5"
        assert "chưa lưu được gì" in answer.text
        stored = desk.storage.accounts.account(account.id)
        assert stored is not None
        assert stored.language == "vi"
        form = form_of(answer)
        assert form.action == "/profile/language?x=1"
        assert dict(form.fields) | typed == dict(form.fields)
        assert send_again(client, answer).status_code == 303
    stored = desk.storage.accounts.account(account.id)
    assert stored is not None
    assert stored.language == "en"


@pytest.mark.usefixtures("impatient")
def test_a_password_is_asked_for_again_and_never_sent_back(desk: Desk) -> None:
    account, _ = desk.with_password("reviewer")
    with desk.client() as client:
        client.get("/sign-in")
        with busy(desk):
            answer = client.send_form("/sign-in", name=account.name, password=PASSWORD, next="/profile")
        assert answer.status_code == 503
        assert PASSWORD not in answer.text
        again = send_again(client, answer, password=PASSWORD)
        assert again.headers["location"] == "/profile"


@pytest.mark.usefixtures("impatient")
def test_pages_are_read_all_the_same(desk: Desk) -> None:
    """Also where the use of the session was to be written down."""
    account = desk.account("reviewer")
    token, hashed = new_token()
    limits = SessionLimits(timedelta(hours=12), timedelta(minutes=60))
    desk.storage.accounts.begin_session(account.id, hashed, now() - timedelta(minutes=10), "127.0.0.1", "", limits)
    with desk.client() as client:
        client.sign_in(token)
        with busy(desk):
            assert client.get("/today").status_code == 200


def test_other_programs_wait_as_before(desk: Desk) -> None:
    """The patience of the desk is its own: no option of it reaches the commands."""
    storage = open_database(desk.address)
    try:
        with storage.accounts._reading() as connection:
            assert "patience_ms" not in connection.get_execution_options()
    finally:
        storage.close()
