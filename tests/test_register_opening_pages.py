"""Opening a matter over HTTP: due days, forms that were sent twice, refusals that keep what was typed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from tests.support.register_desk import RegisterDesk
from tests.support.register_pages import client, form, last, matter_of, opened, words

pytestmark = pytest.mark.none_on_postgresql


def test_opening_counts_the_day_and_a_day_typed_by_hand_holds_over_it(register: RegisterDesk) -> None:
    with client(register, register.mai) as browser:
        page = words(browser.get(f"/register/open?item={register.keys['road']}&scope=event").text)
        assert "15 ngày làm việc → 14/12/2026" in page
        assert "30 ngày → 22/12/2026" in page
        assert "7 ngày → 30/11/2026" in page  # ends on a Sunday: the next working day
        answer = browser.send_form("/register/open", **form(register, "road", scope="event", unit=register.health))
        assert answer.status_code == 303, answer.text
        made = last(register)
        assert (made.due, made.due_at, made.scope, made.state) == (date(2026, 12, 14), None, "event", "assigned")
        browser.send_form("/register/open", **form(register, "road", due="2026-12-01"))
        assert last(register).due == date(2026, 12, 1)
        browser.send_form("/register/open", **form(register, "road", kind="other"))
        assert (last(register).kind, last(register).due) == ("other", None)


def test_a_term_from_a_conclusion_asks_for_its_day(register: RegisterDesk) -> None:
    with client(register, register.mai) as browser:
        count = len(register.desk.storage.register.matters())
        asked = form(register, "road", kind="complaint", title="Khiếu nại bồi thường", passage="dân bức xúc")
        answer = browser.send_form("/register/open", **asked, taking_part=[str(register.trade)])
        assert answer.status_code == 400
        page = answer.text
        assert "hãy gõ ngày có kết luận" in page
        assert 'value="Khiếu nại bồi thường"' in page
        assert ">dân bức xúc</textarea>" in page
        assert re.search(rf'name="taking_part" value="{register.trade}" checked', page)
        assert re.search(r'value="complaint" required checked', page)
        assert len(register.desk.storage.register.matters()) == count
        assert browser.send_form("/register/open", **asked, concluded="2026-11-20").status_code == 303
        # 23, then 25 to 27 (24 November is off), and Monday 30.
        assert last(register).due == date(2026, 11, 30)


def test_a_year_without_days_off_is_said_and_the_day_typed_by_hand(register: RegisterDesk) -> None:
    register.set_hours(24 * 33)  # Christmas: 15 working days reach into 2027, which nobody has announced
    try:
        with client(register, register.mai) as browser:
            page = words(browser.get(f"/register/open?item={register.keys['road']}").text)
            assert "2027" in page
            assert "holidays.toml" in page
            asked = form(register, "road", title="Cuối năm", passage="lời trong bài")
            answer = browser.send_form("/register/open", **asked)
            assert answer.status_code == 400
            assert "Hãy tự gõ ngày đến hạn." in answer.text
            assert 'value="Cuối năm"' in answer.text
            assert ">lời trong bài</textarea>" in answer.text
            assert browser.send_form("/register/open", **asked, due="2027-01-15").status_code == 303
            made = last(register)
            assert made.due == date(2027, 1, 15)
            assert browser.get(f"/register/matter/{made.id}").status_code == 200
            assert browser.get("/register?due=soon").status_code == 200
    finally:
        register.set_hours(0)


def test_an_unexpected_matter_has_its_hours_also_on_a_sunday(register: RegisterDesk) -> None:
    with client(register, register.mai) as browser:
        browser.send_form(
            "/register/open", **form(register, "lake", title="Cháy", kind="information", is_unexpected="1")
        )
        made = last(register)
        assert made.first_seen.astimezone(register.desk.context.zone).weekday() == 6
        assert made.due_at == made.first_seen + timedelta(hours=24)
        assert made.due_at is not None
        assert made.due == made.due_at.astimezone(register.desk.context.zone).date()
        page = words(browser.get(f"/register/matter/{made.id}").text)
        assert "đột xuất" in page
        assert "05:30 23/11/2026 sắp đến hạn còn 20 giờ" in page
        assert "24 giờ kể từ lúc thấy tin lần đầu – " in page
        basis = register.desk.context.register().rules.unexpected.basis
        assert basis and basis in page
    register.set_hours(21)
    try:
        with client(register, register.mai) as browser:
            page = words(browser.get(f"/register/matter/{made.id}").text)
            assert "05:30 23/11/2026 quá hạn" in page
            assert "Cháy" in browser.get("/register?due=overdue").text
    finally:
        register.set_hours(0)


def test_a_matter_opened_meanwhile_is_shown_before_another_is_opened(register: RegisterDesk) -> None:
    with client(register, register.mai) as browser:
        asked = form(register, "market", title="Chợ xuống cấp")
        assert browser.send_form("/register/open", **asked).status_code == 303
        first = last(register)
        again = browser.send_form("/register/open", **asked)  # the button pressed twice
        assert again.status_code == 409
        assert f"Thêm bài này vào vấn đề số {first.id}" in again.text
        assert last(register).id == first.id
        seen = re.search(r'name="seen" value="([^"]*)"', again.text)
        assert seen is not None
        assert browser.send_form("/register/open", **{**asked, "seen": seen[1]}).status_code == 303
        assert last(register).id == first.id + 1


def test_a_candidate_needs_a_reason_to_be_put_aside(register: RegisterDesk) -> None:
    count = len(register.desk.storage.register.matters())
    with client(register, register.mai) as browser:
        asked = {"item": register.keys["park"]}
        assert browser.send_form("/register/candidates", **asked, reason=" ").status_code == 400
        assert browser.send_form("/register/candidates", item="khong-co", reason="x").status_code == 404
        assert len(register.desk.storage.register.matters()) == count
        assert browser.send_form("/register/candidates", **asked, reason="Tin vui").status_code == 303
        made = last(register)
        assert (made.state, made.reason, made.scope) == ("not_needed", "Tin vui", "story")
        again = browser.send_form("/register/candidates", **asked, reason="Tin vui")
        assert again.status_code == 400
        assert f"Tin này đã có vấn đề: số {made.id}." in words(again.text)
        assert last(register).id == made.id


def test_a_form_sent_twice_at_once_opens_one_matter(register: RegisterDesk) -> None:
    count = len(register.desk.storage.register.matters())
    asked = form(register, "park", title="Công viên bị chiếm", kind="other")
    with client(register, register.mai) as browser, client(register, register.mai) as other:
        pages = (browser, other)
        for one in pages:
            one.get("/register")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda one: one.send_form("/register/open", **asked), pages))
    assert len(register.desk.storage.register.matters()) == count + 1
    made = last(register)
    assert sorted(answer.status_code for answer in answers)[0] == 303
    [refused] = [answer for answer in answers if answer.status_code != 303]
    assert refused.status_code in (400, 409)
    assert f"Thêm bài này vào vấn đề số {made.id}" in refused.text, "what the other one opened is shown"


def test_a_due_day_that_is_over_is_confirmed_and_a_document_of_tomorrow_refused(register: RegisterDesk) -> None:
    made = opened(register, title="Bến cá ngập", unit=register.health)
    step = {"step": "set_due", "reason": "Theo công văn", "due": "2026-11-21"}
    with client(register, register.mai) as browser:
        assert "past_due" not in browser.get(f"/register/matter/{made.id}").text
        answer = browser.send_form(f"/register/matter/{made.id}/step", **step)
        assert answer.status_code == 400
        assert "Ngày này đã qua: 21/11/2026" in words(answer.text)
        assert 'name="past_due" value="1"' in answer.text
        assert browser.send_form(f"/register/matter/{made.id}/step", **step, past_due="1").status_code == 303
        assert matter_of(register, made.id).due == date(2026, 11, 21)
        assert browser.send_form(f"/register/matter/{made.id}/step", **{**step, "due": "2026-11-22"}).status_code == 303
        count = len(register.desk.storage.register.matters())
        for more in ({"due": "2020-01-01"}, {"kind": "complaint", "concluded": "2026-10-01"}):
            answer = browser.send_form("/register/open", **form(register, "road", **more))
            assert answer.status_code == 400, more
            assert 'name="past_due" value="1"' in answer.text, more
            assert len(register.desk.storage.register.matters()) == count
            answer = browser.send_form("/register/open", **form(register, "road", **more, past_due="1"))
            assert answer.status_code == 303, more
            count += 1
    with client(register, register.hoa) as browser:
        asked = {"step": "answer", "answer_text": "Đã xử lý", "answer_day": "2026-11-23"}
        answer = browser.send_form(f"/register/matter/{made.id}/step", **asked)
        assert answer.status_code == 400
        assert "Ngày của văn bản trả lời chưa đến" in words(answer.text)
        assert ">Đã xử lý</textarea>" in answer.text
        asked["answer_day"] = "2026-11-22"
        assert "Việc tiếp theo" in browser.get(f"/register/matter/{made.id}").text
        assert browser.send_form(f"/register/matter/{made.id}/step", **asked).status_code == 303
        assert "Việc tiếp theo" not in browser.get(f"/register/matter/{made.id}").text
