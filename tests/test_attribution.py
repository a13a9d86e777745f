"""Whom an article credits for its text."""

import pytest

from pipeline.stories.attribution import credited_agency


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Theo TTXVN, ngày 21-10, tại Phủ Chủ tịch", "TTXVN"),
        ("HANOI (Reuters) - Vietnam will resume work", "Reuters"),
        ("Hà Nội (TTXVN 22/11) - Chiều nay", "TTXVN"),
        ("(서울=연합뉴스) 기자 = 베트남", "Yonhap"),
        ("Cá nục được mùa.\nMinh Thu (TTXVN)", "TTXVN"),
        ("Cá nục được mùa. Minh Thu (TTXVN)", "TTXVN"),
        ("Cá nục được mùa.\nTTXVN/Tin Tức", "TTXVN"),
        ("Cá nục được mùa. TTXVN", "TTXVN"),
        ("Cá nục được mùa.\n(Nguồn: VnExpress)", "VnExpress"),
        ("Cá nục được mùa.\nTheo Báo Nắng Gió", "Nắng Gió"),
        ("Cá nục được mùa.\nThu Hà (Theo AFP)\nMột chú thích ảnh còn sót lại", "AFP"),
        ("Cá nục được mùa - Ảnh: REUTERS", ""),
        ("Cá nục được mùa.\nVideo: Reuters.", ""),
        ("Theo Reuters đưa tin thì giá tăng.\nHôm sau giá lại giảm.\nNgư dân mừng.\nThương lái lo.\nHết.", ""),
        ("Người dân tiếp tục theo dõi", ""),
        ("AP Saigon Petro khai trương", ""),
        ("", ""),
    ],
)
def test_credits(text: str, name: str) -> None:
    assert credited_agency(text) == name
