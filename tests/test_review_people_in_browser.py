"""The review room in a real browser: merging, two people at once, phones, accessibility, without scripts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from tests.support.browsers import LOOKS, SIZES, faults, needs_chromium
from tests.support.desk_server import Desk
from tests.support.review_browser import open_key, press, room, served, state

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


def test_ticked_articles_are_merged_split_and_restored(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan, "/review?language=vi") as page:
        keys = page.locator("#queue > form > ul li[id]").evaluate_all(
            "rows => rows.filter(row => !row.querySelector('details') && !row.parentElement.closest('.g, details'))"
            ".map(row => row.id)"
        )[:2]
        page.goto(f"/review?language=vi&item={keys[0]}")
        press(page, "x")
        page.goto(f"/review?language=vi&item={keys[1]}")
        page.locator(f"#{keys[0]} > input").check()
        page.keyboard.press("m")
        page.locator("details[data-panel=merge][open]").wait_for()
        page.keyboard.press("1")
        page.wait_for_function(
            "keys => document.querySelector('#queue li#' + keys[0]).closest('li[id]:has(li#' + keys[1] + ')')"
            " || document.querySelector('#queue li#' + keys[1]).closest('li[id]:has(li#' + keys[0] + ')')",
            arg=keys,
        )
        story = {desk.storage.articles.item(key).story for key in keys}  # type: ignore[union-attr]
        assert len(story) == 1
        press(page, "p", "1")
        page.wait_for_function(
            "([one, two]) => !document.querySelector(`#queue li#${one} li#${two}, #queue li#${two} li#${one}`)",
            arg=keys,
        )
        press(page, "u", "u")
        assert len({desk.storage.articles.item(key).story for key in keys}) == 2  # type: ignore[union-attr]


def test_two_people_see_each_other_and_clash(desk: Desk, browser: "Browser", lan: Account) -> None:
    minh = desk.account("editor", "minh", full_name="Lê Văn Minh")
    with room(desk, browser, lan) as hers, room(desk, browser, minh) as his:
        key = open_key(hers)
        his.goto(f"/review?item={key}")
        hers.get_by_text("Lê Văn Minh đang mở").first.wait_for()
        desk.storage.reviews.release(minh.id)
        press(his, "a")
        hers.locator("#meanwhile").get_by_text("Lê Văn Minh vừa quyết định").wait_for()
        hers.locator(f"#{key} > .s").get_by_text("đã duyệt").wait_for()
        hers.keyboard.press("r")
        hers.locator(".reasons").wait_for()
        hers.keyboard.press("4")
        hers.get_by_text("Lê Văn Minh đã quyết định trước").wait_for()
        assert state(desk, key) == "approved"
        shown = hers.locator(".clash").inner_text()
        assert "đã duyệt" in shown
        assert "đã loại: tin cũ" in shown
        assert faults(hers, ".clash") == []
        hers.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        assert faults(hers, sizes=False) == []
        assert faults(hers, ".clash") == []
        hers.set_viewport_size({"width": SIZES[1][0], "height": SIZES[1][1]})
        hers.get_by_role("button", name="Ghi của tôi đè lên").click()
        hers.locator("#card.card").wait_for()
        assert state(desk, key) == "rejected"
        press(hers, "u")
        hers.locator("#card.card").wait_for()
        assert state(desk, key) == "approved"
        desk.storage.reviews.undo(_actor(minh), now())


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.name, "", "desk")


@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_the_room_fits_and_is_accessible(width: int, height: int, desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan, viewport={"width": width, "height": height}) as page:
        # What a bar or the edge of a list happens to cover can be scrolled to: sizes are looked at in the panels below.
        assert faults(page, sizes=False) == []
        page.evaluate("() => { document.querySelector('.dock').style.position = 'relative'; }")
        for name in ("topics", "tone", "comment", "assign", "merge", "split", "reject"):
            page.locator(f"details[data-panel={name}] > summary").click()
            page.locator(f"details[data-panel={name}][open]").wait_for()
            assert faults(page, f"details[data-panel={name}]") == []
        page.goto("/review/keys")
        assert faults(page) == []
        page.goto("/review?day=2020-01-01&topic=energy")
        assert faults(page) == []


def test_everything_works_without_scripts(desk: Desk, browser: "Browser", lan: Account) -> None:
    with room(desk, browser, lan, java_script_enabled=False) as page:
        key = open_key(page)
        page.locator("button.approve").click()
        assert state(desk, key) == "approved"
        assert open_key(page) not in ("", key)
        second = open_key(page)
        page.locator(".reject > summary").click()
        page.locator(".reasons button[value=old]").click()
        assert state(desk, second) == "rejected"
        third = open_key(page)
        page.locator("details[data-panel=tone] > summary").click()
        page.locator("details[data-panel=tone] button[value=positive]").click()
        assert open_key(page) == third
        assert page.locator(".person b").get_by_text("Tích cực").count() == 1
        page.locator("details[data-panel=comment] > summary").click()
        page.locator("#comment-text").fill("Không có JavaScript")
        page.locator("details[data-panel=comment] button").click()
        page.get_by_text("Không có JavaScript").wait_for()
        page.locator("#next").click()
        assert open_key(page) != third
        page.locator(".undo button").click()
        page.get_by_text("Ý kiến không hoàn tác được").wait_for()
        page.locator("main form button.danger").click()
        for _ in range(2):
            page.locator(".undo button").click()
        assert (state(desk, key), state(desk, second)) == ("new", "new")
