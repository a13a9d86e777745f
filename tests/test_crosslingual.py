"""One happening told in several languages is one event; what only looks like it stays apart."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from config.rulebook import load_rulebook
from pipeline.stories.crosslingual.concepts import (
    IN_TITLE,
    concepts_in_text,
    count_concepts,
    rarest,
    shared_concepts,
    title_share,
)
from pipeline.stories.crosslingual.latin_names import latin_names
from pipeline.stories.crosslingual.measures import MeasureClass, classes_of, contradictions, measures_in_text
from pipeline.stories.fingerprints import Fingerprint, compute_fingerprint, dump, load
from pipeline.stories.reason_text import similarity_reason_text
from pipeline.stories.similarity import Verdict, compare_fingerprints
from tests.support.cross_language import Report, fingerprint, labelled_pairs, reports, strangers
from tests.support.earlier_fingerprints import as_earlier_release

REPORTS = reports()
T0 = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def prints() -> dict[str, Fingerprint]:
    rules = load_rulebook()
    return {report.id: fingerprint(report, rules) for report in REPORTS}


def judge(prints: dict[str, Fingerprint], one: Report, other: Report) -> Verdict:
    return compare_fingerprints(prints[one.id], prints[other.id])


def test_the_set_is_large_and_of_all_kinds() -> None:
    labels = Counter(label for *_, label in labelled_pairs(REPORTS))
    assert sum(labels.values()) >= 440
    assert labels["different"] >= 260
    assert labels["same-event"] >= 140
    languages = {report.language for report in REPORTS}
    assert languages == {"vi", "en", "ja", "ko", "zh", "ru", "de", "fr", "es"}
    assert len({report.id for report in REPORTS}) == len(REPORTS)
    halves = Counter(report.fitted for report in REPORTS)
    assert min(halves.values()) > 80
    kinds = {report.why for report in REPORTS if report.role == "apart"}
    assert kinds >= {"another-day", "other-province", "follow-up", "same-figures", "annual", "same-topic"}


@pytest.mark.parametrize("fitted", [True, False], ids=["fitted", "held back"])
def test_precision_and_recall(prints: dict[str, Fingerprint], fitted: bool) -> None:
    right = false = missed = 0
    for one, other, label in labelled_pairs([report for report in REPORTS if report.fitted is fitted]):
        verdict = judge(prints, one, other)
        assert judge(prints, other, one) == verdict, "the order of the two must not matter"
        joined, together = verdict.verdict != "different", label != "different"
        right += joined and together
        false += joined and not together
        missed += together and not joined
    assert right / (right + false) >= 0.96
    assert right / (right + missed) >= 0.83


@pytest.mark.parametrize("one_in", [7, pytest.param(1, marks=pytest.mark.thorough)])
def test_reports_of_two_happenings_stay_apart(prints: dict[str, Fingerprint], one_in: int) -> None:
    pairs = list(strangers(REPORTS))
    assert len(pairs) > 19_000
    joined = [(one.id, other.id) for one, other in pairs[::one_in] if judge(prints, one, other).verdict != "different"]
    assert joined == []


def test_what_is_called_a_translation_is_one_in_most_cases(prints: dict[str, Fingerprint]) -> None:
    verdicts = Counter((label, judge(prints, a, b).verdict) for a, b, label in labelled_pairs(REPORTS))
    called = sum(number for (_, verdict), number in verdicts.items() if verdict == "dup")
    assert verdicts["dup", "dup"] / called >= 0.8
    assert verdicts["dup", "dup"] / sum(number for (label, _), number in verdicts.items() if label == "dup") >= 0.8
    assert verdicts["different", "dup"] == 0


def test_reasons_have_words(prints: dict[str, Fingerprint]) -> None:
    for one, other, _ in labelled_pairs(REPORTS):
        reason = judge(prints, one, other).reason
        for language in ("vi", "en"):
            assert similarity_reason_text(reason, language) != reason.code


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "trị giá 1,6 tỷ USD, 37 ha, 310 MW, 26.000 m3 đất"),
        ("en", "worth 1.6 billion dollars, on 37 hectares, 310 megawatts, 26,000 cubic metres"),
        ("fr", "1,6 milliard de dollars, 37 hectares, 310 mégawatts, 26 000 m3"),
        ("de", "1,6 Milliarden Dollar auf 37 Hektar, 310 Megawatt, 26.000 Kubikmeter"),
        ("es", "1,6 mil millones de dólares, 37 hectáreas, 310 megavatios, 26.000 metros cúbicos"),
        ("ru", "1,6 млрд долларов, 37 гектаров, 310 МВт, 26 000 кубометров"),
        ("zh", "投资16亿美元，占地37公顷，310兆瓦，2.6万立方米"),
        ("ja", "16億ドル、37ヘクタール、310メガワット、2万6000立方メートル"),
        ("ko", "16억 달러, 37헥타르, 310MW, 2만 6000㎥"),
    ],
)
def test_a_measure_is_the_same_in_every_language(language: str, text: str) -> None:
    english = measures_in_text("$1.6 bln, 37 ha, 310 MW, 26,000 m3", "en", 2026)
    assert measures_in_text(text, language, 2026).tolist() == english.tolist()
    assert contradictions(english, measures_in_text(text, language)) == 0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "ngày 20/11, lúc 14h20, 14:20, tháng 11 năm 2026"),
        ("en", "on November 20, 2026 at 10:30 pm"),
        ("fr", "le 20 novembre 2026"),
        ("ja", "11月20日午前10時15分"),
        ("ko", "20일 오전 11시"),
        ("ru", "20 ноября 2026 г."),
    ],
)
def test_days_and_hours_are_no_measures(language: str, text: str) -> None:
    assert measures_in_text(text, language, 2026).tolist() == []


def test_years_of_the_past_are_measures_and_those_about_publication_are_not() -> None:
    assert classes_of(measures_in_text("opened in 1932, due in 2027", "en", 2026)) == [MeasureClass.YEAR]
    assert classes_of(measures_in_text("opened in 1932", "en")) == []


def test_values_that_may_be_rounded_do_not_contradict() -> None:
    exact = measures_in_text("73 workers on 5,400 ha", "en")
    assert contradictions(exact, measures_in_text("more than 70 people on 5,000 hectares", "en")) == 0
    assert contradictions(exact, measures_in_text("95 people on 120 hectares", "en")) == 2
    assert contradictions(exact, measures_in_text("for 3 million dong", "en")) == 0


def test_concepts_are_found_in_twelve_languages() -> None:
    words = {
        "vi": "nho", "en": "grapes", "fr": "raisin", "de": "Trauben", "es": "uvas", "ru": "винограда", "zh": "葡萄",
        "ja": "ぶどう", "ko": "포도", "th": "องุ่น", "lo": "ອະງຸ່ນ", "km": "ទំពាំងបាយជូរ",
    }  # fmt: skip
    found = {language: concepts_in_text("", word, language).tolist() for language, word in words.items()}
    assert len({tuple(concepts) for concepts in found.values()}) == 1
    assert len(found["vi"]) == 1
    assert concepts_in_text("nho", "nho", "vi").tolist() == [found["vi"][0] | IN_TITLE]
    assert concepts_in_text("nho", "", "pl").tolist() == []


def test_shared_concepts_weigh_more_the_rarer_they_are() -> None:
    common, rare = (concepts_in_text("", word, "vi") for word in ("chính phủ", "nha đam"))
    both = concepts_in_text("nha đam", "chính phủ", "vi")
    assert 0 < shared_concepts(common, both)[0] < shared_concepts(rare, both)[0]
    assert shared_concepts(both, both)[1] == pytest.approx(1)
    assert shared_concepts(common, rare) == (0, 0)
    assert title_share(both, rare) == 1
    assert title_share(both, common) == 0
    assert title_share(common, both) == 0.5
    assert rarest(both, 1) == rare.tolist()
    weights = count_concepts([("nho", "", "vi"), ("nho và muối", "", "vi")])
    assert weights["grape"] < weights["salt"] < weights["wine"]


def test_foreign_names_are_found_and_vietnamese_ones_left_to_others() -> None:
    korean = latin_names("두원에너지(Doowon)", "쭝남(Trungnam), 닌투언(Ninh Thuan) AEON")
    vietnamese = latin_names("Tập đoàn Doowon", "AEON và Trungnam ở Ninh Thuận, Nguyễn Văn Tráng")
    assert korean.tolist() == vietnamese.tolist()
    assert len(korean) == 3


def test_a_fingerprint_of_an_earlier_release_is_read() -> None:
    """The format before held seven arrays: measures, names and concepts are empty then, and today's rules judge it."""
    found = compute_fingerprint("Nho Ninh Thuận được giá", "Giá nho lên 95.000 đồng/kg, 41 ha, 74 hộ.", T0, "vi")
    read = load(as_earlier_release(dump(found)))
    assert read is not None
    assert (len(read.measures), len(read.names), len(read.concepts)) == (0, 0, 0)
    assert read.terms.tolist() == found.terms.tolist()
    assert (read.days, read.at, read.language) == (found.days, found.at, "vi")
    assert compare_fingerprints(read, found).verdict == "dup"
    russian = compute_fingerprint("Виноград", "Цена винограда 95 000 донгов за килограмм, 41 га, 74 семьи.", T0, "ru")
    assert compare_fingerprints(read, russian) == compare_fingerprints(russian, read)
