"""Hostile articles, people and digests on every page of the desk, in a real Chromium: nothing runs or is loaded."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support.browsers import needs_chromium
from tests.support.desk_server import DeskClient
from tests.support.siege import DAY, EVALUATED, Siege, besieged, letter_for, routes, visitor_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_chromium, pytest.mark.long(15)]

#: Console lines that no attack causes.
_HARMLESS = re.compile(
    r"Failed to load resource: the server responded with a status of (400|403|404|409)|Clear-Site-Data"
)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


def places(siege: Siege) -> dict[str, list[str]]:
    """Return by letter of a visitor the pages to be looked at: every GET of the desk, and hostile queries."""
    found: dict[str, list[str]] = {}
    for method, route in routes():
        is_page = method == "GET" and not route.is_stream and not route.path.startswith(("/sign-in", "/invitation"))
        if not is_page or route.path.endswith(("/file", "/table", "/document", ".csv", ".ics")):
            continue
        names = ("mine", "nobodys") if "{key}" in route.path else ("mine",)
        found.setdefault(letter_for(route), []).extend(siege.path(route, name) for name in names)
    there = {route.path for _, route in routes()}
    if "/review" in there:
        found["R"] = [
            f"/review?day={DAY}&item={siege.keys['mine']}",
            f"/review?day={DAY}&item={siege.keys['out']}",
            "/review?search=%3Cscript%3Ealert(7)%3C/script%3E",
            "/review?day=%3Cscript%3Ealert(8)%3C/script%3E",
        ]
    if "/search" in there:
        found.setdefault("A", []).extend(
            [
                "/search?q=%22C%C3%A0+N%C3%A1%22",
                "/search?q=%22%3E%3Cscript%3Ealert(9)%3C/script%3E",
                "/search?q=@%3Cscript%3E",
            ]
        )
        found["V"] = [f"/article/{siege.keys['mine']}", f"/story/{siege.stories['mine']}", "/today"]
    return found


def watch(page: "Page") -> list[str]:
    """Return the list to which goes what an attack would cause: dialogs, errors, reports, foreign requests."""
    said: list[str] = []

    def dialog(shown: object) -> None:
        said.append(f"dialog: {shown.message}")  # type: ignore[attr-defined]
        shown.dismiss()  # type: ignore[attr-defined]

    def request(asked: object) -> None:
        address = str(asked.url)  # type: ignore[attr-defined]
        if urlsplit(address).hostname not in ("127.0.0.1", None):
            said.append(f"request: {address}")

    page.on("dialog", dialog)
    page.on("console", lambda line: None if _HARMLESS.search(line.text) else said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", request)
    return said


#: What a page holds of the hostile texts, the text that it shows, and elements that no page of the desk has of its own
#: and links that lead elsewhere than they may.
_LOOK = """() => [document.documentElement.outerHTML.includes('alert(1)'), document.body.innerText, [
    ...[...document.querySelectorAll('svg[onload], img[onerror], script:not([src])')]
        .filter(e => !(e.type && e.type.includes('json'))).map(e => e.outerHTML.slice(0, 100)),
    ...[...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(e =>
        ['href', 'src', 'action', 'formaction'].map(n => e.getAttribute(n)).filter(v => v &&
            !/^(https?:\\/\\/|\\/|#|\\?|data:image\\/|mailto:|[a-z0-9-]+($|[?#]))/i.test(v))),
    ...[...document.querySelectorAll('a[href^="http"]')].filter(a => new URL(a.href).host !== location.host &&
        !['noopener', 'noreferrer', 'nofollow'].every(r => a.relList.contains(r))).map(a => a.outerHTML.slice(0, 200)),
    ...[...document.querySelectorAll('*')].flatMap(e => [...e.attributes].filter(a => /^on|^style$/i.test(a.name))
        .map(a => `${e.tagName} ${a.name}`)),
]]"""


def test_nothing_that_the_press_or_a_person_wrote_runs_on_any_page(siege: Siege, browser: "Browser") -> None:
    """Title, author, excerpt, link, outlet, comment, department, person, note, lead, published file, alert, query."""
    wrong: list[str] = []
    seen = 0
    for letter, paths in places(siege).items():
        context = siege.desk.browser(browser, visitor_of(siege.desk, letter, siege.ours))
        context.set_default_timeout(60_000)
        page = context.new_page()
        said = watch(page)
        for path in paths:
            said.clear()
            answer = page.goto(path, wait_until="load")
            assert answer is not None
            if answer.status >= 500:
                wrong.append(f"{path}: {answer.status}")
            is_hostile, text, foreign = page.evaluate(_LOOK)
            seen += is_hostile
            found = [*said, *foreign] if "/file/" not in path and "/form/" not in path else [*said]
            found = [line for line in found if not is_of_the_frame(path, line)]
            if EVALUATED in text:
                found.append("a template was evaluated")
            wrong += [f"{letter} {path}: {line}" for line in found]
        context.close()
    assert wrong == []
    assert seen >= 3, "the hostile texts are shown, as text"


def is_of_the_frame(path: str, line: str) -> bool:
    """Whether a line tells that the sandbox of a digest's document, or its policy, stopped a script: as it is to be."""
    return ("/file/" in path or "/preview" in path or "/form/" in path or "/published/" in path) and (
        "sandbox" in line or "Content Security Policy" in line
    )


def test_links_of_articles_are_of_the_web_alone(siege: Siege) -> None:
    """An article whose address is javascript: has no link on any page."""
    for letter, paths in places(siege).items():
        with siege.desk.client(visitor_of(siege.desk, letter, siege.ours)) as client:
            assert_no_script_link(client, paths)


class _Attributes(HTMLParser):
    """Collects the addresses of a page, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


def assert_no_script_link(client: DeskClient, paths: list[str]) -> None:
    for path in paths:
        answer = client.get(path)
        if answer.headers.get("content-type", "").startswith("text/html") and "sandbox" not in str(answer.headers):
            read = _Attributes()
            read.feed(answer.text)
            assert [
                one for one in read.addresses if re.match(r"\s*(javascript|vbscript|data:text)", one, re.I)
            ] == [], path
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path
