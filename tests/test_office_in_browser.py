"""The office's pages in a real browser: they fit, axe, no console errors, everything with JavaScript off."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from diembao.jobs.review.assignments import assign
from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.reviews import ReviewAct
from tests.support.browsers import LOOKS, SIZES, faults, keep_picture, needs_chromium, watch
from tests.support.office import OfficeDesk, acting, office_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.long(15)]


@pytest.fixture(scope="module")
def office(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    with office_desk(tmp_path_factory.mktemp("desk"), desk_address) as made:
        _work(made)
        yield made


def _work(office: OfficeDesk) -> None:
    """Let a morning pass: judgements, assignments of every state, comments."""
    storage, at = office.desk.storage, now()
    lan = acting(office.desk.account("reviewer", "lan", full_name="Phạm Thị Lan", department=office.health))
    keys = office.keys
    today = at.astimezone(office.desk.context.zone).date()
    for name, kind, value in (
        ("n0", "approve", ""), ("n1", "reject", "not_ours"), ("n2", "reject", "not_ours"), ("n3", "grade", "mention"),
        ("n4", "approve", ""), ("n4", "topics", "energy"), ("n5", "tone", "neutral"), ("n6", "topics", ""),
    ):  # fmt: skip
        storage.reviews.act(lan, ReviewAct(kind, (keys[name],), value), at)  # type: ignore[arg-type]
    note = "Đề nghị Sở trả lời báo trước 10 giờ.\nGửi bản trả lời về Văn phòng."
    assign(storage, lan, keys["n0"], office.health, at, due=today - timedelta(days=2), note=note)
    assign(storage, lan, keys["n1"], office.health, at, due=today + timedelta(days=1), scope="story")
    third = assign(storage, lan, keys["n2"], office.health, at)
    storage.reviews.set_done(lan, third.id, True, at)
    assign(storage, lan, keys["n3"], office.trade, at, due=today)
    office.desk.account("viewer", "hoa", full_name="Trần Thị Mỹ Hoa", department=office.health)
    storage.reviews.comment(lan, keys["n0"], "@so-y-te và @hoa xem giúp đoạn nói về số hộ bị thiệt hại nhé.", at)


def _account(office: OfficeDesk, name: str) -> Account:
    found = office.desk.storage.accounts.by_name(name)
    assert found is not None
    return found


@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_every_page_fits_and_can_be_read(office: OfficeDesk, browser: "Browser", width: int, height: int) -> None:
    auditor = _account(office, "kiem.toan") if width != SIZES[0][0] else office.desk.account("auditor", "kiem.toan")
    pages: dict[Account, tuple[str, ...]] = {
        _account(office, "hoa"): (
            "/today",
            "/assignments",
            "/assignments/1",
            "/assignments/2",
            "/mentions",
            "/mentions/1",
        ),
        _account(office, "lan"): (
            "/assignments?view=all&done=1",
            "/assignments/3",
            "/agreement",
            "/agreement?weeks=13",
        ),
        auditor: ("/audit", "/audit?who=lan", "/audit?since=2026-99-99", "/agreement"),
    }
    wrong: list[str] = []
    for account, paths in pages.items():
        context = office.desk.browser(browser, account, viewport={"width": width, "height": height})
        page = context.new_page()
        said = watch(page)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            is_refused = "99-99" in path
            assert answer.status == (400 if is_refused else 200), path
            for summary in page.locator("summary").all():
                summary.click()
            wrong += [f"{path}: {fault}" for fault in [*faults(page), *([] if is_refused else said)]]
            said.clear()
            name = path.strip("/").replace("/", "-").replace("?", "_")
            keep_picture(page, f"{width}-{account.name}-{name}")
        context.close()
    assert wrong == []


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_a_viewer_comments_and_finishes(office: OfficeDesk, browser: "Browser", scripts: bool) -> None:
    context = office.desk.browser(browser, _account(office, "hoa"), java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/today")
    page.get_by_role("link", name="việc của đơn vị của bạn").click()
    page.get_by_role("link", name="Bài <script>").click()
    page.get_by_label("Bình luận của bạn").fill(f"@lan đã trả lời báo {scripts}")
    page.get_by_role("button", name="Bình luận").click()
    assert "Đã bình luận." in page.locator("#notices").inner_text()
    assert f"đã trả lời báo {scripts}" in page.locator("ol.plainlist").inner_text()
    page.get_by_role("button", name="Đánh dấu đã xong").click()
    assert "Đã xong." in page.locator("#notices").inner_text()
    page.get_by_role("button", name="Mở lại").click()
    page.goto("/mentions")
    if page.get_by_role("button", name="Đánh dấu đã đọc hết").count():
        page.get_by_role("button", name="Đánh dấu đã đọc hết").click()
        assert "Đã đánh dấu đã đọc." in page.locator("#notices").inner_text()
    context.close()
    assert said == []


@pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_an_auditor_filters_pages_and_takes_the_csv(
    office: OfficeDesk, browser: "Browser", scripts: bool, tmp_path: Path
) -> None:
    known = office.desk.storage.accounts.by_name("kiem.tra")
    account = known or office.desk.account("auditor", "kiem.tra")
    context = office.desk.browser(browser, account, java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/audit")
    page.get_by_role("button", name="Kiểm tra ngay").click()
    page.goto("/audit")
    page.get_by_label("Người làm").select_option("lan")
    page.get_by_label("Hành động").select_option("assignment.made")
    page.get_by_role("button", name="Xem").click()
    assert page.locator("ol.entries > li").count() == 4
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    taken.value.save_as(tmp_path / "audit.csv")
    assert (tmp_path / "audit.csv").read_text("utf-8-sig").count("assignment.made") == 4
    page.get_by_role("link", name="Mọi mục").click()
    assert page.locator("ol.entries > li").count() > 4
    context.close()
    assert said == []
