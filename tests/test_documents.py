"""A day as DOCX, PDF and letter: whole, the same bytes for the same day, of any size, corrected once."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from lxml import etree

from analysis.digest.charts import topics_by_tone
from analysis.digest.corrections import corrected_items, find_errata, last_published, published_item
from analysis.digest.document import digest_document
from analysis.documents.blocks import Letterhead, Table, plain_text_lines, roman
from analysis.documents.docx import render_docx
from analysis.documents.email_html import email_html
from analysis.documents.labels import labels
from analysis.documents.pdf import render_pdf
from pipeline.records.publications import Publication
from tests.support.days import LABELS, item, model
from tests.support.papers import DECREE, SIZES, paper, words_of


@pytest.mark.parametrize("letterhead", [None, DECREE], ids=["bulletin", "decree"])
@pytest.mark.parametrize("n", SIZES)
def test_a_document_of_any_size_holds_every_article(n: int, letterhead: Letterhead | None) -> None:
    made = paper(n, letterhead)
    file = render_docx(made)
    assert render_docx(paper(n, letterhead)) == file
    text = words_of(file)
    for k in range(n):
        # A reprint is named by its outlet, the others by their title.
        assert item(k).article.title in text or item(k).outlet in text
    shown = [i.article.title for part in model(n).sections for s in part.stories for i in [s.lead]]
    assert all(title in text for title in shown)
    assert ("Không có tin, bài trong kỳ" in text) == (n == 0)
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))


@pytest.mark.parametrize("letterhead", [None, DECREE], ids=["bulletin", "decree"])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_a_pdf_is_the_same_for_the_same_day(n: int, letterhead: Letterhead | None) -> None:
    file = render_pdf(paper(n, letterhead))
    assert file.startswith(b"%PDF-")
    assert render_pdf(paper(n, letterhead)) == file


@pytest.mark.parametrize(("rows", "kept"), [(12, 12), (13, 1)])
def test_a_short_table_is_not_divided(rows: int, kept: int) -> None:
    grid = Table(("a", "b"), tuple((str(n), "x") for n in range(rows)), (1, 1))
    document: Any = docx.Document(io.BytesIO(render_docx(replace(paper(0), blocks=(grid,), annex=()))))
    [table] = document.tables
    assert len(table.rows) == rows + 1
    held = [row.cells[0].paragraphs[0]._p.pPr.find(qn("w:keepNext")) is not None for row in table.rows]
    assert held == [True] * kept + [False] * (rows + 1 - kept)
    assert render_pdf(replace(paper(0), blocks=(grid,), annex=())).startswith(b"%PDF-")


def test_a_table_of_long_cells_may_be_divided() -> None:
    assert not Table(("a",), (("x " * 40,),), (1,)).is_short


def test_sections_are_numbered_as_romans_did() -> None:
    assert [roman(n) for n in (1, 4, 9, 14, 19, 20, 39)] == ["I", "IV", "IX", "XIV", "XIX", "XX", "XXXIX"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("n", SIZES)
def test_a_letter_fits_and_is_inert(n: int, lang: str) -> None:
    html = email_html(paper(n, lang=lang))
    assert len(html.encode()) < 100_000
    soup = BeautifulSoup(html, "lxml")
    assert not soup.find_all(["script", "style", "link", "iframe"])
    assert all(td.get("style") for td in soup.find_all("td") if not td.find("table"))
    assert all(a["href"].startswith("http") for a in soup.find_all("a"))
    cut = labels(lang).say("mail_cut")
    assert (cut in html) == (n == 500)
    assert (labels(lang).say("method") in soup.get_text()) == (n < 500)


def test_a_letter_names_every_story_that_asks_for_attention() -> None:
    day = model(500)
    text = BeautifulSoup(email_html(paper(500)), "lxml").get_text()
    assert len(day.attention) > 30
    assert all(found.story.lead.article.title in text for found in day.attention)
    assert f"Và {len(day.attention) - 20} câu chuyện khác thuộc diện này:" in text
    assert labels("vi").say("mail_cut") in text


def test_text_of_a_letter_has_the_links() -> None:
    text = "\n".join(plain_text_lines(paper(1)))
    assert "<http://a.example/0>" in text
    assert text.startswith("ĐIỂM BÁO NINH THUẬN\n")


def test_figures_are_drawn_for_days_of_some_size() -> None:
    words = labels("vi")
    assert topics_by_tone(model(3), words, LABELS) is None
    picture = topics_by_tone(model(40), words, LABELS)
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG")
    # Told to who does not see it with the figures that are drawn.
    told = [int(part.rpartition(" ")[2]) for part in picture.alt.partition(": ")[2].split("; ")]
    day = model(40)
    assert sum(told) == day.counts.items - sum(len(s.items) for s in day.mentions)
    assert "Năng lượng" in picture.svg
    with_it = digest_document(day, province="Ninh Thuận", topic_labels=LABELS, pictures=[picture])
    assert 'src="cid:picture-1"' in email_html(with_it)
    with zipfile.ZipFile(io.BytesIO(render_docx(with_it))) as package:
        assert [n for n in package.namelist() if n.startswith("word/media/")]
    assert len(render_pdf(with_it)) > len(render_pdf(paper(40)))


def test_what_is_read_first_and_what_asks_for_attention() -> None:
    day = model(40)
    assert len(day.top) == 3
    events = [top.story.lead.event for top in day.top]
    assert len(set(events)) == 3
    assert all(top.outlets >= 2 or top.abroad for top in day.top)
    assert model(0).top == model(0).attention == ()
    for found in day.attention:
        ids = {t.id for i in found.items for t in i.tags.topics}
        assert found.negative or "press_criticism" in ids
        assert found.negative == sum(i.tags.tone == "negative" for i in found.items)
    about = {i.story for i in map(item, range(40)) if i.tags.relevance == "main"}
    marked = [item(n) for n in range(40) if item(n).tags.tone == "negative" or "press" in item(n).tags.topics[0].id]
    assert {s.lead.story for a in day.attention for s in (a.story, *a.others)} == {i.story for i in marked} & about
    assert len({a.story.lead.event for a in day.attention}) == len(day.attention)
    assert sum(row.items for row in day.outlets) == day.counts.items
    assert sum(row.stories for row in day.outlets) >= day.counts.stories


def test_the_set_has_one_name_in_whatever_order() -> None:
    day = model(5)
    assert day.id == f"DB-20261122-{day.sha256[:8]}"
    assert model(5).sha256 == day.sha256 != model(6).sha256


def test_a_correction_is_said_once() -> None:
    before = [item(n) for n in range(4)]
    first = Publication(
        7, date(2026, 11, 20), model(0).made_at, "vi", "", "", "r1", tuple(map(published_item, before)), {}
    )
    changed = replace(before[0], tags=replace(before[0].tags, relevance="no"))
    toned = replace(before[1], tags=replace(before[1].tags, tone="negative"))
    titled = replace(before[2], article=replace(before[2].article, title="Đính chính"))
    known = {i.key: i for i in (changed, toned, titled)}
    found = find_errata(last_published([first]), known)
    assert {(e.statement.key, e.what, e.now) for e in found} == {
        ("k0", "relevance", "no"), ("k1", "tone", "negative"), ("k2", "title", "Đính chính"), ("k3", "gone", ""),
    }  # fmt: skip
    second = replace(first, id=8, items=tuple(corrected_items(found, known)))
    assert find_errata(last_published([first, second]), known) == ()
    assert all(said.erratum for said in second.items)
    shown = "\n".join(plain_text_lines(digest_document(model(1, errata=found), province="Ninh Thuận")))
    assert "ĐÍNH CHÍNH CÁC BẢN ĐIỂM BÁO TRƯỚC" in shown
    assert "Điểm báo số 7 (ngày 20/11/2026)" in shown
    assert "nay là không liên quan đến tỉnh" in shown
