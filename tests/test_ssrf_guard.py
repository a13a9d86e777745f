"""Addresses inside are told from public ones however they are written, and a crawl never asks them."""

import subprocess

import pytest

from crawlers.downloader.ssrf_guard import is_public, numeric_address, private_addresses_named
from pipeline.records import Feed, Reason, Source
from tests.support.crawled import crawl


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "[::1]", "::ffff:10.0.0.1"]
)
def test_numeric_forms_of_private_hosts(host: str) -> None:
    ip = numeric_address(host)
    assert ip is not None
    assert not is_public(ip)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("169.254.169.254", False), ("10.1.2.3", False), ("100.64.0.1", False),
        ("192.168.0.1", False), ("fd00::1", False), ("fe80::1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("2606:2800:220:1::1", True), ("64:ff9b::a00:1", False), ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_what_a_person_wrote_is_allowed_exactly() -> None:
    source = Source("a", "A", "http://127.0.0.1:8000/", (Feed("http://localhost:81/x"), Feed("http://a.example/x")))
    assert private_addresses_named([source]) == {"127.0.0.1:8000", "localhost:81"}


#: Runs inside a network namespace of its own: a site whose pages lead to private and link-local addresses.
SITE = """
import subprocess, threading, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
subprocess.run("ip link set lo up; ip addr add 169.254.169.254/32 dev lo; ip addr add 10.9.9.9/32 dev lo", shell=True)
hits = []
class Inner(BaseHTTPRequestHandler):
    def do_GET(self):
        hits.append(self.path); self.send_response(200); self.end_headers(); self.wfile.write(b"secret")
    def log_message(self, *_): pass
TARGETS = ["http://169.254.169.254:9999/a", "http://10.9.9.9:9999/b", "http://127.0.0.1:9999/c", "http://0x7f000001:9999/d",
           "file:///etc/passwd", "ftp://127.0.0.1/x", "http://localhost:9999/e", "http://[::1]:9999/f"]
class Outer(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/feed":
            links = ["/r/%d" % n for n in range(len(TARGETS))] + TARGETS
            items = "".join("<item><title>t</title><link>%s</link></item>" % x for x in links)
            body = ("<rss version='2.0'><channel><title>x</title>%s</channel></rss>" % items).encode()
            self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
        elif self.path.startswith("/r/"):
            self.send_response(302); self.send_header("Location", TARGETS[int(self.path[3:])]); self.send_header("Content-Length", "0"); self.end_headers()
        else:
            self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
for kind, port in ((Inner, 9999), (Outer, 8000)):
    threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", port), kind).serve_forever, daemon=True).start()
import atexit, json
atexit.register(lambda: print(json.dumps({"hits": hits})))
"""  # noqa: E501


def test_private_addresses_are_never_asked() -> None:
    namespace = ("unshare", "-rn")
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    source = Source("a", "A", "http://127.0.0.1:8000/", (Feed("http://127.0.0.1:8000/feed"),))
    told = crawl([source], prefix=namespace, setup=SITE)
    pages = [t for t in told if "page" in t]
    assert [t["hits"] for t in told if "hits" in t] == [[]]
    assert {t["reason"] for t in pages} == {Reason.UNSAFE_ADDRESS}
    assert len(pages) >= 12
