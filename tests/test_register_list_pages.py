"""The register's list and what stands on other pages over HTTP: filters, counts, answers that wait, clarifications."""

from datetime import date

import pytest

from pipeline.register.matters import MatterFilter, StepRequest
from tests.support.register_desk import NOW, RegisterDesk, acting
from tests.support.register_pages import client, opened, words

pytestmark = pytest.mark.none_on_postgresql


def test_the_list_filters_and_counts(register: RegisterDesk) -> None:
    made = opened(register, title="Ổ gà trên Quốc lộ 27", unit=register.tourism, due=date(2026, 11, 20))
    other = opened(register, title="Rác thải bãi biển", unit=register.trade, taking_part=(register.tourism,))
    with client(register, register.mai) as browser:
        for query, there in (
            ("q=o+ga+quoc+lo", True), (f"q={made.id}", True), ("q=máy+bay", False), ("due=overdue", True),
            ("due=soon", False), (f"unit={register.tourism}", True), (f"unit={register.health}", False),
            ("kind=opinion", False), ("state=closed", False), ("state=all", True), ("page=2", False),
        ):  # fmt: skip
            assert ("Ổ gà trên" in browser.get(f"/register?{query}").text) is there, query
        for query in ("state=x", "kind=x", "due=x", "unit=x", f"page={'9' * 9}"):
            assert browser.get(f"/register?{query}").status_code == 400, query
    with client(register, register.cuc) as browser:
        page = browser.get("/register").text
        assert page.index("Ổ gà trên") < page.index("Rác thải"), "its own comes first"
        assert "đơn vị của bạn" in page
        today = words(browser.get("/today").text)
        open_ones = register.desk.storage.register.count(
            MatterFilter(states=("new", "assigned", "preparing"), units=(register.tourism,))
        )
        assert f"{open_ones} vấn đề của đơn vị của bạn chờ trả lời" in today
        assert "1 vấn đề của đơn vị của bạn quá hạn" in today
    assert other.id > made.id


def test_what_is_to_be_made_clear_stands_with_its_article_alone(register: RegisterDesk) -> None:
    keys, storage = register.keys, register.desk.storage
    with client(register, register.mai) as browser:
        assert browser.send_form(f"/article/{keys['road']}/clarify", text="  ").status_code == 400
        assert browser.send_form(f"/article/{keys['road']}/clarify", text="Số hộ dân").status_code == 303
        assert browser.send_form("/article/khong-co/clarify", text="x").status_code == 404
        [note] = storage.register.clarifications([keys["road"]])
        page = browser.get(f"/article/{keys['road']}").text
        assert "Số hộ dân" in page
        assert "Trần Thị Mai" in page
        wrong = f"/article/{keys['school']}/clarify/{note.id}/withdraw"
        assert browser.send_form(wrong).status_code == 404
        with client(register, register.hoa) as stranger:
            assert stranger.send_form(f"/article/{keys['road']}/clarify", text="x").status_code == 403
        assert browser.send_form(f"/article/{keys['road']}/clarify/{note.id}/withdraw").status_code == 303
        assert browser.send_form(f"/article/{keys['road']}/clarify/{note.id}/withdraw").status_code == 404
    assert storage.register.clarifications([keys["road"]]) == []


def test_a_bad_home_file_is_an_error_of_the_register_alone(register: RegisterDesk) -> None:
    """Faults in units.toml end no other page than those that read it."""
    path = register.desk.home.config / "units.toml"
    before = path.read_text("utf-8")
    path.write_text("[[unit]]\nhandle = 'a'\nsuccessor = 'nobody'\n", "utf-8")
    try:
        with client(register, register.mai) as browser:
            assert browser.get("/register").status_code == 500
            assert browser.get(f"/article/{register.keys['road']}").status_code == 200
            assert browser.get("/today").status_code == 200
    finally:
        path.write_text(before, "utf-8")


def test_an_answer_waits_for_the_office_and_one_sent_back_says_why(register: RegisterDesk) -> None:
    storage = register.desk.storage
    made = opened(register, title="Kênh Bắc tắc nghẽn", unit=register.tourism)
    storage.register.step(acting(register.cuc), made.id, StepRequest("answer", {"answer_text": "Đã nạo vét"}), NOW)
    count = storage.register.count(MatterFilter(states=("answered",)))
    with client(register, register.mai) as browser:
        page = browser.get("/today").text
        assert f"{count} vấn đề đã trả lời, chờ bộ phận điểm báo xem" in words(page)
        assert 'href="/register?state=answered"' in page
        assert "Tin có thể cần mở vấn đề" in page
        page = browser.get("/register").text
        assert "Kênh Bắc tắc nghẽn" in page
        assert f"đã trả lời, chờ xem {count}" in words(page)
        assert "Kênh Bắc tắc nghẽn" not in browser.get("/register?state=open").text
    with client(register, register.cuc) as browser:
        assert "chờ bộ phận điểm báo xem" not in browser.get("/today").text
        assert "Kênh Bắc tắc nghẽn" not in browser.get("/register").text
        storage.register.step(acting(register.mai), made.id, StepRequest("return", text="Thiếu số văn bản"), NOW)
        for path in ("/today", "/register", f"/register/matter/{made.id}"):
            page = words(browser.get(path).text)
            assert "bị trả lại" in page, path
            assert "Thiếu số văn bản" in page, path
        storage.register.step(
            acting(register.mai), made.id, StepRequest("set_due", {"due": date(2026, 12, 3)}, "x"), NOW
        )
        assert "bị trả lại" in browser.get("/register").text, "another day changes no state"
        storage.register.step(acting(register.cuc), made.id, StepRequest("answer", {"answer_text": "Số 7"}), NOW)
        for path in ("/today", "/register?state=all", f"/register/matter/{made.id}"):
            assert "bị trả lại" not in words(browser.get(path).text), path


def test_a_number_finds_its_matter_in_any_state_and_no_part_of_a_number(register: RegisterDesk) -> None:
    storage = register.desk.storage
    made = opened(register, title="Tỷ lệ hộ nghèo 14% và 2,5 ha")
    found = (("q=4", False), ("q=14", True), ("q=14%25", True), ("q=hộ+4", False), ("q=ngheo+14", True))
    with client(register, register.mai) as browser:
        for query, there in found:
            is_its_number = query == f"q={made.id}"
            assert ("Tỷ lệ hộ nghèo" in browser.get(f"/register?{query}").text) is (there or is_its_number), query
        storage.register.step(acting(register.mai), made.id, StepRequest("drop", text="xong"), NOW)
        assert "Tỷ lệ hộ nghèo" in browser.get(f"/register?q={made.id}").text
        assert made.id == 14 or "Tỷ lệ hộ nghèo" not in browser.get("/register?q=14").text
