"""A real Chromium on pages of the desk: opened, watched, and asked what is wrong with a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")
#: A phone and an office screen, in CSS pixels.
SIZES = ((390, 844), (1280, 900))
#: For a test that looks at pages: `faults` measures their width at both sizes, so axe looks at that of a phone alone.
LOOKS = (SIZES[0], pytest.param(*SIZES[1], marks=pytest.mark.thorough))
#: What axe is asked: WCAG 2.2, levels A and AA, and what it calls good practice.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def open_browser() -> "Iterator[Browser]":
    """Start a Chromium that asks nothing of the network by itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


def watch(page: "Page") -> list[str]:
    """Return the list to which goes whatever a page complains of: console, errors, dialogs, reports of its policy."""
    said: list[str] = []
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    return said


def excess_width(page: "Page") -> int:
    """Return by how many pixels the content of a page runs over its edge."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def _overflows(page: "Page") -> list[str]:
    """Return the sizes at which the content of a page runs over its edge; the page keeps its own size."""
    own = page.viewport_size
    assert own is not None
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if (pixels := excess_width(page)) > 0:
            found.append(f"{pixels} px over the edge at {width} px")
    page.set_viewport_size(own)
    return found


def faults(page: "Page", part: str = "html", *, sizes: bool = True) -> list[str]:
    """Return what is wrong with a page: content over its edge at either size, and what axe finds in a part of it.

    Documents in frames are looked at by themselves. `sizes` false: not the sizes of what is clicked, which axe measures
    by what a bar or a list's edge leaves in sight.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "async ([part, rules, sizes]) => (await axe.run(part, {runOnly: rules, iframes: false,"
        " resultTypes: ['violations'], rules: {'target-size': {enabled: sizes}}})).violations",
        [part, _RULES, sizes],
    )
    said = [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]
    return _overflows(page) + said


def keep_picture(page: "Page", name: str) -> None:
    """Keep a picture of a page, where $DIEMBAO_PICTURES names a folder."""
    if folder := os.environ.get("DIEMBAO_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
