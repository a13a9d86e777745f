"""A matter's page over HTTP: clashes, refusals that keep what was typed, opening again, names of the day."""

import re
from datetime import date, timedelta

import pytest

from pipeline.register.matters import NewMatter, StepRequest
from tests.support.register_desk import LAST_WORDS, NOW, PHONE, PRIVATE, RegisterDesk, acting
from tests.support.register_pages import client, matter_of, opened, words

pytestmark = pytest.mark.none_on_postgresql


def test_a_step_that_was_overtaken_shows_what_was_done_and_keeps_what_was_typed(register: RegisterDesk) -> None:
    made = opened(register, unit=register.health)
    asked = {"step": "answer", "version": "1", "answer_text": "Câu trả lời của tôi", "answer_number": "7/SYT"}
    asked |= {"answer_day": "2026-11-21", "answer_address": "https://a.example.vn/x"}
    with client(register, register.hoa) as browser:
        register.desk.storage.register.step(
            acting(register.mai),
            made.id,
            StepRequest("set_due", {"due": date(2026, 12, 3)}, "Báo cần sớm"),
            NOW,
        )
        answer = browser.send_form(f"/register/matter/{made.id}/step", **asked)
        assert answer.status_code == 409
        page = answer.text
        assert "Có người vừa làm trước" in words(page)
        assert "Báo cần sớm" in words(page[page.index('id="clash"') :][:3000])
        assert "Trần Thị Mai" in words(page[page.index('id="clash"') :][:3000])
        for typed in (
            ">Câu trả lời của tôi</textarea>",
            'value="7/SYT"',
            'value="2026-11-21"',
            "https://a.example.vn/x",
        ):
            assert typed in page
        assert matter_of(register, made.id).state == "assigned"
        version = re.search(r'name="step" value="answer"><input type="hidden" name="version" value="(\d+)"', page)
        assert version is not None
        answer = browser.send_form(f"/register/matter/{made.id}/step", **{**asked, "version": version[1]})
        assert answer.status_code == 303
        assert matter_of(register, made.id).answer_text == "Câu trả lời của tôi"


@pytest.mark.parametrize(
    ("step", "fields", "kept", "said"),
    [
        ("assign", {"reason": "Làm gấp", "unit": ""}, ">Làm gấp</textarea>", "Hãy chọn đơn vị chủ trì"),
        ("assign", {"reason": "Làm gấp", "unit": "999"}, ">Làm gấp</textarea>", "Không có đơn vị này"),
        ("set_due", {"reason": "Báo cần sớm", "due": ""}, ">Báo cần sớm</textarea>", "chọn"),
        ("set_due", {"reason": "Báo cần sớm", "due": "mai"}, ">Báo cần sớm</textarea>", "mai"),
        ("set_due", {"reason": "", "due": "2026-12-03"}, 'value="2026-12-03"', "lý do"),
        ("set_due", {"reason": "x", "due": "2026-12-03", "due_hour": "25:00"}, 'value="25:00"', "25:00"),
        ("drop", {"reason": "Đã trả lời", "joined_to": "987654"}, 'value="987654"', "Không có vấn đề số 987654."),
        ("drop", {"reason": "Đã trả lời", "joined_to": "x3"}, 'value="x3"', "Không có vấn đề số x3."),
        ("drop", {"reason": "", "joined_to": ""}, "", "lý do"),
        ("edit", {"title": "", "kind": "other", "passage": "đoạn mới"}, ">đoạn mới</textarea>", "tiêu đề"),
        ("edit", {"title": "Tên mới", "kind": "x", "passage": ""}, 'value="Tên mới"', "loại việc"),
        ("link", {"item": "khong-co", "part": "again"}, 'value="khong-co"', "khong-co"),
        ("close", {"result": "Đã đăng"}, "", "trạng thái khác"),
        ("nothing", {}, "", "Không có bước này"),
    ],
)
def test_a_refused_step_says_why_and_keeps_what_was_typed(
    register: RegisterDesk, step: str, fields: dict[str, str], kept: str, said: str
) -> None:
    made = opened(register)
    with client(register, register.mai) as browser:
        answer = browser.send_form(f"/register/matter/{made.id}/step", step=step, version="1", **fields)
    assert answer.status_code == 400
    assert kept in answer.text
    alert = re.search(r'role="alert" id="wrong">(.*?)</div>', answer.text, re.DOTALL)
    assert alert is not None
    assert said.casefold() in words(alert[1]).casefold()
    assert matter_of(register, made.id) == made


