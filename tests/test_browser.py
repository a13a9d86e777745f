"""Pages that scripts build, in a real browser: what is read from them, and what they cannot reach."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crawlers.downloader import browser
from crawlers.settings import scrapy_settings
from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.home import Home
from pipeline.records import CrawlSettings, Feed, Reason, Source
from tests.support.cli import Diembao

pytestmark = pytest.mark.long(20)

BUILT = "Gió mạnh làm ngã cây ở Cà Ná, đoạn này do trình duyệt dựng."

PAGE = """<!doctype html><meta charset=utf-8><title>Bài</title><div id=app></div><link rel=preconnect href="{secret}">
<img src="/anh.jpg"><img src="{secret}/anh.jpg"><link rel=stylesheet href="/kieu.css">
<iframe src="{secret}/khung"></iframe>
<script src="{secret}/ma.js"></script><script src="/cam/ma.js"></script><script src="/ma.js"></script>"""
SCRIPT = """
document.cookie = "da_den=1"; localStorage.setItem("da_den", "1");
const app = document.getElementById("app");
fetch("/dan-ve-trong").then(r => r.text()).then(t => app.append(t), () => app.append("[dan-ve-trong]"));
fetch("{secret}/truc-tiep").then(r => r.text()).then(t => app.append(t), () => app.append("[truc-tiep]"));
fetch("/gui", {{method: "POST", body: "x"}}).catch(() => app.append("[gui]"));
try {{ new WebSocket("{socket}") }} catch (e) {{}}
fetch("/bai.json").then(r => r.json()).then(d => {{ app.insertAdjacentHTML("afterbegin", "<p>" + d.text + "</p>") }});
"""


class Paper(BaseHTTPRequestHandler):
    """An outlet whose pages are empty until its scripts have run."""

    secret: ClassVar[int] = 0
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def do_GET(self) -> None:
        cookie = self.headers.get("Cookie", "")
        self.asked.append((self.command, self.path, cookie))
        secret = {"secret": f"http://127.0.0.1:{self.secret}", "socket": f"ws://127.0.0.1:{self.secret}/"}
        match self.path:
            case "/feed":
                links = "".join(
                    f"<item><title>t</title><link>/{name}.html</link></item>"
                    for name in ("bai-1", "bai-2", "xoay", "phinh", "khong-nghi")
                )
                self.say(200, f"<rss version='2.0'><channel>{links}</channel></rss>", "application/rss+xml")
            case "/robots.txt":
                self.say(200, "User-agent: *\nDisallow: /cam/\n", "text/plain")
            case "/bai-1.html" | "/bai-2.html":
                self.say(200, PAGE.format(**secret))
            case "/xoay.html":
                self.say(200, "<p id=app></p><script>for (;;) {}</script>")
            case "/phinh.html":
                self.say(200, "<p id=app></p><script>app.append('x'.repeat(3e6))</script>")
            case "/khong-nghi.html":
                self.say(200, "<p>đủ chữ</p><script>setInterval(() => fetch('/nhip'), 50)</script>")
            case "/ma.js":
                self.say(200, SCRIPT.format(**secret), "text/javascript")
            case "/bai.json":
                self.say(200, json.dumps({"text": BUILT}), "application/json")
            case "/dan-ve-trong":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{self.secret}/chuyen-huong")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case _:
                self.say(200, "ok", "text/plain")

    do_POST = do_GET

    def say(self, status: int, body: str, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Secret(BaseHTTPRequestHandler):
    """A server of the inner network, at an address that nobody wrote into sources.toml."""

    asked: ClassVar[list[str]] = []

    def setup(self) -> None:
        self.asked.append("connected")
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


DRIVER = """
import json, sys
from crawlers.crawl import crawl
from pipeline.records import *
class Desk:
    def feed_state(self, url): return FeedState(url)
    def save_poll(self, poll):
        return [Candidate(n, poll.source_id, poll.feed_url, e.url, e) for n, e in enumerate(poll.entries)]
    def save_fetch(self, result):
        body = getattr(result, "body", b"").decode()
        print(json.dumps({"url": result.url, "reason": getattr(result, "reason", "ok"), "body": body,
                          "note": getattr(result, "note", "")}))
