"""`diembao source …` as a process: what it says of real sites on 127.0.0.1, and what it writes into sources.toml."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.sources import load_sources
from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.home import Home
from pipeline.records import Poll, Reason
from storage.database import open_database
from tests.support.cli import Diembao, json_lines, run_inside
from tests.support.local_site import LocalSite, Reply

pytestmark = pytest.mark.long(17)

RSS = """<rss version="2.0"><channel><title>x</title>
<item><title>Bài một</title><link>/bai-1.html</link><pubDate>Sun, 01 Mar 2020 08:00:00 +0700</pubDate></item>
<item><title>Bài hai</title><link>/bai-2.html</link></item><item><title>không có liên kết</title></item>
</channel></rss>"""
ARTICLE = "<html><head><title>Bài một</title></head><body><article><h1>Bài một</h1>{}</article></body></html>"


@pytest.fixture
def own(press: Press, tmp_path: Path) -> Home:
    home = Home(tmp_path)
    write_home(home, press.outlets, workers=1)
    return home


@pytest.fixture
def site() -> Iterator[LocalSite]:
    text = "".join(f"<p>{'Cánh đồng điện gió ven biển vừa được khánh thành. ' * 6}</p>" for _ in range(3))
    pages = {
        "/": Reply(
            '<html><head><title>Tin tức mới nhất - Báo Muối</title><link rel="alternate" type="application/rss+xml" '
            'href="/tin.rss"></head></html>'
        ),
        "/tin.rss": Reply(RSS, "text/xml"),
        "/bai-1.html": Reply(ARTICLE.format(text)),
    }
    with LocalSite(pages) as opened:
        yield opened


def rows(text: str, name: str) -> list[Any]:
    return [line[name] for line in json_lines(text) if name in line]


def test_list(diembao: Diembao, home: Home, press: Press) -> None:
    told = diembao("--home", home.root, "source", "list")
    assert told.returncode == 0
    assert all(outlet.name in told.stdout for outlet in press.outlets)
    listed = rows(diembao("--home", home.root, "--json", "source", "list").stdout, "source")
    assert [row["id"] for row in listed] == [outlet.id for outlet in press.outlets]
    assert all(row["feeds"] for row in listed)
    assert {(row["last_asked"], row["next_due"]) for row in listed} == {(None, None)}


def test_the_list_tells_when_a_source_was_asked_and_is_due(press: Press, tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_home(home, press.outlets[:2], workers=1)
    names = [outlet.id for outlet in press.outlets[:2]]
    at = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"now": at.isoformat(), "steady": 1.0}))
    storage = open_database(home.database)
    storage.crawl.set_sources(load_sources(home.config))
    feed = load_sources(home.config)[0].feeds[0]
    run = storage.service.begin_run("collect", at)
    poll = Poll(names[0], feed.url, at - timedelta(minutes=30), Reason.OK, entries=())
    storage.crawl.save_poll(run, poll, recheck_all=False)
    storage.close()
    shown = run_inside("--home", home.root, "source", "list", DIEMBAO_CLOCK=str(clock)).stdout.splitlines()
    [one, two] = (next(line for line in shown if line.startswith(name)) for name in names)
    assert "22/11 07:00" in one
    assert "22/11" not in two
    [first, second] = rows(
        run_inside("--home", home.root, "--json", "source", "list", DIEMBAO_CLOCK=str(clock)).stdout, "source"
    )
    assert first["last_asked"].startswith("2026-11-22 00:00:00")
    assert second["last_asked"] is None


def test_pause_and_resume_keep_the_rest_of_the_file(diembao: Diembao, own: Home) -> None:
    path = own.config / "sources.toml"
    path.write_text("# của tôi\n" + path.read_text("utf-8") + "# hết\n", "utf-8")
    before = path.read_text("utf-8").splitlines()
    done = diembao("--home", own.root, "source", "pause", "htdh", "xom-bien")
    assert (done.returncode, done.stdout) == (0, "Hãng tin Duyên Hải: tạm dừng\nTrang tin Xóm Biển: tạm dừng\n")
    assert [s.id for s in load_sources(own.config) if not s.enabled] == ["htdh", "xom-bien"]
    after = path.read_text("utf-8").splitlines()
    assert [line for line in after if line != "enabled = false"] == before
    again = diembao("--home", own.root, "--lang", "en", "source", "resume", "htdh", "htdh", "dat-muoi")
    assert again.stdout == "Hãng tin Duyên Hải: on\nTạp chí Đất và Muối: on (as before)\n"
    assert [s.id for s in load_sources(own.config) if not s.enabled] == ["xom-bien"]


def test_an_unknown_id_names_the_nearest_and_changes_nothing(diembao: Diembao, own: Home) -> None:
    before = (own.config / "sources.toml").read_bytes()
    done = diembao("--home", own.root, "source", "pause", "dat-muoi", "xom-bie")
    assert done.returncode == 2
    assert "Có phải là xom-bien?" in done.stderr
    assert (own.config / "sources.toml").read_bytes() == before


def test_check_tells_what_is_wrong_and_writes_nothing(diembao: Diembao, home: Home) -> None:
    before = {path.name for path in home.root.iterdir()}
    asked = ("dat-muoi", "ghenh-rang", "cat-trang", "xom-bien")
    done = diembao("--home", home.root, "--json", "source", "check", *asked)
    assert done.returncode == 1
    found = {row["id"]: row for row in rows(done.stdout, "check")}
    assert found["dat-muoi"]["entries"] == 7
    assert [page["reason"] for page in found["dat-muoi"]["pages"]] == ["ok"] * 3
    assert found["ghenh-rang"]["feeds"][0]["reason"] == "not_a_feed"
    assert found["cat-trang"]["feeds"][0]["reason"] == "connection_refused"
    assert list(found) == list(asked)
    assert {id for id, row in found.items() if not row["entries"]} == {"ghenh-rang", "cat-trang"}
    assert all(row["troubles"] for id, row in found.items() if id in ("ghenh-rang", "cat-trang"))
    assert {path.name for path in home.root.iterdir()} == before  # no database, no lock


def test_check_of_one_source_names_what_its_pages_lack(diembao: Diembao, tmp_path: Path, site: LocalSite) -> None:
    home = Home(tmp_path)
    home.config.mkdir()
    (home.config / "settings.toml").write_text(
        '[province]\nname = "X"\nname_en = "X"\n[crawl]\ndelay_seconds = 0.0\n', "utf-8"
    )
    table = f'[[source]]\nid = "muoi"\nname = "Báo Muối"\nhome = "{site.home}"\n'
    table += f'feeds = [{{ url = "{site.home}tin.rss" }}]\n'
    (home.config / "sources.toml").write_text(table, "utf-8")
    done = diembao("--home", home.root, "--lang", "en", "source", "check", "muoi")
    assert done.returncode == 0, done.stderr
    first, *troubles = done.stdout.splitlines()
    assert first.startswith("Báo Muối (muoi): 2 entries, newest ")
    assert first.endswith("1/2 sample pages read")
    told = "\n".join(troubles)
    for part in ("1 no link", "nothing new for a long time", "bai-2.html: page not found", "bai-1.html: lacks author"):
        assert part in told, told


def test_find_prints_the_table_and_writes_it_when_asked(diembao: Diembao, own: Home, site: LocalSite) -> None:
    before = (own.config / "sources.toml").read_text("utf-8")
    stale = diembao("--home", own.root, "source", "find", site.home)
    assert stale.returncode == 1
    assert f"+ feed     {site.home}tin.rss: 2 bài, mới nhất " in stale.stdout
    assert "còn ra bài mới" in stale.stderr
    site.pages["/tin.rss"] = Reply(RSS.replace("<pubDate>Sun, 01 Mar 2020 08:00:00 +0700</pubDate>", ""), "text/xml")
    told = diembao("--home", own.root, "source", "find", site.home)
    assert f'{{ url = "{site.home}tin.rss", kind = "feed" }}' in told.stdout
    assert (own.config / "sources.toml").read_text("utf-8") == before
    done = diembao(
        "--home", own.root, "source", "find", site.home, "--write", "--allow-private", "127.0.0.1", "--id", "muoi"
    )
    assert done.returncode == 0, done.stderr
    written = load_sources(own.config)[-1]
    assert (written.id, written.name, written.feeds[0].url) == ("muoi", "Báo Muối", f"{site.home}tin.rss")
    again = diembao("--home", own.root, "source", "find", site.home, "--write", "--allow-private", "127.0.0.1")
    assert "Không có gì mới" in again.stdout
    assert len(load_sources(own.config)) == before.count("[[source]]") + 1


def test_find_writes_no_private_address_that_nobody_allowed(diembao: Diembao, own: Home, site: LocalSite) -> None:
    site.pages["/tin.rss"] = Reply(RSS.replace("<pubDate>Sun, 01 Mar 2020 08:00:00 +0700</pubDate>", ""), "text/xml")
    before = (own.config / "sources.toml").read_text("utf-8")
    for more in ([], ["--allow-private", "10.77.77.77"], ["--allow-private", "127.0.0.1:1"]):
        done = diembao("--home", own.root, "--lang", "en", "source", "find", site.home, "--write", *more)
        assert done.returncode == 1
        assert f"{site.home}tin.rss" in done.stderr
        assert (own.config / "sources.toml").read_text("utf-8") == before


def test_find_of_nothing(diembao: Diembao, own: Home) -> None:
    with LocalSite({}) as gone:
        home = gone.home
    done = diembao("--home", own.root, "--json", "source", "find", home)
    assert done.returncode == 1
    assert rows(done.stdout, "find") == [{"site": home, "reason": "connection_refused", "offers": []}]
    assert diembao("--home", own.root, "source", "find", "ftp://a.example/").returncode == 2


def test_export_and_import(diembao: Diembao, own: Home, tmp_path: Path) -> None:
    file = tmp_path / "ra.opml"
    assert diembao("--home", own.root, "source", "export", "--opml", file).returncode == 0
    told = diembao("--home", own.root, "--json", "source", "import", file)
    [row] = rows(told.stdout, "import")
    assert (row["added"], row["invalid"], len(row["known"])) == ([], [], 26)
    text = tmp_path / "vao.txt"
    text.write_text(f"{next(iter(row['known']))}\nhttps://moi.example.vn/rss  Báo Mới\nlạc\n", "utf-8")
    before = (own.config / "sources.toml").read_text("utf-8")
    dry = diembao("--home", own.root, "source", "import", text)
    assert dry.returncode == 1  # one line of it is no address
    for part in ("+ example · Báo Mới", "đã có ở nang-gio", "Sẽ thêm 1 nguồn"):
        assert part in dry.stdout
    assert "lạc" in dry.stderr
    assert (own.config / "sources.toml").read_text("utf-8") == before
    diembao("--home", own.root, "source", "import", text, "--write")
    after = (own.config / "sources.toml").read_text("utf-8")
    assert after.startswith(before.rstrip())
    assert load_sources(own.config)[-1].name == "Báo Mới"
    assert diembao("--home", own.root, "config", "check").returncode == 0


def test_what_cannot_be_imported(diembao: Diembao, own: Home, tmp_path: Path) -> None:
    file = tmp_path / "trang.html"
    file.write_text("<html></html>", "utf-8")
    done = diembao("--home", own.root, "source", "import", file)
    assert done.returncode == 2
    assert "trang.html" in done.stderr
    assert "OPML" in done.stderr


def test_without_a_home_it_says_what_to_do(diembao: Diembao, tmp_path: Path) -> None:
    done = diembao("--home", tmp_path, "source", "list")
    assert done.returncode == 2
    assert "init" in done.stderr
    assert done.stdout == ""


def test_selectors_are_learnt_from_stored_pages(diembao: Diembao, home: Home, press: Press) -> None:
    one = next(outlet for outlet in press.outlets if outlet.state != "dead")
    assert diembao("--home", home.root, "run", "--source", one.id).returncode in (0, 1)
    done = diembao("--home", home.root, "source", "learn", one.id)
    assert done.returncode == 0, done.stderr
    assert "[source.selectors]" in done.stdout
    assert "text = " in done.stdout
