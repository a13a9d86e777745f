"""The register in a real browser: from an article to a closed matter, by three people of two units and the office."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pipeline.records.accounts import Account
from pipeline.records.audit import AuditFilter
from pipeline.register.matters import MatterFilter, NewMatter, StepRequest
from tests.support.browsers import LOOKS, SIZES, faults, keep_picture, needs_chromium, watch
from tests.support.register_desk import NOW, PHONE, PRIVATE, TITLE, RegisterDesk, acting, register_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_chromium, pytest.mark.long(25)]


@pytest.fixture(scope="module")
def register(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisterDesk]:
    with register_desk(tmp_path_factory.mktemp("register"), desk_address) as made:
        yield made


@contextmanager
def at_desk(
    register: RegisterDesk, browser: "Browser", account: Account, *, refused: bool = False, **options: object
) -> "Iterator[Page]":
    """Open the desk as an account; whatever the console says is a fault, pages that are refused apart."""
    context = register.desk.browser(browser, account, **options)
    page = context.new_page()
    said = watch(page)
    try:
        yield page
    finally:
        context.close()
    assert [text for text in said if not (refused and "status of 4" in text)] == []


@pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_from_an_article_to_a_closed_matter(register: RegisterDesk, browser: "Browser", scripts: bool) -> None:
    """Each sees what is theirs and no more; with and without JavaScript."""
    options = {"java_script_enabled": scripts}
    storage = register.desk.storage
    title = f"Nước hồ Sông Biêu đổi màu {'có' if scripts else 'không'} kịch bản"
    with at_desk(register, browser, register.mai, **options) as page:
        page.goto(f"/article/{register.keys['lake' if scripts else 'road']}")
        page.get_by_role("link", name="Mở vấn đề báo chí nêu").click()
        assert page.get_by_label("Nội dung vấn đề").input_value()
        page.get_by_label("Nội dung vấn đề").fill(title)
        page.get_by_role("radio", name="Trả lời ý kiến, kiến nghị").check()
        page.get_by_label("Đoạn cần làm rõ").fill("Nước hồ đổi màu")
        page.get_by_label("Đơn vị chủ trì").select_option(label="Sở Y tế Khánh Hòa")
        page.get_by_role("checkbox", name="Sở Công Thương").check()
        page.get_by_role("button", name="Mở vấn đề").click()
        page.get_by_text("Đã mở vấn đề số").wait_for()
        number = int(page.url.rpartition("/")[2])
        facts = page.locator("main").inner_text()
        # 15 working days after Sunday 22 November, 24 November off: 23, 25 to 27, two whole weeks, and 14 December.
        assert "14/12/2026" in facts
        assert PRIVATE in facts
    matter = f"/register/matter/{number}"
    with at_desk(register, browser, register.hoa, **options) as page:
        page.goto("/today")
        page.get_by_role("link", name="vấn đề của đơn vị của bạn chờ trả lời").click()
        page.get_by_role("link", name=title).click()
        text = page.locator("main").inner_text()
        assert PHONE in text
        assert PRIVATE not in text
        assert page.get_by_text("Giao đơn vị", exact=True).count() == 0, "a unit may not assign"
        page.get_by_role("button", name="Bắt đầu chuẩn bị trả lời").click()
        page.get_by_text("đang chuẩn bị").first.wait_for()
        page.get_by_label("Ghi chú của bạn").fill("Đã lấy mẫu nước, chờ kết quả.")
        page.get_by_role("button", name="Ghi lại").click()
        page.get_by_text("Đã ghi chú.").wait_for()
    with at_desk(register, browser, register.binh, **options) as page:
        page.goto("/register")
        page.get_by_role("link", name=title).click()
        assert "Đã lấy mẫu nước" in page.locator("main").inner_text()
        page.get_by_text("Ghi nội dung trả lời").click()
        page.get_by_role("textbox", name="Nội dung trả lời").fill("Mẫu nước đạt quy chuẩn.")
        page.get_by_label("Số, ký hiệu văn bản").fill("112/SYT-NVY")
        page.get_by_label("Ngày văn bản").fill("2026-11-22")
        page.get_by_label("Địa chỉ nơi đã đăng thông tin chính xác").fill("https://soyte.example.vn/tra-loi")
        page.get_by_role("button", name="Ghi là đã trả lời").click()
        page.get_by_text("Đã ghi nội dung trả lời.").wait_for()
        assert page.get_by_text("Đóng vấn đề").count() == 0, "a unit may not close"
    with at_desk(register, browser, register.cuc, refused=True, **options) as page:
        page.goto("/register?state=all")
        assert title not in page.locator("main").inner_text()
        for path in (matter, f"{matter}/notes"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 404
            assert title not in page.locator("main").inner_text()
        refused = storage.audit.page(AuditFilter(action="matter.refused", object_kind="matter", object_id=str(number)))
        assert {one.account for one in refused} == {register.cuc.id}
        assert len(refused) == 2
    with at_desk(register, browser, register.mai, **options) as page:
        page.goto(matter)
        page.locator("summary").get_by_text("Thêm bài khác").click()
        page.get_by_label("Địa chỉ trang của bài").fill(f"{register.desk.url}/article/{register.keys['school']}")
        page.get_by_label("Vì sao thuộc vấn đề này").select_option(label="đăng nội dung trả lời")
        page.get_by_role("button", name="Thêm vào vấn đề").click()
        page.get_by_text("Đã thêm bài vào vấn đề.").wait_for()
        page.locator("summary").get_by_text("Đóng vấn đề").click()
        page.get_by_label("Kết quả thấy trên báo chí").fill("Báo A đã đăng nội dung trả lời.")
        page.get_by_role("button", name="Đóng", exact=True).click()
        page.get_by_text("Đã đóng vấn đề.").wait_for()
        text = page.locator("main").inner_text()
        for person in ("Trần Thị Mai", "Phạm Thị Hoa", "Ngô Văn Bình"):
            assert person in text
        assert ".login" not in text
        page.goto(f"/article/{register.keys['school']}")
        assert page.get_by_role("link", name=f"Số {number}: {title}").count() == 1
    found = storage.register.matter(number)
    assert found is not None
    assert (found.state, found.unit, found.taking_part) == ("closed", register.health, (register.trade,))
    people = [step.account for step in storage.register.steps(number)]
    mai, hoa, binh = register.mai.id, register.hoa.id, register.binh.id
    assert people == [mai, hoa, binh, mai, mai]


def test_a_candidate_is_put_aside_and_an_article_joins_a_matter(register: RegisterDesk, browser: "Browser") -> None:
    storage = register.desk.storage
    with at_desk(register, browser, register.mai) as page:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto("/register/candidates")
            assert faults(page) == []
            keep_picture(page, f"{width}-candidates")
        for summary in page.locator("main summary").all():
            summary.click()
        market = page.locator(f"#c-{register.keys['market']}")
        assert "sắc thái tiêu cực" in market.inner_text()
        market.get_by_label("Lý do không cần").fill("Ban quản lý chợ đã trả lời.")
        market.get_by_role("button", name="Ghi là không cần xử lý").click()
        page.get_by_text("Đã ghi là không cần").wait_for()
        assert market.count() == 0
        [dropped] = storage.register.matters(MatterFilter(states=("not_needed",)))
        assert dropped.reason == "Ban quản lý chợ đã trả lời."
        made = storage.register.open(
            acting(register.mai), NewMatter(TITLE, "other", register.keys["lake"], "story"), NOW
        )
        page.goto(f"/register/open?item={register.keys['lake2']}")
        page.get_by_role("button", name=f"Thêm bài này vào vấn đề số {made.id}").click()
        page.get_by_text("Đã thêm bài vào vấn đề.").wait_for()
        parts = {link.item: link.part for link in storage.register.links(made.id)}
        assert parts == {register.keys["lake"]: "origin", register.keys["lake2"]: "again"}


def test_what_is_to_be_made_clear_is_written_and_taken_back(register: RegisterDesk, browser: "Browser") -> None:
    path = f"/article/{register.keys['school']}"
    with at_desk(register, browser, register.mai) as page:
        page.goto(path)
        page.locator("summary").get_by_text("Ghi «cần làm rõ»").click()
        page.get_by_label("Nội dung cần làm rõ").fill("Số phòng học của trường mới.")
        page.get_by_role("button", name="Ghi vào bài").click()
        page.get_by_text("Đã ghi vào bài.").wait_for()
        with at_desk(register, browser, register.auditor) as other:
            other.goto(path)
            text = other.locator("#clarify").inner_text()
            assert "Số phòng học" in text
            assert "Trần Thị Mai" in text
            assert other.locator("#clarify button").count() == 0
        page.get_by_role("button", name="Rút lại").click()
        page.get_by_text("Đã rút lại.").wait_for()
        assert "Số phòng học" not in page.locator("main").inner_text()


@pytest.fixture(scope="module")
def worked(register: RegisterDesk) -> RegisterDesk:
    """A desk with matters of every state."""
    storage, mai = register.desk.storage, acting(register.mai)
    for n, (state, due) in enumerate((("new", 20), ("assigned", 24), ("preparing", 30), ("answered", 20))):
        new = NewMatter(
            f"Vấn đề {n}: khu đô thị ven biển phía nam chậm tiến độ, hộ dân chưa được bố trí tái định cư như cam kết",
            ("opinion", "press_request", "correction", "other")[n],
            register.keys["road"],
            due=NOW.date().replace(day=due),
            unit=None if state == "new" else register.health,
            taking_part=() if state == "new" else (register.trade, register.tourism),
            passage="chưa được bố trí tái định cư",
            is_unexpected=n == 2,
        )
        made = storage.register.open(mai, new, NOW)
        if n > 1:
            storage.register.step(acting(register.hoa), made.id, StepRequest("begin"), NOW)
        if n > 2:
            values = {"answer_text": "Đã kiểm tra.\nKết quả đạt.", "answer_number": "5/SYT"}
            storage.register.step(acting(register.hoa), made.id, StepRequest("answer", values), NOW)
        storage.register.add_note(acting(register.hoa), made.id, "Đã hỏi lại UBND xã.", NOW)
    storage.register.clarify(mai, register.keys["road"], "Số hộ chưa được bố trí.", NOW)
    return register


@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_every_page_fits_and_can_be_read(worked: RegisterDesk, browser: "Browser", width: int, height: int) -> None:
    register = worked
    storage, keys = register.desk.storage, register.keys
    last = storage.register.matters(limit=4)
    matters = tuple(f"/register/matter/{one.id}" for one in last)
    pages: dict[Account, tuple[str, ...]] = {
        register.mai: (
            "/register", "/register?state=all", "/register?q=không+có+gì", "/register/candidates",
            f"/register/open?item={keys['road']}", f"/register/open?item={keys['school']}&scope=event", *matters,
            f"/article/{keys['road']}", "/today",
        ),
        register.hoa: ("/register", *matters[:2], f"{matters[0]}/notes", f"/article/{keys['road']}"),
        register.auditor: ("/register", matters[0]),
    }  # fmt: skip
    wrong: list[str] = []
    for account, paths in pages.items():
        context = register.desk.browser(browser, account, viewport={"width": width, "height": height})
        page = context.new_page()
        said = watch(page)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            name = path.strip("/").replace("/", "-").replace("?", "_")
            keep_picture(page, f"{width}-{account.name}-{name}-closed")
            for summary in page.locator("main summary").all():
                summary.click()
            wrong += [f"{path}: {fault}" for fault in [*faults(page), *said]]
            said.clear()
            keep_picture(page, f"{width}-{account.name}-{name}")
        context.close()
    assert wrong == []
