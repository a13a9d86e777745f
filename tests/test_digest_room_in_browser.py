"""The digest room in a real browser: from draft to sent with JavaScript off; every page fits, and axe finds nothing."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct
from tests.support.days import fill
from tests.support.desk_server import Desk, serve_desk, write_desk_home
from tests.support.post import Post, post_office
from tests.test_digest_room import AT, LISTS, ROOM, name_lists

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")

SIZES = ((390, 844), (1280, 900))
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with post_office() as found:
        yield found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Desk]:
    home = write_desk_home(tmp_path_factory.mktemp("home"))
    clock = home.root / "clock.json"
    clock.write_text(json.dumps({"now": AT.isoformat(), "steady": 0.0}))
    (home.config / "alerts.toml").write_text(f'[mail]\nserver = "127.0.0.1:{post.port}"\n', "utf-8")
    name_lists(home.config / "settings.toml", LISTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_CLOCK", str(clock))
        with serve_desk(home, f"sqlite:///{home.database}") as served:
            fill(served.storage, 30)
            yield served


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


def watch(page: "Page") -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def faults(page: "Page") -> list[str]:
    """Return what is wrong with a page: content over its edge, findings of axe; frames are checked by themselves."""
    from axe_playwright_python.sync_playwright import Axe

    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    options = {"runOnly": {"type": "tag", "values": _RULES}, "iframes": False}
    found = Axe().run(page, options=options).response["violations"]
    said = [f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
    return ([f"{wide} px over the edge"] if wide > 0 else []) + said


def picture(page: "Page", name: str) -> None:
    """Keep a picture of a page, where $DIEMBAO_PICTURES names a folder."""
    if folder := os.environ.get("DIEMBAO_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scripts", [False, True])
def test_from_draft_to_sent(scripts: bool, desk: Desk, browser: "Browser", post: Post) -> None:
    post.letters.clear()
    context = desk.browser(browser, desk.account("editor", full_name="Lan"), java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/digest")
    page.get_by_label("Lời dẫn", exact=True).fill("Cảng đón tàu. Sở theo dõi.")
    page.get_by_role("button", name="Lưu lời dẫn").click()
    page.get_by_text("Đã lưu lời dẫn").wait_for()
    before = page.locator("ol.order > li").count()
    page.get_by_role("button", name="Đưa lên nổi bật").first.click()
    page.get_by_text("Đã đưa lên tin nổi bật").wait_for()
    page.get_by_role("button", name="Đưa lên nổi bật").first.click()
    last = page.locator("ol.order > li").last
    title = last.locator(".what").inner_text()
    last.get_by_role("button", name="Lên").click()
    page.get_by_text("Đã lưu thứ tự").wait_for()
    assert page.locator("ol.order > li").nth(before).locator(".what").inner_text() == title
    page.get_by_role("link", name="Không đưa vào …").last.click()
    page.get_by_label("Lý do").fill("tin trùng")
    page.get_by_role("button", name="Không đưa vào").click()
    page.get_by_text("Lý do: tin trùng").last.wait_for()
    page.get_by_role("button", name="Lấy lại").last.click()
    page.get_by_text("Câu chuyện đã trở lại").wait_for()
    page.get_by_role("link", name="Xem trước").first.click()
    paper = page.frame_locator("iframe")
    paper.get_by_text("Cảng đón tàu. Sở theo dõi.").wait_for()
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


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_page_fits_and_can_be_read(width: int, height: int, desk: Desk, browser: "Browser") -> None:
    editor = desk.account("editor", full_name="Lan")
    context = desk.browser(browser, editor, viewport={"width": width, "height": height})
    page = context.new_page()
    said = watch(page)
    wrong: list[str] = []

    def look(name: str) -> None:
        picture(page, f"{name}-{width}")
        wrong.extend(f"{name}: {fault}" for fault in [*faults(page), *said])
        said.clear()

    page.goto(ROOM)
    keys = [item.get_attribute("value") or "" for item in page.get_by_role("button", name="Đưa lên nổi bật").all()]
    lan = Actor(editor.id, editor.name, "127.0.0.1", "desk")
    desk.storage.reviews.act(lan, ReviewAct("star", (keys[0],), "1"), AT)
    desk.storage.reviews.act(lan, ReviewAct("reject", (keys[1],), "minor", "không đáng"), AT)
    page.goto(ROOM)
    page.get_by_role("link", name="Không đưa vào …").last.click()
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
    page.locator("form[action$='/lead'] input[name=version]").evaluate("(field, old) => field.value = old", version)
    page.get_by_label("Lời dẫn", exact=True).fill(f"Bản khác ở cỡ {width}.")
    page.get_by_role("button", name="Lưu lời dẫn").click()
    page.get_by_role("heading", name="Theo bạn").wait_for()
    # A browser writes an answer that is an error into its console.
    said[:] = [text for text in said if "409" not in text]
    look("clash")
    assert wrong == []
    context.close()
