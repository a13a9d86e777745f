"""[province] time_zone decides on which calendar day an article is counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from analysis import frames
from analysis.documents.labels import labels
from analysis.report.charts import report_charts
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.model import PeriodicReport
from analysis.tables.rows import daily_rows, story_rows
from analysis.tables.writers import write_csv, write_parquet
from pipeline.records import Article, Item, SourceDay, Tags, VerdictReason
from pipeline.tables.columns import ITEMS, ZONE, in_zone
from pipeline.tables.facts import Fact, FactKey, SourceRead, written

TOKYO = ZoneInfo("Asia/Tokyo")
#: 22:30 on the 21st in Vietnam, half past midnight on the 22nd in Tokyo
AT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
DAYS = {ZONE: date(2026, 11, 21), TOKYO: date(2026, 11, 22)}
SPAN = Span(date(2026, 11, 16), date(2026, 11, 22))


def item(key: str = "k1") -> Item:
    tags = Tags("vi", "main", 0.9, VerdictReason.text(""), (), (), (), "positive", "r1")
    article = Article(f"http://a.example/{key}", "", "Cảng Cà Ná", "", "", (), published=AT, published_from="page")
    return Item(key, "k1", 1, "a", "Báo A", "VN", "central", article, tags, AT, AT, "http://a.example/rss")


def no_sources(day: date) -> Sequence[SourceDay]:
    return ()


@pytest.mark.parametrize("zone", [ZONE, TOKYO])
def test_daily_rows_are_of_the_zone(zone: ZoneInfo) -> None:
    [row] = daily_rows([item()], None, SPAN.last, no_sources, zone=zone)
    assert row.day == DAYS[zone]
    table = frames.daily([item()], None, SPAN.last, no_sources, zone=zone)
    assert [day.date() for day in table["day"]] == [DAYS[zone]]


@pytest.mark.parametrize("zone", [ZONE, TOKYO])
def test_days_and_marks_of_a_report_are_of_the_zone(zone: ZoneInfo) -> None:
    kind = written(FactKey("a", "main", "positive", "vi", "", ""))
    facts = [Fact(int(AT.timestamp()), f"k{n}", kind) for n in range(9)]
    read = {day: [SourceRead("a", "Báo A", True, 5)] for day in SPAN.days}
    figures = count_figures(SPAN, facts, {}, read, zone=zone)
    assert dict(figures.days) == {DAYS[zone]: 9}
    spread = tuple(story_rows([item("k1"), replace(item("k2"), source_id="b")]))
    report = PeriodicReport(figures, Figures(SPAN.before()), Figures(SPAN.year_before()), spread, zone=zone)
    words = labels("vi")
    assert report_charts(report, words, {})["volume"].alt.endswith(f"1: {words.short_date(DAYS[zone])}")


def test_times_of_a_table_are_of_the_zone(tmp_path: Path) -> None:
    stream = StringIO(newline="")
    columns = in_zone(ITEMS, TOKYO)
    write_csv(columns, [item()], stream)
    assert "2026-11-22T00:30:00+09:00" in stream.getvalue()
    write_parquet(columns, [item()], tmp_path / "x.parquet", TOKYO)
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.field("published").type.tz == "Asia/Tokyo"
    assert table["published"][0].as_py() == AT
    assert str(frames.articles([item()])["published"].dtype) == "datetime64[us, Asia/Ho_Chi_Minh]"
    assert str(frames.frame(ITEMS, [item()], zone=TOKYO)["published"].dtype) == "datetime64[us, Asia/Tokyo]"
