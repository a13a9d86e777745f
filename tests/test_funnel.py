"""Pages of an archive → the funnel finds every mention in them, and takes no menu for one."""

import random
from functools import cache
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from pipeline.prefilter.gate import build_gate
from pipeline.rules.rulebook import Rulebook
from tests.support.archive import FORMS, MENUS, build_page, read_archive, write_archive
from tests.support.funnel import relevant


@cache
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.mark.parametrize("form", FORMS)
def test_a_page_about_the_province_is_found(form: str) -> None:
    assert relevant("https://bao.example/a.html", build_page(random.Random(form), form), rules())


@pytest.mark.parametrize("menu", MENUS)
def test_a_page_with_a_menu_is_not_and_what_its_bytes_held_is_kept(menu: str) -> None:
    page = build_page(random.Random(menu), None, menu=menu)
    assert not relevant("https://bao.example/a.html", page, rules())
    told = build_gate(rules()).look(page)
    assert {hit.where for hit in told.hits if hit.words == "Ninh Thuận"} <= {"menu", "link"}
    assert any(hit.words == "Ninh Thuận" for hit in told.hits)


def test_an_archive_holds_what_was_written_and_two_in_a_hundred_are_about_the_province(tmp_path: Path) -> None:
    kinds = write_archive(tmp_path / "pages.warc.gz", 100, seed=3)
    pages = dict(read_archive(tmp_path / "pages.warc.gz"))
    assert len(pages) == 100
    assert all(60_000 < len(body) < 400_000 for body in pages.values())
    assert sorted(kinds.values()).count("about") == 2
    assert sum(kind in MENUS for kind in kinds.values()) == 8
    gate = build_gate(rules())
    assert {url for url, body in pages.items() if gate.look(body, url).open} == {
        url for url, kind in kinds.items() if kind == "about"
    }
