"""Two texts that share an address: one article before and after an edit, or two articles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.records import Article
from pipeline.stories.same_article import is_continued, is_same_article, words_of
from tests.support.moving_press import ELSEWHERE, REPORTS

AT = datetime(2026, 11, 28, 8, 7, tzinfo=UTC)
TITLE, PARAGRAPHS = REPORTS[2]
TEXT = "\n".join(PARAGRAPHS)
URL = "https://baothu.example/bai-1.html"
ONE = Article(URL, URL, TITLE, "", TEXT, published=AT, published_from="page")
PRICES = (
    "Giá cà phê tại Ninh Thuận hôm nay ở mức {} đồng một ký, giá tiêu {} đồng, giá điều {} đồng, giá nho {} đồng. "
    "Thương lái thu mua chậm vì đường vào rẫy còn lầy lội sau mưa, nông dân giữ hàng chờ giá tốt hơn vào cuối tháng."
)


def prices(*numbers: int, **more: object) -> Article:
    article = replace(ONE, title="Giá nông sản ở Ninh Thuận", text=PRICES.format(*numbers))
    return replace(article, **more)


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        replace(ONE, title="Rừng khộp Thuận Bắc cháy lớn giữa trưa"),
        replace(ONE, title="Hàng trăm người dập lửa cứu rừng ở Thuận Bắc", published=None, published_from="none"),
        replace(ONE, text=TEXT.replace("giữa trưa", "lúc 12 giờ")),
        replace(ONE, text=TEXT + "\nSáng nay lực lượng chức năng vẫn trực tại hiện trường để đề phòng lửa bùng lại."),
        replace(ONE, text="\n".join(PARAGRAPHS[:2])),
        replace(ONE, text=TEXT.upper(), title=TITLE.upper()),
        replace(ONE, text=TEXT.replace(" ", "\u00a0")),
        replace(ONE, text="\n".join(REPORTS[3][1])),  # the second page of a long text: one title, one minute
        replace(ONE, text=PARAGRAPHS[0], text_from="feed"),
        replace(ONE, text="", text_from="feed"),
        replace(ONE, text=""),
        replace(ONE, published=AT + timedelta(days=3)),
    ],
)
def test_one_article(other: Article) -> None:
    assert is_same_article(words_of(ONE), words_of(other))
    assert is_same_article(words_of(other), words_of(ONE))


@pytest.mark.parametrize("other", [*(Article(URL, URL, t, "", "\n".join(p)) for t, p in (*REPORTS[3:7], ELSEWHERE))])
def test_two_articles(other: Article) -> None:
    for one in (other, replace(other, published=AT, published_from="page"), replace(other, text_from="feed")):
        assert not is_same_article(words_of(ONE), words_of(one))
        assert not is_same_article(words_of(one), words_of(ONE))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (prices(91, 148, 12, 30), prices(88, 151, 14, 29, published=AT + timedelta(hours=24))),
        (prices(91, 148, 12, 30), prices(88, 151, 14, 29, published=AT + timedelta(hours=6))),
        (prices(91, 148, 12, 30), prices(88, 151, 14, 29, published=AT + timedelta(days=7))),
        (
            prices(91, 148, 12, 30, title="Giá nông sản Ninh Thuận ngày 27/11"),
            prices(91, 148, 12, 31, title="Giá nông sản Ninh Thuận ngày 28/11"),
        ),
        # The same title every day, and another text.
        (
            replace(ONE, title="Điểm tin sáng Ninh Thuận"),
            replace(ONE, title="Điểm tin sáng Ninh Thuận", text=ELSEWHERE[1][0], published=AT + timedelta(days=1)),
        ),
        # Words of a template under two headlines.
        (replace(ONE, text="Mời quý vị theo dõi."), replace(ONE, text="Mời quý vị theo dõi.", title=REPORTS[4][0])),
        (replace(ONE, text=""), replace(ONE, text="", title=REPORTS[4][0])),
        (replace(ONE, title="", text=""), replace(ONE, title="", text="")),
        # A follow-up that repeats the background of the first report.
        (ONE, replace(ONE, title=REPORTS[1][0], text="\n".join([*REPORTS[1][1], PARAGRAPHS[0]]))),
        # The summary of one in the feed, the page of another.
        (
            replace(ONE, text=PARAGRAPHS[0], text_from="feed"),
            replace(ONE, title=REPORTS[4][0], text="\n".join(REPORTS[4][1])),
        ),
    ],
)
def test_two_articles_in_the_same_words(one: Article, other: Article) -> None:
    assert not is_same_article(words_of(one), words_of(other))
    assert not is_same_article(words_of(other), words_of(one))


def test_prices_corrected_at_once_are_one_article() -> None:
    assert is_same_article(words_of(prices(91, 148, 12, 30)), words_of(prices(91, 148, 12, 32)))


@pytest.mark.parametrize(
    ("new", "continued"),
    [
        (replace(ONE, text="\n".join([PARAGRAPHS[0], *REPORTS[3][1]]), title="Rừng khộp cháy"), True),
        (replace(ONE, text=ELSEWHERE[1][0], title=f"{TITLE}: chi tiết"), True),
        (Article(URL, URL, REPORTS[4][0], "", "\n".join(REPORTS[4][1])), False),
        (Article(URL, URL, ELSEWHERE[0], "", "\n".join(ELSEWHERE[1])), False),
    ],
)
def test_a_link_that_moved_goes_on_with_its_article(new: Article, continued: bool) -> None:
    assert is_continued(words_of(ONE), words_of(new)) == continued


def test_a_page_goes_on_with_the_words_of_its_feed() -> None:
    assert is_continued(
        words_of(replace(ONE, text_from="feed")), words_of(replace(ONE, title="x", text=ELSEWHERE[1][0]))
    )
