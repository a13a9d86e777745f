"""The pages of reports and alerts: every figure is the number of articles that its link finds; on both databases."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from diembao.jobs.reading.charts import period_charts
from diembao.jobs.search import parse_query
from pipeline.tables.facts import Publisher
from tests.support.days import ZONE
from tests.support.desk_server import DeskClient
from tests.support.reading_room import ITEMS, ReadingRoom

pytestmark = pytest.mark.none_on_postgresql

_FIGURE = re.compile(r'<a[^>]* href="(/search\?[^"]+)">(?:<svg.*?</svg>|\s)*(?:<span class="n">)?(\d+)<', re.DOTALL)


@pytest.fixture(scope="module")
def analyst(room: ReadingRoom) -> Iterator[DeskClient]:
    with room.desk.client(room.desk.account("analyst")) as client:
        yield client


def test_every_figure_is_what_its_search_finds(room: ReadingRoom, analyst: DeskClient) -> None:
    page = analyst.get("/reports", params={"since": "2026-11-15", "until": "2026-11-22"})
    assert page.status_code == 200
    figures = [(unescape(link), int(n)) for link, n in _FIGURE.findall(page.text)]
    assert len(figures) > 60
    rules = room.desk.context.rules()
    for link, n in figures:
        query = parse_qs(urlsplit(link).query)["q"][0]
        found = room.desk.storage.search.count(parse_query(query, rules), zone=ZONE)
        assert found.items == n, query
    # And as a browser sees it.
    for link, n in figures[:: len(figures) // 4]:
        assert f'data-total="{n}"' in analyst.get(link).text
    assert max(n for _, n in figures) == ITEMS + 1


def test_charts_hold_no_style_and_work_without_script(analyst: DeskClient) -> None:
    text = analyst.get("/reports").text
    assert "style=" not in text and "<style" not in text and "onclick" not in text
    assert "<svg" in text and "<rect" in text


def test_days_of_which_nothing_is_known_are_told_apart_from_days_without_articles(analyst: DeskClient) -> None:
    text = analyst.get("/reports", params={"since": "2026-11-20", "until": "2026-11-22"}).text
    rows = dict(re.findall(r'<th scope="row">(\d\d/\d\d)(.*?)</th>', text, re.DOTALL))
    assert "không có số liệu" in rows["20/11"] and "không có số liệu" not in rows["22/11"]


def test_periods_are_limited_and_nonsense_refused(analyst: DeskClient) -> None:
    for last in ("week", "month", "quarter"):
        assert analyst.get("/reports", params={"last": last}).status_code == 200
    for wrong in (
        {"since": "2026-01-01", "until": "2026-11-22"},
        {"since": "2026-11-22", "until": "2026-11-21"},
        {"since": "yesterday"},
        {"since": "0001-01-01", "until": "0001-01-02"},
        {"last": "century"},
    ):
        assert analyst.get("/reports", params=wrong).status_code == 400, wrong


def test_an_outlet_whose_name_is_anothers_id_has_no_link(room: ReadingRoom) -> None:
    from analysis.report.figures import Figures, Outlet, Span
    from tests.support.days import START

    day = START.date()
    figures = Figures(Span(day, day))
    figures.outlets = {"a": Outlet("A", "VN"), "b": Outlet("B", "VN")}
    for outlet in figures.outlets.values():
        outlet.by_day_and_tone[day, "neutral"] = 2
    figures.countries["VN"] = 4
    publishers = {"a": Publisher("A", "VN"), "b": Publisher("B", "VN"), "c": Publisher("B", "VN")}
    charts = {chart.code: chart for chart in period_charts(figures, {}, publishers, lambda query: 0)}
    queries = {bar.name: bar.query for bar in charts["outlets"].bars}
    assert queries["A"].endswith('outlet:"a"') and queries["B"] == ""
    assert charts["countries"].bars[0].query == ""


def test_alerts_are_paged_newest_first(analyst: DeskClient) -> None:
    first = analyst.get("/alerts").text
    found = re.search(r'href="([^"]+)" rel="next"', first)
    assert found is not None
    second = analyst.get(unescape(found[1])).text
    names = [re.findall(r"Nguồn (s\d+) &lt;b&gt;", text) for text in (first, second)]
    assert [len(part) for part in names] == [50, 10]
    assert names[0] + names[1] == [f"s{n}" for n in reversed(range(60))]
    assert analyst.get("/alerts?before=x").status_code == 400
