"""A synthetic archive (WARC) of news pages as heavy as recorded ones; 2 % are about the province."""

import gzip
import io
import json
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

#: Written forms of the province and its places, as pages have them.
FORMS = (
    "tỉnh Ninh Thuận", "TỈNH NINH THUẬN", unicodedata.normalize("NFD", "tỉnh Ninh Thuận"), "Ninh Thu&#7853;n",
    "Ninh Thu&#x1EAD;n", "Ninh\u00a0Thuận", "Ninh&nbsp;Thuận", "Ninh\n      Thuận", "Ninh <b>Thuận</b>",
    "<em>Ninh</em> <em>Thuận</em>", "NinhThuan", "Ninh-Thuận", "Ninh Thuan province, Vietnam", "Phan Rang-Tháp Chàm",
    "Phan Rang – Tháp Chàm", "越南宁顺省", "越南寧順省", "ベトナムのニントゥアン省", "베트남 닌투언성",
    "провинция Ниньтхуан во Вьетнаме",
    "xã Phước Dinh, tỉnh Khánh Hòa", "vịnh Vĩnh Hy, Ninh Thuận",
)  # fmt: skip
_WORDS = (
    "người", "dân", "công", "ty", "thị", "trường", "giá", "hàng", "năm", "tháng", "ngày", "thành", "phố", "nước",
    "chính", "phủ", "doanh", "nghiệp", "sản", "xuất", "nông", "giáo", "dục", "học", "sinh", "bệnh", "viện",
    "giao", "thông", "đường", "tàu", "xe", "mưa", "bão", "biển", "núi", "rừng", "lúa", "cà", "phê", "tôm", "cá",
    "thép", "dầu", "khí", "điện", "mới", "lớn", "nhanh", "tăng", "giảm", "mở", "rộng", "đầu", "tư", "xây",
    "dựng", "dự", "án", "kế", "hoạch", "hội", "nghị", "đại", "biểu", "phát", "triển", "kinh", "tế", "xã",
)  # fmt: skip
_PROVINCES = (
    "An Giang", "Bắc Giang", "Bắc Ninh", "Bến Tre", "Bình Dương", "Bình Thuận", "Cà Mau", "Cần Thơ", "Đà Nẵng",
    "Đắk Lắk", "Đồng Nai", "Gia Lai", "Hà Nội", "Huế", "Khánh Hòa", "Kiên Giang", "Lâm Đồng", "Nghệ An", "Phú Yên",
    "Quảng Nam", "Sơn La", "Tây Ninh", "Thanh Hóa", "Tiền Giang", "Vĩnh Long",
)  # fmt: skip


#: Parts of a page of 60 to 300 KB, the average of 51 recorded pages of that size: 760 tags, of which 170 links,
#: 170 divisions, 120 list entries, 30 paragraphs; 1,400 words; half of the bytes scripts, styles and drawings.
#: trafilatura takes as long for a synthetic page as for a recorded one.
_CARDS, _ENTRIES, _SCRIPTS, _DRAWINGS = 28, 55, 0.36, 0.10
_CLASSES = (
    "flex", "items-center", "col-12", "col-md-6", "mt-3", "mb-2", "box-item", "thumb", "title-news", "font-bold",
    "text-dark", "position-relative", "w-100", "d-block", "justify-between", "border-top", "pb-1",
)  # fmt: skip


class _Writer:
    """Parts of pages, drawn by one generator of random numbers."""

    def __init__(self, random_: random.Random) -> None:
        self._random = random_

    def words(self, fewest: int, most: int) -> str:
        return " ".join(self._random.choices(_WORDS, k=self._random.randint(fewest, most)))

    def attributes(self) -> str:
        number = self._random.randrange(10**9)
        classes = " ".join(self._random.choices(_CLASSES, k=5))
        return f'class="{classes}" data-id="{number}" data-track="block-{number % 97}_pos-{number % 13}"'

    def card(self, named: str = "") -> str:
        number, headline = self._random.randrange(10**7), f"{named}{self.words(9, 14)}".capitalize()
        address = f"/{headline.split()[0]}/bai-{number}.html"
        image = f"https://img.example/zoom/480x288/{number}/anh-{number}"
        return (
            f'<div {self.attributes()}><div {self.attributes()}><a href="{address}" title="{headline}" '
            f'{self.attributes()}><img src="{image}.jpg" srcset="{image}.jpg 1x, {image}@2x.jpg 2x" loading="lazy" '
            f'alt="{headline}"></a></div><div {self.attributes()}><h3 {self.attributes()}><a href="{address}" '
            f"{self.attributes()}>{headline}</a></h3><div {self.attributes()}><span {self.attributes()}>"
            f"{number % 24}:{number % 60:02}</span><span>{self.words(1, 2)}</span></div></div></div>"
        )

    def entry(self, name: str) -> str:
        number = self._random.randrange(1000)
        return f'<li {self.attributes()}><a href="/muc-{number}" title="{name}" {self.attributes()}>{name}</a></li>'

    def paragraph(self) -> str:
        return f"<p {self.attributes()}>{self.words(15, 45).capitalize()}.</p>"

    def script(self, size: int) -> str:
        made = ["<script>"]
        while size > 0:
            number = self._random.randrange(10**6)
            made.append(
                f"function f{number}(a,b){{var c=a.length,d={{}};for(var i=0;i<c;i++){{if(b[i]!==a[i]){{d[a[i]]='"
                f"{self.words(1, 3)}';continue}}}}return d.k{number}||null}}"
            )
            size -= len(made[-1])
        return "".join(made) + "</script>"

    def drawing(self) -> str:
        line = " ".join(f"{'MLCZ'[n % 4]}{self._random.uniform(0, 24):.3f} {n}" for n in range(110))
        return f'<svg viewBox="0 0 24 24" {self.attributes()}><path fill="currentColor" d="{line}"></path></svg>'


