"""News searches: what they are asked, in what portions and within which limits, and where that is checked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from config.faults.errors import ConfigError
from config.load import packaged, parse_toml
from config.sources import load_sources
from pipeline.polling.query_names import query_names
from pipeline.polling.search_queries import search_queries, split_in_halves, template_fault
from pipeline.records import Feed
from pipeline.rules.rulebook import Gazetteer

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SPAN = "startdatetime={since:%Y%m%d%H%M%S}&enddatetime={until:%Y%m%d%H%M%S}"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return parse_toml(packaged("places.toml"), Gazetteer, name="places.toml")


@pytest.mark.parametrize(
    ("language", "first", "letters"),
    [
        ("vi", "Ninh Thuận", "ậ"), ("en", "Ninh Thuan", "Phan Rang"), ("fr", "Ninh Thuan", "Ninh Thuân"),
        ("zh-Hans", "宁顺", "宁"), ("ja", "ニントゥアン", "ファンラン"), ("ko", "닌투언", "판랑"),
        ("ru", "Ниньтхуан", "Фанранг"), ("th", "นิญถ่วน", "ฟานรัง"), ("lo", "ນິງທ້ວນ", "ຟານຣັງ"),
        ("km", "និញថ្វឹន", "ផានរ៉ាង"),
    ],
)  # fmt: skip
def test_names_of_every_language(gazetteer: Gazetteer, language: str, first: str, letters: str) -> None:
    names = query_names(gazetteer, language)
    assert names[0] == first
    assert letters in " ".join(names)
    assert not [n for n in names for other in names if n != other and f" {other.casefold()} " in f" {n.casefold()} "]


def test_every_name_is_asked_for_within_the_limits(gazetteer: Gazetteer) -> None:
    for language in ("vi", "en", "zh", "ja", "ko", "ru"):
        feed = Feed("https://a.example/?q={query}", "query", terms=query_names(gazetteer, language))
        asked, left = search_queries(feed, None, NOW)
        assert not left
        assert all(len(question.query) <= 190 for question in asked)  # GDELT refuses 257
        text = " ".join(question.query for question in asked)
        assert all(name in text for name in feed.terms)


def test_form_of_a_query() -> None:
    one = search_queries(Feed("https://a.example/?q={query}", "query", terms=("Amanoi",)), None, NOW)[0][0]
    assert (one.query, one.url) == ("Amanoi", "https://a.example/?q=Amanoi")
    two = search_queries(Feed("https://a.example/?q={query}", "query", terms=("Ninh Thuận", "Amanoi")), None, NOW)[0][0]
    assert two.query == '("Ninh Thuận" OR Amanoi)'
    assert parse_qs(urlsplit(two.url).query)["q"] == [two.query]


def test_more_names_than_a_service_can_be_burdened_with_are_named() -> None:
    names = tuple(f"Ten goi so {n} rat la dai" for n in range(60))
    asked, left = search_queries(Feed("https://a.example/?q={query}", "query", terms=names), None, NOW)
    assert len(asked) == 4
    assert left == names[-len(left) :]
    assert sum(question.query.count("Ten goi") for question in asked) + len(left) == 60


@pytest.mark.parametrize(
    ("last", "days"),
    [(None, 3), (NOW - timedelta(hours=1), 3), (NOW - timedelta(days=10), 11), (NOW - timedelta(days=400), 85)],
)
def test_after_an_outage_the_span_reaches_back(last: datetime | None, days: int) -> None:
    template = "https://a.example/?q={query}&from={since:%Y%m%d%H}&to={until:%Y%m%d%H}&d={days}"
    question = search_queries(Feed(template, "query", terms=("x",)), last, NOW)[0][0]
    assert question.until - question.since == timedelta(days=days)
    assert question.url.endswith(f"&d={days}")


def test_halves_cover_the_whole_and_end() -> None:
    template = f"https://a.example/?q={{query}}&{SPAN}"
    feed = Feed(template, "query", terms=("x",), per_answer=10)
    whole = search_queries(feed, None, NOW)[0][0]
    assert split_in_halves(feed, whole, 9) == []
    level = [whole]
    for _ in range(10):
        parts = [part for question in level for part in split_in_halves(feed, question, 10)]
        if not parts:
            break
        assert [p.since for p in parts[1:]] == [p.until for p in parts[:-1]]
        assert (parts[0].since, parts[-1].until) == (whole.since, whole.until)
        level = parts
    assert level[0].until - level[0].since >= timedelta(hours=2)
    assert len(level) == 32
    days = Feed(
        "https://a.example/?q={query}&f={since:%Y-%m-%d}&t={until:%Y-%m-%d}", "query", terms=("x",), per_answer=1
    )
    whole = search_queries(days, None, NOW)[0][0]
    assert whole.url.endswith("f=2026-11-19&t=2026-11-24")  # somewhere it is tomorrow
    one, other = split_in_halves(days, whole, 1)
    assert one.until == other.since == datetime(2026, 11, 21, tzinfo=UTC)
    assert len(split_in_halves(days, one, 1)) == 2
    assert not split_in_halves(days, split_in_halves(days, one, 1)[0], 1)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("https://a.example/?q={query}", ""),
        ("https://a.example/", "has no {query}"),
        ("https://a.example/?q={query}&d={day}", "cannot be filled in"),
        ("https://a.example/?q={query", "has no {query}"),
        ("https://a.example/?q={query}&x={", "cannot be filled in"),
        ("{query}", "gives no http"),
    ],
)
def test_templates(template: str, fault: str) -> None:
    assert template_fault(template).startswith(fault)
    assert bool(template_fault(template)) == bool(fault)


def test_templates_are_checked_where_they_are_written(tmp_path: Path) -> None:
    text = '[[source]]\nid = "a"\nname = "A"\nhome = "https://a.example/"\n'
    text += 'feeds = [{ url = "https://a.example/?q={x}{query}", kind = "query" }, { url = "https://a.example/r", terms = ["x"] }]\n'  # noqa: E501
    (tmp_path / "sources.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path)
    assert [fault.key for fault in caught.value.faults] == ["source[0].feeds[0].url", "source[0].feeds[1].terms"]


def test_a_feed_without_names_gets_those_of_the_places(tmp_path: Path) -> None:
    text = '[[source]]\nid = "a"\nname = "A"\nhome = "https://a.example/"\n'
    text += 'feeds = [{ url = "https://a.example/?q={query}", kind = "query", language = "ko" }, { url = "https://a.example/?x={query}", kind = "query", terms = ["x"] }]\n'  # noqa: E501
    (tmp_path / "sources.toml").write_text(text, "utf-8")
    one, other = load_sources(tmp_path)[0].feeds
    assert one.terms[0] == "닌투언"
    assert other.terms == ("x",)


def test_shipped_searches_are_off_and_well_formed() -> None:
    searches = {s.id: s for s in load_sources(None) if s.kind == "search"}
    assert set(searches) == {"gdelt", "google_news", "bing_news"}
    assert not any(s.enabled for s in searches.values())
    for source in searches.values():
        assert (source.delay_seconds or 0) >= 5
        for feed in source.feeds:
            assert feed.kind == "query"
            assert feed.terms
            for question in search_queries(feed, None, NOW)[0]:
                assert parse_qs(urlsplit(question.url).query)
    assert {f.language for f in searches["google_news"].feeds} >= {"vi", "en", "fr", "de", "es", "ja", "ko", "ru", "zh-Hans", "zh-Hant", "th", "lo", "km"}  # fmt: skip  # noqa: E501
