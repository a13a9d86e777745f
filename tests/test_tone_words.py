"""Compounds and names that hold a tone word and say nothing of that tone; a tone comes with words that say it."""

from dataclasses import replace

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.rules.linear_models import Linear
from pipeline.tagging.tagger import tag
from pipeline.tagging.words.tone import MENTION, WORD_FEATURES, find_tone_words, judge_by_rules, tone_features
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import match_key

RULES = load_rulebook()
#: Features that count words in the lead, by side
LEADS = ("lead_negative", "lead_positive", "lead_neutral")


def sides(text: str, language: str) -> set[str]:
    """Return the sides of the tone words that a sentence holds."""
    zone = Zone("text", text, match_key(text), (), len(text))
    counts = tone_features(find_tone_words((zone,), language, RULES), (zone,), {}, 1.0, LEADS)
    return {name.removeprefix("lead_") for name, count in zip(LEADS, counts, strict=True) if count}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "Hợp tác xã gặp nhà đầu tư và chủ đầu tư"),
        ("vi", "Thổi vào lỗ nhỏ trên phiến đá"),
        ("vi", "Rùa xanh, rau xanh và măng tây xanh"),
        ("vi", "Bê tông cho hầm chui"),
        ("vi", "Thiếu nhi xem rừng ngập mặn"),
        ("vi", "Tìm thấy yếu tố mới trong 64 lỗ khoan"),
        ("vi", "Xe phòng cháy chữa cháy đỗ ở thắng cảnh"),
        ("vi", "Vé xem đêm nhạc cháy vé"),
        ("vi", "Lãi suất và thuế thu nhập"),
        ("vi", "Công an mở rộng điều tra"),
        ("vi", "Chương trình giao lưu trên công trình giao thông"),
        ("vi", "Ông Trần Văn Thắng gặp bà Lê Thị Mừng"),
        ("vi", "Phòng của Sở Nông nghiệp và Phát triển Nông thôn"),
        ("vi", "CÔNG TY CỔ PHẦN ĐẦU TƯ VÀ PHÁT TRIỂN ĐIỆN MẶT TRỜI"),
        ("vi", "Cty TNHH một thành viên phát triển kinh doanh nhà"),
        ("vi", "Cong ty co phan hop tac va phat trien nha o"),
        ("vi", "Mực nước chết của hồ"),
        ("en", "The developer met investors and investigators"),
        ("en", "First resettlement plots handed over"),
        ("en", "The successor of the honorary consul"),
        ("en", "Officials of the Asian Development Bank"),
        ("en", "A fire station beside the Protestant church"),
        ("en", "He paid two billion won for dried squid"),
        ("en", "Workers of First Solar and the Green Party"),
        ("en", "Green turtles came ashore"),
        ("fr", "Les investisseurs ont lu l’arrêté sur les prix"),
        ("fr", "Une enquête : les investigations continuent uniquement à Hanoï"),
        ("de", "Der Investor kam größtenteils mit Hilfe der Protestanten"),
        ("es", "El inversionista y el desarrollador, mayor de edad"),
        ("ru", "Инвесторы и пожарные с помощью планшета"),
        ("zh", "投资者与合作社"),
        ("ja", "投資家が避難所を見学"),
        ("ko", "발전소와 투자자"),
        ("ko", "태양광 발전 설비를 둘러보는 분위기"),
        ("th", "นักลงทุนดูแผนที่"),
        ("lo", "ນັກລົງທຶນ"),
        ("km", "វិនិយោគិន"),
    ],
)  # fmt: skip
def test_a_compound_or_a_name_is_no_tone_word(language: str, text: str) -> None:
    assert sides(text, language) == set()


