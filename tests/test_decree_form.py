"""A day as DOCX in the form of the Decree on office papers: every part, size and place."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from analysis.documents.blocks import Letterhead
from analysis.documents.docx import render_docx
from tests.support.papers import DECREE, paper


def foot_of(document: Any) -> Any:
    """Return the table with recipients and signature: the annex behind it may hold others."""
    [foot] = [table for table in document.tables if table.rows[0].cells[0].text.startswith("Nơi nhận:")]
    return foot


def body_of(document: Any) -> list[Any]:
    """Return the paragraphs with text before the signature."""
    body = list(document.element.body)
    before = body[: body.index(foot_of(document)._tbl)]
    return [p for p in document.paragraphs if p.text and p._p in before]


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


def test_without_a_number_there_is_room_for_one() -> None:
    assert paper(0, DECREE).number_line == "Số:       /BC-SVHTTDL"
