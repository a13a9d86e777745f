"""OPML and lists of addresses in, OPML out: nothing twice, nothing lost on the way there and back."""

from datetime import UTC, datetime

import pytest

from config.opml import NotRead, country_of, new_id, read_list, to_import, write_opml
from config.sources import load_sources
from pipeline.records import Feed, Source

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OURS = Source("bao", "Báo", "https://bao.vn/", (Feed("https://bao.vn/rss/a.rss"), Feed("https://bao.vn/", "listing")))


def test_there_and_back() -> None:
    sources = load_sources(None)
    outlines, wrong = read_list(write_opml(sources, "x", NOW))
    assert not wrong
    wanted = [(f.url, f.kind) for s in sources for f in s.feeds if f.kind != "query"]
    assert [(o.url, o.kind) for o in outlines] == wanted
    again = to_import(outlines, wrong, sources)
    assert again.added == ()
    assert dict(again.known) == {f.url: s.id for s in sources for f in s.feeds if f.kind != "query"}


def test_opml_of_others() -> None:
    """Attributes in other letters, folders, a broken &, an outline without an address, one that is none."""
    text = """<?xml version="1.0"?><!DOCTYPE x><opml version="1.0"><body><outline text="Thư mục">
      <outline text="Wind & Sea" XMLURL="https://wind.example/feed" htmlurl="https://wind.example/news"/>
      <outline title="Gió" type="rss" xmlUrl="https://gio.vn/rss"/><outline text="Gió 2" xmlUrl="https://gio.vn/rss/2"/>
      <outline text="leer"/><outline text="x" xmlUrl="javascript:alert(1)"/></outline></body></opml>"""
    outlines, wrong = read_list(text.encode())
    assert wrong == ["x javascript:alert(1)"]
    found = to_import(outlines, wrong, [OURS])
    assert [(s.id, s.home, s.country, s.category, len(s.feeds)) for s in found.added] == [
        ("wind", "https://wind.example/news", "ZZ", "foreign", 1),
        ("gio", "https://gio.vn/", "VN", "central", 2),
    ]
    assert found.invalid == ("x javascript:alert(1)",)


def test_a_list_of_addresses() -> None:
    text = "# của tôi\nhttps://bao.vn/rss/a.rss\nhttps://moi.com.vn/kinh-te  Báo Mới\n\nhttps://moi.com.vn/news-sitemap.xml\n"
    text += "khong phai dia chi\nhttps://moi.com.vn/kinh-te\nhttps://bao.com.kh/feed/\n"
    outlines, wrong = read_list(text.encode())
    found = to_import(outlines, wrong, [OURS])
    assert wrong == ["khong phai dia chi"]
    assert found.known == (("https://bao.vn/rss/a.rss", "bao"), ("https://moi.com.vn/kinh-te", "moi"))
    moi, bao = found.added
    assert (moi.id, moi.name) == ("moi", "Báo Mới")
    assert [(f.url, f.kind) for f in moi.feeds] == [
        ("https://moi.com.vn/kinh-te", "listing"),
        ("https://moi.com.vn/news-sitemap.xml", "sitemap"),
    ]
    assert (bao.id, bao.country, bao.feeds[0].kind) == ("bao_2", "KH", "feed")


@pytest.mark.parametrize("data", [b"<html></html>", b"<a", b"\xff\xfe\x00", b"Ninh Thu\xe2n"])
def test_what_is_neither_is_named(data: bytes) -> None:
    with pytest.raises(NotRead):
        read_list(data)


def test_no_entity_is_resolved() -> None:
    text = '<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;" xmlUrl="https://a.example/rss"/></body></opml>'
    [outline], _ = read_list(text.encode())
    assert "root" not in outline.title


def test_ids_and_countries() -> None:
    assert new_id("https://www.bao-moi.com.vn/x", {"bao_moi"}) == "bao_moi_2"
    assert new_id("http://127.0.0.1:8080/", ()) == "127_0_0_1_8080"
    assert [country_of(f"https://a.{end}/") for end in ("vn", "co.uk", "com", "tv", "de")] == [
        "VN",
        "GB",
        "ZZ",
        "ZZ",
        "DE",
    ]
    assert country_of("https://vietbao.net/", "vi") == "VN"
