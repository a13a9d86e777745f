"""Pages made as Vietnamese outlets make theirs, in our own words, the right reading beside each → their reading."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.sources import load_sources
from pipeline.extraction.extract import extract_page
from pipeline.records import Article

FOLDER = Path(__file__).parent / "data" / "pages"
NOW = datetime(2025, 12, 1, 3, tzinfo=UTC)
#: outlets of config/sources.toml that must have a page here
OUTLETS = {
    *("vnexpress", "tuoitre", "thanhnien", "vietnamnet", "dantri", "znews", "laodong", "qdnd", "nhandan"),
    *("vietnamplus", "sggp", "tienphong", "plo", "cand", "baotintuc", "baochinhphu", "vov", "vtv", "nld"),
    *("cafef", "congthuong", "nongnghiep", "vtcnews", "vietnambiz", "baoninhthuan", "baokhanhhoa"),
    *("baolamdong", "baobinhthuan", "ninhthuan_gov", "khanhhoa_gov", "vnplus_en", "vnplus_fr"),
}


@dataclass(frozen=True, slots=True)
class Gold:
    """How a page is to be read."""

    source: str
    url: str
    title: str
    lead: str
    authors: list[str]
    #: ISO 8601; a mere date where the page gives no time
    published: str
    #: paragraphs, the lead first
    text: list[str]
    #: words of boxes that are no part of the article
    foreign: list[str]


PAGES = sorted(FOLDER.glob("*/*.html"))
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def gold(path: Path) -> Gold:
    return Gold(**json.loads(path.with_suffix(".json").read_text("utf-8")))


def read(markup: str, url: str) -> Article:
    found = extract_page(markup.encode(), url, fetched_at=NOW)
    assert isinstance(found, Article), found
    return found


def f1(right: str, found: str) -> float:
    """F1 over runs of four words."""
    one, other = (
        Counter(zip(*(words[n:] for n in range(4)), strict=False))
        for words in (re.findall(r"\w+", right), re.findall(r"\w+", found))
    )
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def test_every_listed_outlet_has_a_page() -> None:
    assert {path.parent.name for path in PAGES} == OUTLETS
    assert {source.id for source in load_sources(None)} >= OUTLETS
    assert len(PAGES) >= 40
    assert all(gold(path).source == path.parent.name for path in PAGES)


@every_page
def test_read_whole_and_alone(path: Path) -> None:
    right = gold(path)
    found = read(path.read_text("utf-8"), right.url)
    assert f1("\n".join(right.text), found.text) >= 0.99, found.text
    assert found.title == right.title
    assert found.lead == right.lead
    assert found.text.startswith(right.lead)
    assert [words for words in right.foreign if words in found.text] == []
    assert list(found.authors) == right.authors
    assert found.published is not None
    if len(right.published) == len("2025-11-18"):
        assert (found.published.date().isoformat(), found.published_precision) == (right.published, "day")
    else:
        assert found.published == datetime.fromisoformat(right.published)


@pytest.mark.one_in(6)
@every_page
def test_one_class_name_changed(path: Path) -> None:
    right, markup = gold(path), path.read_text("utf-8")
    inside = markup[markup.index("<body") :]
    names = sorted(set(re.findall(r'class="([^"]+)"', inside)))
    worst = min((f1("\n".join(right.text), read(_renamed(markup, name), right.url).text), name) for name in names)
    assert worst[0] >= 0.95, worst


def _renamed(markup: str, name: str) -> str:
    return markup.replace(f'class="{name}"', 'class="x7k-moi"')
