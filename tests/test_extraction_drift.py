"""Readings of a source's pages over some weeks → whether and with which sign it is reported."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analysis.anomalies.extraction_drift import DriftSign, PageReading, field_yields, find_drift

NOW = datetime(2025, 12, 1, 6, tzinfo=UTC)


def page(n: int, days_ago: float, **changes: Any) -> PageReading:
    whole = PageReading(
        *("bao", n, f"https://bao.example.vn/{n}", NOW - timedelta(days=days_ago)),
        *(True, True, True),
        asked=("title", "text"),
        agreement=0.97,
        place="div.detail",
    )
    return replace(whole, **changes)


PAST = [page(n, 8 + n) for n in range(20)]


def test_a_source_that_goes_on_as_before_is_not_reported() -> None:
    assert find_drift([*PAST, *(page(100 + n, n / 2) for n in range(10))], NOW) == []
    assert find_drift([*PAST, page(100, 1, text=False, title=False, date=False, place="")], NOW) == []
    assert find_drift([], NOW) == []


@pytest.mark.parametrize(
    ("sign", "changes"),
    [
        ("text", {"text": False}),
        ("title", {"title": False}),
        ("date", {"date": False}),
        ("selectors", {"missed": ("text",), "agreement": None}),
        ("disagreement", {"agreement": 0.3}),
        ("design", {"place": "div.x0"}),
    ],
)
def test_each_sign_names_the_source_and_a_page(sign: DriftSign, changes: dict[str, object]) -> None:
    late = [page(100 + n, 2 - n / 2, **changes) for n in range(3)]
    other = [replace(r, source_id="khac") for r in (*PAST, *(page(200 + n, n) for n in range(5)))]
    [found] = find_drift([*PAST, *late, *other], NOW)
    assert (found.source_id, found.sign, found.pages) == ("bao", sign, 3)
    assert found.document_id in {r.document_id for r in late}
    assert found.url == f"https://bao.example.vn/{found.document_id}"
    assert found.after < 0.5
    assert found.before is not None
    assert found.before > 0.9


def test_what_never_was_there_cannot_drop() -> None:
    undated = [replace(r, date=False) for r in PAST]
    assert find_drift([*undated, *(page(100 + n, n, date=False) for n in range(5))], NOW) == []
    changing = [replace(r, place=f"div.p{r.document_id}") for r in PAST]
    assert find_drift([*changing, *(page(100 + n, n, place="section.q") for n in range(5))], NOW) == []
    assert find_drift([page(n, n / 9, text=False) for n in range(9)], NOW) == []


def test_a_drop_that_chance_brings_is_none() -> None:
    often = [replace(r, date=r.document_id % 2 == 0) for r in PAST]
    assert find_drift([*often, *(page(100 + n, n, date=False) for n in range(4))], NOW) == []
    assert [r.sign for r in find_drift([*often, *(page(100 + n, n / 4, date=False) for n in range(20))], NOW)] == [
        "date"
    ]


def test_yields() -> None:
    found = field_yields([page(1, 1), page(2, 1, date=False, missed=("text",), agreement=0.5), page(3, 1, asked=())])
    assert (found.pages, found.text, found.title) == (3, 1.0, 1.0)
    assert found.date == pytest.approx(2 / 3)
    assert found.selectors == 0.5
    assert found.agreement == pytest.approx((0.97 + 0.5 + 0.97) / 3)
    assert field_yields([]).text is None