#: Places where a page about something else names the province: its header, a list between its boxes, a form, the
#: headline of another article.
MENUS = ("header", "list", "form", "headline")


def build_page(random_: random.Random, form: str | None, *, menu: str = "") -> bytes:
    """Return one page of 60 to 300 KB, naming the province in its text by `form`, or only in one of MENUS."""
    write = _Writer(random_)
    weight = random_.uniform(0.35, 2.3)

    def provinces(where: str) -> list[str]:
        return [*_PROVINCES, *(("Ninh Thuận",) if menu == where else ())]

    menus = "".join(map(write.entry, [*provinces("header"), *(write.words(1, 3) for _ in range(20))]))
    said = [write.paragraph() for _ in range(random_.randint(14, 40))]
    if form is not None:
        for _ in range(2):
            at = random_.randrange(len(said))
            said.insert(
                at, f"<p>Theo báo cáo, tại {form}, {write.words(18, 30)}. {write.words(15, 25).capitalize()}.</p>"
            )
    cards = [write.card() for _ in range(int(_CARDS * weight))]
    if menu == "headline":
        cards.insert(random_.randrange(len(cards)), write.card("Ninh Thuận "))
    if menu == "list":
        cards.insert(random_.randrange(len(cards)), f"<ul>{''.join(map(write.entry, provinces('list')))}</ul>")
    if menu == "form":
        options = "".join(f"<option value={n}>{name}</option>" for n, name in enumerate(provinces("form")))
        cards.append(f"<form><label>Thời tiết</label><select>{options}</select></form>")
    foot = "".join(write.entry(write.words(1, 3)) for _ in range(int(_ENTRIES * weight)))
    title, description = write.words(8, 12).capitalize(), write.words(18, 26)
    published = f"2026-03-02T08:{random_.randint(10, 59)}:00+07:00"
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": published}
    parts = [
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{title}</title>"
        f'<meta property="og:title" content="{title}"><meta name="description" content="{description}">'
        f'<meta property="article:published_time" content="{published}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script>',
        f"<style>{''.join(f'.c{n}{{margin:0 {n % 17}px;color:#{n:06x}}}' for n in range(150))}</style></head><body>",
        f"<header {write.attributes()}><ul {write.attributes()}>{menus}</ul></header><main {write.attributes()}>",
        f"<article {write.attributes()}><h1 {write.attributes()}>{title}</h1>{''.join(said)}</article>",
        f"<aside {write.attributes()}>{''.join(cards)}</aside></main><footer><ul>{foot}</ul></footer>",
    ]
    size = sum(len(part.encode()) for part in parts)
    drawings = [write.drawing()]
    while len(drawings[0]) * len(drawings) < size * _DRAWINGS / (1 - _DRAWINGS - _SCRIPTS):
        drawings.append(write.drawing())
    script = write.script(int(size * _SCRIPTS / (1 - _DRAWINGS - _SCRIPTS)))
    return "".join([*parts, *drawings, script, "</body></html>"]).encode()


def write_archive(path: Path, pages: int, seed: int) -> dict[str, str]:
    """Write a WARC of so many pages; return by address 'about' or one of MENUS, for pages naming the province."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    random_ = random.Random(seed)
    kinds: dict[str, str] = {}
    with path.open("wb") as stream:
        for n in range(pages):
            url = f"https://bao{n % 40}.example/bai-{n}.html"
            # Every 50th page is about the province, and 8 of 100 name it in their menu.
            form = FORMS[(n // 50) % len(FORMS)] if n % 50 == 7 else None
            menu = MENUS[n // 25 % len(MENUS)] if n % 25 in (3, 11) else ""
            if form is not None or menu:
                kinds[url] = menu or "about"
            body = build_page(random_, form, menu=menu)
            record = WarcRecord()
            record.init_headers(WarcRecordType.resource, content_length=len(body))
            record.headers["WARC-Target-URI"] = url
            record.headers["Content-Type"] = "text/html; charset=utf-8"
            record.set_bytes_content(body)
            buffer = io.BytesIO()
            record.write(buffer)
            # Each record is compressed by itself, as in the archives of the web.
            stream.write(gzip.compress(buffer.getvalue(), compresslevel=6))
    return kinds


def read_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            yield record.headers["WARC-Target-URI"], record.reader.read()
