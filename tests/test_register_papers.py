"""The register's documents: their form, what stands in them and what never does."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from docx.shared import Mm, Pt

from analysis.register.yearly import yearly_figures
from diembao.jobs.register_papers.papers import (
    Paper,
    PaperRequest,
    dossier_paper,
    overdue_paper,
    render_paper,
    weekly_paper,
    write_paper,
    yearly_paper,
)
from diembao.jobs.register_papers.state import register_state
from pipeline.register.matters import NewMatter, PressContact, StepRequest, YearlyFigure
from tests.support.desk import LAN
from tests.support.register_papers import PRIVATE, PUBLIC, SECRET, Filled, filled_register, text_of
from tests.support.register_year import ZONE, at


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled_register(tmp_path_factory.mktemp("papers")) as made:
        yield made


def opened(paper: Paper) -> Any:
    return docx.Document(io.BytesIO(render_paper(paper, "docx")))


def head_of(document: Any) -> list[str]:
    return [p.text for cell in document.tables[0].rows[0].cells for p in cell.paragraphs if p.text]


def as_of(filled: Filled, moment: datetime) -> PaperRequest:
    return replace(filled.request, as_of=moment)


def test_the_form_of_the_decree(filled: Filled) -> None:
    document = opened(overdue_paper(filled.storage, as_of(filled, at(date(2026, 12, 20), 9))))
    [section] = document.sections
    for found, wanted in (
        (section.page_width, 210), (section.page_height, 297), (section.top_margin, 20), (section.bottom_margin, 20),
        (section.left_margin, 30), (section.right_margin, 20),
    ):  # fmt: skip
        assert abs(found - Mm(wanted)) <= Mm(0.1)
    styles = {style.style_id: style for style in document.styles}
    assert styles["DiembaoText"].font.name == "Times New Roman"
    assert styles["DiembaoText"].font.size in (Pt(13), Pt(14))
    assert "BÁO CÁO" in text_of(document)
    assert "Trên đây là nội dung báo cáo./." in text_of(document)


def test_head_recipients_and_names_are_those_of_the_day(filled: Filled) -> None:
    june, july = (
        opened(overdue_paper(filled.storage, as_of(filled, at(day, 23, 59))))
        for day in (date(2025, 6, 30), date(2025, 7, 1))
    )
    assert head_of(june)[:1] == ["UBND TỈNH NINH THUẬN"]
    assert head_of(july)[:1] == ["UBND TỈNH KHÁNH HÒA"]
    assert "Ninh Thuận, ngày 30 tháng 6 năm 2025" in head_of(june)
    assert "Khánh Hòa, ngày 01 tháng 7 năm 2025" in head_of(july)
    assert "- UBND tỉnh Ninh Thuận (b/c);" in text_of(june)
    assert "- UBND tỉnh (b/c);" in text_of(july)
    assert "Sở Y tế Ninh Thuận (1)" in text_of(june)
    assert "Sở Y tế Khánh Hòa (1)" in text_of(july)
    assert "Sở Y tế Ninh Thuận" not in text_of(july)


def test_the_weekly_list_names_matters_terms_and_articles_and_no_note(filled: Filled) -> None:
    paper = weekly_paper(filled.storage, as_of(filled, at(date(2025, 6, 26), 15)))
    document = opened(paper)
    said = text_of(document)
    assert paper.name == "van-de-bao-chi-tuan-2025-06-26"
    assert "Từ 15:00 ngày 19/06/2025 đến 15:00 ngày 26/06/2025" in said
    assert "II. Mở trong tuần (1)" in said
    assert "III. Trả lời trong tuần (0)" in said
    assert "Không có." in said
    assert "27/06/2025" in said
    assert "còn 1 ngày làm việc" in said
    assert "Bài <về> nước hồ (Báo A" in said
    assert SECRET not in said
    assert "từ1" not in said, "of an article its headline and address alone"
    links = [r.target_ref for r in document.part.rels.values() if r.is_external]
    assert links == ["http://a.example/x.html"]
    assert render_paper(paper, "docx") == render_paper(paper, "docx")


def test_a_list_of_one_unit(filled: Filled) -> None:
    moment = at(date(2025, 7, 1), 9)
    assert overdue_paper(filled.storage, replace(as_of(filled, moment), unit="so-y-te")).count == 1
    other = overdue_paper(filled.storage, replace(as_of(filled, moment), unit="so-cong-thuong"))
    assert "Không có vấn đề nào quá hạn trả lời." in text_of(opened(other))


def test_fourteen_and_fifteen_december_are_of_two_years_and_nothing_is_divided_by_nothing(filled: Filled) -> None:
    paper = yearly_paper(filled.storage, as_of(filled, at(date(2026, 12, 16))), 2026)
    document = opened(paper)
    rows = {row.cells[1].text: row.cells[2].text for row in document.tables[1].rows[1:]}
    assert rows == {
        "Số cuộc họp báo": "–",
        "Số lần cung cấp thông tin cho báo chí": "0",
        "Số trả lời / số yêu cầu": "0/2",
        "Số vụ việc đột xuất đã phát ngôn / tổng số": "0/0",
        "Số trả lời đúng hạn / tổng số đến hạn": "0/0",
        "Số trả lời bằng văn bản / tổng số trả lời": "0/0",
    }
    assert "chưa có số liệu" in text_of(document)
    state = register_state(filled.storage, filled.request.book, ZONE, at(date(2027, 1, 10)))
    counted = {year: {f.id: str(f.count) for f in yearly_figures(state, year).figures} for year in (2026, 2027)}
    # What is not answered is carried over: the matter of June 2025 twice, that of 14 December 2026 once.
    assert (counted[2026]["answers"], counted[2027]["answers"]) == ("0/2", "0/3")


def test_a_typed_figure_holds_and_says_so(filled: Filled) -> None:
    now = at(date(2030, 12, 16), 9)
    told = PressContact(0, date(2030, 12, 14), "conference", None, "", "Họp báo quý IV", None, "", "", now, 1, "")
    filled.storage.register.save_contact(LAN, told, now)
    filled.storage.register.save_contact(LAN, replace(told, day=date(2030, 12, 15)), now)
    after = now + timedelta(days=1)
    figure = YearlyFigure(2030, "conferences", 4, None, "Công văn 12/VP", now, 1, "")
    filled.storage.register.save_figure(LAN, figure, now + timedelta(hours=1))
    before = text_of(opened(yearly_paper(filled.storage, as_of(filled, now + timedelta(minutes=1)), 2030)))
    said = text_of(opened(yearly_paper(filled.storage, as_of(filled, after), 2030)))
    assert "đếm từ nhật ký tiếp xúc báo chí" in before
    assert "nhập tay ngày" not in before
    assert "nhập tay ngày 16/12/2030: Công văn 12/VP (sổ và nhật ký đếm được 1)" in said


def test_the_dossier_has_five_headings_and_says_what_is_to_be_added(filled: Filled) -> None:
    moment = at(date(2025, 7, 1), 9)
    paper = dossier_paper(filled.storage, as_of(filled, moment), 1)
    assert paper is not None
    document = opened(paper)
    said = [p.text for p in document.paragraphs]
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "I. Thông tin và diễn biến",
        "II. Tác động, ảnh hưởng",
        "III. Bản chất vấn đề",
        "IV. Cơ sở pháp lý",
        "V. Đề xuất",
    ]
    for heading in headings[1:]:
        following = said[said.index(heading) + 1 :]
        until = next((n for n, line in enumerate(following) if line in headings), len(following))
        assert any(line.startswith("[Đơn vị chủ trì bổ sung") for line in following[:until])
    whole = "\n".join(said)
    assert "Có 2 bài của 2 cơ quan báo chí nêu, trong đó 1 cơ quan ở nước ngoài." in whole
    assert "Đỗ Văn Nam, Phó Giám đốc" in whole
    assert "cần hỏi lại pháp chế" in whole
    assert PRIVATE not in whole
    assert SECRET not in whole
    assert "lan" not in whole.split()
    assert "Lan" not in whole.split()
    second = dossier_paper(filled.storage, as_of(filled, at(date(2026, 12, 20))), 2)
    assert second is not None
    assert PUBLIC in text_of(opened(second))
    assert dossier_paper(filled.storage, as_of(filled, moment), 2) is None, "it was not opened yet"


def test_the_dossier_says_what_the_matter_is_and_what_its_steps_set(filled: Filled) -> None:
    now = at(date(2031, 3, 4), 9)
    new = NewMatter("Cháy chợ Nại", "information", filled.storage.register.links(1)[0].item, is_unexpected=True)
    made = filled.storage.register.open(LAN, new, now)
    for request in (
        StepRequest("set_due", {"due": date(2031, 3, 9)}, "Báo cần sớm"),
        StepRequest("edit", {"title": "Cháy chợ Nại Hang", "kind": "other", "passage": "", "is_unexpected": False}),
    ):
        filled.storage.register.step(LAN, made.id, request, now)
    paper = dossier_paper(filled.storage, as_of(filled, now + timedelta(hours=1)), made.id)
    assert paper is not None
    said = text_of(opened(paper))
    assert "Nội dung vấn đề: Cháy chợ Nại Hang" in said
    assert "Mở vấn đề (đột xuất)" in said
    assert "Đặt thời hạn (Thời hạn: 09/03/2031): Báo cần sớm" in said
    [line] = [line for line in said.splitlines() if "Sửa nội dung (" in line]
    assert "Tên: Cháy chợ Nại Hang; Loại việc: " in line
    assert "không còn là đột xuất" in line
    assert "Đoạn cần làm rõ" not in line, "it was not changed"


def test_pdf_says_what_docx_says(filled: Filled, tmp_path: Path) -> None:
    paper = weekly_paper(filled.storage, as_of(filled, at(date(2025, 6, 26), 15)))
    [file] = write_paper(paper, {tmp_path / "t.pdf": "pdf"})
    pages = pypdfium2.PdfDocument(file)
    said = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())
    for words in ("Nước hồ đổi màu", "27/06/2025", "còn 1 ngày làm việc", "Sở Y tế Ninh Thuận"):
        assert words in said
    assert SECRET not in said


def test_english(filled: Filled) -> None:
    request = replace(as_of(filled, at(date(2025, 7, 1), 9)), language="en")
    for paper in (
        weekly_paper(filled.storage, request),
        overdue_paper(filled.storage, request),
        yearly_paper(filled.storage, request, 2025),
        dossier_paper(filled.storage, request, 1),
    ):
        assert paper is not None
        assert paper.document.lang == "en"
        assert render_paper(paper, "docx")
