"""The reading rooms in Chromium, narrow and wide: no overflow, no error, no report of the policy; axe is content."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.browsers import LOOKS, faults, needs_chromium, watch
from tests.support.reading_room import ReadingRoom, reading_room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.long(16)]


@pytest.fixture(scope="module")
def room(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadingRoom]:
    with reading_room(tmp_path_factory.mktemp("room"), desk_address) as opened:
        yield opened


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
        "/archives",
        "/source/s2",
        "/ledger",
        "/reports",
        "/alerts",
        "/exports",
    ]


@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_pages_fit_and_say_nothing_wrong(room: ReadingRoom, browser: "Browser", width: int, height: int) -> None:
    context = room.desk.browser(browser, room.desk.account("analyst"), viewport={"width": width, "height": height})
    page = context.new_page()
    said = watch(page)
    wrong: list[str] = []
    for path in paths(room):
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        wrong += [f"{path}: {fault}" for fault in faults(page)]
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
