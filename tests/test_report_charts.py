"""The charts of a report show its figures, tell no data from 0, and can be read in grey and in Vietnamese."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from analysis.anomalies.surges import Surge
from analysis.documents.blocks import Picture
from analysis.documents.chart_style import COLOURS, LEAST_ITEMS
from analysis.documents.labels import labels
from analysis.report.charts import report_charts
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.model import PeriodicReport, Voice
from analysis.report.time_axis import axis_positions, counts_by_position, positions_without_data
from pipeline.tables.facts import SourceRead
from tests.support.days import LABELS, fact_of, item, publishers_of
from tests.test_report import counted

MONTH = Span(date(2026, 10, 1), date(2026, 10, 31))
GAP = date(2026, 10, 5)
NAMES = {"volume", "attention", "tone", "topics", "voice", "outlets", "countries", "languages", "heat"}


def report_of(now: Figures) -> PeriodicReport:
    energy = Surge("topic", "energy", "Năng lượng", 14, 3.2, 20, 1e-5, 1e-4)
    voice = (Voice("Lâm Đồng", 1200, 60), Voice("Ninh Thuận", 30, 40, own=True))
    nothing = Figures(now.span.before())
    return PeriodicReport(now, nothing, nothing, (), voice, (), ((now.span.days[3], energy),))


def texts(picture: Picture) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)


@pytest.fixture(scope="module")
def charts() -> dict[str, Picture]:
    return report_charts(report_of(counted(310, MONTH, gaps=[GAP])), labels("vi"), LABELS)


def test_all_of_them(charts: dict[str, Picture]) -> None:
    assert set(charts) == NAMES
    for picture in charts.values():
        assert picture.png.startswith(b"\x89PNG")
        assert re.search(r"\d", picture.alt), "who does not see it is told figures"
        assert "Source Sans Pro" in picture.svg


def test_words_and_figures_are_vietnamese(charts: dict[str, Picture]) -> None:
    said = {text for picture in charts.values() for text in texts(picture)}
    assert {"Sắc thái theo thời gian", "Tích cực", "Du lịch", "Việt Nam", "không có số liệu", "05/10"} <= said
    assert "1.200" in said, "thousands are parted by a point"
    english = report_charts(report_of(counted(40, MONTH)), labels("en"), LABELS)
    assert {"Tone over time", "Positive", "1,200"} <= {t for picture in english.values() for t in texts(picture)}


def test_marks_stand_on_unusual_days(charts: dict[str, Picture]) -> None:
    assert "▲" in texts(charts["volume"])
    assert "▲: 04/10/2026" in charts["volume"].alt


def test_a_day_without_collection_is_hatched_and_one_without_articles_is_not() -> None:
    one, other = SourceRead("s0", "Báo số 0", True, 9), SourceRead("s1", "Báo số 1", True, 9)
    ill = SourceRead("s1", "Báo số 1", False)
    items = [item(23 * n) for n in range(LEAST_ITEMS)]  # all of s0, on one day
    span = Span(date(2026, 11, 20), date(2026, 11, 26))

    def heat(read: dict[date, list[SourceRead]]) -> Picture:
        found = count_figures(span, map(fact_of, items), publishers_of(items), read)
        return report_charts(report_of(found), labels("vi"), LABELS)["heat"]

    whole = heat({day: [one, other] for day in span.days})
    assert "0 trong 14 ô không có số liệu" in whole.alt
    assert "không có số liệu" not in texts(whole)
    broken = heat({day: [one, other if n else ill] for n, day in enumerate(span.days[:-1])})
    assert "3 trong 14 ô không có số liệu" in broken.alt, "one day of one source, and the last day of both"
    assert "không có số liệu" in texts(broken)
    assert broken.svg.count('stroke="#777777"') == whole.svg.count('stroke="#777777"') + 3 + 1, (
        "three cells, one legend"
    )


def test_a_week_is_hatched_where_a_source_was_read_on_few_of_its_days() -> None:
    span = Span(date(2026, 1, 5), date(2026, 6, 28))  # whole weeks
    items = [item(23 * n) for n in range(LEAST_ITEMS)]
    read = {day: [SourceRead("s0", "Báo số 0", day.weekday() < 3, 9)] for day in span.days}
    found = count_figures(span, map(fact_of, items), publishers_of(items), read)
    assert "25 trong 25 ô không có số liệu" in report_charts(report_of(found), labels("vi"), LABELS)["heat"].alt
    read = {day: [SourceRead("s0", "Báo số 0", day.weekday() < 4, 9)] for day in span.days}
    found = count_figures(span, map(fact_of, items), publishers_of(items), read)
    assert "0 trong 25 ô không có số liệu" in report_charts(report_of(found), labels("vi"), LABELS)["heat"].alt


def test_gaps_are_no_zeros() -> None:
    found = counted(310, MONTH)
    quiet = count_figures(MONTH, (), {}, {day: [SourceRead("s0", "Báo", True, 9)] for day in MONTH.days if day != GAP})
    counts = counts_by_position(quiet, quiet.days)
    assert positions_without_data(quiet, counts) == [GAP]
    assert positions_without_data(found, counts_by_position(found, found.days)) == []
    long = Span(date(2026, 1, 1), date(2026, 12, 31))
    places = axis_positions(Figures(long))
    assert {place.weekday() for place in places.values()} == {0}
    assert sum(counts_by_position(Figures(long), dict.fromkeys(long.days, 2)).values()) == 2 * 365
    assert places[date(2026, 1, 1)] == date(2026, 1, 1) - timedelta(days=3)


def test_tones_differ_in_grey() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted(grey(colour) for colour in COLOURS.values())
    assert all(b - a > 20 for a, b in pairwise(shades)), shades


def test_few_articles_are_not_drawn() -> None:
    assert report_charts(report_of(counted(LEAST_ITEMS - 1, MONTH)), labels("vi"), LABELS) == {}


def test_they_are_fine_enough_for_paper(charts: dict[str, Picture]) -> None:
    for picture in charts.values():
        # The width stands in the first chunk of a PNG.
        assert int.from_bytes(picture.png[16:20]) >= 1000, "150 mm at 300 dots per inch are 1,772"
