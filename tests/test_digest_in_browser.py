"""The digest in a real browser: nothing is asked of the network, nothing runs over the edge of a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.digest.html import render_html
from tests.support.browsers import SIZES, excess_width, watch
from tests.test_digest import day, item, items

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("full", [True, False])
def test_digest_fits(width: int, height: int, full: bool, browser: "Browser", tmp_path: Path) -> None:
    page_file = tmp_path / "digest.html"
    long = ["x" * 150, "Một tiêu đề rất dài " * 15]
    found = [*items(), *(item(n, title) for n, title in enumerate(long, 8))] if full else []
    page_file.write_text(render_html(day(found), "vi", province="Ninh Thuận", topic_labels={}), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": height})
    said = watch(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    wide = excess_width(page)
    texts = "[...document.querySelectorAll('p, li, td, a')]"
    small = page.evaluate(f"Math.min(...{texts}.map(e => parseFloat(getComputedStyle(e).fontSize)))")
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wide <= 0
    assert small >= 12
