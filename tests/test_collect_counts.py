"""`collect` calls new what was never seen before, and nothing else."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.cli import Diembao, json_lines
from tests.support.local_site import LocalSite, Reply

PAGE = (
    "<html lang=vi><head><title>Cảng mới ở Cà Ná đón tàu</title></head><body><article><h1>Cảng mới ở Cà Ná đón tàu</h1>"
    "<p>Cảng Cà Ná, tỉnh Ninh Thuận, hôm nay đón thêm một tàu chở muối ra nước ngoài sau ba ngày bốc hàng.</p>"
    "<p>Ban quản lý cho biết bến thứ hai giúp doanh nghiệp của Ninh Thuận xuất hàng thẳng, không qua cảng khác.</p>"
    "<p>Trong tháng tới, năm chuyến nữa sẽ rời bến; phần lớn hàng là muối công nghiệp và đá xây dựng.</p>"
    "<p>Người dân quanh vịnh mong có thêm việc làm, còn tàu cá vẫn giữ luồng riêng như trước đây.</p>"
    "</article></body></html>"
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


CHANGES: list[Callable[[LocalSite], None]] = [
    *(without_validators, with_an_etag, edited_in_the_feed, page_that_fails, page_that_is_gone, page_that_moved),
    *(page_that_changed, unchanged_feed),
]


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory, diembao: Diembao) -> list[dict[str, Any]]:
    """The counts of two collections, by source: one source for each change, which comes between the two."""
    folder = tmp_path_factory.mktemp("home")
    with ExitStack() as stack:
        sites = {
            change: stack.enter_context(
                LocalSite(
                    {
                        "/rss": feed("/a", "/b"),
                        "/a": Reply(PAGE, headers={"ETag": '"1"'} if change is with_an_etag else {}),
                        "/b": Reply(PAGE.replace("Cảng mới", "Bến mới")),
                    }
                )
            )
            for change in CHANGES
        }
        (folder / "config").mkdir()
        tables = [
            f'[[source]]\nid = "s{n}"\nname = "Báo {n}"\nhome = "{site.home}"\ndelay_seconds = 0\n'
            f'feeds = [{{ url = "{site.home}rss" }}]\n'
            for n, site in enumerate(sites.values())
        ]
        (folder / "config" / "sources.toml").write_text("\n".join(tables), "utf-8")

        def collect() -> dict[str, Any]:
            rows = [row["collect"] for row in json_lines(diembao("--home", folder, "--json", "collect").stdout)]
            return {row["source_id"]: row for row in rows}

        first = collect()
        assert diembao("--home", folder, "process").returncode == 0
        for change, site in sites.items():
            if change is not with_an_etag:
                change(site)
        return [first, collect()]


@pytest.mark.parametrize("n", range(len(CHANGES)), ids=[change.__name__ for change in CHANGES])
def test_a_page_looked_at_again_is_not_new(n: int, tallies: list[dict[str, Any]]) -> None:
    first, second = (tally[f"s{n}"] for tally in tallies)
    assert (first["links"], first["new"], first["again"]) == (2, 2, 0)
    assert (second["links"], second["new"]) == (2, 0)
    assert second["again"] >= 1
