"""What is read in a short report of an incident: counts, persons, places, and the units of today they lie in."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from config.faults.errors import ConfigError
from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.stories.areas import place_areas
from pipeline.stories.contrast import contrast_particulars
from pipeline.stories.fingerprints import compute_fingerprint, dump, load
from pipeline.stories.particulars import VALUE_BITS, Kind, read_particulars
from pipeline.stories.quantities import Count, counts_in_text
from pipeline.tagging.tagger import tag

pytestmark = pytest.mark.one_in(2)

RULES = load_rulebook()
T0 = datetime(2026, 3, 5, 9, tzinfo=UTC)


def test_an_unknown_former_unit_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_text(
        '[province]\nid = "p"\nname = "Tỉnh"\n[[place]]\nid = "a"\nname = "Xã Mới"\nformer = ["Xã Cũ"]\n', "utf-8"
    )
    with pytest.raises(ConfigError, match="Xã Cũ"):
        load_rulebook(tmp_path)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("làm ba người chết, 12 người bị thương", [(Count.DEAD, 3), (Count.INJURED, 12)]),
        ("hai mẹ con tử vong tại chỗ", [(Count.DEAD, 2)]),
        ("killing two people and injuring seven", [(Count.DEAD, 2), (Count.INJURED, 7)]),
        ("23 học sinh trường làng phải nhập viện", [(Count.ILL, 23)]),
        ("thiêu rụi 4,7 ha rừng", [(Count.AREA, 470)]),
        ("nhà xưởng rộng 1.500 m2", [(Count.AREA, 15)]),
        ("2 kg ma túy đá", [(Count.MASS, 2000)]),
        ("1,2 tấn pháo", [(Count.MASS, 1_200_000)]),
        ("hơn 8,2 tỷ đồng", [(Count.MONEY, 82_000)]),
        ("3.500.000 đồng mỗi nhà", [(Count.MONEY, 35)]),
        ("tốc mái 14 căn nhà", [(Count.HOUSES, 14)]),
        ("tại km 1566+300 quốc lộ 1", [(Count.ROAD_KM, 15_663)]),
        ("không có thiệt hại về người", [(Count.DEAD, 0)]),
        ("ngày 21/11, giá 95.000 đồng", [(Count.MONEY, 1)]),
        ("đường số 9 và nhà 12", []),
    ],
)
def test_counts(text: str, counts: list[tuple[Count, int]]) -> None:
    assert sorted(set(counts_in_text(text))) == sorted(counts)


def kinds(text: str) -> dict[Kind, int]:
    numbers = read_particulars("", text, T0)
    return {kind: n for kind in Kind if (n := int(np.count_nonzero(numbers >> VALUE_BITS == kind)))}


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("ở phường Đô Vinh và xã Cà Ná", {Kind.COMMUNE: 2}),
        ("tại P.Bảo An, TP.Phan Rang", {Kind.COMMUNE: 1, Kind.DISTRICT: 1}),
        ("in Do Vinh ward of Thuan Nam district", {Kind.COMMUNE: 1, Kind.DISTRICT: 1, Kind.BARE: 1}),
        ("Anh N.V.T. (SN 2007) tử vong", {Kind.INITIALS: 1, Kind.AGE: 1}),
        ("bắt khẩn cấp Trần Văn Lực (27 tuổi)", {Kind.INITIALS: 1, Kind.PERSON: 1, Kind.AGE: 1}),
        ("lúc 5h15 và khoảng 17 giờ 40", {Kind.CLOCK: 2}),
        ("sau 36 giờ trôi dạt, hơn 2 giờ chữa cháy", {}),
        ("tối 4/3, rạng sáng 5/3", {Kind.PART_OF_DAY: 2}),
        ("ở bãi biển Ninh Chữ", {Kind.SITE: 1, Kind.LOOSE_SITE: 1}),
        ("TP Hồ Chí Minh yêu cầu Nhật Bản, lừa đảo chiếm đoạt, thị trường nóng", {Kind.DISTRICT: 1}),
        ("tàu NT-90115 va xe 85C-045.12", {Kind.CODE: 2}),
        ("trên QL1 và ĐT 701", {Kind.SITE: 2}),
        ("nhà ông Võ Tấn Tài, tàu của bà Hồ Thị Lựu", {Kind.PERSON: 2, Kind.INITIALS: 2}),
        ("ông Lê Minh Đức, chủ tịch xã, cho biết", {}),
    ],
)
def test_particulars(text: str, of: dict[Kind, int]) -> None:
    found = kinds(text)
    loose = {Kind.LOOSE_SITE} - set(of)
    assert {kind: n for kind, n in found.items() if kind not in loose} == of


@pytest.mark.parametrize(
    "text", ["", "x" * 50_000, "9" * 5000 + " ha", "\x00\ud800 xã " * 40, "1 giờ " * 400, "(1, " * 900]
)
def test_reading_never_fails(text: str) -> None:
    drawn = compute_fingerprint("Tin", text, T0)
    again = load(dump(drawn))
    assert again is not None
    assert np.array_equal(again.particulars, drawn.particulars)
    assert contrast_particulars(drawn.particulars, again.particulars).weight <= 0


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        ("Thieves cut cables at the site in Ca Na.", "Families get plots of land near Ca Na.", False),
        ("Khởi công đường ở Cà Ná.", "Trao đất cho các hộ ở Cà Ná.", False),
        ("Xe tải lật ở Cà Ná, tài xế 43 tuổi bị thương.", "Tài xế 43 tuổi bị thương khi xe lật ở Cà Ná.", True),
        ("Cháy 12 ha rừng ở Cà Ná.", "Rừng ở Cà Ná cháy 12 ha.", True),
    ],
)
def test_a_place_alone_says_nothing_for_one_happening(one: str, other: str, agrees: bool) -> None:
    contrast = contrast_particulars(
        *(compute_fingerprint("Tin", text, T0, areas=["ca-na"]).particulars for text in (one, other))
    )
    assert (contrast.agreement > 0) == agrees
    assert contrast.weight < 0, "the place still speaks for one against what differs"


def areas(text: str, at: datetime | None = T0) -> tuple[str, ...]:
    tags = tag(Text("x", "", text, "vi", None, at), RULES)
    names = {place.id: place.name for place in RULES.places.place}
    return tuple(names[area] for area in place_areas(tags.places, "", text, RULES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cháy ở xã Phước Diêm, huyện Thuận Nam, Ninh Thuận", {"Cà Ná"}),
        ("Cháy ở xã Cà Ná, tỉnh Khánh Hòa (Ninh Thuận cũ)", {"Cà Ná"}),
        ("Cháy ở huyện Thuận Nam, Ninh Thuận", {"Phước Dinh", "Thuận Nam", "Phước Hà", "Cà Ná"}),
        ("Cháy ở xã Thuận Nam, tỉnh Khánh Hòa (Ninh Thuận cũ)", {"Thuận Nam"}),
        ("Cháy ở phường Tấn Tài, TP Phan Rang - Tháp Chàm, Ninh Thuận", {"Phan Rang"}),
        ("Cháy ở phường Đô Vinh và xã Phước Hữu, Ninh Thuận", {"Đô Vinh", "Phước Hữu"}),
        ("Tắm biển ở bãi biển Ninh Chữ, Ninh Thuận", {"Ninh Chử"}),
        ("Cháy rừng ở Vườn quốc gia Núi Chúa, Ninh Thuận", set()),
        ("Cháy ở tỉnh Ninh Thuận", set()),
    ],
)
def test_places_of_every_level_and_year_lie_in_units_of_today(text: str, expected: set[str]) -> None:
    assert set(areas(text)) == expected


def test_every_former_unit_is_in_a_unit_of_today() -> None:
    former = {name for place in RULES.places.place for name in place.former}
    communes = {p.name for p in RULES.places.place if p.until and p.titles and p.kind.endswith("_old")}
    districts = {p.name for p in RULES.places.place if p.kind in ("district_old", "city_old")}
    assert communes - districts - former == set()
