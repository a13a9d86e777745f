"""Recorded pages, kept outside the project, in other markup → text and title stay what they were."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any
from zlib import crc32

import pytest

from pipeline.extraction.consensus import agreement
from pipeline.extraction.extract import extract_page
from pipeline.html import jsonld, parser
from pipeline.metadata import page_metadata
from pipeline.metadata.outlet_names import letters_only
from pipeline.records import Article
from tests.support.page_variants import TEXT_CHANGES, TITLE_CHANGES, Change, vary

PAGES = Path(__file__).parents[1].parent / "shared" / "real" / "pages"
pytestmark = [
    pytest.mark.long(20),
    pytest.mark.skipif(
        not (PAGES / "expected.jsonl").is_file(), reason="the recorded pages (../shared/real) are not on this machine"
    ),
]


@cache
def pages() -> list[tuple[dict[str, Any], bytes]]:
    """Return the recorded pages, each with its markup as UTF-8."""
    rows = [json.loads(line) for line in (PAGES / "expected.jsonl").read_text("utf-8").splitlines()]
    bodies = (gzip.decompress((PAGES / row["file"]).read_bytes()) for row in rows)
    return [(row, parser.decode_html(body)[0].encode()) for row, body in zip(rows, bodies, strict=True)]


def sample(changes: dict[str, Change], one_in: int) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    """Yield the name of a change, a page and its changed markup: one in so many of all pairs, the same every time."""
    for name, change in changes.items():
        for row, body in pages():
            if crc32(f"{name} {row['url']}".encode()) % one_in == 0:
                yield name, row, vary(body, row["text"], row["title"], change)


def text_of(body: bytes, url: str) -> str:
    article = extract_page(body, url)
    return article.text if isinstance(article, Article) else ""


def has_title(row: dict[str, Any], body: bytes) -> bool:
    """Whether the page's title is a right one, give or take words before or behind it."""
    tree = parser.parse_html(parser.decode_html(body)[0])
    assert tree is not None
    metas = page_metadata.meta_tags(tree)
    found = letters_only(page_metadata.read_metadata(tree, jsonld.jsonld_nodes(tree), metas, row["url"]).title)
    right = [letters_only(title) for title in (row["title"], *row.get("title_alt", []))]
    return bool(found) and any(found in title or title in found for title in right)


@pytest.mark.parametrize("one_in", [40, pytest.param(1, marks=pytest.mark.thorough)])
def test_text_stays(one_in: int) -> None:
    scores: dict[str, list[float]] = {}
    for name, row, body in sample(TEXT_CHANGES, one_in):
        scores.setdefault(name, []).append(agreement(row["text"], text_of(body, row["url"])))
    print({name: round(mean(each), 3) for name, each in scores.items()})
    assert scores
    assert mean(score for each in scores.values() for score in each) >= 0.96


@pytest.mark.parametrize("one_in", [24, pytest.param(1, marks=pytest.mark.thorough)])
def test_title_stays(one_in: int) -> None:
    right = [(name, row["url"], has_title(row, body)) for name, row, body in sample(TITLE_CHANGES, one_in)]
    print([(name, url) for name, url, is_right in right if not is_right])
    assert mean(is_right for *_, is_right in right) >= 0.97
