"""A report made from a database says nothing that the tables exported from the same database do not give again."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pandas as pd
import pytest
from docx import Document

from analysis.documents.labels import labels
from analysis.report.charts import report_charts
from config.rulebook import Rulebook, load_rulebook
from config.settings import Settings, load_settings
from diembao.jobs.reporting.report import build_report, write_report
from pipeline.records import Decision
from storage.database import Database, open_database
from tests.support.exported_month import (
    BEFORE,
    GAPS,
    NAMES,
    PEERS,
    SOURCES,
    SPAN,
    TONES,
    ZONE,
    Tables,
    alt,
    collect,
    day_of,
    grid,
    marks,
    number,
)

pytestmark = pytest.mark.long(25)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(tmp_path_factory.mktemp("report") / "x.db")
    opened.crawl.set_sources(SOURCES)
    for day in (*BEFORE.days, *SPAN.days):
        if day not in GAPS:
            collect(opened, day)
    opened.stories.group(datetime(2026, 11, 1, tzinfo=UTC))
    chosen = [item.key for item in opened.articles.items()][::17]
    opened.articles.decide([Decision(k, "tone", "negative", "Lan", datetime(2026, 11, 1, tzinfo=UTC)) for k in chosen])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def settings() -> Settings:
    return replace(load_settings(None), peer=PEERS)


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture(scope="module")
def document(storage: Database, settings: Settings, rules: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("made")
    [path], _ = write_report(storage, settings, rules, SPAN, language="vi", out=out, forms=("docx",))
    return Document(str(path))


@pytest.fixture(scope="module")
def here(storage: Database, rules: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(storage, tmp_path_factory.mktemp("here"), SPAN, rules)


@pytest.fixture(scope="module")
def there(storage: Database, rules: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(storage, tmp_path_factory.mktemp("there"), BEFORE, rules)


def test_there_is_something_to_count(here: Tables, there: Tables) -> None:
    assert len(here.items) > 150
    assert len(there.items) > 150
    assert here.items["story"].nunique() < len(here.items)
    assert here.items["published"].isna().any()
    assert set(here.items["tone"]) == set(TONES)


def test_figures_and_their_change(document: Any, here: Tables, there: Tables) -> None:
    rows = grid(document, "Chỉ số")
    counts = {
        "Số bài": [len(t.items) for t in (here, there)],
        "Câu chuyện": [len(t.stories) for t in (here, there)],
        "Cơ quan báo chí": [t.items["source"].nunique() for t in (here, there)],
        "Số bài trên 1.000 trang đã đọc": [t.attention for t in (here, there)],
    }
    for name, (now, before) in counts.items():
        assert number(rows[name][0]) == pytest.approx(now, abs=0.051), name
        assert number(rows[name][1]) == pytest.approx(100 * (now - before) / before, abs=0.051), name
    shares = {"Tỷ lệ bài của báo nước ngoài": [100 * (t.items["country"] != "VN").mean() for t in (here, there)]}
    for word, tone in NAMES.items():
        shares[f"Tỷ lệ bài {word}"] = [100 * (t.items["tone"] == tone).mean() for t in (here, there)]
    for name, (now, before) in shares.items():
        assert number(rows[name][0]) == pytest.approx(now, abs=0.051), name
        assert number(rows[name][1]) == pytest.approx(now - before, abs=0.051), name
    assert set(rows) == {*counts, *shares}, "no row that nobody recomputes"
    assert {row[2] for row in rows.values()} == {"không có số liệu"}


def test_topics(document: Any, here: Tables, there: Tables) -> None:
    rows = grid(document, "Chủ đề")
    topics = here.tags[here.tags["kind"] == "topic"].merge(here.items[["item", "tone"]], on="item")
    earlier = there.tags[there.tags["kind"] == "topic"]
    assert set(rows) == set(topics["name"])
    for name, row in rows.items():
        mine = topics[topics["name"] == name]
        assert [int(c) for c in row[:5]] == [len(mine), *((mine["tone"] == tone).sum() for tone in TONES)]
        before = (earlier["name"] == name).sum()
        assert number(row[5]) == pytest.approx(100 * (len(mine) - before) / before, abs=0.051)
    told = dict(part.rsplit(" ", 1) for part in alt(document, "Chủ đề theo sắc thái").split("; "))
    assert {name: int(n) for name, n in told.items()} == topics["name"].value_counts().to_dict()


def test_outlets(document: Any, here: Tables) -> None:
    rows = grid(document, "Cơ quan")
    assert set(rows) == set(here.items["outlet"])
    for name, row in rows.items():
        mine = here.items[here.items["outlet"] == name]
        tones = [(mine["tone"] == tone).sum() for tone in ("positive", "negative")]
        assert [int(cell) for cell in row[1:]] == [len(mine), mine["story"].nunique(), *tones]
    told = dict(part.rsplit(" ", 1) for part in alt(document, "Cơ quan báo chí theo sắc thái").split("; "))
    assert {name: int(n) for name, n in told.items()} == here.items["outlet"].value_counts().to_dict()


def test_countries_and_languages(document: Any, here: Tables) -> None:
    said = "\n".join(p.text for p in document.paragraphs)
    for column, names, title in (
        ("country", {"VN": "Việt Nam", "FR": "Pháp"}, "Số bài theo quốc gia"),
        ("language", {"vi": "Tiếng Việt", "fr": "Tiếng Pháp"}, "Số bài theo ngôn ngữ"),
    ):
        listed = [f"{names[str(k)]} {n}" for k, n in here.items[column].value_counts().items()]
        assert ", ".join(listed) in said
        assert alt(document, title) == "; ".join(listed)


def test_days(document: Any, here: Tables) -> None:
    when = pd.to_datetime(here.items["published"].fillna(here.items["first_seen"]), utc=True).dt.tz_convert(ZONE)
    days = when.dt.date.value_counts()
    assert {
        date.fromisoformat(str(d)): n for d, n in here.daily.groupby("day")["items"].sum().items() if n
    } == days.to_dict()
    told = [part for part in alt(document, "Số bài theo thời gian").split("; ") if re.match(r"\d\d/", part)]
    assert len(told) == 5
    assert sorted((int(t.split()[1]) for t in told), reverse=True) == sorted(days, reverse=True)[:5]
    for part in told:
        day, n = part.split()
        assert days[day_of(day)] == int(n)
    tones = dict(part.rsplit(" ", 1) for part in alt(document, "Sắc thái theo thời gian").casefold().split("; "))
    assert {NAMES[name]: int(n) for name, n in tones.items()} == here.items["tone"].value_counts().to_dict()
    rates = here.daily.groupby("day")[["items", "pages_read"]].sum().query("pages_read > 0")
    rates = 1000 * rates["items"] / rates["pages_read"]
    for part in alt(document, "Số bài trên 1.000 trang đã đọc").split("; "):
        day, rate = part.split()
        assert number(rate) == pytest.approx(rates[str(day_of(day))], abs=0.051)


def test_stories_that_spread(document: Any, here: Tables) -> None:
    said = [p.text for p in document.paragraphs if " cơ quan báo chí, " in p.text]
    widest = here.stories.query("items > 1").sort_values(["outlets", "items"], ascending=False)
    assert len(said) == min(10, len(widest))
    for text in said:
        told = re.search(
            r"(?P<outlets>\d+) cơ quan báo chí, (?P<items>\d+) bài; đăng đầu tiên: (?P<first>.+), (.+)$", text
        )
        assert told
        same = widest.query("outlets == @o and items == @i", local_dict={"o": int(told[1]), "i": int(told[2])})
        day = str(day_of(told[4]))
        assert ((same["first_outlet"] == told[3]) & same["start"].str.startswith(day)).any(), text
    assert [int(re.findall(r"(\d+) cơ quan", t)[0]) for t in said] == list(widest["outlets"])[: len(said)]


def test_negative_stories_add_up_to_the_figure(document: Any, here: Tables) -> None:
    negative = here.items[here.items["tone"] == "negative"]
    by_story = negative.groupby("story").size()
    lines = [p.text for p in document.paragraphs]
    at = lines.index("Tin, bài có sắc thái tiêu cực")
    assert lines[at + 1].startswith(f"{len(negative)} bài tiêu cực trong {len(by_story)} câu chuyện, ")
    told = [re.search(r"\. (\d+)/(\d+) bài tiêu cực, (\d+) cơ quan báo chí; đăng đầu tiên: ", t) for t in lines]
    listed = [[int(n) for n in found.groups()] for found in told if found]
    assert len(listed) == 20 < len(by_story)
    assert [n for n, _, _ in listed] == sorted(by_story, reverse=True)[:20]
    assert all(negative <= items and outlets <= items for negative, items, outlets in listed)
    rest = f"Và {len(by_story) - 20} câu chuyện khác với {len(negative) - sum(n for n, _, _ in listed)} bài tiêu cực."
    assert rest in lines


def test_share_of_voice(document: Any, here: Tables, there: Tables) -> None:
    rows = grid(document, "Địa phương")
    names = {
        "Ninh Thuận": ("Ninh Thuận", "Ninh Thuan"),
        "Lâm Đồng": ("Lâm Đồng", "Đà Lạt", "Lam Dong"),
        "Đắk Lắk": ("Đắk Lắk",),
    }
    assert set(rows) == set(names)
    now, before = ({name: t.named(*written) for name, written in names.items()} for t in (here, there))
    assert min(now["Ninh Thuận"], now["Lâm Đồng"]) > 50
    for name, (count, share, change) in rows.items():
        assert int(count) == now[name]
        assert number(share) == pytest.approx(100 * now[name] / sum(now.values()), abs=0.051)
        shift = 100 * now[name] / sum(now.values()) - 100 * before[name] / sum(before.values())
        assert number(change) == pytest.approx(shift, abs=0.051)
    told = dict(part.rsplit(" ", 1) for part in alt(document, "Số tít nêu tên địa phương").split("; "))
    assert {name: int(n) for name, n in told.items()} == now


def test_gaps(document: Any, here: Tables) -> None:
    said = "\n".join(p.text for p in document.paragraphs)
    read = here.daily.assign(collected=here.daily["collected"] == "yes")
    blind = read.groupby("day")["collected"].any()
    assert [date.fromisoformat(str(day)) for day, any_ in blind.items() if not any_] == sorted(GAPS & set(SPAN.days))
    # What was collected on the 7th holds articles of the 6th: that day is known in part, and has a bar.
    found = {
        str(day): set(rows["collected"])
        for day, rows in here.daily.groupby("day")
        if date.fromisoformat(str(day)) in GAPS
    }
    assert found == {"2026-10-05": {"no"}, "2026-10-06": {"no", "partly"}}
    sums = {str(day): n for day, n in here.daily.groupby("day")["items"].sum(min_count=1).items()}
    assert pd.isna(sums["2026-10-05"])
    assert sums["2026-10-06"] > 0
    assert "1 ngày không thu thập được nguồn nào: 05/10/2026" in said
    assert "1 ngày không thu thập trong ngày" in said
    assert "(cột nhạt trong biểu đồ): 06/10/2026" in said
    states = read.groupby("outlet")["state"].value_counts().unstack(fill_value=0)
    for outlet, row in states.iterrows():
        good = read[(read["outlet"] == outlet) & read["collected"]].shape[0]
        listed = f"{outlet}: hỏng {row['failed']} trong {row['failed'] + good} ngày được hỏi"
        assert (listed in said) == (row["failed"] > good), outlet
    cells = list(product(SPAN.days, SOURCES))
    gaps = len(cells) - int(read["collected"].sum())
    assert alt(document, "Số bài theo nguồn và thời gian") == (
        f"{len(SOURCES)} nguồn; {gaps} trong {len(cells)} ô không có số liệu"
    )


def test_every_mark_of_every_chart(storage: Database, settings: Settings, rules: Rulebook, here: Tables) -> None:
    topics = {t.id: t.label_vi for t in rules.topics.topic}
    names = rules.places.province.foreign
    charts = report_charts(build_report(storage, settings, SPAN, topics, names), labels("vi"), topics)
    drawn = {name: marks(picture) for name, picture in charts.items()}
    assert set(drawn) == {
        *("volume", "attention", "tone", "topics", "voice", "outlets", "countries", "languages", "heat")
    }
    items = here.items.assign(
        day=pd.to_datetime(here.items["published"].fillna(here.items["first_seen"]), utc=True)
        .dt.tz_convert(ZONE).dt.date.astype(str)
    )  # fmt: skip
    tones = {name.capitalize(): tone for name, tone in NAMES.items()}

    def bars(name: str, *keys: str) -> dict[Any, float]:
        rows = [row for row in drawn[name] if all(k in row for k in keys) and "mark" not in row and "what" not in row]
        value = "bài/1.000 trang" if name == "attention" else "Số tít" if name == "voice" else "Bài"
        return {
            tuple(tones.get(row[k], row[k]) for k in keys): number(row[value]) for row in rows if number(row[value])
        }

    def counts(frame: pd.DataFrame, *keys: str) -> dict[Any, float]:
        return {k if isinstance(k, tuple) else (k,): n for k, n in frame.groupby(list(keys)).size().items()}

    assert bars("volume", "day") == counts(items, "day")
    assert bars("tone", "day", "Sắc thái") == counts(items, "day", "tone")
    found = here.tags[here.tags["kind"] == "topic"].merge(items[["item", "tone"]], on="item")
    assert bars("topics", "topic", "Sắc thái") == counts(found, "name", "tone")
    assert bars("outlets", "topic", "Sắc thái") == counts(items, "outlet", "tone")
    assert bars("heat", "source", "day") == counts(items, "outlet", "day")
    assert bars("countries", "name") == counts(items.replace({"VN": "Việt Nam", "FR": "Pháp"}), "country")
    assert bars("languages", "name") == counts(items.replace({"vi": "Tiếng Việt", "fr": "Tiếng Pháp"}), "language")
    assert bars("voice", "name") == {
        (name,): n
        for name, *also in (("Ninh Thuận", "Ninh Thuan"), ("Lâm Đồng", "Đà Lạt", "Lam Dong"), ("Đắk Lắk",))
        if (n := here.named(name, *also))
    }
    by_day = here.daily.groupby("day")[["items", "pages_read"]].sum().query("pages_read > 0")
    rates = {(day,): 1000 * n / pages for day, n, pages in by_day.itertuples()}
    assert bars("attention", "day") == pytest.approx({k: rate for k, rate in rates.items() if rate})
    hatched = {
        (row["source"], row["day"]) for row in drawn["heat"] if "what" in row or "không có số liệu" in row.values()
    }
    read = here.daily[here.daily["collected"] == "yes"]
    assert hatched == {*product((source.name for source in SOURCES), map(str, SPAN.days))} - set(
        zip(read["outlet"], read["day"], strict=True)
    )
