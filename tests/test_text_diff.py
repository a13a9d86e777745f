"""An edit is shown as what was taken out and put in, and the two texts can be had back from it."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.stories.text_diff import text_diff
from pipeline.records import Article


def article(title: str, text: str) -> Article:
    return Article("u", "u", title, "", text)


def test_one_changed_figure_is_that_figure() -> None:
    before = article("Tàu cá gặp nạn", "Có 5 người mất tích, 3 người bị thương.")
    after = article("Tàu cá gặp nạn", "Có 2 người mất tích, 3 người bị thương.")
    changed = [(p.kind, p.text) for p in text_diff(before, after) if p.kind in ("out", "in")]
    assert changed == [("out", "5"), ("in", "2")]


def test_what_is_far_from_a_change_is_left_out() -> None:
    long = "Một câu dài không đổi. " * 60
    pieces = text_diff(article("T", f"{long}cũ"), article("T", f"{long}mới"))
    assert [p.kind for p in pieces] == ["gap", "same", "out", "in"]


def test_a_new_title_is_shown() -> None:
    pieces = text_diff(article("Cũ", "Như nhau."), article("Mới", "Như nhau."))
    assert [(p.kind, p.text) for p in pieces if p.kind in ("out", "in")] == [("out", "Cũ"), ("in", "Mới")]


WORDS = st.lists(st.sampled_from(["biển", "đảo", "muối", "nho", ",", "\n", "12"]), max_size=20).map(" ".join)


@given(WORDS, WORDS)
def test_both_texts_can_be_had_back(one: str, two: str) -> None:
    pieces = text_diff(article("", one), article("", two))
    if not any(p.kind == "gap" for p in pieces):
        assert "".join(p.text for p in pieces if p.kind != "in") == f"\n{one}"
        assert "".join(p.text for p in pieces if p.kind != "out") == f"\n{two}"


def test_a_very_long_text_is_compared_in_time() -> None:
    many = "\n".join(f"Dòng số {n} của một văn bản rất dài." for n in range(5000))
    pieces = text_diff(article("T", many), article("T", many.replace("Dòng số 77 ", "Dòng khác ")))
    assert any(p.kind == "in" and "Dòng khác" in p.text for p in pieces)
