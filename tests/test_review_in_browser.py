"""The review room in a real browser: a day by keys alone, correcting, undoing; its numbers follow what is done."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.records.accounts import Account
from tests.support.browsers import needs_chromium
from tests.support.desk_server import Desk
from tests.support.review_browser import go_through, open_key, press, room, served, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.long(22)]


@pytest.fixture(scope="module")
def desk(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served(tmp_path_factory.mktemp("review"), desk_address) as made:
        yield made


@pytest.fixture(scope="module")
def lan(desk: Desk) -> Account:
    return desk.account("reviewer", "lan", full_name="Trần Thị Lan")


@pytest.mark.parametrize("articles", [15, pytest.param(60, marks=pytest.mark.thorough)])
def test_articles_by_keys_alone_and_all_undone(desk: Desk, browser: "Browser", articles: int) -> None:
    """Of sixty the ten first acts stay: fifty can be undone."""
    account = desk.account("reviewer")
    with room(desk, browser, account) as page:
        go_through(page, articles)
        assert re.search(r"\d+ trên \d+, còn \d+ phút", page.locator("#progress").inner_text())
        acts = len(desk.storage.reviews.past_acts(account=account.id, limit=100))
        page.reload()
        for _ in range(min(acts, 50)):
            press(page, "u")
        left = [one for one in desk.storage.reviews.past_acts(account=account.id, limit=100) if one.undone_at is None]
        assert len(left) == max(acts - 50, 0)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_three_hundred_articles_by_keys_alone(
    kind: str, browser: "Browser", tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = f"sqlite:///{tmp_path / 'd.db'}" if kind == "sqlite" else request.getfixturevalue("postgres")()
    with served(tmp_path, address, copies=3) as desk:
        account = desk.account("reviewer")
        with desk.client(account) as client:
            page_bytes = len(client.get("/review").content)
        assert page_bytes <= 150_000
        with room(desk, browser, account) as page:
            total = int(page.locator("#progress progress").get_attribute("max") or 0)
            assert total >= 300
            go_through(page, total)
            assert int(page.locator("#progress progress").get_attribute("value") or 0) == total


def test_corrections_comment_assignment_star_and_original(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan) as page:
        key = open_key(page)
        press(page, "n", "1")
        page.wait_for_function("() => document.querySelectorAll('.person b').length === 1")
        press(page, "g", "2")
        page.wait_for_function("() => document.querySelectorAll('.person b').length === 2")
        page.keyboard.press("t")
        page.locator("details[data-panel=topics][open]").wait_for()
        page.keyboard.press("4")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.person b').length === 3")
        press(page, "s")
        page.locator(f"#{key}[data-star]").wait_for()
        # The key alone, before the browser does anything else: what a quick hand types next is no command.
        pressed = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }))"
        assert page.evaluate(f"() => {{ {pressed}; return document.activeElement.id; }}") == "comment-text"
        page.keyboard.type("Cần hỏi lại")
        assert open_key(page) == key, "a key acted while somebody typed"
        page.keyboard.press("Escape")
        press(page, "j")
        page.wait_for_function("key => document.getElementById('card').dataset.item !== key", arg=key)
        page.locator(f"#{key}[data-draft]").wait_for(state="attached")
        press(page, "k")
        page.wait_for_function("key => document.getElementById('card').dataset.item === key", arg=key)
        assert page.locator("#comment-text").input_value() == "Cần hỏi lại"
        page.reload()
        assert page.locator("#comment-text").input_value() == "Cần hỏi lại"
        page.locator("#comment-to").fill("@so-y-te")
        page.locator("details[data-panel=comment] button").click()
        page.locator(".comments li").wait_for()
        assert page.locator("#comment-text").input_value() == ""
        page.locator(f"#{key}[data-draft]").wait_for(state="detached")
        page.keyboard.press("c")
        page.locator("#comment-text").fill("Nhờ @khong.co xem")
        page.locator("details[data-panel=comment] button").click()
        page.get_by_text("Không có ai tên “khong.co”").wait_for()
        assert page.locator("#comment-text").input_value() == "Nhờ @khong.co xem"
        page.get_by_role("button", name="Vẫn ghi ý kiến này").click()
        page.locator(".comments li").nth(1).wait_for()
        assert page.locator("#comment-text").input_value() == ""
        page.locator(f"#{key}[data-draft]").wait_for(state="detached")
        page.keyboard.press("i")
        page.locator("#assign-department").wait_for()
        page.wait_for_function("() => document.activeElement.id === 'assign-department'")
        assert page.locator("#assign-department").input_value() == "", "a department was chosen beforehand"
        page.locator("#assign-department").select_option(label="Sở Y tế")
        page.locator("details[data-panel=assign] button").click()
        page.get_by_text("Đã giao Sở Y tế").first.wait_for()
        with page.expect_popup() as opened:
            page.keyboard.press("o")
        opened.value.close()


def test_ticked_topics_go_along_or_are_asked_about(desk: Desk, browser: "Browser") -> None:
    with room(desk, browser, desk.account("reviewer"), "/review?state=new&language=vi") as page:
        key = open_key(page)
        press(page, "t")
        page.locator("details[data-panel=topics][open]").wait_for()
        assert not page.locator(".unsaved").is_visible()
        box = page.locator("#topics-form input[type=checkbox]:not(:checked)").first
        topic = box.get_attribute("value")
        box.check()
        assert page.locator(".unsaved").is_visible()
        page.locator("#next").click()
        page.locator("#told button").wait_for()
        assert open_key(page) == key, "the article was left without a word"
        page.locator(".approve").click()
        page.wait_for_function("key => document.getElementById('card').dataset.item !== key", arg=key)
        assert page.locator("#told p").all_inner_texts() == ["Đã lưu chủ đề.", "Đã duyệt."]
        assert state(desk, key) == "approved"
        item = desk.storage.articles.item(key)
        assert item is not None
        assert topic in [one.id for one in item.tags.topics]


def test_keys_with_ctrl_stay_the_browsers(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan) as page:
        key = open_key(page)
        page.evaluate("() => document.addEventListener('keydown', e => { window.kept = e.defaultPrevented; })")
        for combination in ("Control+r", "Control+e", "Alt+a", "Meta+a", "Control+u", "Shift+a"):
            page.keyboard.press(combination)
            assert page.evaluate("() => window.kept") is False, combination
        assert page.locator(".reject[open]").count() == 0
        assert open_key(page) == key
        page.keyboard.press("?")
        assert page.locator("dialog#keys").is_visible()
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        assert state(desk, key) == "new"
        page.keyboard.press("/")
        assert page.evaluate("() => document.activeElement.name") == "search"
        page.keyboard.type("ra")
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        assert page.evaluate("() => document.activeElement.id") == "day"
        assert state(desk, key) == "new"


def test_all_below_and_its_undoing(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan) as page:
        before = page.locator("#queue li[data-state]").count()
        moved = "key => document.getElementById('card').dataset.item !== key"
        first = open_key(page)
        press(page, "j")
        page.wait_for_function(moved, arg=first)
        press(page, "e")
        told = page.locator("#told")
        told.get_by_text(re.compile(r"Đánh dấu \d+ bài bên dưới")).wait_for()
        assert page.locator("#queue li[data-state]").count() == before, "it acted without asking"
        second = open_key(page)
        press(page, "k")
        page.wait_for_function(moved, arg=second)
        press(page, "e")
        assert page.locator("#queue li[data-state]").count() == before, "another article was asked about"
        press(page, "e")
        page.wait_for_function("n => document.querySelectorAll('#queue li[data-state=reviewed]').length > n", arg=20)
        page.reload()
        press(page, "u")
        page.wait_for_function("n => document.querySelectorAll('#queue li[data-state]').length === n", arg=before)


def test_the_room_follows_what_is_done(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan, viewport={"width": 1280, "height": 900}) as page:
        page.locator("#filters > summary").click()
        box = page.locator(".approve").bounding_box()
        assert box is not None and box["y"] + box["height"] <= 900, "filters push the buttons out of the window"
        numbers = "() => [...document.querySelectorAll('#filters option')].map(option => option.textContent)"
        differ = f"shown => JSON.stringify(({numbers})()) !== JSON.stringify(shown)"
        same = f"shown => JSON.stringify(({numbers})()) === JSON.stringify(shown)"
        page.locator("#filters select[name=outlet]").select_option(index=1)
        at_first = page.evaluate(numbers)
        key = open_key(page)
        press(page, "a")
        page.locator(f"#{key}[data-state=approved]").wait_for()
        page.wait_for_function(differ, arg=at_first)
        press(page, "u")
        page.locator(f"#{key}:not([data-state])").wait_for()
        page.wait_for_function(same, arg=at_first)
        # Numbers of tones follow a correction, also one that was made while nobody looked at the filters.
        page.locator("#filters > summary").click()
        press(page, "n", "1")
        page.locator(".person b").first.wait_for()
        page.locator("#filters > summary").click()
        page.wait_for_function(differ, arg=at_first)
        press(page, "u")
        page.wait_for_function(same, arg=at_first)
        assert page.locator("#filters select[name=outlet]").evaluate("list => list.selectedIndex") == 1
        page.keyboard.press("m")
        page.get_by_text("Chưa chọn bài nào: chọn trong danh sách").wait_for()
        page.locator(f"#{key} > input").check()
        page.get_by_text("Đã chọn: 1").wait_for()
        page.locator(f"#{key} > input").uncheck()
        page.locator("details[data-panel=merge] button[value='merge.story']").click()
        page.locator("#told").get_by_text("Chưa chọn bài nào").wait_for()
