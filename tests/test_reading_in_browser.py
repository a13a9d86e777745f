"""The reading rooms in Chromium, narrow and wide: no overflow, no error, no report of the policy; axe is content."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.reading_room import ReadingRoom, reading_room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")
#: What axe is asked: WCAG 2.2, levels A and AA.
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadingRoom]:
    root = tmp_path_factory.mktemp("room")
    with reading_room(root, f"sqlite:///{root / 't.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    sandbox = not (hasattr(os, "geteuid") and os.geteuid() == 0)  # Chromium's sandbox does not work for root
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=sandbox,
            args=["--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


def paths(room: ReadingRoom) -> list[str]:
    return [
        "/search",
        "/search?q=cảng",
        "/search?q=điện AND",
        f"/article/{room.hostile}?explain=1",
        f"/article/{room.story}",
        f"/story/{room.story}",
        f"/event/{room.event}",
        "/sources",
        "/source/s2",
        "/ledger",
        "/reports",
        "/alerts",
        "/exports",
    ]


def watched(context: "BrowserContext") -> tuple["Page", list[str]]:
    """Return a page, and what its console, its errors and the policy's reports say."""
    page, said = context.new_page(), list[str]()
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    return page, said


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_and_say_nothing_wrong(room: ReadingRoom, browser: "Browser", width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = room.desk.browser(browser, room.desk.account("analyst"), viewport={"width": width, "height": 900})
    page, said = watched(context)
    wrong: list[str] = []
    for path in paths(room):
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        if (wide := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            wrong.append(f"{path}: {wide} pixels too wide")
        found = Axe().run(page, options=_RULES).response["violations"]
        wrong += [f"{path}: {one['id']} {[node['html'][:120] for node in one['nodes'][:2]]}" for one in found]
    context.close()
    assert wrong == []
    assert said == []


def test_everything_works_without_javascript(room: ReadingRoom, browser: "Browser") -> None:
    account = room.desk.account("administrator")
    context = room.desk.browser(browser, account, java_script_enabled=False)
    page = context.new_page()
    page.goto("/reports")
    # A click on a bar lands in the search that counts it.
    bar = page.locator("a.bar").first
    count = bar.inner_text().strip()
    bar.click()
    assert page.locator("#total").get_attribute("data-total") == count
    page.locator(".results h2 a").first.click()
    assert page.locator("section.text").count() == 1
    page.get_by_text("Vì sao được gắn nhãn như vậy").click()
    page.locator("#explain a").click()
    assert page.locator("#explain table").count() > 0
    page.goto("/source/s3")
    page.locator("button.danger").click()
    assert "Báo số 3" in page.locator(".notice").inner_text()
    assert page.locator("form[action='/source/s3/resume']").count() == 1
    context.close()
