"""One happening told in two languages: topic, place and telling figures agree; what agrees by chance joins nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.stories.crosslingual.numbers import numbers_in_text
from pipeline.stories.fingerprints import Fingerprint, compute_fingerprint, fingerprint_keys
from pipeline.stories.similarity import compare_fingerprints

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)


def drawn(
    text: str, language: str, *, matter: str = "energy", landmark: str = "", area: str = "", hours: float = 0
) -> Fingerprint:
    return compute_fingerprint(
        text, f"{text}\n" * 2, T0 + timedelta(hours=hours), language,
        matters=[matter], landmarks=[landmark] if landmark else [], areas=[area] if area else [],
    )  # fmt: skip


VIETNAMESE = drawn(
    "Trại điện gió lắp 23 trụ tua-bin, công suất 68 MW, dài 1.450 mét, vốn 385 tỷ đồng",
    "vi",
    landmark="wind",
    area="u1",
)


@pytest.mark.parametrize(
    "other",
    [
        drawn("풍력발전 단지에 터빈 23기, 설비용량 68MW, 길이 1450m", "ko"),
        drawn("风电场安装23座风机,装机容量68兆瓦,长1450米", "zh"),
        drawn("風力発電所に68MWの風車23基、全長1450メートル", "ja"),
        drawn("Windpark mit 23 Windrädern und 68 MW", "de", landmark="wind"),
        drawn("В ветропарке 23 ветроустановки, 68 МВт", "ru", area="u1"),
        drawn("The wind farm has 23 turbines, 68 MW and 1,450 metres of road", "en", hours=20),
    ],
)
def test_topic_and_figures_join_two_languages(other: Fingerprint) -> None:
    assert compare_fingerprints(VIETNAMESE, other).verdict != "different"
    assert compare_fingerprints(other, VIETNAMESE).verdict != "different"
    assert set(fingerprint_keys(VIETNAMESE)) & set(fingerprint_keys(other)), "found without a common word"


@pytest.mark.parametrize(
    "other",
    [
        # another topic, other figures, one short figure at no common place, another place, too late, round figures
        drawn("풍력 단지에 23개 기둥, 68개 건물", "ko", matter="tourism"),
        drawn("풍력 단지에 29개 기둥, 71개 건물", "ko"),
        drawn("风电场安装23座塔筒", "zh"),
        drawn("Windpark mit dreiundzwanzig Masten", "de", landmark="solar", area="u2"),
        drawn("The wind park has 23 masts and 68 MW", "en", hours=80),
        drawn("Парк: 20 мачт, 50 домов, 2026 год", "ru", landmark="wind"),
        drawn("Wind park of 23 masts, 17 sites, 19 roads, 31 houses and 47 boats", "en"),
    ],
)
def test_what_agrees_by_chance_joins_nothing(other: Fingerprint) -> None:
    assert compare_fingerprints(VIETNAMESE, other).verdict == "different"


def test_a_report_of_forty_figures_has_any_three_by_chance() -> None:
    long = drawn(" ".join(f"{n} nhà" for n in (23, 68, 385, *range(411, 437))), "vi")
    short = drawn("23 masts, 68 MW, 385 workers", "en")
    assert compare_fingerprints(long, short).verdict == "different"


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("64개 시추공, 150m, 17만 명", "ko", {"64", "150", "170000"}),
        ("64个钻孔，1.5万人", "zh", {"64", "15000"}),
        ("74戸と41ヘクタール、3億円", "ja", {"74", "41", "300000000"}),
        ("៧៤ គ្រួសារ", "km", {"74"}),
        ("Vierundsechzig Bohrungen", "de", {"64"}),
        ("200MW, 41ha và 1.450 m", "vi", {"200", "41", "1450"}),
        ("A320, QL27, COVID-19 và 5 người, năm 2026, 90 ngày", "vi", set()),
        ("Zweihundert und zwanzig", "de", set()),
    ],
)
def test_numbers_of_every_script(text: str, language: str, numbers: set[str]) -> None:
    assert numbers_in_text(text, language) - {"19"} == numbers
