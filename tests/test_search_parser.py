"""Queries as they are understood, and what is said of those that are not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.parser import QueryError, parse
from storage.search.tree import And, Days, Mark, Near, Not, Or, Story, Words


def test_what_binds_how() -> None:
    a, b, c, d = (Words((name,), exact=False) for name in "abcd")
    assert parse("a b") == parse("a AND b") == And((a, b))
    assert parse("a b OR c d") == Or((And((a, b)), And((c, d))))
    assert parse("a (b OR c) NOT d") == And((a, Or((b, c)), Not(d)))
    assert parse("NOT a b") == And((Not(a), b))
    assert parse("((a))") == parse(" – a ; ") == a


def test_one_diacritic_makes_a_phrase_exact() -> None:
    assert parse('"dien gio"') == Words(("dien", "gio"), exact=False)
    assert parse('"điện Lam"') == Words(("điện", "lam"), exact=True)
    assert parse("=dao") == Words(("dao",), exact=True)
    assert parse('NEAR("điện gió" lam, 3)') == Near(Words(("điện", "gió"), exact=True), Words(("lam",), exact=True), 3)


def test_fields() -> None:
    assert parse("title:điện*") == Words(("điện",), exact=True, prefix=True, only_title=True)
    assert parse("topic: energy") == Mark("topic", "energy")
    assert parse("Outlet:(sun OR “Tuổi Biển”)") == Or((Mark("outlet", "sun"), Mark("outlet", "tuoi_bien")))
    assert parse("story:9f") == Story("9f")
    assert parse("day:1/3/2026") == parse("day:2026-03-01") == Days(date(2026, 3, 1), date(2026, 3, 1))
    assert parse("day:2026-03-01..") == Days(date(2026, 3, 1), None)


def test_topics_by_their_names() -> None:
    named = {"energy": "energy", "nang_luong": "energy"}
    assert parse('topic:"năng lượng"', named) == Mark("topic", "energy")
    with pytest.raises(QueryError, match="there are energy"):
        parse("topic:wind", named)


@pytest.mark.parametrize(
    ("query", "at", "says"),
    [
        ("gió (điện", 4, "thêm )"),
        ("gió) điện", 3, "thêm ( ở trước"),
        ('gió "điện', 4, 'thêm "'),
        ("gió AND", 4, "từ ở hai bên"),
        ("OR gió", 0, "từ ở hai bên"),
        ("gió AND OR điện", 8, "từ ở hai bên"),
        ("gió NOT", 4, "NOT covid"),
        ("gió NOT )", 4, "NOT covid"),
        ("http://a.vn", 0, "ngoặc kép"),
        ("title:", 0, "giá trị"),
        ("title:topic:x", 0, "giá trị"),
        ("tone:vui", 5, "positive, neutral"),
        ("day:mai", 4, "2026-03-01"),
        ("day:2026-02-30", 4, "2026-03-01"),
        ("day:2026-03-05..2026-03-01", 4, "trước ngày cuối"),
        ("gió đ*", 4, "hai chữ cái"),
        ("NEAR(gió)", 0, "đúng hai từ"),
        ("NEAR(gió điện biển)", 0, "đúng hai từ"),
        ("NEAR(gió điện", 0, "đúng hai từ"),
        ("NEAR(gió điện, 99)", 0, "đến 50"),
        ("NEAR(gió giò, 9)", 0, "khác từ nhau"),
        ("", 0, "ít nhất một từ"),
        ("?! ()", 0, "ít nhất một từ"),
        ("(" * 60 + "a" + ")" * 60, 40, "lồng nhau"),
        ("a " * 101, 200, "100 từ"),
        ("a" * 2001, 2000, "2000 ký tự"),
    ],
)
def test_what_is_wrong_and_where(query: str, at: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert (caught.value.at, says in caught.value.explanation()) == (at, True), caught.value.explanation()


@given(st.text(alphabet="ab điện\"()*:=,-<>|&!'\\ANDORNOTEARtitleday0123…“”", max_size=40))
def test_any_query_is_understood_or_refused(query: str) -> None:
    try:
        parse(query)
    except QueryError as error:
        assert 0 <= error.at <= len(error.query)
