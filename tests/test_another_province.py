"""Another province is another places.toml and no code: the example that ships finds its own and not its neighbour."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.tagger import tag


@pytest.fixture(scope="module")
def binh_thuan() -> Rulebook:
    return load_rulebook(Path(str(files("config") / "examples" / "binh-thuan")))


CASES = [
    ("Phan Thiết đón khách tàu cao tốc từ đảo Phú Quý", "Cảng Phan Thiết sáng nay tấp nập.", "main"),
    ("Mũi Né vào mùa lướt ván", "Hơn 200 vận động viên tập luyện tại Mũi Né, tỉnh Bình Thuận.", "main"),
    (
        "Binh Thuan opens a wind farm",
        "The province of Binh Thuan in Vietnam has opened a wind farm at Bac Binh.",
        "main",
    ),
    ("Ninh Thuận khánh thành hồ chứa", "Hồ chứa ở huyện Bác Ái, tỉnh Ninh Thuận tích nước.", "no"),
    ("Cảng Cà Ná đón tàu lớn", "Cảng Cà Ná, Ninh Thuận đón tàu 70.000 tấn.", "no"),
    ("Đà Lạt lạnh 12 độ", "Thành phố Đà Lạt, tỉnh Lâm Đồng có sương mù.", "no"),
    ("Gió mạnh trên biển", "Vùng biển từ Quảng Trị đến Cà Mau có gió mạnh cấp 6.", "no"),
]


@pytest.mark.parametrize(("title", "text", "expected"), CASES)
def test_its_own_and_not_its_neighbour(title: str, text: str, expected: str, binh_thuan: Rulebook) -> None:
    found = tag(Text("1", title, text, published=datetime(2025, 3, 1, tzinfo=UTC)), binh_thuan)
    assert found.relevance == expected, found.reason
    if expected != "no":
        assert "Bình Thuận" in relevance_reason_text(found.reason)


def test_after_the_merger(binh_thuan: Rulebook) -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    bare = tag(Text("1", "Lâm Đồng thu ngân sách vượt kế hoạch", "Tỉnh Lâm Đồng họp báo.", published=when), binh_thuan)
    assert bare.relevance == "no"
    former = tag(
        Text("1", "Phường Mũi Né chỉnh trang bờ biển", "Phường Mũi Né, tỉnh Lâm Đồng dọn bãi biển.", published=when),
        binh_thuan,
    )
    assert former.relevance == "main"


def test_it_is_another_version(binh_thuan: Rulebook) -> None:
    assert binh_thuan.version != load_rulebook(None).version
