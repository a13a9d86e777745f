"""The register's pages over HTTP: clashes, refusals that keep what was typed, due days, who sees what."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from pipeline.records.accounts import Account
from pipeline.records.audit import AuditFilter
from pipeline.register.matters import Matter, MatterFilter, NewMatter, StepRequest
from tests.support.desk_server import DeskClient
from tests.support.register_desk import LAST_WORDS, NOW, PHONE, PRIVATE, RegisterDesk, acting, register_desk

pytestmark = pytest.mark.few_on_postgresql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisterDesk]:
    folder = tmp_path_factory.mktemp("register")
    is_postgres = request.param == "postgresql"
    address = request.getfixturevalue("postgres")() if is_postgres else f"sqlite:///{folder / 'r.db'}"
    with register_desk(folder, address) as made:
        yield made


def opened(register: RegisterDesk, item: str = "school", **more: object) -> Matter:
    given = {"title": "Trường mới thiếu phòng học", "kind": "other", "item": register.keys[item], **more}
    return register.desk.storage.register.open(acting(register.mai), NewMatter(**given), NOW)  # type: ignore[arg-type]


def matter_of(register: RegisterDesk, number: int) -> Matter:
    found = register.desk.storage.register.matter(number)
    assert found is not None
    return found


def last(register: RegisterDesk) -> Matter:
    return register.desk.storage.register.matters(limit=1)[0]


def client(register: RegisterDesk, account: Account) -> DeskClient:
    return register.desk.client(account)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def form(register: RegisterDesk, item: str, **more: object) -> dict[str, object]:
    """Return the fields of a form that opens a matter, with every open matter seen."""
    seen = " ".join(str(one.id) for one in register.desk.storage.register.matters())
    return {"item": register.keys[item], "title": "Đường chậm", "kind": "opinion", "seen": seen, **more}


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
            assert ("Tỷ lệ hộ nghèo" in browser.get(f"/register?{query}").text) is (there or made.id == 4), query
        storage.register.step(acting(register.mai), made.id, StepRequest("drop", text="xong"), NOW)
        assert "Tỷ lệ hộ nghèo" in browser.get(f"/register?q={made.id}").text
        assert made.id == 14 or "Tỷ lệ hộ nghèo" not in browser.get("/register?q=14").text


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
