"""Matters watched without the province's name: found by their terms, shown beside the digest, counted apart."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from analysis.digest.beside import lists_beside, with_beside
from analysis.digest.html import render_html, render_markdown
from analysis.documents.labels import labels
from config.rulebook import load_rulebook
from pipeline.records import Text, VerdictReason
from pipeline.rules.rulebook import rulebook
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.tagger import tag
from tests.support.days import item, model

RULES = load_rulebook()


def matter(title: str, body: str = "", published: datetime | None = None) -> str:
    """Return the watched matter of a text; '' for none."""
    tags = tag(Text("a", title, body or f"{title}.", published=published), RULES)
    return str(tags.reason.parameters["matter"]) if tags.reason.code == "watched" else ""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Quốc hội bàn nhân lực cho điện hạt nhân", "nuclear_programme"),
        ("Việt Nam ký thỏa thuận về năng lượng nguyên tử", "nuclear_programme"),
        ("Vietnam resumes its nuclear power plan", "nuclear_programme"),
        ("Nhà đầu tư kêu chậm thanh toán giá FIT", "feed_in_tariff"),
        ("Iran nói về điện hạt nhân với Chính phủ Nga", ""),
        ("Pháp sửa nhà máy điện hạt nhân", ""),
        ("Điện hạt nhân là gì? Việt Nam có mấy mùa?", ""),
        ("Quốc hội bàn ngân sách", ""),
        ("Gia Lai gỡ vướng dự án năng lượng tái tạo", ""),
    ],
)
def test_a_matter_is_found_by_term_and_near_word(title: str, expected: str) -> None:
    assert matter(title) == expected


def test_what_stands_far_below_is_background() -> None:
    body = "Hội nghị bàn chuyện trồng rừng. " * 20 + "\nViệt Nam cũng bàn điện hạt nhân."
    assert matter("Hội nghị trồng rừng", body) == ""


def test_a_text_that_names_the_province_is_of_the_province() -> None:
    tags = tag(Text("a", "Chính phủ bàn điện hạt nhân Ninh Thuận", "Chính phủ bàn điện hạt nhân Ninh Thuận."), RULES)
    assert (tags.relevance, tags.reason.code) == ("main", "main")


def test_a_watch_ends() -> None:
    ending = tuple(replace(w, until=date(2026, 12, 31)) for w in RULES.topics.watch)
    rules = rulebook(RULES.places, replace(RULES.topics, watch=ending), RULES.models)
    title = "Quốc hội bàn nhân lực cho điện hạt nhân"
    codes = [
        tag(Text("a", title, title, published=datetime(y, 6, 1, tzinfo=UTC)), rules).reason.code for y in (2026, 2027)
    ]
    assert codes == ["watched", "unnamed"]


def test_they_stand_beside_every_figure() -> None:
    reason = VerdictReason("watched", {"matter": "m", "names": ("điện hạt nhân", "Quốc hội")})
    made = item(3)
    seen = replace(made, key="w1", tags=replace(made.tags, relevance="no", reason=reason))
    unsure = VerdictReason("uncertain", {"province": "Ninh Thuận", "names": ("Đông Hải",), "others": 0})
    shared = replace(made, key="u1", tags=replace(made.tags, relevance="no", reason=unsure))
    before = model(5)
    day = with_beside(before, [seen, shared], {"m": "Việc quốc gia", "n": "Việc khác"})
    assert replace(day.counts, uncertain=0, related=0) == before.counts
    assert (day.counts.related, day.counts.uncertain, day.tones) == (1, 1, before.tones)
    assert [(part.title, part.number) for part in lists_beside(day, labels("vi"))] == [
        ("Liên quan: Việc quốc gia", 1), ("Nêu tên, chưa chắc", 1),
    ]  # fmt: skip
    shown = {"province": "Ninh Thuận", "note": "", "topic_labels": {}}
    page = render_html(day, "vi", **shown)
    assert "Liên quan: Việc quốc gia" in page
    # Who has to decide finds them from the contents.
    assert '<a href="#related-1">Liên quan: Việc quốc gia</a> <span>(1)</span>' in page
    assert '<a href="#uncertain">Nêu tên, chưa chắc</a> <span>(1)</span>' in page
    assert "Liên quan: Việc quốc gia" in render_markdown(day, "vi", **shown)
    assert "“điện hạt nhân”, “Quốc hội”" in relevance_reason_text(reason, "vi")
