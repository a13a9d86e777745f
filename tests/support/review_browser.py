"""The review room in a real browser: a desk over the sample press, the room, keys, a day gone through."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.reviews import Review
from storage.database import open_database
from tests.support.browsers import watch
from tests.support.desk_server import MAKER, Desk, serve_desk, write_desk_home
from tests.support.sample_day import before_cutoff, store_sample_day

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


#: What Chromium says of a form whose answer shows why it was not taken.
_REFUSED = re.compile(r"responded with a status of 4(00|09)\b")


@contextmanager
def served(folder: Path, address: str, copies: int = 1) -> Iterator[Desk]:
    """Serve a desk over the sample press, as often as wanted, with a department."""
    storage = open_database(address)
    store_sample_day(storage, before_cutoff(now()), copies=copies)
    storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    storage.close()
    with serve_desk(write_desk_home(folder / "home"), address) as desk:
        yield desk


@contextmanager
def room(
    desk: Desk, browser: "Browser", account: Account, path: str = "/review", **options: object
) -> "Iterator[Page]":
    """Open the room signed in as an account; whatever the console says is a fault, refused forms (400, 409) apart."""
    context = desk.browser(browser, account, **options)
    page = context.new_page()
    said = watch(page)
    page.goto(path)
    try:
        yield page
    finally:
        context.close()
    assert [text for text in said if not _REFUSED.search(text)] == []


def open_key(page: "Page") -> str:
    return page.locator("#card").get_attribute("data-item") or ""


def press(page: "Page", *keys: str) -> None:
    """Press keys, each after what the one before it asked for has come."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_function("() => !document.getElementById('review').hasAttribute('aria-busy')")


def state(desk: Desk, key: str) -> str:
    return (desk.storage.reviews.reviews([key]).get(key) or Review(key)).state


def go_through(page: "Page", articles: int) -> None:
    """Review so many articles by keys alone, every seventh rejected."""
    cards = 0
    while True:
        done = int(page.locator("#progress progress").get_attribute("value") or 0)
        if done >= articles:
            return
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
