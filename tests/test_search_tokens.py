"""Texts → words: as written and folded, in every script, where they stand."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normalize import normalise
from pipeline.text.search_tokens import cap_tokens, exact_words, fold, join_tokens, tokenize


@pytest.mark.parametrize(
    ("text", "exact", "folded"),
    [
        ("Đầu tư ĐIỆN gió", "đầu tư điện gió", "dau tu dien gio"),
        ("hoà hòa Thuý thúy", "hòa hòa thúy thúy", "hoa hoa thuy thuy"),
        ("COVID-19, 40.000 đồng", "covid 19 40 000 đồng", "covid 19 40 000 dong"),
        ("snake_case café", "snake case café", "snake case cafe"),
        ("宁顺省 điện", "宁 顺 省 điện", "宁 顺 省 dien"),
        ("हिन्दी भाषा", "हिन्दी भाषा", "हिन्दी भाषा"),
        ("한국 투자", "한국 투자", "한국 투자"),
        ("… – !?", "", ""),
    ],
)
def test_words(text: str, exact: str, folded: str) -> None:
    for form in ("NFC", "NFD"):
        found = tokenize(unicodedata.normalize(form, text))
        assert " ".join(w.exact for w in found) == unicodedata.normalize("NFC", exact)
        assert " ".join(w.folded for w in found) == unicodedata.normalize("NFC", folded)


@pytest.mark.parametrize("text", ["จังหวัด", "ແຂວງ", "ខេត្ត"])
def test_scripts_without_spaces_are_read_character_by_character(text: str) -> None:
    assert [w.exact for w in tokenize(text)] == list(text)


@given(st.text(max_size=200))
def test_any_text_has_words_of_letters_and_digits_where_it_says(text: str) -> None:
    clean = normalise(text)
    last = 0
    for word in tokenize(text):
        assert last <= word.start < word.end <= len(clean)
        assert len(word.folded) == len(word.exact) == word.end - word.start
        assert not set(word.exact + word.folded) & set(" \t\n'\"\\():*_&|!<>,-\x00")
        last = word.end


@pytest.mark.parametrize("text", ["x" * 1234, "a" + "\u0301" * 999, "\U00010428" * 500, "ngắn " + "dài" * 90])
def test_no_word_is_longer_than_an_index_can_hold(text: str) -> None:
    found = tokenize(text)
    assert 0 < max(len(word.exact.encode()) for word in found) <= 400
    assert len(join_tokens(text).encode()) <= 1600


def test_names_become_one_word() -> None:
    assert join_tokens("Cà Ná") == join_tokens("ca-na") == join_tokens("CÀ NÁ!") == "ca_na"
    assert fold("đường") == "duong"


def test_a_word_is_kept_so_many_times() -> None:
    assert list(cap_tokens(["a", "b", "a", "a", "c"], 2)) == [(0, "a"), (1, "b"), (2, "a"), (4, "c")]


@given(st.text(max_size=60))
def test_the_quick_way_finds_the_same(text: str) -> None:
    assert exact_words(text) == [word.exact for word in tokenize(text)]
