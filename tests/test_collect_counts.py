"""`collect` calls new what was never seen before, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Diembao, json_lines
from tests.support.local_site import LocalSite, Reply

PAGE = (
    "<html><head><title>Cảng mới</title></head><body><article><h1>Cảng mới</h1>"
    + "<p>Cảng Cà Ná, tỉnh Ninh Thuận, hôm nay đón thêm một tàu chở muối ra nước ngoài.</p>" * 6
    + "</article></body></html>"
)


def feed(*links: str, title: str = "Tin") -> Reply:
    items = "".join(f"<item><title>{title} {link}</title><link>{link}</link></item>" for link in links)
    return Reply(f"<rss version='2.0'><channel><title>B</title>{items}</channel></rss>", "text/xml")


def without_validators(site: LocalSite) -> None:
    """Looked at again at once: a collection by hand does so with pages about the province."""


def with_an_etag(site: LocalSite) -> None:
    site.pages["/a"] = Reply(PAGE, headers={"ETag": '"1"'})


def edited_in_the_feed(site: LocalSite) -> None:
    site.pages["/rss"] = feed("/a", "/b", title="Tin sửa:")


def page_that_fails(site: LocalSite) -> None:
    site.pages["/a"] = Reply(status=500)


def page_that_is_gone(site: LocalSite) -> None:
    site.pages["/b"] = Reply(status=404)


def page_that_moved(site: LocalSite) -> None:
    site.pages["/a"] = Reply(status=301, headers={"Location": "/b"})


def page_that_changed(site: LocalSite) -> None:
    site.pages["/a"] = Reply(PAGE.replace("muối", "cát"))


def unchanged_feed(site: LocalSite) -> None:
    site.pages["/rss"] = feed("/b", "/a")


@pytest.mark.parametrize(
    "change",
    [
        *(without_validators, with_an_etag, edited_in_the_feed, page_that_fails, page_that_is_gone, page_that_moved),
        *(page_that_changed, unchanged_feed),
    ],
)
def test_a_page_looked_at_again_is_not_new(change: Any, tmp_path: Path, diembao: Diembao) -> None:
    with LocalSite(
        {"/rss": feed("/a", "/b"), "/a": Reply(PAGE), "/b": Reply(PAGE.replace("Cảng mới", "Bến mới"))}
    ) as site:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "sources.toml").write_text(
            f'[[source]]\nid = "ma"\nname = "Báo Mạ"\nhome = "{site.home}"\ndelay_seconds = 0\n'
            f'feeds = [{{ url = "{site.home}rss" }}]\n',
            "utf-8",
        )
        if change is with_an_etag:
            change(site)

        def collect() -> dict[str, Any]:
            out = diembao("--home", tmp_path, "--json", "collect").stdout
            [row] = [row["collect"] for row in json_lines(out)]
            return {key: row[key] for key in ("links", "new", "again")}

        assert collect() == {"links": 2, "new": 2, "again": 0}
        diembao("--home", tmp_path, "process")
        change(site)
        second = collect()
        assert (second["links"], second["new"]) == (2, 0)
        assert second["again"] >= 1
        site.pages["/rss"] = feed("/a", "/b", "/c")
        site.pages["/c"] = Reply(PAGE.replace("Cảng mới", "Đê mới"))
        assert collect()["new"] == 1
