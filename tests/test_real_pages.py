"""Recorded pages of 67 publishers, kept outside the project → how well they are read."""

import gzip
import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.extraction.extract import article_to_json, extract_page
from pipeline.records import Article, Entry

REAL = Path(__file__).parents[1].parent / "shared" / "real"
pytestmark = [
    pytest.mark.long(20),
    pytest.mark.skipif(
        not (REAL / "pages" / "expected.jsonl").is_file(),
        reason="the recorded pages (../shared/real) are not on this machine",
    ),
]


@cache
def gold() -> tuple[dict[str, Any], ...]:
    lines = (REAL / "pages" / "expected.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_pages", REAL / "score_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def readings(*, served: bool, one_in: int = 1) -> dict[str, dict[str, Any]]:
    """What is read from each page by its original address; `served`: as from a local site that lists it in a feed."""
    found = {}
    for number, row in enumerate(gold()[::one_in]):
        body = gzip.decompress((REAL / "pages" / row["file"]).read_bytes())
        url = f"http://127.0.0.1:8765/{row['publisher']}/{number}" if served else row["url"]
        article = extract_page(body, url, entry=Entry(url, title=row["title"]) if served else None)
        if isinstance(article, Article):
            found[row["url"]] = article_to_json(article)
    return found


def test_by_their_own_address() -> None:
    score = scorer().score(gold(), readings(served=False))
    print(json.dumps(score, ensure_ascii=False, indent=1))
    assert score["text_f1"] >= 0.98
    assert score["date"] >= 0.985
    # Three pages give one title to readers and another to machines, and the recorded one is the machines'.
    assert score["title"] >= 0.965


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.thorough)])
def test_as_collected_through_a_feed(one_in: int) -> None:
    score = scorer().score(gold()[::one_in], readings(served=True, one_in=one_in))
    assert score["text_f1"] >= 0.98
    assert score["title"] >= 0.985
    assert score["date"] >= 0.985


def test_authors_where_there_are_any() -> None:
    def folded(names: list[str]) -> set[str]:
        return {re.sub(r"\W+", "", name.casefold()) for name in names}

    found = readings(served=False)
    named = [row for row in gold() if row["authors"]]
    right = [row for row in named if folded(row["authors"]) <= folded(found.get(row["url"], {}).get("authors", []))]
    print(f"all authors found on {len(right)} of {len(named)} pages")
    assert len(right) >= 0.85 * len(named)


def test_vietnamese_page_has_lead_caption_and_zone() -> None:
    row = next(row for row in gold() if row["publisher"] == "VnExpress")
    found = readings(served=False)[row["url"]]
    assert scorer().f1(row["text"], found["text"])[2] >= 0.98
    assert found["text"].startswith(found["lead"])
    assert found["published"].endswith("+07:00")
    assert found["authors"] == row["authors"]


def test_addresses_of_the_publishers_are_not_believed_on_another_host() -> None:
    assert all(
        page["canonical"].startswith("http://127.0.0.1:8765/") for page in readings(served=True, one_in=3).values()
    )
