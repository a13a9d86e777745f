"""Words and phrases that mark a period, by real segmentation, against a background."""

from itertools import pairwise

from analysis.report.keywords import count_words, find_keywords

SALT = [
    "Diêm dân Cà Ná trúng mùa muối, giá muối tăng cao sau nhiều năm chờ đợi.",
    "Giá muối tăng, diêm dân Cà Ná mở rộng cánh đồng trước mùa mưa.",
    "Hợp tác xã thu mua muối cho diêm dân Cà Ná với giá ổn định.",
    "Diêm dân Cà Ná lắp máy quạt nước, sản lượng muối tăng gấp đôi.",
    "Xuất khẩu muối Cà Ná sang Nhật Bản, diêm dân có thêm thu nhập.",
]
OTHER = [
    "Học sinh thành phố bước vào kỳ thi với nhiều điểm mới trong năm nay.",
    "Giá xăng dầu giảm nhẹ trong phiên điều hành chiều nay.",
    "Đội bóng chuyển nhượng thành công hai cầu thủ trẻ.",
    "Bệnh viện khánh thành khu điều trị mới cho bệnh nhân.",
    "Giá vàng tăng nhẹ, nhà đầu tư chờ tin từ thị trường thế giới.",
] * 8


def test_what_marks_a_period() -> None:
    found = find_keywords(count_words(SALT), count_words(OTHER))
    words = [k.words for k in found]
    assert {"diêm dân", "Cà Ná", "muối"} <= set(words), words
    assert "diêm" not in words, "a syllable is no word"
    assert not {"và", "trong", "giá"} & set(words), "what both have alike marks nothing"
    first = found[0]
    assert first.background == 0
    assert first.texts == 5
    assert all(a.g2 >= b.g2 for a, b in pairwise(found))


def test_the_same_texts_mark_nothing() -> None:
    assert find_keywords(count_words(OTHER), count_words(OTHER)) == []


def test_nothing_is_nothing() -> None:
    assert find_keywords(count_words([]), count_words(OTHER)) == []
    assert find_keywords(count_words(SALT), count_words([])) == []
    assert count_words([""]) == ({}, 1)


def test_a_part_of_a_phrase_is_not_told_twice() -> None:
    told = ["Nhà máy điện hạt nhân được tái khởi động.", "Bàn giao đất cho điện hạt nhân.", "Vốn của điện hạt nhân."]
    words = [k.words for k in find_keywords(count_words(told * 2), count_words(OTHER))]
    assert "điện hạt nhân" in words, words
    assert "hạt nhân" not in words
