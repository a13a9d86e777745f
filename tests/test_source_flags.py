"""What is called unusual about a source, and what is not."""

from dataclasses import replace

from analysis.anomalies.source_flags import LEAST_PERIODS, source_flags
from pipeline.records import Flag, SourceDay, SourceFigures

USUAL = [SourceFigures(new, 20, 1) for new in (20, 25, 30, 22, 28, 24, 31, 27, 26, 23)]


def day(**more: object) -> SourceDay:
    usual = SourceDay("a", "Báo A", "read", feeds_polled=1, feeds_ok=1, candidates=25)
    return replace(usual, **more)  # type: ignore[arg-type]


def test_a_usual_day_has_no_flag() -> None:
    assert source_flags(day(), USUAL) == ()


def test_far_fewer_links_than_ever_are_told_with_the_usual_range() -> None:
    assert source_flags(day(candidates=3), USUAL) == (Flag("fewer", 3, 20, 31),)


def test_far_more_links_than_ever_are_told() -> None:
    assert source_flags(day(candidates=90), USUAL) == (Flag("more", 90, 20, 31),)


def test_a_little_outside_the_range_is_chance() -> None:
    assert source_flags(day(candidates=18), USUAL) == ()
    assert source_flags(day(candidates=35), USUAL) == ()


def test_nothing_is_unusual_before_enough_is_known() -> None:
    assert source_flags(day(candidates=0), USUAL[: LEAST_PERIODS - 1]) == ()


def test_a_source_that_did_not_answer_has_failed_and_is_not_flagged() -> None:
    assert source_flags(day(candidates=0, feeds_ok=0, feeds_failed=1), USUAL) == ()


def test_two_empty_answers_are_silence() -> None:
    (flag,) = source_flags(day(candidates=0, silent_feeds=("https://a.example/rss",)), USUAL)
    assert (flag.kind, flag.examples) == ("silent", ("https://a.example/rss",))


def test_pages_that_suddenly_have_no_text_are_a_new_design() -> None:
    pages = tuple(f"https://a.example/{n}" for n in range(8))
    (flag,) = source_flags(day(irrelevant=2, unreadable=8, without_text=pages), USUAL)
    assert (flag.kind, flag.found, flag.high, flag.examples) == ("redesigned", 8, 5, pages[:3])


def test_a_source_that_is_always_like_that_is_not_redesigned() -> None:
    films = [SourceFigures(25, 20, 12)] * 10
    pages = tuple(f"https://a.example/{n}" for n in range(8))
    assert source_flags(day(irrelevant=2, unreadable=8, without_text=pages), films) == ()
