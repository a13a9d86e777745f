"""Private addresses are asked for the source alone that names them, and a metadata service never."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from config.opml import is_refused, read_list, to_import
from crawlers.downloader.exceptions import UnsafeAddress
from crawlers.downloader.ssrf_guard import GuardMiddleware, private_addresses_named
from crawlers.settings import scrapy_settings
from diembao.system.home import Home
from pipeline.records import CrawlSettings, Feed, Reason, Source
from pipeline.text.private_hosts import is_metadata_service, is_private_host, server_of
from tests.support.cli import run_inside
from tests.support.crawled import crawl

#: Addresses of a list that somebody else made, each private in another way.
PRIVATE = (
    "http://127.0.0.1:9999/rss", "http://localhost:9999/rss", "http://LOCALHOST/rss", "http://a.localhost/rss",
    "http://localhost./rss", "http://2130706433:9999/rss", "http://0x7f000001/rss", "http://0177.0.0.1/rss",
    "http://127.1/rss", "http://10.1.2.3/rss", "http://192.168.1.1:8080/rss", "http://172.16.0.9/rss",
    "http://100.64.1.1/rss", "http://[::1]:9999/rss", "http://[::ffff:10.0.0.1]/rss", "http://[fd00::7]/rss",
    "http://[fe80::1]/rss", "http://0.0.0.0:80/rss", "http://１２７.0.0.1/rss", "http://[64:ff9b::a00:1]/rss",
    "http://0/rss", "https://10.0.0.1:443/rss", "http://[::7f00:1]/rss",
)  # fmt: skip
METADATA = (
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/rss", "http://0xa9fea9fe/rss",
    "http://0251.0376.0251.0376/rss", "http://169.254.43518/rss", "http://[::ffff:169.254.169.254]/rss",
    "http://[fd00:ec2::254]/rss", "http://[fd00:0ec2:0:0::0254]/rss", "http://metadata.google.internal/rss",
    "http://METADATA.google.internal./rss", "http://metadata/rss", "http://instance-data.ec2.internal/rss",
    "http://169.254.170.2/rss", "http://100.100.100.200/rss", "http://168.63.129.16/rss",
    "http://[64:ff9b::a9fe:a9fe]/rss", "http://169.254.169.254:8080/rss",
)  # fmt: skip
PUBLIC = (
    "http://a.example/rss", "http://93.184.216.34/rss", "http://[2606:2800:220:1::1]/rss", "http://10.example/rss",
    "http://localhost.example/rss", "http://metadata.example/rss", "http://127.0.0.1.example/rss",
    "http://notlocalhost/rss", "https://bao.example:8443/rss",
)  # fmt: skip


@pytest.mark.parametrize("url", [*PRIVATE, *METADATA])
def test_private_in_every_form(url: str) -> None:
    assert is_refused(url)
    outlines, invalid = read_list(f"# a list\n\nhttp://a.example/rss\n{url} Báo nhà\n".encode())
    result = to_import(outlines, invalid, [])
    assert [s.home for s in result.added] == ["http://a.example/"]
    assert [(one.line, one.url) for one in result.refused] == [(4, url)]


@pytest.mark.parametrize("url", PUBLIC)
def test_public_addresses_are_taken(url: str) -> None:
    assert not is_refused(url)
    result = to_import(*read_list(url.encode()), [])
    assert [feed.url for s in result.added for feed in s.feeds] == [url]


@pytest.mark.parametrize("url", PRIVATE)
def test_a_host_allowed_by_name_is_taken_in_any_form(url: str) -> None:
    host, port = server_of(url).rsplit(":", 1)
    pair = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    assert not is_refused(url, (host,))
    assert not is_refused(url, (pair,))
    assert is_refused(url, ("10.77.77.77", "a.example", f"{pair[: -len(port)]}1"))


@pytest.mark.parametrize("url", METADATA)
def test_a_metadata_service_is_never_taken(url: str) -> None:
    assert is_refused(url, (server_of(url), server_of(url).rsplit(":", 1)[0]))
    source = Source("a", "A", url, (Feed(url),))
    assert private_addresses_named([source]) == set()
    guard = GuardMiddleware([server_of(url)], {"a": [server_of(url)]})
    with pytest.raises(UnsafeAddress, match="metadata"):
        guard.process_request(Request(url, meta={"source_id": "a"}))


@pytest.mark.parametrize("place", ["xmlUrl", "htmlUrl", "url"])
def test_every_address_of_an_outline_counts_with_its_line(place: str) -> None:
    other = "" if place != "htmlUrl" else 'xmlUrl="http://a.example/rss"'
    text = f'<opml version="2.0">\n<body>\n<outline text="x" {other}\n {place}="http://10.0.0.5/rss"/>\n</body></opml>'
    result = to_import(*read_list(text.encode()), [])
    assert result.added == ()
    [refused] = result.refused
    assert refused.url == "http://10.0.0.5/rss"
    assert refused.line in (3, 4)


@pytest.mark.parametrize("url", PRIVATE)
def test_a_source_opens_its_own_server_to_itself_alone(url: str) -> None:
    own, other = Source("own", "A", url, (Feed(url),)), Source("other", "B", "http://b.example/", ())
    settings = scrapy_settings([own, other], CrawlSettings())
    guard = GuardMiddleware(settings["DIEMBAO_ALLOW_PRIVATE"], settings["DIEMBAO_OWN_PRIVATE"])
    guard.process_request(Request(url, meta={"source_id": "own"}))
    for meta in ({"source_id": "other"}, {}):
        with pytest.raises(UnsafeAddress):
            guard.process_request(Request(url, meta=meta))
    port = int(server_of(url).rsplit(":", 1)[1]) + 1
    host = server_of(url).rsplit(":", 1)[0]
    elsewhere = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    with pytest.raises(UnsafeAddress):
        guard.process_request(Request(elsewhere, meta={"source_id": "own"}))


def test_what_the_settings_allow_is_open_to_every_source_in_every_form() -> None:
    guard = GuardMiddleware(["2130706433:81", "intranet.example:80"], {})
    for url in ("http://127.0.0.1:81/", "http://0x7f.1:81/", "http://intranet.example/"):
        guard.process_request(Request(url, meta={"source_id": "a"}))
    for url in ("http://127.0.0.1:82/", "http://intranet.example:81/"):
        with pytest.raises(UnsafeAddress):
            guard.process_request(Request(url, meta={"source_id": "a"}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    assert run_inside("--home", tmp_path, "init").returncode == 0
    (tmp_path / "config" / "sources.toml").write_text("")
    return Home(tmp_path)


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "http://localhost:9999/x", "http://2130706433:9999/x"])
def test_the_command_names_file_and_line_and_writes_the_rest(url: str, home: Home) -> None:
    listed = home.root / "list.txt"
    listed.write_text(f"http://a.example/rss\n{url}\n")
    done = run_inside("--home", home.root, "--lang", "en", "source", "import", listed, "--write")
    assert done.returncode == 1
    assert f"{listed}:2: {url}" in done.stderr
    text = (home.config / "sources.toml").read_text()
    assert "a.example" in text
    assert url not in text
    again = run_inside(
        "--home", home.root, "source", "import", listed, "--write", "--allow-private", url.split("/")[2].split(":")[0]
    )
    assert (again.returncode == 0) == ("169.254" not in url)
    assert (url in (home.config / "sources.toml").read_text()) == ("169.254" not in url)


#: Two sites of one machine: `outer` is allowed at its own port; its pages redirect to the one of `inner`.
SITE = """
import subprocess, threading, sys, atexit, json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
subprocess.run("ip link set lo up; ip addr add 169.254.169.254/32 dev lo; ip addr add 10.9.9.9/32 dev lo", shell=True)
hits = []
def answer(self, status, body=b"", **headers):
    self.send_response(status); self.send_header("Content-Length", str(len(body)))
    for name, value in headers.items(): self.send_header(name, value)
    self.end_headers(); self.wfile.write(body)
