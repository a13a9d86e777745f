"""Pages spoilt in every way → the reader neither fails nor hangs, and forgets each."""

import pytest

from pipeline.extraction.extract import extract_page
from pipeline.records import Article
from tests.support.stress.mutations import HEAVY, LIGHT, mutated, try_pages


@pytest.mark.parametrize("pages", [100, pytest.param(240, marks=pytest.mark.thorough)])
def test_no_page_breaks_the_reader_or_keeps_it_long(pages: int) -> None:
    found = try_pages(pages, seed=20251122)
    assert found.crashes == []
    assert found.pages == pages
    assert found.articles > pages / 2
    # On a busy machine; the processor lets a page have 30 s.
    assert max(found.slowest.values()) < 15, found.slowest


def test_every_mutation_is_tried_and_a_seed_gives_the_same_pages() -> None:
    names = {name for name, _ in mutated(240, seed=1)}
    assert names == {mutation.__name__ for mutation in (*HEAVY, *LIGHT)}
    assert [page for _, page in mutated(20, seed=5)] == [page for _, page in mutated(20, seed=5)]


def test_depth_beyond_any_page() -> None:
    text = "".join(
        f"<p>Diêm dân Cà Ná vào vụ muối thứ {n} sau gần hai tháng mưa trái mùa ở đầm phía nam.</p>" for n in range(9)
    )
    for opening in ("<div>", "<b>", "<table><tr><td>", "<ul><li>"):
        page = f"<h1>Mùa muối</h1>{opening * 10_000}<article>{text}</article>"
        assert extract_page(page.encode(), "https://bao.example.vn/muoi-1.html")
    page = (
        f"<html><head>{'<!-- x -->' * 2_000_000}</head><body><h1>Mùa muối</h1><article>{text}</article></body></html>"
    )
    found = extract_page(page.encode(), "https://bao.example.vn/muoi-1.html")
    assert isinstance(found, Article)
    assert "Diêm dân" in found.text
