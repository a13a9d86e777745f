"""One look at a page for several provinces says of each what its own gate says."""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rulebook import load_rulebook
from pipeline.prefilter.gate import Gate, GateResult, build_gate
from pipeline.prefilter.merged_gate import MergedGate
from pipeline.rules.rulebook import Rulebook
from tests.support.archive import FORMS, MENUS, build_page

RECORDED = Path(__file__).parents[2] / "shared" / "real" / "pages"
BINH_THUAN = Path(str(files("config") / "examples" / "binh-thuan"))
#: Names of the third province: the second one's, of which some are the beginning or the end of those of the others.
RENAMED = {
    "Bình Thuận": "Hàm Ninh",
    "Binh Thuan": "Ham Ninh",
    "Phan Thiết": "Phan Rang Thượng",
    "Mũi Né": "Ninh Hải Đông",
    "Lâm Đồng": "Khánh Hòa",
    "Hàm Thuận": "Thuận Nam Hàm",
    "Tuy Phong": "Phước Dinh Tuy",
}


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rulebook, ...]:
    told = (BINH_THUAN / "places.toml").read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("third")
    renamed = re.sub("|".join(map(re.escape, RENAMED)), lambda found: RENAMED[found.group()], told)
    assert renamed != told
    (folder / "places.toml").write_text(renamed, encoding="utf-8")
    return load_rulebook(None), load_rulebook(BINH_THUAN), load_rulebook(folder)


@pytest.fixture(scope="module")
def gates(provinces: tuple[Rulebook, ...]) -> list[Gate]:
    return [Gate(rules) for rules in provinces]


@pytest.fixture(scope="module")
def merged(gates: list[Gate]) -> MergedGate:
    return MergedGate(gates)


@cache
def gates_once() -> tuple[list[Gate], MergedGate]:
    """The two provinces that ship, for tests of which each is run many times."""
    gates = [build_gate(load_rulebook(None)), Gate(load_rulebook(BINH_THUAN))]
    return gates, MergedGate(gates)


def alone(
    gates: Sequence[Gate], body: bytes, url: str = "", kind: str = "", beside: Sequence[str] = ()
) -> list[GateResult]:
    return [gate.look(body, url, kind, beside) for gate in gates]


def written_pages() -> Iterator[bytes]:
    random_ = random.Random(23)
    for form in (*FORMS, None):
        yield build_page(random_, form)
    for form in ("tỉnh Bình Thuận", "Binh Thuan province, Vietnam", "Phan Thiết, Bình Thuận", "tỉnh Hàm Ninh"):
        yield build_page(random_, form)
    for menu in MENUS:
        yield build_page(random_, None, menu=menu)


def test_written_pages(gates: list[Gate], merged: MergedGate) -> None:
    opened = [0, 0, 0]
    for page in written_pages():
        looks = merged.look(page)
        assert list(looks) == alone(gates, page)
        opened = [count + look.open for count, look in zip(opened, looks, strict=True)]
    assert opened[0] >= len(FORMS)
    assert opened[1] >= 3
    assert opened[2] >= 1


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded pages are not at hand")
def test_recorded_pages(gates: list[Gate], merged: MergedGate) -> None:
    pages = sorted(path for path in RECORDED.rglob("*.html*") if path.is_file())[::7][:40]
    assert pages
    for path in pages:
        body = path.read_bytes()
        if body[:2] == b"\x1f\x8b":
            import gzip

            body = gzip.decompress(body)
        assert list(merged.look(body)) == alone(gates, body), path.name


SENTENCES = [
    "huyện Hàm Thuận Nam, tỉnh Bình Thuận và huyện Thuận Nam, tỉnh Ninh Thuận",
    "Hàm Thuận Nam", "Hàm Thuận Bắc, Ninh Thuận", "Thuận Nam", "Ninh Thuận Bình Thuận", "Bình Ninh Thuận",
    "Hàm Ninh Thuận", "Hàm Ninh Hải Đông", "Phan Rang Thượng Tháp Chàm", "Phan Rang-Tháp Chàm",
    "Phan Thiết - Phan Rang", "Ninh <b>Thuận</b> Bình <i>Thuận</i>", "Bình Ninh Bình Thuận", "Phước Dinh Tuy Phong",
    "xã Phước Dinh, tỉnh Khánh Hòa; xã Tuy Phong, tỉnh Lâm Đồng", "NinhThuậnBìnhThuận", "Ninh Thuan - Binh Thuan",
    "N<span>inh</span> Thuận, <b>B</b>ình Thuận", "Hàm Thuận\n Nam", "Ninh  Phước",
    "Bình Thu&#7853;n, Ninh Thu&#x1EAD;n",
]  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_names_that_overlap(sentence: str, gates: list[Gate], merged: MergedGate) -> None:
    for text in (
        sentence,
        sentence.lower(),
        sentence.upper(),
        f"{sentence} {sentence}",
        f"x{sentence}",
        f"{sentence}y",
    ):
        body = f"<html><meta charset=utf-8><body><p>Sáng nay tại {text}.</p></body></html>".encode()
        assert list(merged.look(body)) == alone(gates, body), text
        assert list(merged.look(text.encode())) == alone(gates, text.encode()), text
        beside = (text, "")
        assert list(merged.look(b"", "", "", beside)) == alone(gates, b"", "", "", beside), text


def test_addresses_and_charsets(gates: list[Gate], merged: MergedGate) -> None:
    body = "<p>Cảng Cà Ná, huyện Thuận Nam; cảng Phan Thiết</p>".encode("utf-16")
    for url in ("https://baoninhthuan.com.vn/a", "https://baobinhthuan.com.vn/a", "https://bao.example/"):
        for kind in ("text/html; charset=utf-16", "text/html; charset=utf-8", ""):
            assert list(merged.look(body, url, kind)) == alone(gates, body, url, kind), (url, kind)


def test_one_gate_and_no_match(gates: list[Gate]) -> None:
    body = "<p>Tại tỉnh Ninh Thuận</p>".encode()
    assert list(MergedGate(gates[:1]).look(body)) == alone(gates[:1], body)
    assert not any(look.open or look.hits for look in MergedGate(gates).look(b"<p>nothing</p>"))
    assert MergedGate([]).look(body) == ()


def test_a_page_with_more_names_than_are_looked_at(gates: list[Gate], merged: MergedGate) -> None:
    body = ("<li><a href='/x'>Ninh Thuận</a><a href='/y'>Bình Thuận</a></li>" * 1600 + "<p>Phan Rang</p>").encode()
    assert list(merged.look(body)) == alone(gates, body)


PIECES = (
    "Ninh", "Thuận", "Bình", "Hàm", "Nam", "Bắc", "Phan", "Rang", "Thiết", "Tháp", "Chàm", "Thuan", "Khánh", "Hòa",
    "Lâm", "Đồng", "Phước", "Dinh", "Mũi", "Né", "Cà", "Ná", "Ninh Thuận", "Bình Thuận", "Hàm Thuận", "N", "inh",
    "Thu&#7853;n", " ", " ", " ", "-", " - ", "  ", "\n", "&nbsp;", "\u00a0", "<b>", "</b>", "<p>", "</p>",
    "<a href=/x>", "</a>", ",", ".", "xã ", "tỉnh ", "huyện ", "x", "宁顺省", "平順省",
    "<li>", "</li>", "<nav>", "</nav>",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.booleans())
def test_pieces_of_names(text: str, capitals: bool) -> None:
    gates, merged = gates_once()
    body = (text.upper() if capitals else text).encode()
    assert list(merged.look(body)) == alone(gates, body)
