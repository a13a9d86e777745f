"""Plain pages of a few sentences, without metadata or with a notice in the footer: articles all the same."""

import pytest

from pipeline.records import Reason
from tests.support.short_pages import outcome

PLAIN = [
    ("en", "My week on the salt pans", "I spent seven days raking salt with the Tran family. My back hurts, my boots "
     "are "
     "white, and I have never slept better. On Saturday the foreman let me drive the old pump, which promptly died.",
     "Cookie settings"),
    ("de", "Radtour durch das Weinland", "Am Sonntag fuhren wir mit dem Rad von Retz nach Znaim. Der Wind stand "
     "gegen uns, "
     "die Reben waren schon rot, und in Hnanice gab es Gulasch. Nächstes Jahr nehmen wir die Kinder mit.",
     "Datenschutzeinstellungen"),
    ("fr", "Une matinée au marché de Brive", "Les premiers cèpes sont arrivés ce matin sous la halle. Jeanne, qui "
     "vend ici "
     "depuis trente ans, les cède à vingt euros le kilo et promet mieux pour samedi si la pluie revient.",
     "Gérer les cookies"),
    ("en", "Choir practice moves to Thursday", "From next week the village choir meets on Thursday evenings in the old "
     "school. Bring a torch, the lane lamp is broken again. Mrs Hale still looks for two tenors and a pianist.",
     "Accept cookies"),
    ("vi", "Nhật ký một chuyến đi Hòn Đỏ", "Tôi đến Hòn Đỏ lúc nước rút, rạn san hô hóa thạch lộ ra như mái ngói cũ. "
     "Anh "
     "chài chỉ chỗ nhặt ốc, rồi nướng ngay trên bãi. Chiều, gió thổi mạnh, cả bọn ngồi nép vào vách đá.",
     "Chính sách cookie"),
    ("en", "Frost took the early plums", "Two nights of frost in April took nearly all the early plums in our "
     "orchard. The "
     "late ones hold. We will sell jam instead of fruit this summer, and the pigs get what fell.",
     "We value your privacy"),
    ("de", "Der Dorfladen schließt", "Nach 61 Jahren schließt Frau Krämer ihren Laden in Oberwang. Brot gibt es "
     "künftig vom "
     "Wagen, dienstags und freitags. Die Glocke über der Tür will sie behalten.", "Cookie settings"),
    ("en", "How the ferry got its bell", "The bell came from a lightship that broke up in 1911. My grandfather "
     "bought it for "
     "a crate of herring and hung it on the ferry, where it still rings in fog.", "Consent preferences"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "text", "foot"), PLAIN, ids=[title[:20] for _, title, _, _ in PLAIN])
def test_plain_old_page_with_a_notice_in_its_footer_is_an_article(
    language: str, title: str, text: str, foot: str
) -> None:
    body = (
        f"<html lang='{language}'><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p>"
        f"<div class='foot'><a href='/c'>{foot}</a></div></body></html>"
    )
    assert outcome(body.encode(), "http://blog.example.org/2009/05/eintrag.html") == (Reason.OK, text)


BRIEFS = [
    ("Cầu Đạo Long thông xe", "Cầu mới dài 245 m nối hai bờ sông Dinh thông xe sáng nay."),
    ("Ferry back in service", "The Hale ferry sails again from Monday, the harbour office said."),
    ("Bäckerei öffnet wieder", "Am Samstag öffnet die Bäckerei Huber nach dem Umbau wieder ihre Türen."),
    ("Le pont rouvre lundi", "Le pont de la Corrèze rouvre lundi matin après six mois de travaux."),
    ("Lễ hội nho dời ngày", "Lễ hội nho Ba Mọi dời sang ngày 6/12 vì mưa."),
    ("Museum gets a roof", "Volunteers finished the roof of the salt museum on Sunday."),
    ("Tìm được hai trẻ lạc", "Hai trẻ lạc trên núi Chúa được tìm thấy, sức khỏe ổn định."),
    ("New bell for St Anne", "St Anne has a new bell, cast in Innsbruck and paid for by jam sales."),
]


@pytest.mark.parametrize(("title", "text"), BRIEFS, ids=[title for title, _ in BRIEFS])
def test_dated_brief_with_a_headline_needs_no_metadata(title: str, text: str) -> None:
    body = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<time datetime='2025-11-28T07:15:00+07:00' "
        f"itemprop='datePublished'>28/11</time><div><p>{text}</p></div></body></html>"
    )
    assert outcome(body.encode(), "http://blog.example.org/tin/9.html") == (Reason.OK, text)


UNDATED = [
    "The bell came from a lightship that broke up in 1911; my grandfather bought it for a crate of herring.",
    "Der Wind stand gegen uns, die Reben waren rot, und in Hnanice gab es Gulasch mit sechs Knödeln.",
    "Jeanne vend ses premiers cèpes vingt euros le kilo et promet mieux pour samedi si la pluie revient.",
    "Chiều, gió thổi mạnh, cả bọn ngồi nép vào vách đá ăn ốc nướng rồi ngủ luôn trên bãi cát Hòn Đỏ.",
]


@pytest.mark.parametrize("sentence", UNDATED)
@pytest.mark.parametrize("inner", ["<p>%s</p>", "<blockquote>%s</blockquote>", "<div>%s</div>", "<b>x</b><p>%s"])
def test_undated_sentence_below_a_headline_is_an_article(sentence: str, inner: str) -> None:
    body = (
        f"<html><head><title>Harbour bell tale</title></head><body><h1>Harbour bell tale</h1>{inner % sentence}</body>"
    )
    reason, text = outcome(body.encode(), "http://blog.example.org/2009/05/eintrag.html")
    assert reason is Reason.OK
    assert sentence in text


def test_sentence_below_a_film_or_pictures_is_kept_and_marked() -> None:
    for reason, media in ((Reason.VIDEO, "<video src='a.mp4'></video>"), (Reason.GALLERY, "<img src='a.jpg'>" * 7)):
        inner = f"<h1>Chuyện Hòn Đỏ</h1>{media}<p>{UNDATED[3]}</p>"
        body = f"<html><head><title>Chuyện Hòn Đỏ</title></head><body>{inner}</body></html>"
        assert outcome(body.encode()) == (reason, UNDATED[3])


def test_undated_scrap_without_metadata_is_none() -> None:
    body = b"<html><head><title>Salt</title></head><body><h1>Salt</h1><p>Loading the reader for you.</p></body></html>"
    assert outcome(body) == (Reason.NO_TEXT, "")
