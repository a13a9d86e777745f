"""Every figure of a periodic report is had again from the exported tables; no data is never 0."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.shared import Mm
from pypdfium2 import PdfDocument

from analysis.documents.blocks import Letterhead, PrintDocument, Table, plain_text_lines
from analysis.documents.docx import render_docx
from analysis.documents.labels import labels
from analysis.documents.pdf import render_pdf
from analysis.frames import articles, stories, tags
from analysis.report.charts import report_charts
from analysis.report.document import report_document
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.model import PeriodicReport, Voice
from analysis.tables.rows import story_rows
from diembao.jobs.reporting.report import annual_of, month_of, quarter_of, week_of, year_of
from pipeline.records import Item
from pipeline.tables.facts import SourceRead
from tests.support.days import LABELS, ZONE, fact_of, item, publishers_of

NOW = Span(date(2026, 10, 1), date(2026, 10, 31))
MADE = datetime(2026, 11, 2, 8, tzinfo=ZONE)
OFFICE = Letterhead(
    True, "UBND tỉnh", "Sở Văn hóa", "BC-SVH", "Khánh Hòa", "", "Giám đốc", "Nguyễn Văn A", ("Lưu: VT",)
)


def some(count: int, span: Span) -> list[Item]:
    """Return articles spread over the days of a span."""
    made = [item(n) for n in range(count)]
    days = span.days
    at = [datetime.combine(days[n * 7 % len(days)], time(9, n % 60), ZONE) for n in range(count)]
    return [
        # An outlet is of one country.
        replace(
            one,
            article=replace(one.article, published=when),
            first_seen=when,
            country="FR" if one.source_id in ("s3", "s14") else "VN",
            tags=replace(one.tags, language="fr" if one.source_id == "s3" else "vi"),
        )
        for one, when in zip(made, at, strict=True)
    ]


def read(span: Span, *, gaps: Sequence[date] = ()) -> dict[date, list[SourceRead]]:
    well, ill = SourceRead("s0", "Báo số 0", True, 50), SourceRead("s99", "Báo Chết", False)
    return {day: [ill] if day in gaps else [well, ill] for day in span.days}


def counted(count: int, span: Span, *, gaps: Sequence[date] = ()) -> Figures:
    items = some(count, span)
    return count_figures(span, map(fact_of, items), publishers_of(items), read(span, gaps=gaps))


@pytest.fixture(scope="module")
def report() -> PeriodicReport:
    now = counted(310, NOW, gaps=[date(2026, 10, 5)])
    told = {row.key: row for row in story_rows(some(310, NOW))}
    spread = tuple(told[key] for key in list(now.carried)[:10])
    voice = (Voice("Lâm Đồng", 90, 60), Voice("Ninh Thuận", 30, 40, own=True), Voice("Đắk Lắk", 0, 0))
    return PeriodicReport(
        now, counted(120, NOW.before()), Figures(NOW.year_before()), spread, voice, rules_version="r1"
    )


def paper_of(
    report: PeriodicReport, letterhead: Letterhead | None = None, lang: str = "vi", *, charts: bool = False
) -> PrintDocument:
    return report_document(
        report, MADE, lang, province="Ninh Thuận", topic_labels=LABELS, letterhead=letterhead,
        pictures=report_charts(report, labels(lang), LABELS) if charts else None,
    )  # fmt: skip


def number(cell: str) -> float:
    found = re.search(r"[+\u2212]?\d[\d.]*(?:,\d+)?", cell)
    assert found, cell
    return float(found[0].replace(".", "").replace(",", ".").replace("\u2212", "-"))


def test_every_figure_is_a_query_on_the_export(report: PeriodicReport) -> None:
    here, there = (articles(some(n, span)) for n, span in ((310, NOW), (120, NOW.before())))
    told, told_before = (stories(some(n, span)) for n, span in ((310, NOW), (120, NOW.before())))
    grids = [block for block in paper_of(report).blocks if isinstance(block, Table)]
    rows = {row[0]: row[1:] for row in grids[0].rows}
    for name, now, before in (
        ("Số bài", len(here), len(there)),
        ("Câu chuyện", len(told), len(told_before)),
        ("Cơ quan báo chí", here["source"].nunique(), there["source"].nunique()),
    ):
        assert number(rows[name][0]) == now
        assert number(rows[name][1]) == pytest.approx(100 * (now - before) / before, abs=0.051)
        assert rows[name][1].endswith(f"({before})")
    shares = {"Tỷ lệ bài của báo nước ngoài": ("country", lambda c: c != "VN")} | {
        f"Tỷ lệ bài {word}": ("tone", lambda c, tone=tone: c == tone)
        for word, tone in (("tích cực", "positive"), ("trung tính", "neutral"), ("tiêu cực", "negative"))
    }
    for name, (column, holds) in shares.items():
        now, before = (100 * holds(frame[column]).mean() for frame in (here, there))
        assert number(rows[name][0]) == pytest.approx(now, abs=0.051)
        assert number(rows[name][1]) == pytest.approx(now - before, abs=0.051), "percentage points"
    found = tags(some(310, NOW), LABELS)
    found = found[found["kind"] == "topic"].merge(here[["item", "tone"]], on="item")
    for row in grids[1].rows:
        mine = found[found["name"] == row[0]]
        assert [int(cell) for cell in row[1:6]] == [
            len(mine), *((mine["tone"] == tone).sum() for tone in ("positive", "neutral", "negative", "unsure")),
        ]  # fmt: skip
    for row in grids[2].rows:
        mine = here[here["outlet"] == row[0]]
        assert [int(row[2]), int(row[3])] == [len(mine), mine["story"].nunique()]
    said = "\n".join(plain_text_lines(paper_of(report)))
    for column, names in (
        ("country", {"VN": "Việt Nam", "FR": "Pháp"}),
        ("language", {"vi": "Tiếng Việt", "fr": "Tiếng Pháp"}),
    ):
        listed = ", ".join(f"{names[str(key)]} {n}" for key, n in here[column].value_counts().items())
        assert f": {listed}" in said
    widest = (
        told.assign(n=told["items"])
        .query("items > 1")
        .sort_values(["outlets", "n", "story"], ascending=[False, False, True])
    )
    spread = [row for row in said.splitlines() if "cơ quan báo chí, " in row]
    assert len(spread) == min(10, len(widest))
    for line, (_, row) in zip(spread, widest.iterrows(), strict=False):
        assert f"{row['outlets']} cơ quan báo chí, {row['items']} bài; đăng đầu tiên: {row['first_outlet']}, " in line
        assert f"{row['start']:%d/%m/%Y}" in line
    pages = 50 * (len(NOW.days) - 1)
    read = here["published"].dt.date != date(2026, 10, 5)  # of whose articles none was read on that day
    assert number(rows["Số bài trên 1.000 trang đã đọc"][0]) == pytest.approx(1000 * read.sum() / pages, abs=0.051)


def test_share_of_voice(report: PeriodicReport) -> None:
    [grid] = [b for b in paper_of(report).blocks if isinstance(b, Table) and b.head[0] == "Địa phương"]
    assert [row[:2] for row in grid.rows] == [("Lâm Đồng", "90"), ("Ninh Thuận", "30"), ("Đắk Lắk", "0")]
    for row, now, before in zip(grid.rows, (75, 25, 0), (60, 40, 0), strict=True):
        assert number(row[2]) == pytest.approx(now, abs=0.051)
        assert number(row[3]) == pytest.approx(now - before, abs=0.051)
    unknown = replace(report, voice=(Voice("Lâm Đồng", 3, None), Voice("Ninh Thuận", 1, None, own=True)))
    [grid] = [b for b in paper_of(unknown).blocks if isinstance(b, Table) and b.head[0] == "Địa phương"]
    assert [row[2:] for row in grid.rows] == [("75,0 %", "không có số liệu"), ("25,0 %", "không có số liệu")]


def test_no_data_is_not_0(report: PeriodicReport) -> None:
    rows = next(block for block in paper_of(report).blocks if isinstance(block, Table)).rows
    assert {row[3] for row in rows} == {"không có số liệu"}, "the year before was not collected"
    said = "\n".join(plain_text_lines(paper_of(report)))
    assert "1 ngày không thu thập trong ngày; số bài của các ngày này là những bài tìm thấy ở lần thu thập sau" in said
    assert "(cột nhạt trong biểu đồ): 05/10/2026" in said
    assert "không thu thập được nguồn nào" not in said
    assert "Báo Chết: hỏng 31 trong 31 ngày" in said
    gaps = counted(0, NOW, gaps=[date(2026, 10, n) for n in (5, 6, 7, 20)])
    said = "\n".join(plain_text_lines(paper_of(replace(report, now=gaps))))
    assert "4 ngày không thu thập được nguồn nào: 05/10/2026\u00a0–\u00a007/10/2026, 20/10/2026" in said
    nothing = PeriodicReport(Figures(NOW), Figures(NOW.before()), Figures(NOW.year_before()))
    said = "\n".join(plain_text_lines(paper_of(nothing)))
    assert "không có nghĩa là không có bài" in said
    assert not re.search(r"\| 0 ", said)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("letterhead", [None, OFFICE])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_is_drawn(report: PeriodicReport, letterhead: Letterhead | None, lang: str) -> None:
    paper = paper_of(report, letterhead, lang, charts=True)
    made = render_docx(paper)
    document = Document(BytesIO(made))
    text = "\n".join(p.text for p in document.paragraphs)
    assert "ninh thuận" in text.casefold().replace("\u00a0", " ")
    assert len(document.inline_shapes) == 9
    if letterhead:
        [section] = document.sections
        assert section.left_margin is not None
        assert Mm(30) <= section.left_margin <= Mm(35), "Decree 30: 30 to 35 mm on the left"
    assert made == render_docx(paper), "equal reports are equal bytes"
    assert len(PdfDocument(render_pdf(paper))) >= 2


def test_periods() -> None:
    day = date(2026, 11, 23)
    assert week_of(day) == Span(date(2026, 11, 16), date(2026, 11, 22))
    assert month_of(day) == NOW
    assert quarter_of(day) == Span(date(2026, 7, 1), date(2026, 9, 30))
    assert year_of(day) == Span(date(2025, 1, 1), date(2025, 12, 31))
    assert annual_of(day) == Span(date(2024, 12, 15), date(2025, 12, 14))
    assert annual_of(date(2026, 12, 15)) == Span(date(2025, 12, 15), date(2026, 12, 14))
    assert NOW.before() == Span(date(2026, 9, 1), date(2026, 9, 30))
    assert Span(date(2026, 1, 1), date(2026, 3, 31)).before() == Span(date(2025, 10, 1), date(2025, 12, 31))
    assert annual_of(day).before() == Span(date(2023, 12, 15), date(2024, 12, 14))
    assert week_of(day).before() == Span(date(2026, 11, 9), date(2026, 11, 15))
    assert NOW.year_before() == Span(date(2025, 10, 1), date(2025, 10, 31))
    february = Span(date(2028, 2, 1), date(2028, 2, 29))
    assert february.year_before() == Span(date(2027, 2, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("first", "last", "vi", "en"),
    [
        (
            date(2026, 11, 16), date(2026, 11, 22), "tuần từ 16/11/2026 đến 22/11/2026",
            "week of 16 Nov 2026 to 22 Nov 2026",
        ),
        (date(2026, 2, 1), date(2026, 2, 28), "tháng 2 năm 2026", "February 2026"),
        (date(2026, 10, 1), date(2026, 12, 31), "quý IV năm 2026", "quarter IV of 2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "năm 2026", "2026"),
        (
            date(2025, 12, 15), date(2026, 12, 14), "năm 2026 (từ 15/12/2025 đến 14/12/2026)",
            "2026 (15 Dec 2025 to 14 Dec 2026)",
        ),
        (date(2026, 2, 1), date(2026, 4, 30), "từ 01/02/2026 đến 30/04/2026", "1 Feb 2026 to 30 Apr 2026"),
        (date(2026, 11, 17), date(2026, 11, 23), "từ 17/11/2026 đến 23/11/2026", "17 Nov 2026 to 23 Nov 2026"),
    ],
)  # fmt: skip
def test_a_period_is_called_by_its_name(first: date, last: date, vi: str, en: str) -> None:
    span = Span(first, last)
    nothing = PeriodicReport(Figures(span), Figures(span.before()), Figures(span.year_before()))
    assert paper_of(nothing, OFFICE, "vi").abstract == f"Thông tin báo chí về Ninh Thuận {vi}"
    assert paper_of(nothing, OFFICE, "en").abstract == f"Press coverage of Ninh Thuận, {en}"


def test_a_long_span_is_counted() -> None:
    span = Span(date(2025, 1, 1), date(2025, 12, 31))
    start = datetime(2025, 1, 1, tzinfo=UTC)
    many = (
        replace(item(n), article=replace(item(n).article, published=start + timedelta(hours=n % 8000)))
        for n in range(2000)
    )
    found = count_figures(span, map(fact_of, many), {}, {})
    assert (found.items, sum(found.days.values())) == (2000, 2000)
    assert pd.Series(found.days).index.min() == date(2025, 1, 1)
    drawn = report_charts(
        PeriodicReport(found, Figures(span.before()), Figures(span.year_before())), labels("vi"), LABELS
    )
    assert drawn["volume"].png.startswith(b"\x89PNG")


def test_the_files(tmp_path: Path) -> None:
    from config.rulebook import load_rulebook
    from config.settings import load_settings
    from diembao.jobs.reporting.report import write_report
    from diembao.system.clock import now
    from diembao.system.home import Home
    from storage.database import open_database

    storage = open_database(Home(tmp_path).database)
    span = month_of(now().date())
    files, made = write_report(storage, load_settings(None), load_rulebook(None), span, language="vi", out=tmp_path)
    storage.close()
    assert [file.suffix for file in files] == [".docx", ".pdf"]
    assert not made.now.known
