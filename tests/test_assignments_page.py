"""Assignments and mentions at the real desk, on both databases: who sees what, comments, done, today's list."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from diembao.jobs.review.assignments import assign
from diembao.system.clock import now
from pipeline.records.audit import AuditFilter
from pipeline.records.reviews import Assignment
from tests.support.office import EVIL, OfficeDesk, acting, office_desk

pytestmark = pytest.mark.none_on_postgresql


@pytest.fixture(scope="module")
def office(module_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    with office_desk(tmp_path_factory.mktemp("desk"), module_address) as made:
        yield made


def given(office: OfficeDesk, name: str, department: int, **more: object) -> Assignment:
    reviewer = office.desk.account("reviewer", full_name="Lan")
    storage = office.desk.storage
    return assign(storage, acting(reviewer), office.keys[name], department, now(), **more)  # type: ignore[arg-type]


def test_a_viewer_sees_what_the_own_department_has_and_nothing_else(office: OfficeDesk) -> None:
    today = now().astimezone(office.desk.context.zone).date()
    own = given(office, "n0", office.health, due=today - timedelta(days=1), note="Trả lời báo\ntrước 10 giờ")
    other = given(office, "n1", office.trade)
    viewer = office.desk.account("viewer", department=office.health)
    with office.desk.client(viewer) as client:
        page = client.get("/assignments").text
        assert f"/assignments/{own.id}" in page
        assert f"/assignments/{other.id}" not in page
        assert "quá hạn" in page
        assert "tin số 1" not in page
        assert "Tất cả" not in page, "a viewer has one list"
        shown = client.get(f"/assignments/{own.id}").text
        assert "&lt;script&gt;" in shown
        assert EVIL not in shown
        assert "<mark>Phước Dinh</mark>" in shown
        assert 'href="http://a.example/n0.html" rel="noopener noreferrer nofollow"' in shown
        assert "/article/" not in shown, "no link that would answer 404 or 403"
        for path in (f"/assignments/{other.id}", "/assignments/9999", "/assignments/x", "/assignments/-1"):
            assert client.get(path).status_code == 404, path
        for path in (f"/assignments/{other.id}/done", f"/assignments/{other.id}/comment"):
            assert client.send_form(path, done="1", text="x").status_code == 404
        assert client.get("/assignments?view=all").text.count(f"/assignments/{other.id}") == 0


def test_every_form_that_is_shown_may_be_sent(office: OfficeDesk) -> None:
    own = given(office, "n2", office.health)
    viewer = office.desk.account("viewer", department=office.health, full_name="Hoa")
    with office.desk.client(viewer) as client:
        page = client.get(f"/assignments/{own.id}").text
        assert page.count("<form") == 3  # done, comment, sign out
        told = client.send_form(f"/assignments/{own.id}/comment", text="@khong-ai Đã xem <b>bài</b>", anyway="1")
        assert told.status_code == 303
        shown = client.get(told.headers["location"]).text
        assert "Không có ai tên @khong-ai" in shown
        assert "Đã xem &lt;b&gt;bài&lt;/b&gt;" in shown
        empty = client.send_form(f"/assignments/{own.id}/comment", text="  ")
        assert empty.status_code == 400
        long = client.send_form(f"/assignments/{own.id}/comment", text="giữ lại " * 600)
        assert long.status_code == 400
        assert "giữ lại giữ lại" in long.text, "what was written is not lost"
        assert client.send_form(f"/assignments/{own.id}/done", done="1").status_code == 303
        assert "Mở lại" in client.get(f"/assignments/{own.id}").text
        assert f"/assignments/{own.id}" not in client.get("/assignments").text
        assert f"/assignments/{own.id}" in client.get("/assignments?done=1").text
        assert client.send_form(f"/assignments/{own.id}/done", done="0").status_code == 303
    found = office.desk.storage.reviews.assignment(own.id)
    assert found is not None
    assert found.done_at is None
    actions = [row.action for row in office.desk.storage.audit.page(AuditFilter(who=viewer.name))]
    assert actions[:-1] == ["assignment.reopened", "assignment.done", "comment.written"]


def test_reviewers_have_all_lists_and_other_roles_none(office: OfficeDesk) -> None:
    own = given(office, "n3", office.trade)
    reviewer = office.desk.account("reviewer", department=office.trade)
    with office.desk.client(reviewer) as client:
        assert f"/assignments/{own.id}" in client.get("/assignments").text
        assert f"/assignments/{own.id}" in client.get("/assignments?view=all").text
        assert f"/assignments/{own.id}" not in client.get("/assignments?view=mine").text
        assert client.get(f"/assignments/{own.id}").status_code == 200
    for role in ("analyst", "administrator", "auditor"):
        with office.desk.client(office.desk.account(role)) as client:
            assert client.get("/assignments").status_code == 403
            assert client.get(f"/assignments/{own.id}").status_code == 403
    with office.desk.client(office.desk.account("viewer")) as client:
        assert "chưa thuộc đơn vị nào" in client.get("/assignments").text
        assert client.get(f"/assignments/{own.id}").status_code == 404
    with office.desk.client() as client:
        assert client.get("/assignments").headers["location"].startswith("/sign-in?next=")


def test_a_story_is_assigned_with_its_other_articles(office: OfficeDesk) -> None:
    own = given(office, "n7", office.health, scope="story")
    with office.desk.client(office.desk.account("viewer", department=office.health)) as client:
        assert "cả chùm tin" in client.get(f"/assignments/{own.id}").text


def test_mentions_wait_until_they_are_read(office: OfficeDesk) -> None:
    storage, key = office.desk.storage, office.keys["n5"]
    made = given(office, "n5", office.trade)
    lan = office.desk.account("reviewer", full_name="Lan")
    viewer = office.desk.account("viewer", "hoa.x", department=office.trade)
    outsider = office.desk.account("viewer", "an.x", department=office.health)
    analyst = office.desk.account("analyst", "phan.tich")
    said, _ = storage.reviews.comment(acting(lan), key, "@hoa.x @an.x @phan.tich nhờ xem", now())
    with office.desk.client(viewer) as client:
        today = client.get("/today").text
        assert "1 bình luận nhắc đến bạn" in today
        assert "việc của đơn vị của bạn" in today
        page = client.get("/mentions").text
        assert "nhờ xem" in page
        assert client.get(f"/mentions/{said.id}").status_code == 200
        reply = client.send_form(f"/mentions/{said.id}", text=f"@{lan.name} đã rõ")
        assert reply.headers["location"] == f"/mentions/{said.id}#comments-h"
        number = storage.office.mentions(viewer.id)[0].number
        storage.reviews.comment(acting(lan), key, "@hoa.x thêm nữa", now())
        assert client.send_form("/mentions/read", number=str(number)).status_code == 303
        assert "1 bình luận nhắc đến bạn" in client.get("/today").text, "what came since stays unread"
        assert client.send_form("/mentions/read", number="x").status_code == 400
    with office.desk.client(analyst) as client:
        assert "1 bình luận nhắc đến bạn" in client.get("/today").text
        assert "/article/" in client.get(f"/mentions/{said.id}").text
    with office.desk.client(outsider) as client:
        assert "nhắc đến bạn" not in client.get("/today").text
        assert "nhờ xem" not in client.get("/mentions").text
        assert client.get(f"/mentions/{said.id}").status_code == 404
        assert client.send_form(f"/mentions/{said.id}", text="x").status_code == 404
    with office.desk.client(office.desk.account("auditor")) as client:
        shown = client.get(f"/mentions/{said.id}")
        assert (shown.status_code, shown.text.count("<form")) == (200, 1), "an auditor is shown no form but sign-out"
        assert client.send_form(f"/mentions/{said.id}", text="x").status_code == 403
    assert made.id
