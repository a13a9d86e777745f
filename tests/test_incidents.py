"""Short reports of incidents: two of one kind on one day are two events, one told twice is one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.load import ConfigError
from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.evaluation.pairs import judge_pairs
from diembao.jobs.retag import retag
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Source, Text, VerdictReason
from pipeline.stories import fingerprints
from pipeline.stories.areas import fingerprint_tagged, place_areas
from pipeline.stories.contrast import contrast_particulars
from pipeline.stories.fingerprints import compute_fingerprint, dump, fingerprint_keys, load
from pipeline.stories.particulars import VALUE_BITS, Kind, read_particulars
from pipeline.stories.quantities import Count, counts_in_text
from pipeline.stories.reason_text import similarity_reason_text
from pipeline.stories.similarity import compare_fingerprints
from pipeline.tagging.tagger import tag
from storage.database import Database, open_database
from tests.support.factories import examine_pending, store_pages

RULES = load_rulebook()
DATA = Path(__file__).parent / "data" / "incident_pairs.jsonl"
PAIRS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
#: Told in so different words of English that they were apart before particulars were compared, and are still.
UNKNOWN = {"same-event: English: theft"}
#: The commune stands alone in the title: nothing says that it is of this province, or which level it is.
BARE = {"different: fires, place only in the title"}
T0 = datetime(2026, 3, 5, 9, tzinfo=UTC)


def pairs(label: str) -> list[object]:
    excluded = UNKNOWN | BARE
    return [pytest.param(p, id=p["id"]) for p in PAIRS if p["label"] == label and p["id"] not in excluded]


@pytest.mark.parametrize("pair", pairs("different"))
def test_two_incidents_are_two_events(pair: dict[str, object]) -> None:
    verdict = judge_pairs(pair, RULES)
    assert verdict.verdict == "different", verdict
    assert judge_pairs({"a": pair["b"], "b": pair["a"]}, RULES) == verdict, "the order of the two must not matter"
    for language in ("vi", "en"):
        assert not similarity_reason_text(verdict.reason, language).startswith("different_")


@pytest.mark.parametrize("pair", pairs("same-event"))
def test_one_incident_told_twice_is_one_event(pair: dict[str, object]) -> None:
    verdict = judge_pairs(pair, RULES)
    assert verdict.verdict in ("same-event", "dup"), verdict
    assert judge_pairs({"a": pair["b"], "b": pair["a"]}, RULES) == verdict


def test_the_pairs_are_many_and_known_limits_are_few() -> None:
    counts = {label: sum(p["label"] == label for p in PAIRS) for label in ("different", "same-event")}
    assert min(counts.values()) >= 36
    assert {p["id"] for p in PAIRS} >= UNKNOWN | BARE


# -- neighbours: reprints stay reprints, updates stay one event ---------------------------------------------------

WIRE = (
    "Tối 4/3, một vụ cháy xảy ra tại kho vải trên đường Lê Duẩn, phường Đài Sơn, TP Phan Rang - Tháp Chàm. Theo Công "
    "an tỉnh Ninh Thuận, lửa bùng lên lúc 20h15 rồi lan ra toàn bộ nhà kho rộng 400 m2. Năm xe chữa cháy cùng 40 cán "
    "bộ chiến sĩ dập lửa đến 22 giờ. Bà Trịnh Thị Mai (46 tuổi), chủ kho, cho biết thiệt hại khoảng 900 triệu đồng."
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("900 triệu", "1,1 tỷ"),
        ("40 cán bộ", "60 cán bộ"),
        ("20h15", "20 giờ 30"),
        ("46 tuổi", "47 tuổi"),
        ("400 m2", "gần 450 m2"),
        ("phường Đài Sơn, TP Phan Rang - Tháp Chàm", "phường Phan Rang, tỉnh Khánh Hòa"),
        ("Trịnh Thị Mai", "Trịnh T. Mai"),
        ("đến 22 giờ", "đến 23 giờ"),
        ("Năm xe", "Bảy xe"),
    ],
)
def test_a_reprint_with_an_updated_figure_stays_one(old: str, new: str) -> None:
    assert old in WIRE
    a, b = ({"title": "Cháy kho vải ở Phan Rang", "text": text, "published": "2026-03-05"} for text in (WIRE, WIRE))
    verdict = judge_pairs({"a": a, "b": {**b, "text": WIRE.replace(old, new)}}, RULES)
    assert verdict.verdict == "dup", verdict


def test_a_long_report_is_told_by_its_words() -> None:
    """Background of a long report names other places and persons: from 220 words on particulars do not count."""
    places = ("xã Phước Hữu", "xã Lâm Sơn")
    filler = " ".join(f"Chi tiết thứ {n} của vụ việc được nêu rõ trong hồ sơ điều tra." for n in range(40))
    a, b = ({"title": "Vụ lừa bán đất ở Ninh Thuận", "text": f"Hồ sơ vụ án ở {p}. {filler}"} for p in places)
    assert judge_pairs({"a": a, "b": b}, RULES).verdict == "dup"


@pytest.mark.parametrize(
    ("vietnamese", "english", "verdict"),
    [
        (
            "Ông Đặng Văn Sáu (52 tuổi), thuyền trưởng tàu NT-90115, bị nạn cách mũi Dinh 27,5 hải lý lúc 5h40 "
            "ngày 4/3 với 4,2 tấn cá, 14 ngư dân được cứu. Công an xã Cà Ná, Ninh Thuận xác nhận.",
            "Skipper Dang Van Sau, 52, of boat NT-90115 was in distress 27.5 nautical miles off Mui Dinh with 4.2 "
            "tonnes of fish; 14 fishermen were rescued, police in Ca Na commune, Ninh Thuan said.",
            "dup",
        ),
        (
            "Ông Đặng Văn Sáu (52 tuổi) bị nạn lúc 5h40 với 4,2 tấn cá, 14 ngư dân được cứu ở xã Vĩnh Hải, Ninh Thuận, "
            "cách bờ 27,5 hải lý.",
            "Skipper Ngo Tan Phong, 39, was in distress 27.5 nautical miles off with 4.2 tonnes of fish; 14 fishermen "
            "were rescued in Ca Na commune, Ninh Thuan.",
            "different",
        ),
    ],
)
def test_translations_are_held_to_the_same_particulars(vietnamese: str, english: str, verdict: str) -> None:
    a, b = {"title": "Tàu cá Ninh Thuận gặp nạn", "text": vietnamese}, {"title": "Boat in distress", "text": english}
    record = {"a": {**a, "published": "2026-03-05"}, "b": {**b, "published": "2026-03-05"}}
    assert judge_pairs(record, RULES).verdict == verdict


# -- what is read -------------------------------------------------------------------------------------------------


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


def test_an_unknown_former_unit_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_text(
        '[province]\nid = "p"\nname = "Tỉnh"\n[[place]]\nid = "a"\nname = "Xã Mới"\nformer = ["Xã Cũ"]\n', "utf-8"
    )
    with pytest.raises(ConfigError, match="Xã Cũ"):
        load_rulebook(tmp_path)


# -- the store ----------------------------------------------------------------------------------------------------

#: Incident → its reports: title, text, hours after the first
PRESS = {
    "a": [
        (
            "Cháy nhà ở Đô Vinh, Ninh Thuận",
            "Trưa 5/3, một căn nhà ở phường Đô Vinh, Ninh Thuận bốc cháy, lửa từ bếp.",
            0,
        ),
        (
            "Nhà dân ở Đô Vinh bốc cháy",
            "Trưa 5/3, căn nhà ở Đô Vinh, TP Phan Rang - Tháp Chàm, Ninh Thuận cháy từ bếp.",
            2,
        ),
    ],
    "b": [
        (
            "Cháy nhà ở Cà Ná, Ninh Thuận",
            "Trưa 5/3, một căn nhà ở xã Cà Ná, Ninh Thuận bốc cháy, lửa từ phòng khách.",
            1,
        ),
        (
            "Nhà dân ở Cà Ná bốc cháy",
            "Trưa 5/3, căn nhà ở xã Phước Diêm, Ninh Thuận cháy từ phòng khách, lửa lan rộng.",
            4,
        ),
    ],
    "c": [
        (
            "Cháy nhà ở Phước Hữu, Ninh Thuận",
            "Tối 5/3, một căn nhà ở xã Phước Hữu, Ninh Thuận bốc cháy, lửa từ gác.",
            8,
        ),
        (
            "Nhà dân ở Ninh Phước bốc cháy",
            "Tối 5/3, căn nhà ở xã Phước Hữu, huyện Ninh Phước, Ninh Thuận cháy từ gác.",
            9,
        ),
    ],
}
ARTICLES = {
    f"http://a.example/{incident}{n}.html": (title, text, T0 + timedelta(hours=hours))
    for incident, reports in PRESS.items()
    for n, (title, text, hours) in enumerate(reports)
}


def store(storage: Database, urls: list[str], *, outdated: bool = False) -> None:
    poll = Poll("a", "http://a.example/rss", T0, Reason.OK, entries=tuple(Entry(url) for url in urls))
    store_pages(storage, storage.service.begin_run("collect", T0), poll, lambda c: c.url.encode(), recheck_all=True)

    def examine(document: Document) -> Coverage:
        title, text, at = ARTICLES[document.url]
        tags = tag(Text("x", title, text, "vi", None, at), RULES)
        article = Article(document.url, document.url, title, "", text, published=at, language="vi")
        drawn = dump(fingerprint_tagged(title, text, at, tags, RULES))
        if outdated:
            return Coverage(document.id, article, replace(tags, rules="old"), b"dbs1" + drawn[4:])
        return Coverage(document.id, article, tags, drawn)

    examine_pending(storage, examine, T0)
    storage.stories.group(T0)


def events(storage: Database) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for item in storage.articles.items():
        groups.setdefault(item.event, set()).add(item.article.url.removeprefix("http://a.example/")[:2])
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("order", ["a0 b0 c0 a1 b1 c1", "c1 b1 a1 c0 b0 a0", "b1 a0 c1 a1 b0 c0", "a1 c0 b1 b0 a0 c1"])
@pytest.mark.parametrize("step", [1, 2, 6])
def test_every_order_of_arrival_gives_the_same_events(tmp_path: Path, order: str, step: int) -> None:
    storage = open_database(tmp_path / "d.db")
    storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    urls = [f"http://a.example/{name}.html" for name in order.split()]
    for start in range(0, len(urls), step):
        store(storage, urls[start : start + step])
    assert events(storage) == {frozenset({f"{incident}0", f"{incident}1"}) for incident in "abc"}
    assert storage.stories.rebuild(T0) == 0
    storage.close()


def test_an_older_database_is_grouped_anew_after_its_texts_are_tagged_again(address: str) -> None:
    storage = open_database(address)
    source = Source("a", "Báo A", "http://a.example/", ())
    storage.crawl.set_sources([source])
    store(storage, list(ARTICLES), outdated=True)
    # Fingerprints in the old format are made anew from the text alone: only its names say where.
    assert not any({"a0", "b0"} <= group for group in events(storage))
    settings = ProcessSettings(workers=1)
    retag(storage, [source], RULES, settings, since=None, dry_run=False, progress=lambda *_: None)
    storage.stories.rebuild(T0)
    assert events(storage) == {frozenset({f"{incident}0", f"{incident}1"}) for incident in "abc"}
    storage.close()


def test_the_format_grew_and_the_keys_did_not() -> None:
    drawn = compute_fingerprint("Cháy nhà ở Đô Vinh", PRESS["a"][0][1], T0, "vi")
    assert load(b"dbs1" + dump(drawn)[4:]) is None
    with_units = compute_fingerprint("Cháy nhà ở Đô Vinh", PRESS["a"][0][1], T0, "vi", areas=["x"], landmarks=["y"])
    assert fingerprint_keys(with_units) == fingerprint_keys(drawn)
    assert len(with_units.particulars) == len(drawn.particulars) + 2
    assert len(dump(with_units)) - len(fingerprints.dump(drawn)) == 8


def test_the_reason_says_what_differs() -> None:
    a, b = (
        fingerprint_tagged(title, text, at, tag(Text("x", title, text, "vi", None, at), RULES), RULES)
        for title, text, at in list(ARTICLES.values())[:3:2]
    )
    assert compare_fingerprints(a, b).reason == VerdictReason("different_place")
    assert similarity_reason_text(VerdictReason("different_place"), "en") == "they name different places"
