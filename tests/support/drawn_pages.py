"""Sites on 127.0.0.1 whose pages are drawn, articles stored of them, and a home that keeps images."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from typing import Any

from diembao.system.home import Home
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Relevance, StoredImage
from storage.database import Database
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages
from tests.support.local_site import LocalSite, Reply

TITLE = "Gió mạnh làm ngã cây ở Cà Ná"
PAGE = "<!doctype html><meta charset=utf-8><title>Bài</title><h1>{title}</h1><p>Nội dung bài.</p>{more}"

#: A page that hides itself in print, and asks for all that a page can.
FULL = PAGE.format(
    title=TITLE.upper(),
    more="""<style>@media print {{ body {{ display: none }} }}</style><link rel=stylesheet href="/kieu.css">
<img src="{other}/anh.svg"><img src="{secret}/anh.svg"><img src="/vao-trong"><img src="/khong-co.png">
<img src="/cam/a.svg"><iframe src="/khung"></iframe><script src="/nha.js"></script><script src="{other}/la.js"></script>
<script>fetch("{other}/dem"); new Image().src = "{secret}/dem"</script>""",
)
NOTICE = "<!doctype html><meta charset=utf-8><title>{title}</title><p>Xin xác nhận bạn không phải là máy.</p>"

#: Path → what becomes of its page.
PATHS = {
    "/bai.html": Reason.OK,
    "/thong-bao.html": Reason.OK,
    "/anh-treo.html": Reason.OK,
    "/cam/bai.html": Reason.ROBOTS,
    "/mat.html": Reason.NOT_FOUND,
    "/xoay.html": Reason.TIMEOUT,
    "/treo.html": Reason.TIMEOUT,
    "/to.html": Reason.TOO_LARGE,
    "/cao.html": Reason.TOO_LARGE,
    "/nang.html": Reason.TOO_LARGE,
    "/vao-trong": Reason.UNSAFE_ADDRESS,
    "/tep.pdf": Reason.NOT_HTML,
}


@dataclass
class Scene:
    """A home whose articles have been visited once, and the servers that were or were not asked."""

    home: Home
    site: LocalSite
    other: LocalSite
    secret: LocalSite
    row: dict[str, Any]
    images: dict[str, StoredImage]
    keys: dict[str, str]


def slow(_query: dict[str, str]) -> Reply:
    time.sleep(20)
    return Reply("muộn")


def bitmap(side: int) -> bytes:
    """Return a picture of noise, which nothing makes smaller."""
    head = b"BM" + (54 + 3 * side * side).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    size = side.to_bytes(4, "little")
    return head + (40).to_bytes(4, "little") + size + size + b"\1\0\x18\0" + bytes(24) + os.urandom(3 * side * side)


def pages(other: str, secret: str) -> dict[str, Any]:
    svg = Reply("<svg xmlns='http://www.w3.org/2000/svg' width='50' height='50'/>", "image/svg+xml")
    bare = PAGE.format(title=TITLE, more="{more}")
    return {
        "/robots.txt": Reply("User-agent: *\nDisallow: /cam/\n", "text/plain"),
        "/bai.html": Reply(FULL.format(other=other, secret=secret), headers={"Set-Cookie": "phien=1; Path=/"}),
        "/kieu.css": Reply("h1 { text-transform: uppercase }", "text/css"),
        "/nha.js": Reply("document.cookie = 'den=1'; document.body.append('[đoạn của nhà]')", "text/javascript"),
        "/khung": Reply("khung"),
        "/vao-trong": Reply(status=302, headers={"Location": f"{secret}/chuyen"}),
        "/thong-bao.html": Reply(NOTICE.format(title=TITLE)),
        "/anh-treo.html": Reply(bare.format(more="<img src='/treo.png'>")),
        "/treo.png": slow,
        "/treo.html": slow,
        "/cam/bai.html": Reply(bare.format(more="")),
        "/xoay.html": Reply(bare.format(more="<script>for (;;) {}</script>")),
        "/to.html": Reply(b"<p>" + bytes(40 * 2**20)),
        "/cao.html": Reply(bare.format(more="<div style='height: 300000px'></div>")),
        "/nang.html": Reply(bare.format(more="<img src='/nhieu.bmp'>")),
        "/nhieu.bmp": Reply(bitmap(400), "image/bmp"),
        "/tep.pdf": Reply(b"%PDF-1.4", "application/pdf"),
        "/nhac.html": Reply(bare.format(more="")),
        "/anh.svg": svg,
    }


def write_settings(home: Home, sources: str, allow: str, **images: Any) -> None:
    text = (files("config") / "settings.toml").read_text("utf-8")
    images = {"keep": '"pdf"', "seconds_per_page": 15.0, "max_bytes": 400_000} | images
    for key, value in {"delay_seconds": 0.0, "timeout_seconds": 5.0, "max_page_bytes": 2 * 2**20, **images}.items():
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
    text = text.replace("allow_private = []", f'allow_private = ["{allow}"]')
    home.config.mkdir(parents=True, exist_ok=True)
    (home.config / "settings.toml").write_text(text, "utf-8")
    (home.config / "sources.toml").write_text(sources, "utf-8")


def source_toml(id: str, site: str, more: str = "") -> str:
    return (
        f'[[source]]\nid = "{id}"\nname = "Báo {id}"\nhome = "{site}/"\nfeeds = [{{ url = "{site}/{id}" }}]\n{more}\n'
    )


def store(storage: Database, source: str, site: str, relevance: Mapping[str, Relevance], at: datetime) -> None:
    """Store an article for each path, read at that moment from its page."""
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(f"{site}{path}") for path in relevance)
    store_pages(storage, run, Poll(source, f"{site}/{source}", at, Reason.OK, 200, entries=entries))

    def examine(document: Document) -> Coverage:
        path = document.url.removeprefix(site)
        text = f"Nội dung của bài {path} kể việc đã xảy ra ở {path}."
        article = Article(document.url, document.url, TITLE, "", text, published=at)
        tags = replace(PLAIN_TAGS, relevance=relevance[path])
        return Coverage(document.id, article, tags)

    examine_pending(storage, examine, at)
