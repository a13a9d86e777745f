"""The few lines quoted of an article: never more than allowed, cut between words, the evidence marked."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from analysis.digest.excerpt import LIMIT, excerpt, opening, strip_markup, title_pieces
from pipeline.records import Evidence, Item, PlaceFound, TopicFound

ITEMS = TypeAdapter(list[Item]).validate_json((Path(__file__).parent / "data" / "items.json").read_bytes())


def item(text: str, *found: Evidence, lead: str = "") -> Item:
    tags = replace(ITEMS[0].tags, places=(PlaceFound("p", "p", "", found),), topics=())
    return replace(ITEMS[0], article=replace(ITEMS[0].article, text=text, lead=lead), tags=tags)


def marked(shown: Item) -> list[str]:
    return [piece.text for piece in excerpt(shown) if piece.marked]


@pytest.mark.parametrize("shown", ITEMS, ids=lambda i: i.source_id)
def test_articles_of_many_languages(shown: Item) -> None:
    quoted = strip_markup(excerpt(shown))
    assert len(quoted) <= LIMIT
    text = " ".join(shown.article.text.split())
    if "\u202e" not in text:
        assert quoted.strip("…") in text
    assert strip_markup(title_pieces(shown)) == " ".join(shown.article.title.split())
    if any(e.where == "text" for p in shown.tags.places for e in p.evidence):
        assert any(piece.marked for piece in excerpt(shown))


@pytest.mark.parametrize(
    "text",
    ["", "x" * 5000, "宁顺" * 3000, "ก็" * 3000, "một hai ba " * 4000, "\ud800" * 9 + "Cà Ná", "e" + "\u0301" * 999],
)
def test_never_longer_than_allowed(text: str) -> None:
    quoted = strip_markup(excerpt(item(text)))
    assert len(quoted) <= LIMIT
    assert (len(quoted) > 0) == bool(text)
    assert "\ud800" not in quoted


@pytest.mark.parametrize("part", ["A B. ", "…", '"', " ", "Ảnh: ", ". ", "(", "- ", "a\n"])
def test_a_page_full_of_one_mark_takes_no_time(part: str) -> None:
    assert len(strip_markup(excerpt(item(f"a.{part * 40_000}a")))) <= LIMIT


def test_cut_between_words_and_not_before_a_mark() -> None:
    assert strip_markup(excerpt(item("muối trắng " * 60))).removesuffix("…").split()[-1] in ("muối", "trắng")
    assert strip_markup(excerpt(item("a" + "ก็" * 400))).removesuffix("…")[-1] == "็"


def test_late_evidence_is_reached_from_the_start_of_its_sentence() -> None:
    opening = "Một đoạn dài không nói đến nơi nào cả. " * 30
    text = opening + "Tại TP. Phan Rang, cảng Cà Ná đón tàu."
    start = text.index("Cà Ná")
    shown = item(text, Evidence("text", start, start + 5, "Cà Ná"))
    assert strip_markup(excerpt(shown)) == "…Tại TP. Phan Rang, cảng Cà Ná đón tàu."
    assert marked(shown) == ["Cà Ná"]


def test_an_opening_with_evidence_wins_over_a_later_passage_with_little_more() -> None:
    text = "Cà Ná có cảng. " + "Câu này không nói gì. " * 30 + "Cà Ná và Phan Rang."
    later = text.rindex("Cà Ná")
    found = [Evidence("text", 0, 5, "Cà Ná"), Evidence("text", later, later + 5, "Cà Ná")]
    found.append(Evidence("text", later + 9, later + 18, "Phan Rang"))
    assert strip_markup(excerpt(item(text, *found))).startswith("Cà Ná có cảng.")


def test_offsets_that_do_not_fit_are_mended_by_the_words() -> None:
    assert marked(item("Ở Cà Ná có cảng.", Evidence("text", 9, 14, "cà ná"))) == ["Cà Ná"]
    assert marked(item("Không có ở đây.", Evidence("text", 900, 905, "Cà Ná"))) == []


def test_overlapping_evidence_is_marked_once() -> None:
    found = Evidence("text", 0, 10, "Cảng Cà Ná"), Evidence("text", 5, 10, "Cà Ná")
    assert marked(item("Cảng Cà Ná đón tàu.", *found)) == ["Cảng Cà Ná"]


def test_the_lead_stands_in_for_a_missing_text() -> None:
    assert strip_markup(excerpt(item("", lead="Chỉ có mào đầu."))) == "Chỉ có mào đầu."


PLAIN = "Sáng 22/11, cảng Cà Ná đón chuyến tàu đầu tiên. Hàng được bốc trong ngày."


@pytest.mark.parametrize(
    "furniture",
    [
        "Công nhân bốc hàng ở cầu số 1. Ảnh: Văn Ví Dụ",
        "Công nhân bốc hàng ở cầu số 1 - Ảnh: V.DỤ.",
        "Công nhân bốc hàng (Ảnh: Văn Ví Dụ).",
        "Ảnh: CTV",
        "Ảnh minh họa",
        "Cảng nhìn từ trên cao (ảnh minh họa).",
        "Một góc cảng. Ảnh tư liệu",
        "Một góc cảng. Ảnh do công ty cung cấp",
        "Video: Văn Ví Dụ.",
        "The quay in November. Photo: Jane Example",
        "Der Kai im November. Foto: J. Beispiel",
        "Причал в ноябре. Фото: И. Пример",
        "码头一角。图片来源：示例社",
        "부두 전경. 사진=예시통신",
        "Xem thêm: Giá muối tăng ở Cà Ná",
        ">> Giá muối tăng ở Cà Ná",
        "Đón tàu trong mưa",
        "Văn Ví Dụ",
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["before", "between"])
def test_captions_pointers_and_sub_headings_are_not_quoted(furniture: str, first: bool) -> None:
    lines = PLAIN.split(". ")
    text = f"{furniture}\n{PLAIN}" if first else f"{lines[0]}.\n{furniture}\n{lines[1]}"
    assert strip_markup(excerpt(item(text))) == PLAIN


@pytest.mark.parametrize(
    "tag",
    [
        "(BTNTB) - ",
        "(BTNTB) ",
        "BTNTB - ",
        "(TTXVN) – ",
        "Khánh Hòa (TTXVN) - ",
        "NINH THUAN, Nov 22 (Reuters) - ",
        "TTXVN - ",
        "VIDU.VN - ",
        "(Bản tin Nam Trung Bộ) - ",
        "【河内共同】",
        "(서울=연합뉴스) ",
        "新华社河内11月22日电（记者某某）",
    ],
)
def test_the_tag_of_an_agency_or_of_the_outlet_is_not_quoted(tag: str) -> None:
    shown = replace(item(f"{tag}{PLAIN}"), outlet="Bản tin Nam Trung Bộ")
    assert strip_markup(excerpt(shown)) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "TP.HCM - Phan Rang chỉ còn bốn giờ đi xe. Hai xe chạy thử.",
        "Ban Quản lý dự án (EVN) - chủ đầu tư - báo cáo tiến độ. Hai gói thầu chậm.",
        "Cao tốc Cam Lâm (Khánh Hòa) - Vĩnh Hảo thông xe. Hai nút giao còn dở.",
        "Ông Nguyễn Văn Ví Dụ (NT) nói về vụ nho. Giá lên.",
        "Hội thi ảnh: đẹp và vui. Có 20 bài dự thi được chọn sau hai vòng chấm ở ba xã ven biển của tỉnh.",
        "Hình ảnh chim yến về đầm Nại gây chú ý. Đàn chim ở lại hai tuần.",
        "Xem xét bốn hồ sơ. Theo dõi tiến độ hằng tuần.",
        "TP. Phan Rang có chợ mới. TS. Ví Dụ khen. Ông N. V. Dụ cũng khen. Chợ mở lúc 5.30 sáng.",
        "UBND tỉnh giao việc cho TTXVN. Hạn là tháng 12.",
        "“Tôi vui!”, ông nói. Bà cũng vui… nhưng lo.",
    ],
)
def test_what_only_looks_like_furniture_is_quoted_whole(text: str) -> None:
    assert strip_markup(excerpt(item(text))) == text


def test_a_caption_at_the_end_of_a_paragraph_takes_its_own_sentence_only() -> None:
    paragraph = "Cảng Cà Ná đón tàu. " + "Hàng được bốc trong ngày bằng hai cần cẩu mới lắp ở cầu số một của cảng. " * 2
    text = f"{paragraph}Tàu rời cảng lúc chiều. Ảnh: Văn Ví Dụ"
    assert strip_markup(excerpt(item(text))) == paragraph.strip()
    assert strip_markup(excerpt(item(f"{paragraph}(Ảnh: Văn Ví Dụ)"))) == paragraph.strip()


def test_an_excerpt_ends_with_a_sentence() -> None:
    sentences = [f"Câu thứ {n} kể rằng cảng Cà Ná đã đón thêm một chuyến tàu chở hàng rời nữa." for n in range(9)]
    quoted = strip_markup(excerpt(item(" ".join(sentences))))
    assert quoted == " ".join(sentences[:4])
    one = "Câu này rất dài, " + "kể hết chuyện này sang chuyện khác, " * 20 + "rồi mới hết."
    assert strip_markup(excerpt(item(one))).endswith("kể hết chuyện này sang chuyện khác…")


def test_the_headline_is_not_said_twice() -> None:
    shown = item(f"Cảng đón tàu đầu tiên\n{PLAIN}")
    shown = replace(shown, article=replace(shown.article, title="Cảng đón tàu đầu tiên"))
    assert strip_markup(excerpt(shown)) == PLAIN
    assert opening(shown, 1, 200) == "Sáng 22/11, cảng Cà Ná đón chuyến tàu đầu tiên."


def test_a_text_of_captions_alone_is_quoted_all_the_same() -> None:
    assert strip_markup(excerpt(item("Ảnh: Văn Ví Dụ"))) == "Ảnh: Văn Ví Dụ"


def test_only_words_that_justify_place_topic_and_tone_are_marked() -> None:
    text = "Ở Cà Ná, con tàu chở muối tông cầu cảng; KCN Du Long trồng nho, xe cứu hộ kéo cô lái ra."
    words = ["con", "tàu", "muối", "trồng", "xe", "cô", "cầu cảng", "KCN"]
    found = tuple(Evidence("text", at, at + len(w), w) for w in words for at in [text.index(w)])
    tone = text.index("tông")
    shown = item(text, Evidence("text", 3, 8, "Cà Ná"))
    tags = replace(
        shown.tags, language="vi", topics=(TopicFound("t", 0.9, found),), tone="negative",
        tone_words=(Evidence("text", tone, tone + 4, "tông"),),
    )  # fmt: skip
    assert marked(replace(shown, tags=tags)) == ["Cà Ná", "tông", "cầu cảng", "KCN"]


@pytest.mark.parametrize(
    ("language", "text", "words", "shown"),
    [("en", "Salt from Ca Na.", "Salt", True), ("zh", "海上盐田。", "海", False), ("zh", "海上盐田。", "盐田", True)],
)
def test_what_is_a_word_of_its_own_depends_on_the_language(language: str, text: str, words: str, shown: bool) -> None:
    at = text.index(words)
    made = item(text)
    topic = TopicFound("t", 0.9, (Evidence("text", at, at + len(words), words),))
    made = replace(made, tags=replace(made.tags, language=language, topics=(topic,), tone_words=()))
    assert marked(made) == ([words] if shown else [])
