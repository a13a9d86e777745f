"""The data line of a foreign article says only what the article's data say."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.digest.data_line import data_line, known_facts, number_words, quantity_words
from analysis.documents.labels import labels
from config.rulebook import load_rulebook
from diembao.demo.articles import articles
from pipeline.i18n.catalogs import find_code
from pipeline.i18n.language import LANGUAGES
from pipeline.quantities.counted_nouns import NOUNS
from pipeline.quantities.figures import plain
from pipeline.quantities.stated import KNOWN_UNITS, StatedQuantity, stated_quantities
from pipeline.records import Item
from tests.support.foreign_press import foreign_items, item_of

VI = labels("vi")
RULES = load_rulebook(None)
TOPICS = {topic.id: topic.label_vi for topic in RULES.topics.topic}
PROVINCE = RULES.places.province.name
KEYS = [printed.key for printed in articles() if printed.language != "vi"]
_GOLD = Path(__file__).parent / "data" / "translation" / "sample_quantities.tsv"
#: Checked by reading the articles
QUANTITIES = dict(line.split("\t") for line in _GOLD.read_text("utf-8").splitlines() if not line.startswith("#"))


def line_of(item: Item, *mates: Item) -> str:
    return data_line(item, mates, VI, TOPICS, PROVINCE)


@pytest.mark.parametrize("key", KEYS)
def test_every_statement_is_in_the_data_of_its_article(key: str) -> None:
    item = next(item for item in foreign_items() if item.key == key)
    facts = known_facts(item, (), PROVINCE)
    text = plain(f"{item.article.title}\n{item.article.text}")
    assert facts.country == item.country
    assert set(facts.topics) <= {topic.id for topic in item.tags.topics}
    assert set(facts.places) <= {place.name for place in item.tags.places}
    assert all(quantity.written in text for quantity in facts.quantities)
    assert facts.same_report is facts.same_event is None
    shown = ", ".join(quantity_words(quantity, VI) for quantity in facts.quantities)
    assert (shown or "-") == QUANTITIES[item.key]
    line = line_of(item)
    assert line.startswith("Báo ")
    assert line.endswith(".")
    # Every number of the line is one of a quantity or of a place's name.
    rest = line.replace(shown, "") if shown else line
    for place in facts.places:
        rest = rest.replace(place, "")
    assert not any(letter.isdigit() for letter in rest)


def test_the_sample_press_is_read_in_ten_languages() -> None:
    assert {item.language.split("-")[0] for item in foreign_items()} == {
        "en",
        "zh",
        "ru",
        "ja",
        "ko",
        "es",
        "fr",
        "de",
        "lo",
        "km",
    }
    assert QUANTITIES.keys() == {item.key for item in foreign_items()}


def test_an_event_mate_is_named_and_others_are_not() -> None:
    korean = next(printed for printed in articles() if printed.key == "hanbit/nintuon-solar-ko")
    home = next(printed for printed in articles() if printed.outlet == "phia-nam" and "cắt giảm 14%" in printed.title)
    other = next(printed for printed in articles() if printed.language == "vi" and printed.key != home.key)
    item, mate = item_of(korean, event="e1"), item_of(home, event="e1")
    stranger, english = item_of(other, event="e2"), replace(item_of(korean, event="e1"), key="x", story="x")
    line = line_of(item, stranger, english, mate)
    assert line == (
        "Báo Hàn Quốc, về năng lượng: 14 %, 22 nhà máy điện, 200 MW, hơn 5 tỷ đồng; địa danh: Ninh Thuận; cùng sự việc "
        f"với: “Điện mặt trời ở Ninh Thuận cũ bị cắt giảm 14% công suất giờ trưa, nhà…” ({mate.outlet})."
    )
    assert known_facts(item, (mate,)).same_event is mate
    assert known_facts(replace(item, event=""), (replace(mate, event=""),)).same_event is None
    assert "cùng một bài với" in line_of(item, replace(mate, story=item.story))
    assert "; cùng sự việc" not in line_of(item, stranger, english)


def test_where_nothing_else_is_known_the_line_says_where_it_was_printed() -> None:
    item = foreign_items()[0]
    bare = replace(item, country="DE", article=replace(item.article, title="Meer", lead="", text="Wind."))
    bare = replace(bare, tags=replace(bare.tags, language="de", places=(), topics=()))
    assert line_of(bare) == "Báo Đức."
    assert line_of(replace(bare, country="VN")) == "Báo Việt Nam bằng tiếng Đức."
    assert line_of(replace(bare, country="")) == "Báo bằng tiếng Đức."
    nothing = replace(
        bare, country="", tags=replace(bare.tags, language=""), article=replace(bare.article, language="")
    )
    assert line_of(nothing) == "Báo nước ngoài."
    assert data_line(bare, (), labels("en"), {}) == "Press of Germany."


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("ko", "KR", "닌투언 1 원전 3동, 1일 2시"),
        ("en", "GB", "She won 3 won prizes, 5 m viewers, 22 plants, 12 students, 20 degrees"),
        ("en", "SG", "It costs $5 million and S$3 million"),
        ("en", "US", "S$3 million, talks over 31 projects, 22 metres per second, 3 USD per kilo, 60 km/h"),
        ("en", "GB", "acreage rose from 900 to 1,200 hectares"),
        ("de", "DE", "eine Firma unter 35 Firmen, 2025 Jahre, 15 Uhr"),
        ("zh", "CN", "第十二届，每秒28米，2026年，3盾"),
        ("ja", "JP", "2分の1、午後3時、74戸、3度目、秒速20メートル"),
        ("ru", "RU", "в 2026 г., с 900 до 1200 гектаров, 5 г"),
        ("th", "TH", "สามารถ 15 นาฬิกา"),
    ],
)
def test_what_may_mean_something_else_is_left_out(language: str, country: str, text: str) -> None:
    assert [quantity.written for quantity in stated_quantities(text, language, country)] == []


@pytest.mark.parametrize(
    ("language", "country", "text", "expected"),
    [
        ("ko", "KR", "공장 22곳이 관광객 3만 명을", "22 nhà máy, 30.000 khách du lịch"),
        (
            "en",
            "US",
            "at least $1.25 billion for 40-foot boats, nearly 30 hotels",
            "ít nhất 1,25 tỷ USD, gần 30 khách sạn",
        ),
        (
            "de",
            "DE",
            "etwa 1.230 Arbeiter auf 4.800 Hektar, 2,5 Mio. Euro",
            "khoảng 1.230 công nhân, 4.800 ha, 2,5 triệu euro",
        ),
        ("fr", "FR", "jusqu'à 3 750 mégawatts, quatre-vingt-douze pêcheurs", "tối đa 3.750 MW, 92 ngư dân"),
        ("es", "ES", "treinta y seis turistas y 18 500 toneladas", "36 khách du lịch, 18.500 tấn"),
        (
            "ru",
            "RU",
            "от 80 до 150 метров, более 23 семей, 4,2 трлн донгов",
            "80–150 m, hơn 23 gia đình, 4,2 nghìn tỷ đồng",
        ),
        ("zh", "CN", "四十二户，200万千瓦，3.2万亿越南盾，近5%", "42 hộ, 2 triệu kW, 3,2 nghìn tỷ đồng, gần 5 %"),
        ("ja", "JP", "17カ国の84人、5万トン、140ヘクタール以上", "17 nước, 84 người, 50.000 tấn, ít nhất 140 ha"),
        ("th", "TH", "โรงงาน 12 แห่ง ประมาณ 330 เมกะวัตต์ และ 2.5 ล้านบาท", "12 nhà máy, khoảng 330 MW, 2,5 triệu baht"),
        ("lo", "LA", "64 ຄອບຄົວ, 820 ໂຕນ", "64 gia đình, 820 tấn"),
    ],
)
def test_quantities_of_ten_languages_in_vietnamese(language: str, country: str, text: str, expected: str) -> None:
    assert ", ".join(quantity_words(q, VI) for q in stated_quantities(text, language, country)) == expected


def test_numbers_are_exact() -> None:
    written = {
        1500: "1.500",
        0.1: "0,1",
        1_200_000: "1,2 triệu",
        1_234_567: "1.234.567",
        5e9: "5 tỷ",
        5e13: "50 nghìn tỷ",
    }
    assert {value: number_words(value, VI) for value in written} == written
    english = quantity_words(StatedQuantity(5e9, None, "đồng", "", "over", ""), labels("en"))
    assert english == "over 5 billion dong"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_have_every_unit_noun_and_bound(language: str) -> None:
    codes = [*(("unit", unit) for unit in KNOWN_UNITS), *(("counted", noun) for noun in NOUNS)]
    codes += [("bound", bound) for bound in ("over", "about", "nearly", "under", "at_least", "at_most")]
    assert [code for code in codes if find_code(*code, language="vi" if language == "vi" else "en") is None] == []
