"""The brief of a day: the day on one page, whatever the day; the body of the letter."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from bs4 import BeautifulSoup

from analysis.brief.document import brief_document
from analysis.brief.matters import attention_matters, day_matters, foreign_topics
from analysis.brief.sizes import SIZES
from analysis.digest.document import digest_document
from analysis.digest.model import Counts, Digest, DigestPeriod, DigestRules, build_digest
from analysis.documents.blocks import Letterhead, PrintDocument, plain_text_lines
from analysis.documents.docx import render_docx
from analysis.documents.email_html import email_html
from analysis.documents.page import render_page
from analysis.documents.pdf import count_pages, render_pdf
from analysis.stories.edition import edition_of
from config.settings import load_settings
from diembao.jobs.publishing.digest import brief_document as fitted_brief
from diembao.jobs.publishing.digest import render
from diembao.jobs.publishing.draft_digest import DraftDigest, form_of
from diembao.jobs.publishing.published_digest import digest_files
from pipeline.records import Evidence, Item, Reason, SourceDay, SourceState, Tone, TopicFound
from pipeline.records.publications import Publication
from tests.support.days import END, LABELS, START, item, model
from tests.support.papers import DECREE, words_of

#: headline, text, topic, tone, words of the tone, event, outlets as (name, country)
DAY: tuple[tuple[str, str, str, Tone, str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Khởi công kè biển ở Cà Ná",
        "(BVD) - Sáng 21/11, kè biển dài 2 km ở Cà Ná được khởi công. Kè che cho 300 nhà dân. Vốn 80 tỷ đồng.",
        "investment", "positive", "khởi công", "e-ke", (("Báo Ví Dụ", "VN"), ("Báo Mẫu", "VN"), ("Báo Thử", "VN")),
    ),
    (
        "Salt of Ca Na sails for Japan",
        "A cargo of salt left Ca Na on Saturday. It weighs 5,200 tonnes.",
        "energy", "positive", "", "e-muoi", (("Eastern Example", "SG"),),
    ),
    (
        "Lô muối Cà Ná đi Nhật Bản",
        "Lô muối 5.200 tấn của Cà Ná rời cảng. Giá cao gấp rưỡi. Khách lấy mẫu bốn lần.",
        "energy", "neutral", "", "e-muoi", (("Báo Ví Dụ", "VN"), ("Báo Mẫu", "VN")),
    ),
    (
        "Xe khách tông xe tải ở Thuận Bắc, tám người bị thương",
        "Rạng sáng 21/11, xe khách tông xe tải ở Thuận Bắc. Tám người bị thương.",
        "press_criticism", "negative", "tông", "e-xe", (("Báo Thử", "VN"),),
    ),
)  # fmt: skip


def articles() -> list[Item]:
    made: list[Item] = []
    for n, (title, text, topic, tone, word, event, outlets) in enumerate(DAY):
        for m, (name, country) in enumerate(outlets):
            base = item(10 * n + m)
            mark = (Evidence("text", text.find(word), text.find(word) + len(word), word),) if word else ()
            tags = replace(
                base.tags, language="en" if country != "VN" else "vi", relevance="main", tone=tone, tone_words=mark,
                topics=(TopicFound(topic, 0.9, mark),),
            )  # fmt: skip
            article = replace(base.article, title=title, text=text, published=START + timedelta(hours=n, minutes=m))
            made.append(
                replace(
                    base, key=f"a{n}-{m}", story=f"a{n}-0", event=event, outlet=name, source_id=name, country=country,
                    tags=tags, article=article, origin="",
                )
            )  # fmt: skip
    return made


def day(items: Sequence[Item], **more: object) -> Digest:
    made = build_digest(
        items,
        DigestPeriod(END.date(), START, END, END.astimezone(UTC)),
        DigestRules("r1", topics=list(LABELS), signals=["press_criticism"]),
        previous=Counts(3, 4, 2),
        sources=(SourceDay("s0", "Báo Ví Dụ", "read"),),
    )
    return replace(made, **more)


def brief(digest: Digest, lang: str = "vi") -> PrintDocument:
    return brief_document(digest, lang, province="Ninh Thuận", note="Nay thuộc Khánh Hòa", topic_labels=LABELS)


def lines(digest: Digest, lang: str = "vi") -> list[str]:
    return [re.sub(r" ?<http[^>]*>", "", line) for line in plain_text_lines(brief(digest, lang)) if line]


def test_the_brief_tells_the_day() -> None:
    yesterday = [replace(articles()[-1], key="y")]
    assert lines(day(articles(), edition=edition_of(START.date(), yesterday))) == [
        "TÓM TẮT ĐIỂM BÁO NINH THUẬN",
        "Nay thuộc Khánh Hòa",
        "Chủ nhật, 22/11/2026 (từ 06:00 ngày 21/11/2026 đến 06:00 ngày 22/11/2026)",
        "TỔNG QUAN",
        "- 7 tin, bài của 4 cơ quan báo chí (tăng 3 so với kỳ trước); báo trong nước 6, báo nước ngoài 1. "
        "Sắc thái: tích cực 4, trung tính 2, tiêu cực 1.",
        "- Nguồn tin: 1 đọc được, 0 không đọc được; tổng cộng 1 nguồn.",
        "CÁC VIỆC CHÍNH TRONG NGÀY",
        # Who carries a matter is counted over its event, in whatever language; it is told in the reader's.
        "1. Lô muối Cà Ná đi Nhật Bản [mới]. Lô muối 5.200 tấn của Cà Ná rời cảng. Giá cao gấp rưỡi. "
        "(Báo Ví Dụ, Báo Mẫu; báo nước ngoài: Eastern Example (Singapore))",
        "2. Khởi công kè biển ở Cà Ná [mới]. Sáng 21/11, kè biển dài 2 km ở Cà Ná được khởi công. "
        "Kè che cho 300 nhà dân. (Báo Ví Dụ, Báo Mẫu, Báo Thử)",
        "3. Xe khách tông xe tải ở Thuận Bắc, tám người bị thương. Rạng sáng 21/11, xe khách tông xe tải ở Thuận Bắc. "
        "Tám người bị thương. (Báo Thử)",
        "CẦN LƯU Ý",
        "- Xe khách tông xe tải ở Thuận Bắc, tám người bị thương. "
        "Báo chí phản ánh và phản hồi cơ quan nhà nước; tiêu cực: “tông”. (xem việc số 3 ở trên)",
        "BÁO CHÍ NƯỚC NGOÀI NÓI GÌ",
        "1 tin, bài của 1 cơ quan báo chí: Singapore 1. Sắc thái: tích cực 1.",
        "Sự việc về tỉnh: 1 được cả báo trong nước và báo nước ngoài đưa, 0 chỉ báo nước ngoài, 2 chỉ báo trong nước. "
        "Báo nước ngoài đưa trước báo trong nước 1,0 giờ (trung vị của 1 sự việc biết giờ đăng).",
        "- Năng lượng (1 bài). Eastern Example. Báo Singapore, về năng lượng: 5.200 tấn; địa danh: Cà Ná; "
        "cùng sự việc với: “Lô muối Cà Ná đi Nhật Bản” (Báo Ví Dụ): “Salt of Ca Na sails for Japan” (tích cực).",
        "MỚI SO VỚI BẢN TRƯỚC",
        "- So với bản ngày 21/11/2026: 2 việc mới, 1 việc tiếp diễn.",
        "- Tiếp diễn: Xe khách tông xe tải ở Thuận Bắc, tám người bị thương.",
        f"Phụ lục: bản điểm báo đầy đủ ngày 22/11/2026, 7 tin, bài (mã {day(articles()).id}).",
    ]


def test_foreign_articles_that_only_mention_the_province_are_told_apart() -> None:
    main = next(item for item in articles() if item.country != "VN")
    mention = replace(main, key="b", story="b", event="b", tags=replace(main.tags, relevance="mention"))
    told = lines(day([*articles(), mention]))
    assert any("báo nước ngoài 2." in line for line in told)
    spread = "1 tin, bài của 1 cơ quan báo chí: Singapore 1. Sắc thái: tích cực 1."
    assert f"{spread} Ngoài ra 1 tin, bài chỉ nhắc đến tỉnh." in told


def test_without_an_edition_before_nothing_is_called_new() -> None:
    told = lines(day(articles()))
    assert "Mới so với bản trước: chưa có bản trước để so sánh." in told
    assert not [line for line in told if "[mới]" in line]


def test_in_english_the_english_article_names_the_matter() -> None:
    told = lines(day(articles()), "en")
    assert any("Salt of Ca Na sails for Japan. A cargo of salt left Ca Na on Saturday." in line for line in told)
    assert "WHAT THE PRESS ABROAD SAYS" in told


def test_a_negative_article_under_anothers_title_is_named() -> None:
    found = articles()
    salt = [n for n, one in enumerate(found) if one.event == "e-muoi" and one.country == "SG"]
    for n in salt:
        words = (Evidence("title", 0, 16, "lose, cut output"),)
        found[n] = replace(found[n], tags=replace(found[n].tags, tone="negative", tone_words=words))
    told = "\n".join(lines(day(found)))
    assert "Tiêu cực, của Eastern Example (Singapore): “lose, cut output”." in told.replace("tiêu cực", "Tiêu cực")
    # In the whole digest a line is named by the lead of its story: a reprint alone may be negative.
    mixed = articles()
    reprint = mixed[1]
    assert mixed[0].story == reprint.story
    mixed[1] = replace(reprint, tags=replace(reprint.tags, tone="negative"))
    whole = "\n".join(plain_text_lines(digest_document(day(mixed), province="Ví Dụ", topic_labels=LABELS)))
    assert "Sắc thái tiêu cực ở 1/3 bài, của Báo Mẫu" in whole
    # A person who corrects it takes its words away, too.
    for n in salt:
        found[n] = replace(found[n], tags=replace(found[n].tags, tone="neutral"))
    assert "lose, cut output" not in "\n".join(lines(day(found)))


def test_an_empty_day_says_so_and_is_not_taken_for_one_that_was_not_read() -> None:
    told = lines(day([]))
    assert "Trong kỳ này, các nguồn đọc được không có tin, bài nào nhắc đến Ninh Thuận." in told
    assert not [line for line in told if line.startswith(("CẦN", "CÁC VIỆC", "BÁO CHÍ NƯỚC", "MỚI"))]
    blind = lines(day([], sources=(SourceDay("s", "Báo Ví Dụ", "failed", reasons={Reason.TIMEOUT: 1}),)))
    assert any("không thể kết luận là không có tin, bài" in line for line in blind)


@pytest.mark.parametrize(("failed", "bold"), [(1, False), (5, False), (6, True), (12, True)])
def test_failed_sources_are_named_and_a_third_of_them_is_not_overlooked(failed: int, bold: bool) -> None:
    states: list[SourceState] = ["failed" if n < failed else "read" for n in range(18)]
    digest = day(articles(), sources=[SourceDay(f"s{n}", f"Nguồn {n}", s) for n, s in enumerate(states)])
    runs = [run for block in brief(digest).blocks for row in getattr(block, "items", ()) for run in row]
    [told] = [run for run in runs if run.text.startswith("Có thể thiếu")]
    assert told.bold is bold
    assert told.text.count("Nguồn") == min(failed, 6) + (failed == 7)
    assert ("và 6 tên khác" in told.text) == (failed == 12)


def draft(digest: Digest) -> DraftDigest:
    return DraftDigest(digest, (), "vi", load_settings(None), LABELS)


def long_day(n: int) -> Digest:
    """Return a day of n articles with headlines, outlets, sources and sentences as long as they come."""
    items = []
    for k in range(n):
        base = item(k)
        text = f"Câu thứ nhất của bài {k} " + "kể dài " * 15 + ". Câu thứ hai " + "cũng kể dài " * 12 + "."
        article = replace(base.article, title=f"Bài {k} có tiêu đề " + "rất dài " * 30, text=text)
        items.append(replace(base, article=article, outlet=f"Cơ quan báo chí số {k} " + "tên dài " * 9, event=""))
    failed = [SourceDay(f"f{k}", f"Nguồn hỏng {k} " + "tên dài " * 9, "failed") for k in range(60)]
    return day(items, sources=failed, edition=edition_of(START.date(), items[::3]))


DAYS = {
    "empty": day([]),
    "small": day(articles()),
    "40": model(40, edition=edition_of(START.date(), [item(7)])),
    "500": model(500),
    "long": long_day(120),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", DAYS)
def test_the_brief_keeps_to_one_page_and_in_the_decrees_form_to_two(name: str) -> None:
    plain = fitted_brief(draft(DAYS[name]), Letterhead())
    assert count_pages(render_pdf(plain)) == 1
    assert count_pages(render_pdf(fitted_brief(draft(DAYS[name]), DECREE))) <= 2
    assert len(email_html(plain).encode()) < 30_000


def test_a_smaller_size_tells_less_of_the_same() -> None:
    whole, least = (
        "\n".join(plain_text_lines(brief_document(DAYS["40"], province="Ninh Thuận", topic_labels=LABELS, size=size)))
        for size in (SIZES[0], SIZES[-1])
    )
    assert len(least) < len(whole)
    assert [line for line in least.splitlines() if line.isupper()] == [
        line for line in whole.splitlines() if line.isupper()
    ]


def test_all_forms_say_the_same() -> None:
    digest = DAYS["small"]
    files = render(draft(digest), ("brief",), letter=True)
    assert sorted(files) == [
        "letter.html",
        "letter.txt",
        *(f"tom-tat-diem-bao-2026-11-22.{form}" for form in ("docx", "html", "pdf")),
    ]
    assert {form_of(name) for name in files if name.startswith("tom-tat")} == {"brief"}
    assert form_of("diem-bao-2026-11-22.pdf") == "pdf"
    made = Publication(1, digest.day, END, "vi", "", "", "r1", (), files | {"diem-bao-2026-11-22.pdf": b"%PDF"})
    assert set(digest_files(made, ["brief"])) == {name for name in files if name.startswith("tom-tat")}
    assert set(digest_files(made, ["pdf"])) == {"diem-bao-2026-11-22.pdf"}

    def squeezed(text: str) -> str:
        return re.sub(r"[\s–-]|\d+\.", "", text)

    page = BeautifulSoup(files["tom-tat-diem-bao-2026-11-22.html"], "html.parser")
    letter = BeautifulSoup(files["letter.html"], "html.parser")
    assert page.main is not None
    for part in ("Khởi công kè biển ở Cà Ná", "(Báo Ví Dụ, Báo Mẫu; báo nước ngoài: Eastern Example (Singapore))"):
        for text in (page.main.get_text(), letter.get_text(), words_of(files["tom-tat-diem-bao-2026-11-22.docx"])):
            assert squeezed(part) in squeezed(text)
    assert not page.select("script, img, link[href^=http]")
    assert {a["rel"][0] for a in page.select("a")} == {"noopener"}
    assert render(draft(digest), ("brief",), letter=True) == files


def test_markup_of_others_stays_text() -> None:
    nasty = replace(articles()[0], article=replace(articles()[0].article, title="<script>x</script> & <b>y</b>"))
    page = render_page(brief(day([nasty, *articles()[1:]])))
    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt; &amp; &lt;b&gt;y&lt;/b&gt;" in page
    assert render_docx(brief(day([nasty]))).startswith(b"PK")


def test_a_matter_is_an_event_told_once() -> None:
    digest = model(60)
    matters = day_matters(digest)
    keys = [matter.stories[0].lead.event for matter in matters]
    assert len(set(keys)) == len(keys)
    mains = [s for part in (*(s.stories for s in digest.sections), digest.foreign, digest.undated) for s in part]
    assert sum(len(matter.stories) for matter in matters) == len(mains)
    assert matters[0].stories[0].lead.event == digest.top[0].story.lead.event
    told = [one.story.lead.event for one, _ in attention_matters(digest)]
    assert len(set(told)) == len(told)
    assert sum(len(topic.items) for topic in foreign_topics(digest)) == sum(
        i.country != "VN" for story in mains for i in story.items
    )
