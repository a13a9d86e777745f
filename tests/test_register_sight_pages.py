"""Who sees what of a matter over HTTP: other units, other roles, articles that are not for a unit."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.records.accounts import Account
from pipeline.records.audit import AuditFilter
from pipeline.register.matters import NewMatter, StepRequest
from tests.support.register_desk import NOW, RegisterDesk, acting
from tests.support.register_pages import client, matter_of, opened, words

pytestmark = pytest.mark.none_on_postgresql


def test_a_unit_takes_no_step_of_the_office(register: RegisterDesk) -> None:
    made = opened(register, unit=register.health, taking_part=(register.trade,))
    for account in (register.hoa, register.binh):
        with client(register, account) as browser:
            for step in (
                "assign",
                "drop",
                "set_due",
                "edit",
                "close",
                "return",
                "reopen",
                "unlink",
                "transfer",
                "open",
            ):
                fields = {
                    "reason": "x",
                    "unit": str(register.trade),
                    "due": "2026-12-09",
                    "title": "x",
                    "kind": "other",
                }
                answer = browser.send_form(f"/register/matter/{made.id}/step", step=step, **fields)
                assert answer.status_code == 400, step
    assert matter_of(register, made.id) == made


def test_another_unit_finds_nothing_and_the_audit_says_that_it_asked(register: RegisterDesk) -> None:
    made = opened(register, unit=register.health, taking_part=(register.trade,), title="Việc của Sở Y tế")
    storage = register.desk.storage
    storage.register.add_note(acting(register.hoa), made.id, "chỉ nội bộ đọc", NOW)
    path = f"/register/matter/{made.id}"
    for account in (register.hoa, register.binh, register.mai):
        with client(register, account) as browser:
            assert "chỉ nội bộ đọc" in browser.get(path).text
            assert "chỉ nội bộ đọc" in browser.get(f"{path}/notes").text
    with client(register, register.cuc) as browser:
        for answer in (
            browser.get(path),
            browser.get(f"{path}/notes"),
            browser.send_form(f"{path}/step", step="begin"),
            browser.send_form(f"{path}/notes", note="x"),
            browser.send_form(
                "/register/link", matter=str(made.id), step="link", item=register.keys["lake"], part="again"
            ),
        ):
            assert answer.status_code == 404
            assert "Việc của Sở Y tế" not in answer.text
        assert "Việc của Sở Y tế" not in browser.get("/register?state=all").text
        assert "Việc của Sở Y tế" not in browser.get(f"/register?state=all&unit={register.health}").text
        assert browser.get(f"/article/{register.keys['school']}").status_code == 404
    with client(register, register.auditor) as browser:
        page = browser.get(path)
        assert page.status_code == 200
        assert "chỉ nội bộ đọc" not in page.text
        assert browser.get(f"{path}/notes").status_code == 404
        assert browser.send_form(f"{path}/notes", note="x").status_code == 403
    entries = storage.audit.page(AuditFilter(action="matter.refused", object_id=str(made.id)))
    assert [(one.account, one.after) for one in reversed(entries)] == [
        *[(register.cuc.id, {"part": "matter"})] * 5,
        (register.auditor.id, {"part": "notes"}),
        (register.auditor.id, {"part": "notes"}),
    ]
    assert [note.text for note in storage.register.notes(made.id)] == ["chỉ nội bộ đọc"]


def test_who_is_refused_by_the_role_is_recorded_too(register: RegisterDesk) -> None:
    """An administrator at a matter, an analyst's note, a unit's dossier: 403, and an entry for a matter there is."""
    made, storage = opened(register, unit=register.health), register.desk.storage
    path, none = f"/register/matter/{made.id}", made.id + 1000
    dossier = "/register/lists/document?list=dossier&matter="
    chief, analyst = register.desk.account("administrator"), register.desk.account("analyst")
    with client(register, chief) as browser:
        for answer in (
            browser.get(path),
            browser.get(f"{path}/notes"),
            browser.send_form(f"{path}/notes", note="x"),
            browser.send_form(f"{path}/step", step="begin"),
            browser.get(f"/register/matter/{none}"),
            browser.get("/register/matter/x"),
            browser.get("/register"),
        ):
            assert answer.status_code == 403
            assert made.title not in answer.text
    with client(register, analyst) as browser:
        assert browser.send_form(f"{path}/notes", note="x").status_code == 403
        assert browser.get(f"{dossier}{made.id}").status_code == 200
    for account in (register.hoa, register.cuc):
        with client(register, account) as browser:
            for asked in (f"{dossier}{made.id}", f"{dossier}{none}", f"{dossier}x", "/register/lists/document"):
                assert browser.get(asked).status_code == 403, asked
    entries = storage.audit.page(AuditFilter(action="matter.refused", object_id=str(made.id)))
    assert [(one.account, one.after) for one in reversed(entries)] == [
        (chief.id, {"part": "matter"}),
        (chief.id, {"part": "notes"}),
        (chief.id, {"part": "notes"}),
        (chief.id, {"part": "step"}),
        (analyst.id, {"part": "notes"}),
        (register.hoa.id, {"part": "dossier"}),
        (register.cuc.id, {"part": "dossier"}),
    ]
    assert not storage.audit.page(AuditFilter(action="matter.refused", object_id=str(none)))
    assert storage.register.notes(made.id) == []


def stranger_unit(register: RegisterDesk, handle: str) -> tuple[int, Account]:
    """Return the number of a new unit that has no matter yet, and a member of it."""
    made = register.desk.storage.accounts.create_department(handle, handle, "", acting(register.mai), NOW)
    return made.id, register.desk.account("viewer", f"{handle}.login", full_name="Lý Văn Tư", department=made.id)


def test_a_unit_links_only_what_it_may_see_already(register: RegisterDesk) -> None:
    """What is linked may be read: a unit that could link any article could read any."""
    unit, member = stranger_unit(register, "so-xay-dung")
    made, storage = opened(register, "school", unit=unit), register.desk.storage
    path, key = f"/register/matter/{made.id}", register.keys["market"]
    with client(register, member) as browser:
        said = []
        for item in (key, "khong-co"):
            for asked in (f"{path}/step", "/register/link"):
                answer = browser.send_form(asked, matter=str(made.id), step="link", item=item, part="again")
                assert answer.status_code == 400, item
                alert = re.search(r'role="alert" id="wrong">(.*?)</div>', answer.text, re.DOTALL)
                assert alert is not None
                said.append(words(alert[1]).replace(item, "…"))
                assert "Chợ Phan Rang" not in answer.text
        assert len(set(said)) == 1, "as if there were no such article"
        assert [link.part for link in storage.register.links(made.id)] == ["origin"]
        assert browser.get(f"/article/{key}").status_code == 404
        with client(register, register.mai) as office:
            assert office.send_form(f"{path}/step", step="link", item=key, part="again").status_code == 303
        assert browser.get(f"/article/{key}").status_code == 200
        # What it sees for one matter it may put to another one of its own.
        other = opened(register, "school", unit=unit, title="Việc khác")
        fields = {"step": "link", "item": key, "part": "result"}
        assert browser.send_form(f"/register/matter/{other.id}/step", **fields).status_code == 303


def test_a_unit_is_shown_counts_of_articles_that_are_not_for_it(register: RegisterDesk) -> None:
    unit, member = stranger_unit(register, "so-noi-vu")
    storage, key = register.desk.storage, register.keys["lake2"]
    new = NewMatter("Hồ đổi màu", "other", register.keys["lake"], unit=unit)
    made = storage.register.open(acting(register.mai), new, NOW - timedelta(hours=10))
    path = f"/register/matter/{made.id}"
    with client(register, member) as browser, client(register, register.mai) as office:
        assert key in office.get(path).text
        answers = [browser.get(path), browser.send_form(f"{path}/step", step="begin", version="0")]
        for page in (answer.text for answer in answers):
            assert key not in page
            assert "Bài cùng tin hoặc cùng sự kiện không mở cho đơn vị bạn: 1" in words(page)
            assert "Bài đăng lại không mở cho đơn vị bạn: 1" in words(page)
        assert "không mở cho đơn vị bạn" not in words(office.get(path).text)
        # Taken off, an article's title stands in the steps for who may see it.
        road = {"item": register.keys["road"], "part": "again"}
        storage.register.step(acting(register.mai), made.id, StepRequest("link", road), NOW)
        assert "Đường ven biển" in browser.get(path).text
        link = next(one.id for one in storage.register.links(made.id) if one.part == "again")
        storage.register.step(acting(register.mai), made.id, StepRequest("unlink", {"link": link}), NOW)
        assert "Đường ven biển" not in browser.get(path).text
        assert "Đường ven biển" in office.get(path).text
        # A matter of the whole story brings its reprints along.
        whole = replace(new, scope="story")
        other = storage.register.open(acting(register.mai), whole, NOW - timedelta(hours=10))
        page = browser.get(f"/register/matter/{other.id}").text
        assert key in page
        assert "không mở cho đơn vị bạn" not in words(page)


def test_a_units_own_matter_stands_with_its_article_however_many_others_do(register: RegisterDesk) -> None:
    unit, member = stranger_unit(register, "so-tu-phap")
    made = opened(register, "school", unit=unit, title="Việc riêng của một đơn vị")
    for number in range(25):
        opened(register, "school", unit=register.trade, title=f"Việc của đơn vị khác {number}")
    with client(register, member) as browser:
        page = browser.get(f"/article/{register.keys['school']}").text
    assert f'href="/register/matter/{made.id}"' in page
    assert "Việc của đơn vị khác" not in page