@pytest.mark.parametrize(
    ("language", "text", "side"),
    [
        ("vi", "Hai tỉnh hợp tác", "positive"),
        ("vi", "Hai công ty hợp tác", "positive"),
        ("vi", "Ba công ty cổ phần cùng phát triển", "positive"),
        ("vi", "Thu hút đầu tư vào tỉnh", "positive"),
        ("vi", "Biển xanh và nước trong", "positive"),
        ("vi", "Xe khách tông xe tải", "negative"),
        ("vi", "Vườn táo lỗ nặng", "negative"),
        ("vi", "Nhà kho cháy rụi", "negative"),
        ("vi", "Ruộng ngập sâu", "negative"),
        ("vi", "Thuyền thúng trôi dạt ngoài cửa biển", "negative"),
        ("vi", "Chợ mới ế ẩm suốt tháng", "negative"),
        ("vi", "Thả phao để cứu san hô", "positive"),
        ("vi", "Cả làng nô nức ra đình", "positive"),
        ("vi", "Đội nhà thắng đậm", "positive"),
        ("vi", "Cháy Công ty Hải Sản", "negative"),
        ("vi", "Người dân nói: “Thiếu nước”", "negative"),
        ("vi", "Nhà máy điện hạt nhân đầu tiên của Việt Nam", "positive"),
        ("vi", "Tờ trình được xem xét", "neutral"),
        ("en", "The province develops its coast", "positive"),
        ("en", "Foreign companies invest", "positive"),
        ("en", "The country’s first wind park", "positive"),
        ("en", "A fire destroyed the market", "negative"),
        ("en", "Fire Destroys Market In Phan Rang Town", "negative"),
        ("fr", "La province développe sa côte", "positive"),
        ("es", "Desarrollo de la costa", "positive"),
        ("ru", "Развитие побережья", "positive"),
        ("zh", "两省合作", "positive"),
        ("ja", "両省が協力", "positive"),
        ("ko", "지역 발전을 약속했다", "positive"),
        ("ko", "이번 사고로", "negative"),
        ("de", "Ein Brand im Hafen", "negative"),
    ],
)  # fmt: skip
def test_the_word_itself_still_counts(language: str, text: str, side: str) -> None:
    assert sides(text, language) == {side}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "Hồ xả lũ lớn nhất từ trước đến nay"),
        ("vi", "Lượng rác bốc mùi lên mức cao nhất"),
        ("vi", "Vườn táo thua lỗ kỷ lục"),
        ("en", "The drought was the biggest in a century"),
        ("en", "A record loss for the growers"),
        ("ru", "Рекордные убытки хозяйств"),
        ("ko", "사상 최대 가뭄"),
    ],
)  # fmt: skip
def test_the_degree_of_harm_praises_nothing(language: str, text: str) -> None:
    assert sides(text, language) == {"negative"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "Cánh đồng điện gió lớn nhất. Xe khách tông xe tải"),
        ("vi", "Lượng khách đạt kỷ lục, chợ không xảy ra cháy"),
        ("en", "The region's largest solar park. A fire destroyed the market"),
    ],
)  # fmt: skip
def test_the_degree_of_something_else_still_praises(language: str, text: str) -> None:
    assert "positive" in sides(text, language)


def test_the_words_shown_hold_no_compound() -> None:
    title = "Ninh Thuận: hợp tác xã được vinh danh trước nhà đầu tư"
    tags = tag(Text("a", title, "Hợp tác xã ở Ninh Thuận được vinh danh. " * 2), RULES)
    assert {e.words.casefold() for e in tags.tone_words} <= {"vinh danh"}


@pytest.mark.parametrize("side", ["positive", "negative"])
def test_a_tone_without_words_is_unsure(side: str) -> None:
    features = (*WORD_FEATURES, MENTION)
    row = (0.0,) * len(features)
    model = Linear(features, {"positive": row, "negative": row, "neutral": row}, {side: 5.0})
    rules = replace(RULES, models=replace(RULES.models, tone=model))
    zone = Zone("text", "Họp hội đồng", "họp hội đồng", (), 12)
    assert judge_by_rules(find_tone_words((zone,), "vi", rules), (zone,), {}, 1.0, rules).tone == "unsure"
