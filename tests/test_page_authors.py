"""Bylines and metadata → the names of authors, and of nothing else."""

import json

import pytest

from pipeline.metadata import bylines
from tests.support.metadata_pages import ld, read


def test_offices_of_the_outlet_are_no_authors() -> None:
    head = '<meta property="og:site_name" content="Báo điện tử VOV">'
    assert read(head, '<h1>A</h1><p class="author">Thu Hà/VOV-Miền Trung</p>').authors == ("Thu Hà",)


def test_names_in_bylines() -> None:
    assert bylines.byline_names("By Jane Doe and John Roe") == ["Jane Doe", "John Roe"]
    assert bylines.byline_names("Bài và ảnh: Thu Hà - Văn Nam") == ["Thu Hà", "Văn Nam"]
    assert bylines.byline_names("Felix Muster und Jo Beispiel, dpa") == ["Felix Muster", "Jo Beispiel", "dpa"]
    assert bylines.byline_names("Ana Pérez (ap)") == ["Ana Pérez"]
    assert bylines.byline_names("https://www.facebook.com/bao") == []
    assert bylines.byline_names("toasoan@bao.example.vn") == []


def test_persons_at_the_foot() -> None:
    assert bylines.byline_at_end(["Thu Hà"]) == ("Thu Hà",)
    assert bylines.byline_at_end(["(Theo Nguyễn Văn Nam)"]) == ("Nguyễn Văn Nam",)
    assert bylines.byline_at_end(["Chia sẻ bài viết", "Ý kiến bạn đọc"]) == ()


def test_byline_on_the_page_beats_the_outlets_own_name() -> None:
    head = '<meta property="og:site_name" content="Báo Thử"><meta name="author" content="Báo Thử">'
    assert read(head, "<h1>A</h1><p class='tac-gia'>Nguyễn Thu Hà</p>").authors == ("Nguyễn Thu Hà",)
    assert read(head, "<h1>A</h1>").authors == ("Báo Thử",)


@pytest.mark.parametrize(
    "name",
    [
        *("Theo Burman", "Theo James Burman", "Di Nguyen", "Di Nguyen Thi Lan", "Tin Bùi", "Bài Trần", "Von Miller"),
        *("By Holm", "Par Lindqvist", "Av Levin", "Ảnh Nguyễn", "De Vries", "Nguyễn Theo", "Lars By", "Maria Di"),
        *("Theo van Doesburg", "von Trapp", "THEO BURMAN", "Nguyễn Tin", "Lê Bài", "Anna von Berg", "Por Chai"),
    ],
)
def test_given_name_that_is_also_a_word_of_bylines(name: str) -> None:
    node = json.dumps({"@type": "NewsArticle", "headline": "A", "author": {"name": name}}, ensure_ascii=False)
    assert read(ld(node)).authors == (name,)
    assert read(f'<meta name="author" content="{name}">').authors == (name,)
    assert read(ld(json.dumps({"@type": "NewsArticle", "author": [name, "Thu Hà"]}))).authors == (name, "Thu Hà")


@pytest.mark.parametrize("name", ["Theo Burman", "Di Nguyen", "Tin Bùi", "Bài Trần", "Von Miller"])
def test_given_name_in_a_visible_byline(name: str) -> None:
    assert bylines.byline_names(name) == [name]
    assert bylines.byline_names(f"By {name} and Jane Doe") == [name, "Jane Doe"]
    assert read("", f"<h1>A</h1><p class='author'>{name}</p>").authors == (name,)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("by jane.doe", ["jane.doe"]),
        ("BY JANE DOE", ["JANE DOE"]),
        ("By Madonna", ["Madonna"]),
        ("By Nguyen Van Nam", ["Nguyen Van Nam"]),
        ("Von Anna Schmidt", ["Anna Schmidt"]),
        ("Von: Anna", ["Anna"]),
        ("Par Nguyen Van Hai", ["Nguyen Van Hai"]),
        ("Di Marco Rossi", ["Marco Rossi"]),
        ("Theo Nguyễn Văn Nam", ["Nguyễn Văn Nam"]),
        ("Theo: Burman", ["Burman"]),
        ("Theo Reuters", ["Reuters"]),
        ("Theo TTXVN", ["TTXVN"]),
        ("Theo VnExpress", ["VnExpress"]),
        ("Theo Financial Times", ["Financial Times"]),
        ("Theo Tuổi Trẻ", ["Tuổi Trẻ"]),
        ("Tin Minh Trân", ["Minh Trân"]),
        ("Tin, ảnh: Minh Trân", ["Minh Trân"]),
        ("Bài và ảnh: Thu Hà - Văn Nam", ["Thu Hà", "Văn Nam"]),
        ("Tác giả Minh Trân", ["Minh Trân"]),
        ("toasoan@baovidu.online (Minh Trân)", ["Minh Trân"]),
        ("Minh Trân <minhtran@baovidu.example>", ["Minh Trân"]),
        ("minhtran@baovidu.example", []),
    ],
)
def test_words_of_bylines_that_are_no_names(byline: str, names: list[str]) -> None:
    assert bylines.byline_names(byline) == names
