"""The digest in a real browser: nothing is asked of the network, nothing runs over the edge of a phone."""

import shutil
from pathlib import Path

import pytest

from analysis.digest.html import render_html
from tests.test_digest import day, item, items

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
@pytest.mark.parametrize("full", [True, False])
def test_digest_fits(width: int, height: int, full: bool, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "digest.html"
    long = ["x" * 150, "Một tiêu đề rất dài " * 15]
    found = [*items(), *(item(n, title) for n, title in enumerate(long, 8))] if full else []
    page_file.write_text(render_html(day(found), "vi", province="Ninh Thuận", topic_labels={}), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": width, "height": height})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        texts = "[...document.querySelectorAll('p, li, td, a')]"
        small = page.evaluate(f"Math.min(...{texts}.map(e => parseFloat(getComputedStyle(e).fontSize)))")
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wide <= 0
    assert small >= 12