given = json.load(sys.stdin)
source = Source(**{**given, "feeds": tuple(Feed(**f) for f in given["feeds"]), "selectors": Selectors()})
limits = CrawlSettings(contact="a@b.c", delay_seconds=0.0, timeout_seconds=15.0, max_page_bytes=2**20)
crawl([source], [], Desk(), limits)
"""


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Any]]:
    if browser.missing_browser():
        pytest.skip(f"no browser here (missing: {browser.missing_browser()})")
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), kind) for kind in (Paper, Secret)]
    Paper.secret = servers[1].server_port
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{servers[0].server_port}/"
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRIVER],
        input=json.dumps(asdict(Source("a", "A", home, (Feed(f"{home}feed"),), render=True))),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    for server in servers:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    pages = [json.loads(line) for line in done.stdout.splitlines()]
    yield {"seconds": time.monotonic() - began, **{p["url"].rpartition("/")[2]: p for p in pages}}


@pytest.mark.parametrize("name", ["bai-1.html", "bai-2.html"])
def test_what_scripts_build_is_read(told: dict[str, Any], name: str) -> None:
    assert f"<p>{BUILT}</p>" in told[name]["body"]


def test_nothing_inside_is_reached(told: dict[str, Any]) -> None:
    """Neither by a picture, a frame, a script, a socket, a connection made ahead, nor by a redirect."""
    assert "[truc-tiep]" in told["bai-1.html"]["body"]
    assert "[dan-ve-trong]" in told["bai-1.html"]["body"]
    assert Secret.asked == []


def test_only_what_is_needed_and_allowed_is_asked(told: dict[str, Any]) -> None:
    asked = {path for _, path, _ in Paper.asked}
    assert {"/ma.js", "/bai.json", "/dan-ve-trong"} <= asked
    assert asked.isdisjoint({"/anh.jpg", "/kieu.css", "/cam/ma.js", "/gui"})
    assert {method for method, _, _ in Paper.asked} == {"GET"}
    assert {cookie for _, _, cookie in Paper.asked} == {""}


def test_a_page_that_hangs_or_grows_costs_that_page(told: dict[str, Any]) -> None:
    assert told["xoay.html"]["reason"] == Reason.TIMEOUT
    assert told["phinh.html"]["reason"] == Reason.TOO_LARGE
    assert "đủ chữ" in told["khong-nghi.html"]["body"]
    assert len([path for _, path, _ in Paper.asked if path == "/nhip"]) <= 60
    assert told["seconds"] < 100


def test_it_is_off_by_default() -> None:
    plain = scrapy_settings([Source("a", "A", "https://a.example/", ())], CrawlSettings())
    assert not any("browser" in name for name in plain["DOWNLOADER_MIDDLEWARES"])
    assert "PLAYWRIGHT_LAUNCH_OPTIONS" not in plain


def test_without_a_browser_pages_are_fetched_as_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    found = scrapy_settings([Source("a", "A", "https://a.example/", (), render=True)], CrawlSettings())
    assert browser.missing_browser() in ("browser", "extra")
    assert not any("browser" in name for name in found["DOWNLOADER_MIDDLEWARES"])


def test_the_way_out_is_named(press: Press, diembao: Diembao, tmp_path: Path) -> None:
    """`collect` says what is missing, and goes on; so it does without the extra as without a browser."""
    outlet = next(o for o in press.outlets if o.state == "up" and len(o.feeds) == 1 and o.feeds[0].kind == "feed")
    write_home(Home(tmp_path), [outlet], workers=1)
    sources = tmp_path / "config" / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace("[[source]]", "[[source]]\nrender = true"), "utf-8")
    nowhere = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    done = diembao("--home", tmp_path, "collect", env=nowhere)
    assert done.returncode in (0, 1), done.stderr
    assert "render = true" in done.stderr
    assert "playwright install chromium" in done.stderr
