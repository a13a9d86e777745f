"""The digest room in a real browser: from draft to sent with JavaScript off; every page fits, and axe finds nothing."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct
from tests.support.browsers import LOOKS, faults, keep_picture, needs_chromium, watch
from tests.support.days import fill
from tests.support.desk_server import Desk, serve_desk, write_desk_home
from tests.support.post import Post, post_office
from tests.test_digest_room import AT, LISTS, ROOM, name_lists

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.long(17)]


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with post_office() as found:
        yield found


@pytest.fixture(scope="module")
def desk(desk_address: str, tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Desk]:
    home = write_desk_home(tmp_path_factory.mktemp("home"))
    clock = home.root / "clock.json"
    clock.write_text(json.dumps({"now": AT.isoformat(), "steady": 0.0}))
    (home.config / "alerts.toml").write_text(f'[mail]\nserver = "127.0.0.1:{post.port}"\n', "utf-8")
    name_lists(home.config / "settings.toml", LISTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_CLOCK", str(clock))
        with serve_desk(home, desk_address) as served:
            fill(served.storage, 30)
            yield served


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_from_draft_to_sent(scripts: bool, desk: Desk, browser: "Browser", post: Post) -> None:
    post.letters.clear()
    context = desk.browser(browser, desk.account("editor", full_name="Lan"), java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/digest")
    lead = f"Cảng đón {'hai' if scripts else 'ba'} tàu. Sở theo dõi."
    page.get_by_label("Lời dẫn", exact=True).fill(lead)
    if scripts:
        page.locator(".unsaved:visible").wait_for()
        page.once("dialog", lambda dialog: dialog.accept())  # the browser asks before one leaves an unsaved lead
        page.reload()
        page.locator(".unsaved:visible").wait_for()
        said.remove("dialog ")
    before = page.locator("ol.order > li").count()
    page.get_by_role("button", name="Đưa lên nổi bật").first.click()
    page.get_by_text("Đã đưa lên tin nổi bật. Chữ bạn viết cũng đã được lưu.").wait_for()
    assert page.get_by_label("Lời dẫn", exact=True).input_value() == lead
    page.get_by_role("button", name="Đưa lên nổi bật").first.click()
    last = page.locator("ol.order > li").last
    title = last.locator(".what").inner_text()
    last.get_by_role("button", name="Lên").click()
    page.get_by_text("Đã lưu thứ tự").wait_for()
    assert page.locator("ol.order > li").nth(before).locator(".what").inner_text() == title
    page.get_by_role("button", name="Không đưa vào …").last.click()
    page.get_by_label("Lý do").fill("tin trùng")
    page.get_by_role("button", name="Không đưa vào").click()
    page.get_by_text("Lý do: tin trùng").last.wait_for()
    page.get_by_role("button", name="Lấy lại").last.click()
    page.get_by_text("Câu chuyện đã trở lại").wait_for()
    page.get_by_role("button", name="Xem trước").first.click()
    paper = page.frame_locator("iframe")
    paper.get_by_text(lead).first.wait_for()
    page.get_by_role("link", name="Sang bước kiểm tra").click()
    page.get_by_role("button", name="Phát hành …").click()
    page.get_by_role("button", name="Phát hành ngay").click()
    page.get_by_text("Đã phát hành, số").wait_for()
    page.get_by_role("link", name="Gửi …").click()
    page.get_by_text("a@example.vn").wait_for()
    page.get_by_role("button", name="Gửi ngay").click()
    page.get_by_text("Đã gửi: lanh-dao, bao-chi").wait_for()
    assert [to for to, _ in post.letters] == [["a@example.vn"], ["c@example.vn"]]
    assert said == []
    context.close()


@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_every_page_fits_and_can_be_read(width: int, height: int, desk: Desk, browser: "Browser") -> None:
    editor = desk.account("editor", full_name="Lan")
    context = desk.browser(browser, editor, viewport={"width": width, "height": height})
    page = context.new_page()
    said = watch(page)
    wrong: list[str] = []

    def look(name: str) -> None:
        keep_picture(page, f"{name}-{width}")
        wrong.extend(f"{name}: {fault}" for fault in [*faults(page), *said])
        said.clear()

    page.goto(ROOM)
    keys = [item.get_attribute("value") or "" for item in page.get_by_role("button", name="Đưa lên nổi bật").all()]
    lan = Actor(editor.id, editor.name, "127.0.0.1", "desk")
    desk.storage.reviews.act(lan, ReviewAct("star", (keys[0],), "1"), AT)
    desk.storage.reviews.act(lan, ReviewAct("reject", (keys[1],), "minor", "không đáng"), AT)
    page.goto(ROOM)
    page.get_by_role("button", name="Không đưa vào …").last.click()
    look("out")
    page.get_by_label("Lý do").fill("tin trùng với bản hôm qua")
    page.get_by_role("button", name="Không đưa vào").click()
    page.goto(ROOM)
    look("room")
    page.goto(f"{ROOM}/preview")
    page.frame_locator("iframe").locator("h1").wait_for()
    look("preview")
    page.goto(f"{ROOM}/check")
    look("check")
    page.get_by_role("button", name="Phát hành …").click()
    look("publish")
    page.get_by_role("button", name="Phát hành ngay").click()
    page.get_by_text("Đã phát hành, số").wait_for()
    page.frame_locator("iframe").locator("h1").wait_for()
    look("publication")
    page.get_by_role("link", name="Gửi …").click()
    look("send")
    page.goto("/digest/published")
    look("published")
    version = str(desk.storage.drafts.draft(AT.date()).version - 1)
    page.goto(ROOM)
    page.locator("#draft input[name=version]").evaluate("(field, old) => field.value = old", version)
    page.get_by_label("Lời dẫn", exact=True).fill(f"Bản khác ở cỡ {width}.")
    page.get_by_role("button", name="Lưu lời dẫn").click()
    page.get_by_role("heading", name="Theo bạn").wait_for()
    # A browser writes an answer that is an error into its console.
    said[:] = [text for text in said if "409" not in text]
    look("clash")
    assert wrong == []
    context.close()
