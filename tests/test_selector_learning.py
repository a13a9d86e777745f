"""Saved pages → proposed selectors, which read them as well as the readers do, and tell when the pages change."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.anomalies.extraction_drift import find_drift
from pipeline.extraction.extract import extract_page
from pipeline.extraction.selector_learning import propose_selectors
from pipeline.records import Article, PageReading, Selectors
from tests.test_gold_pages import NOW, PAGES, f1, gold

ADDRESS = "https://bao.example.vn/bai-1.html"


def article(markup: str, url: str, selectors: Selectors) -> Article:
    found = extract_page(markup.encode(), url, selectors=selectors, fetched_at=NOW)
    assert isinstance(found, Article), found
    return found


@pytest.mark.one_in(3)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_learned_reads_as_well_and_a_changed_name_is_noticed(path: Path) -> None:
    right, markup = gold(path), path.read_text("utf-8")
    learned = propose_selectors([(markup.encode(), right.url)])
    assert learned.pages == 1
    assert learned.selectors.title
    assert learned.selectors.text
    whole = article(markup, right.url, learned.selectors)
    assert whole.parts["text"] == "selector"
    assert whole.title == right.title
    assert f1("\n".join(right.text), whole.text) >= 0.9

    [name] = re.findall(r"[.#]([\w-]+)", learned.selectors.text)[-1:]
    changed = article(
        re.sub(rf"(?<=[\"' ]){re.escape(name)}(?=[\"' ])", "moi-x7k", markup), right.url, learned.selectors
    )
    assert f1("\n".join(right.text), changed.text) >= 0.95, changed.text

    days = [NOW - timedelta(days=n) for n in range(20)]
    readings = [
        reading_of(right.source, n, right.url, at, changed if at > NOW - timedelta(days=3) else whole)
        for n, at in enumerate(days)
    ]
    assert {rot.source_id for rot in find_drift(readings, NOW)} == {right.source}
    assert find_drift([reading_of(right.source, n, right.url, at, whole) for n, at in enumerate(days)], NOW) == []


def reading_of(source_id: str, document_id: int, url: str, at: datetime, article: Article) -> PageReading:
    """Return what storage says of a page that was read so."""
    missed = tuple(article.parts.get("selectors_missed", "").split())
    return PageReading(
        source_id,
        document_id,
        url,
        at,
        text=bool(article.text),
        title=bool(article.title),
        date=article.published is not None,
        asked=(*article.parts.get("selectors", "").split(), *missed),
        missed=missed,
        agreement=float(article.parts["agreement"]) if article.parts.get("agreement") else None,
        place=article.parts.get("place", ""),
    )


def page(n: int, *, box: str = "") -> tuple[bytes, str]:
    lines = "".join(f"<p>Đoạn thứ {k} của bài số {n} kể chuyện chợ cá Đông Hải lúc bốn giờ sáng.</p>" for k in range(6))
    return (
        f"<html lang='vi'><head><title>Chợ cá ngày {n} | Báo</title></head><body><div class='menu12345'>Mục</div>"
        f"<h1 class='ten'>Chợ cá ngày {n} đông khách</h1><span class='gio'>0{n}/11/2025 08:1{n}</span>"
        f"<div class='bai css-1a2b3c4'>{lines}{box}</div><p class='ky'>Trần Văn An</p></body></html>".encode(),
        f"https://bao.example.vn/cho-ca-{n}.html",
    )


def test_what_several_pages_share() -> None:
    found = propose_selectors(page(n) for n in range(1, 6))
    assert (found.pages, found.selectors.text, found.selectors.published) == (5, "div.bai", "span.gio")
    assert found.selectors.title in ("h1", "h1.ten")
    assert found.yields["title"] == 1.0
    assert found.yields["text"] > 0.99


def test_generated_names_are_not_proposed() -> None:
    chosen = propose_selectors(page(n) for n in range(1, 4)).selectors
    assert not any("css-1a2b3c4" in str(getattr(chosen, part)) for part in ("title", "lead", "text", "published"))


def test_nothing_to_learn_from() -> None:
    assert propose_selectors([]).selectors == Selectors()
    found = propose_selectors([(b"<title>404</title><h1>Not found</h1>", ADDRESS), (b"", ADDRESS)])
    assert (found.pages, found.selectors, found.yields) == (0, Selectors(), {})


def test_a_selector_that_finds_a_scrap_gives_way_to_the_readers() -> None:
    body, url = page(1, box="<div class='tom'>Một câu.</div>")
    found = extract_page(body, url, selectors=Selectors(text="div.tom"), fetched_at=datetime(2025, 12, 1, tzinfo=UTC))
    assert isinstance(found, Article)
    assert "Đoạn thứ 5" in found.text
    assert found.parts["text"] != "selector"
    assert float(found.parts["agreement"]) < 0.3
