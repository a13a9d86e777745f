"""Ten faults of one day: each is named in the day's digest, in `status` and in the ledger."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from analysis.documents.labels import labels
from tests.support.cli import Diembao, json_lines

Answer = tuple[int, dict[str, str], bytes]
FEED = (
    b'<rss version="2.0"><channel><title>t</title><item><title>Mot bai bao ve bien</title>'
    b"<link>/bai-1.html</link></item></channel></rss>"
)
XML, HTML = {"Content-Type": "application/rss+xml"}, {"Content-Type": "text/html; charset=utf-8"}


def says(status: int, headers: Mapping[str, str] = {}, body: bytes = b"") -> Callable[[str], Answer]:
    return lambda path: (404, HTML, b"") if path == "/robots.txt" else (status, {**XML, **headers}, body)


def page(status: int, body: bytes = b"") -> Callable[[str], Answer]:
    """A good feed whose only article answers so."""
    return lambda path: (
        (404, HTML, b"") if path == "/robots.txt" else (200, XML, FEED) if path == "/rss" else (status, HTML, body)
    )


def robots(path: str) -> Answer:
    return (
        (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /")
        if path == "/robots.txt"
        else (200, XML, FEED)
    )


#: fault → how the site answers; every fault has another reason
FAULTS: dict[str, Callable[[str], Answer]] = {
    "not_found": says(404),
    "gone": says(410),
    "forbidden": says(403),
    "server_error": says(500),
    "rate_limited": says(429, {"Retry-After": "7200"}),
    "empty_body": says(200),
    "not_a_feed": says(200, {}, b"<html><body>hello</body></html>"),
    "bad_feed": says(200, {}, b"<rss><channel><item><title>x</ite"),
    "robots_txt": robots,
    "too_many_redirects": says(302, {"Location": "/rss"}),
    "no_text": page(200, b"<html><head><title>Trang</title></head><body><div></div></body></html>"),
}


@contextmanager
def site(answer: Callable[[str], Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, diembao: Diembao) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("faults-told")
    (folder / "config").mkdir()
    with ExitStack() as stack:
        tables = [
            f'[[source]]\nid = "{fault}"\nname = "Báo {fault}"\nhome = "{address}/"\ndelay_seconds = 0.0\n'
            f'feeds = [{{ url = "{address}/rss" }}]\n'
            for fault, answer in FAULTS.items()
            for address in [stack.enter_context(site(answer))]
        ]
        (folder / "config" / "sources.toml").write_text("\n".join(tables), "utf-8")
        assert diembao("--home", folder, "run").returncode == 1
        yield folder


def test_the_digest_names_them_all(home: Path) -> None:
    [markdown] = (home / "digests").glob("*.md")
    told = markdown.read_text("utf-8").replace("\\", "")
    lines = {fault: line for line in told.splitlines() for fault in FAULTS if f"Báo {fault} " in line}
    assert lines.keys() == FAULTS.keys()
    assert {f for f in FAULTS if labels("vi").of("reason", f) not in lines[f]} == set()


def test_status_names_them_all(home: Path, diembao: Diembao) -> None:
    done = diembao("--home", home, "status")
    lines = {fault: line for line in done.stdout.splitlines() for fault in FAULTS if f"Báo {fault} [" in line}
    assert {f for f in FAULTS if labels("vi").of("reason", f) not in lines.get(f, "")} == set(), done.stdout


def test_the_ledger_has_every_source_and_every_link(home: Path, diembao: Diembao, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert diembao("--home", home, "ledger", "--jsonl", file).returncode == 0
    rows = json_lines(file.read_text("utf-8"))
    assert {r["source_id"]: list(r["reasons"]) for r in rows if r["kind"] == "source"} == {f: [f] for f in FAULTS}
    links = [r for r in rows if r["kind"] == "link"]
    # Of a page without text the feed's own words are examined; of a broken feed the entry without a link is told.
    assert [(r["source_id"], r["document"], r["document_reason"]) for r in links] == [
        ("bad_feed", "", ""),
        ("no_text", "irrelevant", "no_text"),
    ]


def test_a_slowed_host_is_left_alone_by_the_next_collection(home: Path, diembao: Diembao) -> None:
    done = diembao("--home", home, "--json", "collect")
    asked = {row["collect"]["source_id"] for row in json_lines(done.stdout)}
    assert "rate_limited" not in asked
    assert "server_error" in asked
