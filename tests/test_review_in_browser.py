"""The review room in a real browser: a day by keys alone, undoing, merging, two people, phones, accessibility."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from pipeline.records.reviews import Review
from storage.database import open_database
from tests.support.browsers import SIZES, faults, needs_chromium, watch
from tests.support.desk_server import MAKER, Desk, serve_desk, write_desk_home
from tests.support.sample_day import before_cutoff, store_sample_day

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium


@contextmanager
def served(folder: Path, address: str, copies: int = 1) -> Iterator[Desk]:
    """Serve a desk over the sample press, as often as wanted, with a department."""
    storage = open_database(address)
    store_sample_day(storage, before_cutoff(now()), copies=copies)
    storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    storage.close()
    with serve_desk(write_desk_home(folder / "home"), address) as desk:
        yield desk


@pytest.fixture(scope="module")
def desk(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served(tmp_path_factory.mktemp("review"), desk_address) as made:
        yield made


@pytest.fixture(scope="module")
def lan(desk: Desk) -> Account:
    return desk.account("reviewer", "lan", full_name="Trần Thị Lan")


@contextmanager
def room(
    desk: Desk, browser: "Browser", account: Account, path: str = "/review", **options: object
) -> "Iterator[Page]":
    """Open the room signed in as an account; whatever the console says is a fault, a clash's 409 apart."""
    context = desk.browser(browser, account, **options)
    page = context.new_page()
    said = watch(page)
    page.goto(path)
    try:
        yield page
    finally:
        context.close()
    assert [text for text in said if "409" not in text] == []


def open_key(page: "Page") -> str:
    return page.locator("#card").get_attribute("data-item") or ""


def press(page: "Page", *keys: str) -> None:
    """Press keys, each after what the one before it asked for has come."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_function("() => !document.getElementById('review').hasAttribute('aria-busy')")


def state(desk: Desk, key: str) -> str:
    return (desk.storage.reviews.reviews([key]).get(key) or Review(key)).state


def go_through(page: "Page", articles: int) -> float:
    """Review so many articles by keys alone, every seventh rejected; return the seconds that it took."""
    began = time.monotonic()
    cards = 0
    while True:
        done = int(page.locator("#progress progress").get_attribute("value") or 0)
        if done >= articles:
            return time.monotonic() - began
        before = open_key(page)
        cards += 1
        if cards % 7 == 0:
            page.keyboard.press("r")
            page.locator(".reasons").wait_for()
            page.keyboard.press("4")
        else:
            page.keyboard.press("a")
        page.wait_for_function("key => document.getElementById('card').dataset.item !== key", arg=before)
        page.wait_for_function("() => !document.getElementById('review').hasAttribute('aria-busy')")


def test_sixty_articles_by_keys_alone_and_all_undone(desk: Desk, browser: "Browser") -> None:
    account = desk.account("reviewer")
    with room(desk, browser, account) as page:
        seconds = go_through(page, 60)
        assert seconds < 60
        print(f"60 articles in {seconds:.1f} s")
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
            seconds = go_through(page, total)
        print(f"{total} articles in {seconds:.1f} s on {kind}; the page has {page_bytes} bytes")
        assert seconds < 15 * 60


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
        page.keyboard.press("c")
        page.locator("#comment-text").wait_for()
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
        counts = "() => document.querySelector('#filters option[value=new]').dataset"
        waiting = page.locator("#filters option[value=new]").inner_text()
        key = open_key(page)
        press(page, "a")
        page.locator(f"#{key}[data-state=approved]").wait_for()
        assert page.locator("#filters option[value=new]").inner_text() != waiting, page.evaluate(counts)
        press(page, "u")
        page.locator(f"#{key}:not([data-state])").wait_for()
        assert page.locator("#filters option[value=new]").inner_text() == waiting
        page.keyboard.press("m")
        page.get_by_text("Chưa chọn bài nào: chọn trong danh sách").wait_for()
        page.locator(f"#{key} > input").check()
        page.get_by_text("Đã chọn: 1").wait_for()
        page.locator(f"#{key} > input").uncheck()
        page.locator("details[data-panel=merge] button[value='merge.story']").click()
        page.locator("#told").get_by_text("Chưa chọn bài nào").wait_for()


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
        hers.get_by_role("button", name="Ghi của tôi đè lên").click()
        hers.locator("#card.card").wait_for()
        assert state(desk, key) == "rejected"
        press(hers, "u")
        hers.locator("#card.card").wait_for()
        assert state(desk, key) == "approved"
        desk.storage.reviews.undo(_actor(minh), now())


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.name, "", "desk")


@pytest.mark.parametrize(("width", "height"), SIZES)
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
