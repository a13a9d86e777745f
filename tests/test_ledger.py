"""The ledger, the outside list and the single address, on the sample press through real processes."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from diembao.demo.server import Press
from diembao.system.home import Home
from tests.support.cli import Diembao, json_lines

pytestmark = pytest.mark.long(30)

STORY = (
    "<html lang=vi><head><title>Cảng Cà Ná đón tàu lớn</title></head><body><article><h1>Cảng Cà Ná đón tàu lớn</h1>"
    + "<p>Cảng Cà Ná, tỉnh Ninh Thuận, hôm nay đón tàu hàng đầu tiên của năm với {n} nghìn tấn muối.</p>"
    + "<p>Lãnh đạo tỉnh Ninh Thuận cho biết bến mới giúp doanh nghiệp xuất hàng thẳng từ Cà Ná ra nước ngoài.</p>" * 4
    + "</article></body></html>"
)


@pytest.fixture(scope="module")
def collected(home: Home, press: Press, diembao: Diembao) -> Home:
    assert press.outlets
    assert diembao("--home", home.root, "collect").returncode == 1  # the dead outlet
    assert diembao("--home", home.root, "process").returncode == 0
    return home


def test_every_link_of_the_day_stands_in_the_ledger_once(collected: Home, diembao: Diembao, tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    assert diembao("--home", collected.root, "ledger", "--jsonl", file).returncode == 0
    rows = json_lines(file.read_text("utf-8"))
    [status] = json_lines(diembao("--home", collected.root, "--json", "status").stdout)
    links = [row for row in rows if row["kind"] == "link"]
    assert len({row["url"] for row in links}) == len(links) == status["totals"]["candidates"]
    assert all(row["document"] for row in links if row["outcome"] in ("fetched", "summary"))
    one = next(row for row in rows if row["kind"] == "source" and row["coverage"])
    mine = [row for row in links if row["source_id"] == one["source_id"]]
    assert sum(row["document"] == "coverage" for row in mine) == one["coverage"]


def test_an_outside_list_is_told_what_became_of_each_of_its_headlines(
    collected: Home, press: Press, diembao: Diembao, tmp_path: Path
) -> None:
    rows = json_lines(diembao("--home", collected.root, "--json", "ledger").stdout)
    seen = [row["link"] for row in rows if "link" in row]
    about = next(link for link in seen if link["document"] == "coverage")
    other = next(link for link in seen if link["document"] == "irrelevant")
    broken = next(outlet for outlet in press.outlets if outlet.state == "dead")
    elsewhere = {"url": "https://elsewhere.example/1", "title": about["title"]}
    headlines = [
        {"url": about["url"] + "?utm_source=x"},
        {"url": other["url"]},
        elsewhere,
        {"url": press.home(broken.id) + "bai-khong-ai-thay.html"},
        {"url": "https://nowhere.example/a.html", "title": "Một bài không ai theo dõi cả"},
    ]
    file = tmp_path / "out.jsonl"
    file.write_text("\n".join(json.dumps(h) for h in headlines), "utf-8")
    done = diembao("--home", collected.root, "--json", "recall", "--against", file)
    assert done.returncode == 1, "not all were seen"
    verdicts = [row["recall"]["verdict"] for row in json_lines(done.stdout)]
    assert verdicts == ["coverage", "irrelevant", "coverage", "source_failed", "no_such_source"]


class Search(BaseHTTPRequestHandler):
    """Answers as GDELT's DOC 2.0 does."""

    articles: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        found = self.path.startswith("/doc")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(json.dumps({"articles": self.articles}).encode() if found else b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_news_search_can_be_the_outside_list(collected: Home, diembao: Diembao, tmp_path: Path) -> None:
    rows = json_lines(diembao("--home", collected.root, "--json", "ledger").stdout)
    about = next(row["link"] for row in rows if "link" in row and row["link"]["document"] == "coverage")
    Search.articles = [
        {"url": about["url"], "title": about["title"], "domain": "a.example"},
        {
            "url": "https://nowhere.example/1.html",
            "title": "Wind power in Ninh Thuan grows",
            "domain": "nowhere.example",
        },
    ]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Search)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shutil.copytree(collected.config, tmp_path / "config")
    shutil.copy(collected.database, tmp_path)
    host = f"127.0.0.1:{server.server_address[1]}"
    with (tmp_path / "config" / "sources.toml").open("a", encoding="utf-8") as stream:
        stream.write(
            f'\n[[source]]\nid = "tim"\nname = "Máy tìm"\nhome = "http://{host}/"\nenabled = false\n'
            f'delay_seconds = 0.0\nfeeds = [{{ url = "http://{host}/doc?q={{query}}&s={{since:%Y%m%d%H%M%S}}", '
            'kind = "query", language = "en" }]\n'
        )
    done = diembao("--home", tmp_path, "--json", "recall", "--against", "tim")
    server.shutdown()
    server.server_close()
    assert done.returncode == 1, done.stderr
    verdicts = {row["recall"]["headline"]["url"]: row["recall"]["verdict"] for row in json_lines(done.stdout)}
    assert verdicts == {about["url"]: "coverage", "https://nowhere.example/1.html": "no_such_source"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "title\nBài một\n", ":1: no column named 'url'"),
        ("a.csv", "url,title\nhttps://a.example/1,x\nnot an address,y\n", ":3: no address"),
        ("a.jsonl", '{"url": "https://a.example/"}\n{"url"\n', ":2: "),
        ("a.txt", "ftp://a.example/\n", ":1: no address"),
    ],
)
def test_a_bad_list_is_refused_by_file_and_line(
    name: str, text: str, said: str, collected: Home, diembao: Diembao, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    done = diembao("--home", collected.root, "--lang", "en", "recall", "--against", file)
    assert done.returncode == 2
    assert f"{file}{said}" in done.stderr.replace("\n", " ").replace("  ", " ")


class Site(BaseHTTPRequestHandler):
    tons = 10
    status = 200

    def do_GET(self) -> None:
        found = self.path == "/cang-ca-na-1.html"
        self.send_response(self.status if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(STORY.replace("{n}", str(self.tons)).encode() if found and self.status == 200 else b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def article(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "tons", 10)
    monkeypatch.setattr(Site, "status", 200)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/cang-ca-na-1.html"
    server.shutdown()
    server.server_close()


def test_an_address_added_by_hand_becomes_an_item_and_its_edit_a_visible_change(
    article: str, diembao: Diembao, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    host = article.split("/")[2]
    (config / "sources.toml").write_text(
        f'[[source]]\nid = "a"\nname = "Báo A"\nhome = "http://{host}/"\nfeeds = []\nenabled = false\n'
        "delay_seconds = 0.0\n",
        "utf-8",
    )
    done = diembao("--home", tmp_path, "add", article)
    assert done.returncode == 0, done.stderr
    assert "về địa phương" in done.stdout
    Site.tons = 25
    assert diembao("--home", tmp_path, "add", article).returncode == 0
    shown = diembao("--home", tmp_path, "item", article).stdout
    assert "[-10-]{+25+}" in shown
    [row] = json_lines(diembao("--home", tmp_path, "--json", "item", article).stdout)
    assert [v["number"] for v in row["item"]["versions"]] == [1, 2]
    Site.status = 410
    diembao("--home", tmp_path, "add", article)
    assert "đã gỡ bài" in diembao("--home", tmp_path, "item", article).stdout


def test_an_address_that_brings_no_article_says_why(diembao: Diembao, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.toml").write_text("", "utf-8")
    done = diembao("--home", tmp_path, "add", "http://127.0.0.1:9/x.html")
    assert done.returncode == 1
    assert "địa chỉ không an toàn" in done.stdout
    assert diembao("--home", tmp_path, "add", "mailto:a@b.example").returncode == 2
