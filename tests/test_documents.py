"""A day as DOCX, PDF and letter: in the Decree's form, whole, the same bytes for the same day, of any size."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from analysis.digest.charts import topics_by_tone
from analysis.digest.corrections import corrected_items, find_errata, last_published, published_item
from analysis.digest.document import digest_document
from analysis.documents.blocks import Letterhead, PrintDocument, Table, plain_text_lines, roman
from analysis.documents.docx import render_docx
from analysis.documents.email_html import email_html
from analysis.documents.labels import labels
from analysis.documents.pdf import render_pdf
from pipeline.records.publications import Publication
from tests.support.days import LABELS, item, model

DECREE = Letterhead(
    True, "UBND tỉnh Khánh Hòa", "Sở Văn hóa, Thể thao và Du lịch", "BC-SVHTTDL", "Khánh Hòa", "KT. Giám đốc",
    "Phó Giám đốc", "Nguyễn Văn Ví Dụ", ("UBND tỉnh (b/c)", "Các sở, ban, ngành (p/h)", "Lưu: VT, QLBC"),
)  # fmt: skip
SIZES = (0, 1, 40, 500)


def paper(n: int, letterhead: Letterhead | None = None, lang: str = "vi") -> PrintDocument:
    return digest_document(
        model(n),
        lang,
        province="Ninh Thuận",
        note="Nay thuộc tỉnh Khánh Hòa",
        topic_labels=LABELS,
        letterhead=letterhead,
    )


def words_of(file: bytes) -> str:
    root = docx.Document(io.BytesIO(file)).element
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in root.iter(qn("w:p")))


def foot_of(document: Any) -> Any:
    """Return the table with recipients and signature: the annex behind it may hold others."""
    [foot] = [table for table in document.tables if table.rows[0].cells[0].text.startswith("Nơi nhận:")]
    return foot


def body_of(document: Any) -> list[Any]:
    """Return the paragraphs with text before the signature."""
    body = list(document.element.body)
    before = body[: body.index(foot_of(document)._tbl)]
    return [p for p in document.paragraphs if p.text and p._p in before]


@pytest.mark.parametrize("letterhead", [None, DECREE], ids=["bulletin", "decree"])
@pytest.mark.parametrize("n", SIZES)
def test_a_document_of_any_size_holds_every_article(n: int, letterhead: Letterhead | None) -> None:
    made = paper(n, letterhead)
    file = render_docx(made)
    assert render_docx(paper(n, letterhead)) == file
    text = words_of(file)
    for k in range(n):
        # A reprint is named by its outlet, the others by their title.
        assert item(k).article.title in text or item(k).outlet in text
    shown = [i.article.title for part in model(n).sections for s in part.stories for i in [s.lead]]
    assert all(title in text for title in shown)
    assert ("Không có tin, bài trong kỳ" in text) == (n == 0)
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))


@pytest.mark.parametrize("letterhead", [None, DECREE], ids=["bulletin", "decree"])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_a_pdf_is_the_same_for_the_same_day(n: int, letterhead: Letterhead | None) -> None:
    file = render_pdf(paper(n, letterhead))
    assert file.startswith(b"%PDF-")
    assert render_pdf(paper(n, letterhead)) == file


def test_the_decree_is_kept() -> None:
    document = docx.Document(io.BytesIO(render_docx(replace(paper(40, DECREE), number=5, day=date(2027, 1, 5)))))
    [section] = document.sections
    near = Mm(0.1)
    for found, wanted in (
        (section.page_width, 210), (section.page_height, 297), (section.top_margin, 20), (section.bottom_margin, 20),
        (section.left_margin, 30), (section.right_margin, 20),
    ):  # fmt: skip
        assert found is not None
        assert abs(found - Mm(wanted)) <= near
    assert section.different_first_page_header_footer
    assert 'w:instr="PAGE"' in etree.tostring(section.header._element, encoding="unicode")
    assert "PAGE" not in etree.tostring(section.first_page_header._element, encoding="unicode")
    head, foot = document.tables[0], foot_of(document)
    left, right = ([p.text for p in cell.paragraphs if p.text] for cell in head.rows[0].cells)
    assert left == ["UBND TỈNH KHÁNH HÒA", "SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Số: 05/BC-SVHTTDL"]
    assert right == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Khánh Hòa, ngày 05 tháng 01 năm 2027",
    ]
    xml = etree.tostring(head._element, encoding="unicode")
    assert xml.count("<w:pBdr>") == 2  # a drawn line below the agency and one below the motto
    assert "<w:u " not in etree.tostring(document.element, encoding="unicode")
    to, sign = ([p.text for p in cell.paragraphs if p.text] for cell in foot.rows[0].cells)
    assert to == ["Nơi nhận:", "- UBND tỉnh (b/c);", "- Các sở, ban, ngành (p/h);", "- Lưu: VT, QLBC."]
    assert sign == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn Ví Dụ"]
    ends = [p.text for p in document.paragraphs if p.text.endswith("./.")]
    assert ends == ["Trên đây là nội dung báo cáo./."] == [body_of(document)[-1].text]
    assert "BÁO CÁO" in [p.text for p in document.paragraphs]
    after = [p.text for p in document.paragraphs if p.text]
    after = after[after.index(ends[0]) + 1 :]
    assert after[:3] == [
        "PHỤ LỤC",
        "Điểm báo Ninh Thuận ngày 22/11/2026",
        "(Kèm theo Báo cáo số 05/BC-SVHTTDL ngày 05 tháng 01 năm 2027 của Sở Văn hóa, Thể thao và Du lịch)",
    ]
    assert after[3] == "I. Cơ quan báo chí (23)"
    assert "SHA-256" in after[-1]
    rows = document.tables[-1].rows[0]._tr
    assert rows.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def look_of(paragraph: Any) -> tuple[float, bool, bool]:
    """Return size in points, bold, italic of the words of a paragraph, which all have one size."""
    runs, style = [run for run in paragraph.runs if run.text.strip()], paragraph.style.font
    [size] = {(run.font.size or style.size).pt for run in runs}
    assert {run.font.name or style.name for run in runs} == {"Times New Roman"}
    assert style.color.rgb == RGBColor(0, 0, 0)
    assert all(run.font.color.rgb is None for run in runs)
    bold = all(bool(style.bold if run.font.bold is None else run.font.bold) for run in runs)
    return size, bold, all(bool(run.font.italic) for run in runs)


def test_every_line_has_the_size_and_place_that_the_decree_gives_it() -> None:
    document: Any = docx.Document(io.BytesIO(render_docx(paper(40, DECREE))))
    body: Any
    kinds = set()
    for body in document.paragraphs:
        if not body.text:
            continue
        size, bold, _ = look_of(body)
        assert 13 <= size <= 14, body.text
        kinds.add(body.style.name)
        form = body.style.paragraph_format
        assert 1 <= form.line_spacing <= 1.5
        if body.style.name.startswith("Heading"):
            assert bold
            assert re.match(r"[IVX]+\. \w" if body.style.name == "Heading 1" else r"[0-9]+\. \w", body.text), body.text
        elif body.style.name != "Diembao Head":
            assert form.space_after >= Pt(6)
            assert form.first_line_indent in (Mm(10), Mm(12.7))
            assert form.alignment == (
                WD_ALIGN_PARAGRAPH.LEFT if "Meta" in body.style.name else WD_ALIGN_PARAGRAPH.JUSTIFY
            )
    assert kinds >= {"Heading 1", "Heading 2", "Diembao List", "Diembao Excerpt", "Diembao Small", "Diembao Meta"}
    for table in [t for t in document.tables[1:] if t._tbl is not foot_of(document)._tbl]:
        heads, *rows = table.rows
        assert all(look_of(p)[1] for cell in heads.cells for p in cell.paragraphs)
        assert {look_of(p)[0] for row in (heads, *rows) for c in row.cells for p in c.paragraphs if p.text} <= {
            10,
            11,
            12,
        }
    (agency, state), (to, sign) = (table.rows[0].cells for table in (document.tables[0], foot_of(document)))
    assert [[look_of(p) for p in cell.paragraphs if p.text] for cell in (agency, state, to, sign)] == [
        [(12, False, False), (12, True, False), (13, False, False)],
        [(12, True, False), (13, True, False), (13, False, True)],
        [(12, True, True), (11, False, False), (11, False, False), (11, False, False)],
        [(13, True, False), (13, True, False), (13, True, False)],
    ]
    for table, widths in ((document.tables[0], (3500, 5571)), (foot_of(document), (4400, 4671))):
        assert [round(cell.width.twips) for cell in table.rows[0].cells] == list(widths)
        assert "w:tblBorders" not in etree.tostring(table._element, encoding="unicode")
    # A drawn line a third to a half as long as the column, and one as long as the motto (13 pt bold: some 3,150 twips).
    rules = [
        width - sum(int(p._p.pPr.ind.get(qn(f"w:{side}"))) for side in ("left", "right"))
        for cell, width in ((agency, 3500), (state, 5571))
        for p in cell.paragraphs
        if p._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}") is not None
    ]
    assert 3500 / 3 <= rules[0] <= 3500 / 2
    assert 3000 <= rules[1] <= 3300
    held = [
        p._p.pPr.find(qn("w:keepNext")) is not None or p.style.name.startswith("Heading") for p in body_of(document)
    ]
    assert held[-3:] == [True] * 3, "a signature never stands alone on a page, nor below two lines"


@pytest.mark.parametrize("given", [("UBND tỉnh (b/c)", "Lưu: VT"), ("- UBND tỉnh (b/c);", " ", "Lưu: VT.")])
def test_recipients_however_they_are_written(given: tuple[str, ...]) -> None:
    assert Letterhead(recipients=given).addressed == ("- UBND tỉnh (b/c);", "- Lưu: VT.")
    assert Letterhead().addressed == ()


def test_word_takes_it_for_a_document_of_today() -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(paper(1)))) as package:
        assert not [name for name in package.namelist() if "thumbnail" in name]
        settings = etree.fromstring(package.read("word/settings.xml"))
        [mode] = [s for s in settings.iter(qn("w:compatSetting")) if s.get(qn("w:name")) == "compatibilityMode"]
        assert mode.get(qn("w:val")) == "15"


@pytest.mark.parametrize(("rows", "kept"), [(12, 12), (13, 1)])
def test_a_short_table_is_not_divided(rows: int, kept: int) -> None:
    grid = Table(("a", "b"), tuple((str(n), "x") for n in range(rows)), (1, 1))
    document: Any = docx.Document(io.BytesIO(render_docx(replace(paper(0), blocks=(grid,), annex=()))))
    [table] = document.tables
    assert len(table.rows) == rows + 1
    held = [row.cells[0].paragraphs[0]._p.pPr.find(qn("w:keepNext")) is not None for row in table.rows]
    assert held == [True] * kept + [False] * (rows + 1 - kept)
    assert render_pdf(replace(paper(0), blocks=(grid,), annex=())).startswith(b"%PDF-")


def test_a_table_of_long_cells_may_be_divided() -> None:
    assert not Table(("a",), (("x " * 40,),), (1,)).is_short


def test_sections_are_numbered_as_romans_did() -> None:
    assert [roman(n) for n in (1, 4, 9, 14, 19, 20, 39)] == ["I", "IV", "IX", "XIV", "XIX", "XX", "XXXIX"]


def test_without_a_number_there_is_room_for_one() -> None:
    assert paper(0, DECREE).number_line == "Số:       /BC-SVHTTDL"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("n", SIZES)
def test_a_letter_fits_and_is_inert(n: int, lang: str) -> None:
    html = email_html(paper(n, lang=lang))
    assert len(html.encode()) < 100_000
    soup = BeautifulSoup(html, "lxml")
    assert not soup.find_all(["script", "style", "link", "iframe"])
    assert all(td.get("style") for td in soup.find_all("td") if not td.find("table"))
    assert all(a["href"].startswith("http") for a in soup.find_all("a"))
    cut = labels(lang).say("mail_cut")
    assert (cut in html) == (n == 500)
    assert (labels(lang).say("method") in soup.get_text()) == (n < 500)


def test_a_letter_names_every_story_that_asks_for_attention() -> None:
    day = model(500)
    text = BeautifulSoup(email_html(paper(500)), "lxml").get_text()
    assert len(day.attention) > 30
    assert all(found.story.lead.article.title in text for found in day.attention)
    assert f"Và {len(day.attention) - 20} câu chuyện khác thuộc diện này:" in text
    assert labels("vi").say("mail_cut") in text


def test_text_of_a_letter_has_the_links() -> None:
    text = "\n".join(plain_text_lines(paper(1)))
    assert "<http://a.example/0>" in text
    assert text.startswith("ĐIỂM BÁO NINH THUẬN\n")


def test_figures_are_drawn_for_days_of_some_size() -> None:
    words = labels("vi")
    assert topics_by_tone(model(3), words, LABELS) is None
    picture = topics_by_tone(model(40), words, LABELS)
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG")
    # Told to who does not see it with the figures that are drawn.
    told = [int(part.rpartition(" ")[2]) for part in picture.alt.partition(": ")[2].split("; ")]
    day = model(40)
    assert sum(told) == day.counts.items - sum(len(s.items) for s in day.mentions)
    assert "Năng lượng" in picture.svg
    with_it = digest_document(day, province="Ninh Thuận", topic_labels=LABELS, pictures=[picture])
    assert 'src="cid:picture-1"' in email_html(with_it)
    with zipfile.ZipFile(io.BytesIO(render_docx(with_it))) as package:
        assert [n for n in package.namelist() if n.startswith("word/media/")]
    assert len(render_pdf(with_it)) > len(render_pdf(paper(40)))


def test_what_is_read_first_and_what_asks_for_attention() -> None:
    day = model(40)
    assert len(day.top) == 3
    events = [top.story.lead.event for top in day.top]
    assert len(set(events)) == 3
    assert all(top.outlets >= 2 or top.abroad for top in day.top)
    assert model(0).top == model(0).attention == ()
    for found in day.attention:
        ids = {t.id for i in found.items for t in i.tags.topics}
        assert found.negative or "press_criticism" in ids
        assert found.negative == sum(i.tags.tone == "negative" for i in found.items)
    about = {i.story for i in map(item, range(40)) if i.tags.relevance == "main"}
    marked = [item(n) for n in range(40) if item(n).tags.tone == "negative" or "press" in item(n).tags.topics[0].id]
    assert {s.lead.story for a in day.attention for s in (a.story, *a.others)} == {i.story for i in marked} & about
    assert len({a.story.lead.event for a in day.attention}) == len(day.attention)
    assert sum(row.items for row in day.outlets) == day.counts.items
    assert sum(row.stories for row in day.outlets) >= day.counts.stories


def test_the_set_has_one_name_in_whatever_order() -> None:
    day = model(5)
    assert day.id == f"DB-20261122-{day.sha256[:8]}"
    assert model(5).sha256 == day.sha256 != model(6).sha256


def test_a_correction_is_said_once() -> None:
    before = [item(n) for n in range(4)]
    first = Publication(
        7, date(2026, 11, 20), model(0).made_at, "vi", "", "", "r1", tuple(map(published_item, before)), {}
    )
    changed = replace(before[0], tags=replace(before[0].tags, relevance="no"))
    toned = replace(before[1], tags=replace(before[1].tags, tone="negative"))
    titled = replace(before[2], article=replace(before[2].article, title="Đính chính"))
    known = {i.key: i for i in (changed, toned, titled)}
    found = find_errata(last_published([first]), known)
    assert {(e.statement.key, e.what, e.now) for e in found} == {
        ("k0", "relevance", "no"), ("k1", "tone", "negative"), ("k2", "title", "Đính chính"), ("k3", "gone", ""),
    }  # fmt: skip
    second = replace(first, id=8, items=tuple(corrected_items(found, known)))
    assert find_errata(last_published([first, second]), known) == ()
    assert all(said.erratum for said in second.items)
    shown = "\n".join(plain_text_lines(digest_document(model(1, errata=found), province="Ninh Thuận")))
    assert "ĐÍNH CHÍNH CÁC BẢN ĐIỂM BÁO TRƯỚC" in shown
    assert "Điểm báo số 7 (ngày 20/11/2026)" in shown
    assert "nay là không liên quan đến tỉnh" in shown