def test_opening_again_asks_for_a_new_day_and_takes_none_too(register: RegisterDesk) -> None:
    made = opened(register, unit=register.health, due=date(2026, 11, 1))
    storage, office = register.desk.storage, acting(register.mai)
    with client(register, register.mai) as browser:
        for typed, due in (
            ({"due": "2026-12-20", "due_hour": "17:00"}, date(2026, 12, 20)),
            ({"due": "", "due_hour": ""}, None),
        ):
            storage.register.step(office, made.id, StepRequest("answer", {"answer_text": "x"}), NOW)
            storage.register.step(office, made.id, StepRequest("close", {"result": "Đã đăng"}), NOW)
            page = browser.get(f"/register/matter/{made.id}").text
            assert "Thời hạn mới" in words(page)
            version = re.search(r'name="step" value="reopen"><input type="hidden" name="version" value="(\d+)"', page)
            assert version is not None
            asked = {"step": "reopen", "version": version[1], "reason": "Báo nêu lại", **typed}
            assert browser.send_form(f"/register/matter/{made.id}/step", **asked).status_code == 303
            again = matter_of(register, made.id)
            assert (again.state, again.due, again.due_at is None) == ("preparing", due, due is None)
            assert again.settled_at == NOW
            assert "quá hạn" not in words(browser.get(f"/register/matter/{made.id}").text)


def test_a_matter_shows_an_excerpt_and_no_text_and_names_and_no_sign_in_names(register: RegisterDesk) -> None:
    made = opened(register, "lake", unit=register.health)
    storage = register.desk.storage
    storage.register.add_note(acting(register.hoa), made.id, "đã xem", NOW)
    storage.register.step(acting(register.hoa), made.id, StepRequest("begin"), NOW)
    pages = {}
    for account in (register.mai, register.hoa, register.auditor):
        with client(register, account) as browser:
            page = pages[account.id] = browser.get(f"/register/matter/{made.id}").text
            assert "Nước hồ đổi màu, lần 0" in page
            assert LAST_WORDS not in page
            assert ".login" not in page.replace(f"{account.name}", "")
            assert "Phạm Thị Hoa" in page
            assert "Sở Y tế Khánh Hòa" in page
            assert "Ninh Thuận" not in words(page[page.index("<main") :])
            assert PHONE in page
    assert PRIVATE in pages[register.mai.id]
    assert PRIVATE not in pages[register.hoa.id] + pages[register.auditor.id]


def test_an_article_that_came_since_is_proposed_once(register: RegisterDesk) -> None:
    """A reprint that was seen after the opening: added by one click; taken off, it is not proposed again."""
    storage = register.desk.storage
    early = NOW - timedelta(hours=10)
    new = NewMatter("Hồ Sông Biêu", "other", register.keys["lake"])
    made = storage.register.open(acting(register.mai), new, early)
    assert register.keys["lake2"] in storage.register.articles_beside(made.id)
    path = f"/register/matter/{made.id}"
    with client(register, register.mai) as browser:
        page = browser.get(path).text
        assert "Bài mới cùng tin hoặc cùng sự kiện" in page
        assert page.count(f'name="item" value="{register.keys["lake2"]}"') == 1
        fields = {"step": "link", "item": register.keys["lake2"], "part": "again"}
        assert browser.send_form(f"{path}/step", **fields).status_code == 303
        assert "Bài mới cùng tin" not in browser.get(path).text
        link = next(one.id for one in storage.register.links(made.id) if one.part == "again")
        assert browser.send_form(f"{path}/step", step="unlink", link=str(link)).status_code == 303
        page = browser.get(path).text
        assert "Bài mới cùng tin" not in page
        assert "Bỏ bài" in page  # the step, with the article's title
    assert [one.part for one in storage.register.links(made.id)] == ["origin"]


def test_names_of_a_unit_are_those_of_the_day(register: RegisterDesk) -> None:
    """A matter that ended before the unit was renamed keeps its name of then."""
    storage = register.desk.storage
    then = NOW.replace(year=2025, month=6, day=2)
    new = NewMatter("Việc cũ", "other", register.keys["school"], unit=register.health)
    made = storage.register.open(acting(register.mai), new, then)
    with client(register, register.mai) as browser:
        page = words(browser.get(f"/register/matter/{made.id}").text)
        assert "Chủ trì Sở Y tế Ninh Thuận" in page, "the step says the name of its day"
        assert "Đơn vị chủ trì Sở Y tế Khánh Hòa" in page
        storage.register.step(acting(register.mai), made.id, StepRequest("drop", text="xong"), then + timedelta(days=1))
        page = words(browser.get(f"/register/matter/{made.id}").text)
        assert "Đơn vị chủ trì Sở Y tế Ninh Thuận" in page