class Inner(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/own"):
            items = "<item><title>t</title><link>/own/page</link></item>"
            if self.path == "/own/page": answer(self, 200, b"<p>own</p>")
            else: answer(self, 200, ("<rss version='2.0'><channel><title>x</title>%s</channel></rss>" % items).encode())
        else:
            if self.path != "/robots.txt": hits.append(self.path)
            answer(self, 404)
    def log_message(self, *_): pass
TARGETS = ["http://10.9.9.9:9999/a", "http://168364297:9999/b", "http://0x0a090909:9999/c", "http://localhost:9999/d",
           "http://169.254.169.254:9999/e", "http://127.0.0.1:9999/f", "http://[::ffff:10.9.9.9]:9999/g",
           "http://10.9.9.9:8000/h"]
class Outer(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/feed":
            links = ["/r/%d" % n for n in range(len(TARGETS))] + TARGETS
            items = "".join("<item><title>t</title><link>%s</link></item>" % x for x in links)
            answer(self, 200, ("<rss version='2.0'><channel><title>x</title>%s</channel></rss>" % items).encode())
        elif self.path.startswith("/r/"): answer(self, 302, Location=TARGETS[int(self.path[3:])])
        else: answer(self, 404)
    def log_message(self, *_): pass
for kind, port in ((Inner, 9999), (Outer, 8000)):
    threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", port), kind).serve_forever, daemon=True).start()
atexit.register(lambda: print(json.dumps({"hits": hits})))
"""


def test_a_private_source_opens_nothing_to_the_redirects_of_others() -> None:
    namespace = ("unshare", "-rn")
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    inner = "http://10.9.9.9:9999/own"
    sources = [
        Source("outer", "A", "http://127.0.0.1:8000/", (Feed("http://127.0.0.1:8000/feed"),)),
        Source("inner", "B", inner, (Feed(inner),)),
        Source("keys", "C", "http://169.254.169.254:9999/", (Feed("http://169.254.169.254:9999/own"),)),
    ]
    told: list[dict[str, Any]] = crawl(sources, prefix=namespace, setup=SITE)
    assert [t["hits"] for t in told if "hits" in t] == [[]], json.dumps(told)
    by_page = {t["page"]: t["reason"] for t in told if "page" in t}
    # Its own page is had, so that the installations of today keep working.
    assert by_page.pop("http://10.9.9.9:9999/own/page") == "ok"
    assert set(by_page.values()) == {Reason.UNSAFE_ADDRESS}
    assert len(by_page) == 16


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "169.254.169.254", "metadata.google.internal"])
def test_hosts_are_private_by_themselves(host: str) -> None:
    assert is_private_host(host)
    assert is_metadata_service(host) == (host not in ("localhost", "127.0.0.1"))
