"""The gate before the readers: every written form of a name opens it, menus and links do not, nothing is lost."""

import gzip
import json
import time
import unicodedata
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from diembao.demo.articles import articles as sample_articles
from pipeline.examine import examine
from pipeline.prefilter.gate import Gate, build_gate
from pipeline.records import ByteHit, Coverage, Document, Entry, Irrelevant, Text
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.tagger import tag

REAL = Path(__file__).parent.parent / ".." / "shared" / "real"
FILL = "Bà con nông dân cho biết vụ mùa năm nay được giá hơn năm ngoái, thương lái vào tận ruộng đặt mua. " * 15


@cache
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return build_gate(rules())


def page(sentence: str) -> str:
    return (
        "<!doctype html><html><head><meta charset='utf-8'><title>Tin trong ngày</title></head><body>"
        f"<nav><a href='/a'>Trang chủ</a></nav><article><h1>Tin</h1><p>{FILL}</p><p>{sentence}</p></article>"
        "</body></html>"
    )


SENTENCE = "Sáng nay tại {}, ngư dân ra khơi trở lại sau nhiều ngày biển động."
FORMS = {
    "as it is": "Ninh Thuận",
    "small letters": "ninh thuận",
    "capitals": "NINH THUẬN",
    "NFD": unicodedata.normalize("NFD", "Ninh Thuận"),
    "decimal reference": "Ninh Thu&#7853;n",
    "hexadecimal reference": "Ninh Thu&#x1EAD;n",
    "small hexadecimal reference": "Ninh Thu&#x1ead;n",
    "no-break space": "Ninh\u00a0Thuận",
    "named no-break space": "Ninh&nbsp;Thuận",
    "numbered no-break space": "Ninh&#160;Thuận",
    "newline": "Ninh\n    Thuận",
    "tab": "Ninh\tThuận",
    "split by a tag": "Ninh <b>Thuận</b>",
    "split by closing and opening": "<em>Ninh</em> <em class='x'>Thuận</em>",
    "split within a link": "<a href='/x'>Ninh</a>&nbsp;<span>Thuận</span>",
    "no-break space in a script's string": "Ninh\\u0026nbsp;Thuận",
    "letter in a script's string": "Ninh Thu\\u1eadn",
    "joined": "NinhThuận",
    "joined without diacritics": "NinhThuan",
    "hyphen": "Ninh-Thuận",
    "dash": "Ninh – Thuận",
    "without diacritics": "Ninh Thuan",
    "town": "Phan Rang-Tháp Chàm",
    "town with dash": "Phan Rang – Tháp Chàm",
    "simplified Chinese": "宁顺省",
    "traditional Chinese": "寧順省",
    "Japanese": "ニントゥアン省",
    "Korean": "닌투언성",
    "Russian": "провинция Ниньтхуан",
    "Thai": "จังหวัดนิญถ่วน",
    "landmark": "vịnh Vĩnh Hy",
    "commune since the merger": "xã Phước Dinh, tỉnh Khánh Hòa",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_written_form_opens_the_gate(form: str, gate: Gate) -> None:
    assert gate.look(page(SENTENCE.format(FORMS[form])).encode()).open


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_other_encodings_too(charset: str, gate: Gate) -> None:
    assert gate.look(page(SENTENCE.format("Ninh Thuận")).encode(charset)).open


def test_in_strings_of_scripts(gate: Gate) -> None:
    body = json.dumps({"@type": "NewsArticle", "articleBody": SENTENCE.format("Ninh Thuận")})
    told = gate.look(f"<html><script type='application/ld+json'>{body}</script><p>{FILL}</p>".encode())
    assert told.open
    assert {hit.where for hit in told.hits} == {"json-ld"}
    shell = json.dumps("<p>" + SENTENCE.format("Ninh Thuận") + "</p>")
    assert gate.look(f"<html><div id=app></div><script>window.x={shell}</script>".encode()).open


def test_a_menu_of_provinces_does_not(gate: Gate) -> None:
    provinces = ["An Giang", "Bình Thuận", "Khánh Hòa", "Ninh Thuận", "Phú Yên", "Quảng Nam"]
    menu = "".join(f"<li><a href='/{n}'>{name}</a></li>" for n, name in enumerate(provinces))
    options = "".join(f"<option value='{n}'>{name}</option>" for n, name in enumerate(provinces))
    told = gate.look(
        page("Giá vàng hôm nay tăng.").replace("</nav>", f"<ul>{menu}</ul><select>{options}</select></nav>").encode()
    )
    assert not told.open
    assert {hit.where for hit in told.hits} <= {"menu", "link"}
    assert told.hits


def test_navigation_header_and_footer_are_the_pages_menu(gate: Gate) -> None:
    link = "<a href='/nt'>Ninh Thuận</a>"
    for frame in ("nav", "header", "footer"):
        told = gate.look(page("Không có gì.").replace("</nav>", f"</nav><{frame}>{link}</{frame}>").encode())
        assert not told.open, frame
        assert told.hits == (ByteHit("Ninh Thuận", "menu"),), frame


def test_another_articles_headline_does_not(gate: Gate) -> None:
    headline = "Ninh Thuận được mùa nho"
    card = f"<a href='/b' title='{headline}'><img src='b.jpg' alt='{headline}'></a><h3><a href='/b'>{headline}</a></h3>"
    told = gate.look(page("Không có gì.").replace("</article>", f"</article><aside>{card * 3}</aside>").encode())
    assert not told.open
    assert told.hits == (ByteHit("Ninh Thuận", "link"),)


@pytest.mark.parametrize(
    "inner",
    [
        "<table><tr><td>Ninh Thuận</td><td>12 ca</td></tr><tr><td>Bình Định</td><td>9 ca</td></tr></table>",
        "<ul><li>Ninh Thuận: 12 ca</li><li>Bình Định: 9 ca</li></ul>",
        "<p>Xem bản đồ.</p><a href='a.jpg'><img src='a.jpg' alt='Đồng muối Cà Ná, Ninh Thuận'></a>",
    ],
)
def test_what_only_looks_like_a_menu_does(inner: str, gate: Gate) -> None:
    assert gate.look(page("Số ca mắc trong tuần:").replace("</article>", inner + "</article>").encode()).open


def test_entries_one_below_the_other_are_no_name(gate: Gate) -> None:
    names = "<ul><li>Bắc Ninh</li><li>Thuận Thành</li></ul><p>Bắc Ninh</p><p>Thuận An</p>"
    assert gate.look(page("Các nơi khác:").replace("</article>", names + "</article>").encode()).hits == ()


def test_drawings_hide_nothing(gate: Gate) -> None:
    drawing = "<svg><path d='M0 0L1 1'/><text>Ninh Thuận</text><path d='M0"
    for rest in ("'></svg>", ""):  # whole, and cut off within a line
        told = gate.look(page("Bản đồ.").replace("</article>", f"</article>{drawing}{rest}").encode())
        assert ByteHit("Ninh Thuận", "menu") in told.hits


def test_a_page_of_nothing_but_names_costs_little(gate: Gate) -> None:
    began = time.process_time()
    assert gate.look("Ninh Thuận ".encode() * 100_000).open
    assert gate.look(page("").replace("</nav>", "<a>Ninh Thuận</a>" * 50_000 + "</nav>").encode()).hits
    # A menu's entry has a fast reader look for the main text, which must not be asked for a million tags.
    gate.look(page("").replace("</nav>", "</nav><a>Ninh Thuận</a>" + "<p>" * 1_000_000).encode())
    assert time.process_time() - began < 5


def test_where_a_hit_stands(gate: Gate) -> None:
    head = (
        "<meta property='og:title' content='Ninh Thuận vào mùa nho'><meta name='description' content='Cà Ná được mùa'>"
    )
    figure = "<figure><img alt='x'><figcaption>Một góc vịnh Vĩnh Hy</figcaption></figure>"
    told = gate.look(
        page("Không có gì.").replace("<title>", head + "<title>").replace("</h1>", "</h1>" + figure).encode()
    )
    assert {(hit.words, hit.where) for hit in told.hits} >= {("Ninh Thuận", "title"), ("Cà Ná", "lead")}
    assert "caption" in {hit.where for hit in told.hits}


def test_parts_of_words_and_namesakes_do_not(gate: Gate) -> None:
    for sentence in (
        "Kênh đào Panama (canal) dài 80 km.",
        "Tỉnh Bình Thuận và tỉnh Ninh Bình họp.",
        "A banana canary.",
    ):
        assert not gate.look(page(sentence).encode()).open, sentence


def document(body: bytes, title: str = "") -> Document:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    entry = Entry("https://bao.example/a.html", title=title)
    return Document(1, 1, "a", "https://bao.example/a.html", at, body, "text/html", entry)


def test_what_the_gate_closes_is_counted_with_title_and_day() -> None:
    body = page("Giá vàng tăng.").replace(
        "<title>", "<meta property='article:published_time' content='2026-03-01T08:00:00+07:00'><title>"
    )
    found = examine(document(body.encode(), "Giá vàng hôm nay"), rules(), read_all=False)
    assert isinstance(found, Irrelevant)
    assert (found.article.title, found.article.language) == ("Giá vàng hôm nay", "vi")
    assert found.article.published == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert found.article.text == ""


def test_a_name_in_the_feed_alone_opens_it() -> None:
    found = examine(document(page("Mọi việc thuận lợi.").encode(), "Ninh Thuận: mùa nho chín"), rules(), read_all=False)
    assert isinstance(found, Coverage | Irrelevant)
    assert found.article.text, "it was read"
    assert ByteHit("Ninh Thuận", "feed") in found.article.hits


def relevant_texts() -> list[tuple[str, str]]:
    texts = [(a.title, a.text) for a in sample_articles()]
    folder = REAL
    for name in ("dev.jsonl", "topics.dev.jsonl"):
        if (folder / name).exists():
            rows = [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
            texts += [(str(row.get("title") or ""), str(row.get("text") or "")) for row in rows]
    return texts


def test_nothing_that_the_rules_call_relevant_is_lost(gate: Gate) -> None:
    lost = []
    seen = 0
    for title, text in relevant_texts():
        if tag(Text("", title, text), rules()).relevance == "no":
            continue
        seen += 1
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n"))
        body = (
            f"<html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>{paragraphs}</body></html>"
        )
        if not gate.look(body.encode("utf-8", "replace")).open:
            lost.append(title)
    assert seen > 50
    assert lost == []


def test_recorded_pages_keep_their_relevance(gate: Gate) -> None:
    folder = REAL / "pages" / "html"
    if not folder.is_dir():
        pytest.skip("the recorded pages are not here")
    opened = [file.name for file in sorted(folder.iterdir()) if gate.look(gzip.decompress(file.read_bytes())).open]
    assert opened == [], "none of them is about the province"
