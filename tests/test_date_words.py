"""Words and machine-readable texts → the time they state, in the languages of the press; and those that state none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.dates.parsing import Moment, moment_of_datetime, parse_machine_date, parse_text_dates, plausible_moment
from pipeline.dates.zones import VIETNAM, zone_of_page

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
URL = "https://bao.example.vn/bai-1.html"


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("17/08/2022 19:44 GMT+7", "2022-08-17T19:44:00+07:00"),
        ("09:07, 18/07/2022", "2022-07-18T09:07:00+07:00"),
        ("06/10/2023 | 23:03 GMT+7", "2023-10-06T23:03:00+07:00"),
        ("26/02/2024 lúc 21:46 (GMT+7)", "2024-02-26T21:46:00+07:00"),
        ("Thứ Ba, 14/02/2017, 20:41:53", "2017-02-14T20:41:53+07:00"),
        ("Chủ Nhật, ngày 02 tháng 11 năm 2025, 08:15", "2025-11-02T08:15:00+07:00"),
        ("14 giờ 30 phút, ngày 5/11/2025", "2025-11-05T14:30:00+07:00"),
        ("08h15 ngày 05/11/2025", "2025-11-05T08:15:00+07:00"),
        ("5/11/2025 2:30 CH", "2025-11-05T14:30:00+07:00"),
        ("Thu Hà - 21:29, 16/10/2020", "2020-10-16T21:29:00+07:00"),
        ("[Đăng ngày 05/02/2021]", "2021-02-05T00:00:00+07:00"),
        ("Việt Nam16/03/2024", "2024-03-16T00:00:00+07:00"),
        ("10/25/2025 07:00", "2025-10-25T07:00:00+07:00"),
        ("2025/11/05 14:30", "2025-11-05T14:30:00+07:00"),
        ("5/11/2025 22:10 (GMT-3)", "2025-11-05T22:10:00-03:00"),
        ("2025年11月5日 14:30", "2025-11-05T14:30:00+07:00"),
    ],
)
def test_words(words: str, iso: str) -> None:
    assert parse_text_dates(words, VIETNAM)[0].when.isoformat() == iso


@pytest.mark.parametrize("words", ["Chiều 18-10", "31/02/2025", "trang 12/2024", "tỉ số 3-2", "1.500 MW", "", "19:44"])
def test_no_date(words: str) -> None:
    assert parse_text_dates(words, VIETNAM) == ()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-11-05", "2025-11-05T00:00:00+07:00"),
        ("2025-11-05T14:30", "2025-11-05T14:30:00+07:00"),
        ("2025-11-05T07:30:00Z", "2025-11-05T07:30:00+00:00"),
        ("2025-11-05T14:30:00 +0700", "2025-11-05T14:30:00+07:00"),
        ("2025-11-05 14:30:00.1234567+07:00", "2025-11-05T14:30:00.123456+07:00"),
        ("20251105T143000", "2025-11-05T14:30:00+07:00"),
        ("Wed, 05 Nov 2025 14:30:00 +0700", "2025-11-05T14:30:00+07:00"),
        ("Fri Apr 28 19:20:36 CEST 2023", "2023-04-28T19:20:36+02:00"),
        ("1762327800", "2025-11-05T07:30:00+00:00"),
        ("1762327800000", "2025-11-05T07:30:00+00:00"),
    ],
)
def test_machine_times(text: str, iso: str) -> None:
    [moment] = parse_machine_date(text, VIETNAM)
    assert moment.when.isoformat() == iso


@pytest.mark.parametrize(
    ("language", "words", "iso"),
    [
        ("fr", "Mis en ligne le 18 novembre 2025 à 14h30", "2025-11-18T14:30:00+00:00"),
        ("fr", "samedi 1er novembre 2025, 9:05", "2025-11-01T09:05:00+00:00"),
        ("en", "November 5, 2025 2:30 PM", "2025-11-05T14:30:00+00:00"),
        ("en", "14:30 Wednesday 5 November 2025", "2025-11-05T14:30:00+00:00"),
        ("de", "5. November 2025, 14:30 Uhr", "2025-11-05T14:30:00+00:00"),
        ("es", "5 de noviembre de 2025, 14:30", "2025-11-05T14:30:00+00:00"),
        ("ru", "5 ноября 2025, 14:30", "2025-11-05T14:30:00+00:00"),
        ("ja", "2025年11月5日 14時30分", "2025-11-05T14:30:00+09:00"),
        ("ko", "2025년 11월 5일 14:30", "2025-11-05T14:30:00+09:00"),
        ("lo", "5 ພະຈິກ 2025", "2025-11-05T00:00:00+07:00"),
        ("km", "5 វិច្ឆិកា 2025 14:30", "2025-11-05T14:30:00+07:00"),
        ("th", "5 พ.ย. 2025", "2025-11-05T00:00:00+07:00"),
        ("xx", "Sept 5, 2025", "2025-09-05T00:00:00+07:00"),
    ],
)
def test_names_of_months(language: str, words: str, iso: str) -> None:
    [moment] = parse_text_dates(words, zone_of_page(language, "https://a.example.com/"), language=language)
    assert moment.when.isoformat() == iso
    assert moment.precision == ("day" if "T00:00:00" in iso else "time")


def test_a_mere_day_never_lies_ahead() -> None:
    late = datetime(2025, 11, 20, 16, 30, tzinfo=UTC)  # in Japan it is the 21st
    found = plausible_moment(Moment(datetime(2025, 11, 21, tzinfo=VIETNAM), "day"), late, zone_of_page("ja", ""))
    assert found == Moment(datetime(2025, 11, 20, tzinfo=VIETNAM), "day")


def test_midnight_to_the_second_is_a_day() -> None:
    assert moment_of_datetime(datetime(2025, 11, 18, tzinfo=UTC)) == Moment(
        datetime(2025, 11, 18, tzinfo=VIETNAM), "day"
    )
    assert moment_of_datetime(datetime(2025, 11, 18, 0, 0, 1, tzinfo=UTC)).precision == "time"


@pytest.mark.parametrize(
    "when", [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), NOW + timedelta(days=2)]
)
def test_implausible(when: datetime) -> None:
    assert plausible_moment(Moment(when), NOW, VIETNAM) is None


def test_zone_by_language_then_by_address() -> None:
    assert zone_of_page("vi", "https://a.example.com/") == ZoneInfo("Asia/Ho_Chi_Minh")
    assert zone_of_page("", URL) == ZoneInfo("Asia/Ho_Chi_Minh")
    assert zone_of_page("ko-KR", "https://a.example.com/") == ZoneInfo("Asia/Seoul")
    assert zone_of_page("", "https://a.example.cn/") == ZoneInfo("Asia/Shanghai")
    assert zone_of_page("fr", "https://a.example.com/") == ZoneInfo("UTC")
