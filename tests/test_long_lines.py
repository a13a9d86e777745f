"""One headline, name or block of 80 kB costs itself: the document stays short, the rest of it stays whole."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.digest import excerpt
from analysis.digest.document import digest_document
from analysis.digest.html import render_html, render_markdown
from analysis.digest.model import Digest, DigestPeriod, DigestRules, build_digest
from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, PrintDocument, Run, Table
from analysis.documents.docx import render_docx
from analysis.documents.email_html import email_html
from analysis.documents.labels import labels
from analysis.documents.oversized import without_oversized
from analysis.documents.pdf import render_pdf
from analysis.tables.links import article_link
from pipeline.extraction.extract import extract
from pipeline.records import Article, Document, Entry, Item, Reason
from pipeline.text.line_length import HEADLINE, NAME, cut_line
from tests.support.days import END, LABELS, START, item

pytestmark = pytest.mark.one_in(3)

LONG = "Cảng Cà Ná đón tàu hàng " * 3500
PROVINCE = "Ninh Thuận"
LINES = {
    "words": LONG,
    "one word": "tàu" * 27_000,
    "Chinese": "宁顺省卡纳港迎来首艘货船" * 6700,
    "marks": "e\u0301\u0323" * 27_000,
    "spaces": "Cà Ná" + " " * 80_000 + "muối",
    "punctuation": "Cà Ná; " * 12_000,
    "emoji": "👩\u200d🌾" * 27_000,
    "quotes": '"' * 80_000,
}


@pytest.mark.parametrize("most", [HEADLINE, NAME, 400])
@pytest.mark.parametrize("kind", LINES)
def test_a_line_is_cut_between_words(kind: str, most: int) -> None:
    line = cut_line(LINES[kind], most)
    assert len(line) <= most
    assert line.endswith("…")
    assert LINES[kind].startswith(line[:-1])
    assert cut_line(line, most) == line


@pytest.mark.parametrize("text", ["", "Cà Ná", "x" * HEADLINE, "Cà Ná đón tàu " * 21])
def test_lines_of_the_usual_length_stay(text: str) -> None:
    assert cut_line(text, HEADLINE) == text


@pytest.mark.parametrize("kind", [kind for kind in LINES if kind != "spaces"])
@pytest.mark.parametrize("origin", ["page", "feed"])
def test_a_long_headline_is_cut_where_it_enters_and_kept_whole(kind: str, origin: str) -> None:
    title, url = LINES[kind], "http://bao.example/1.html"
    body = "".join(
        f"<p>Sáng ngày {n}, cảng Cà Ná đón chuyến tàu thứ {n * 7}, chở muối và nho khô.</p>" for n in range(9)
    )
    page = f"<html lang=vi><head><title>{title}</title></head><article><h1>{title}</h1>{body}</article></html>"
    entry = Entry(url, title=title if origin == "feed" else "", summary="Muối được mùa.")
    reason = Reason.OK if origin == "page" else Reason.TIMEOUT
    document = Document(1, 1, "a", url, datetime.now(UTC), page.encode(), "text/html", entry, reason)
    article = extract(document)
    assert isinstance(article, Article)
    assert len(article.title) <= HEADLINE
    # Its first words head the article, and all of them are in its text.
    assert any(article.title[:20].strip("…") in form for form in (title, unicodedata.normalize("NFC", title)))
    if article.title.endswith("…"):
        assert len(article.text.split("\n")[0]) > 1000


@pytest.mark.parametrize("count", [1, 30])
def test_long_bylines_are_cut_and_kept_whole(count: int) -> None:
    from pipeline.extraction.article_lines import cut_lines

    authors = tuple(f"Nguyễn Văn {n} " * 200 for n in range(count))
    article = Article(
        "http://a.example/1", "http://a.example/1", "Muối", "", "Được mùa.", authors=authors, section=LONG
    )
    short = cut_lines(article)
    assert all(len(author) <= NAME for author in short.authors)
    assert len(short.authors) == min(count, 20)
    assert len(short.section) <= NAME
    assert short.text.split("\n") == ["; ".join(authors), "Được mùa."]
    usual = replace(article, authors=("Nguyễn Văn A",), section="Kinh tế")
    assert cut_lines(usual) is usual


def day_of(items: list[Item]) -> Digest:
    """Return the digest of these articles."""
    period = DigestPeriod(END.date(), START, END, END.astimezone(UTC))
    return build_digest(items, period, DigestRules("r1", topics=["energy"], signals=["press_criticism"]))


def long_item(number: int, field: str, text: str) -> Item:
    """Return an article of the day with one long field."""
    one = item(number)
    return replace(one, article=replace(one.article, title=text)) if field == "title" else replace(one, outlet=text)


@pytest.mark.parametrize("field", ["title", "outlet"])
@pytest.mark.parametrize("number", [0, 3, 12])
@pytest.mark.parametrize("kind", ["words", "one word", "Chinese"])
def test_a_stored_long_line_costs_a_line_in_every_form(kind: str, number: int, field: str) -> None:
    items = [item(n) for n in range(20)]
    plain = day_of(items)
    long = day_of([long_item(number, field, LINES[kind]) if n == number else one for n, one in enumerate(items)])
    for render in (render_html, render_markdown):
        one, other = (render(day, province=PROVINCE, topic_labels=LABELS) for day in (plain, long))
        # A headline stands at up to three places, an outlet's name at a few more.
        assert len(other) < len(one) + 8_000
    letters = [email_html(digest_document(day, province=PROVINCE, topic_labels=LABELS)) for day in (plain, long)]
    assert len(letters[1]) < len(letters[0]) + 8_000
    titles = [one.article.title for n, one in enumerate(items) if n != number and one.article.title in letters[0]]
    assert len(titles) >= 5
    assert [title for title in titles if title not in letters[1]] == []


def paper(*blocks: Block) -> PrintDocument:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return PrintDocument(
        "vi", "Điểm báo", "Điểm báo", (), at.date(), at, tuple(without_oversized(blocks, labels("vi")))
    )


BLOCKS: dict[str, Block] = {
    "heading": Heading(2, (Run(LONG),)),
    "paragraph": Paragraph((Run(LONG),)),
    "many runs": Paragraph(tuple(Run("Cà Ná đón tàu ") for _ in range(4000))),
    "excerpt": Paragraph((Run(LONG, marked=True),), "excerpt"),
    "list": BulletList(((Run("Cà Ná"),), (Run(LONG),))),
    "numbered list": BulletList(((Run(LONG),), (Run("Cà Ná"),)), numbered=True),
    "table": Table(("Báo", "Tin"), (("Cà Ná", LONG), ("Báo số 1", "2")), (1, 1)),
    "one word": Paragraph((Run(LINES["one word"]),)),
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_too_large_is_named_and_the_rest_stays(kind: str) -> None:
    rest = [Heading(1, (Run("Phần sau"),)), Paragraph((Run("Muối được mùa."),))]
    document = paper(Paragraph((Run("Phần đầu."),)), BLOCKS[kind], *rest)
    letter = email_html(document)
    assert "Phần đầu." in letter
    assert "Muối được mùa." in letter
    assert len(letter) < 10_000
    assert "Cà Ná" in letter or "tàutàu" in letter
    if kind != "table":
        assert labels("vi").say("left_out", name="").strip() in letter
    assert len(render_docx(document)) < 60_000
    assert render_pdf(document).count(b"/Type /Page\n") + render_pdf(document).count(b"/Type/Page/") <= 2


def test_a_letter_leaves_a_large_table_out_by_name_and_goes_on() -> None:
    table = Table(("Báo", "Tin"), tuple((f"Báo số {n}", "1") for n in range(400)), (1, 1))
    letter = email_html(paper(Heading(1, (Run("Các báo"),)), table, Heading(1, (Run("Phần sau"),))))
    assert "Phần sau" in letter
    assert labels("vi").say("left_out", name="Báo, Tin") in letter
    small = Table(("Báo", "Tin"), tuple((f"Báo số {n}", "1") for n in range(60)), (1, 1))
    assert "Báo số 59" in email_html(paper(small))


@pytest.mark.parametrize(
    ("address", "reason", "clickable"),
    [
        ("http://169.254.169.254/latest", Reason.UNSAFE_ADDRESS, False),
        ("http://10.0.0.7/tin", Reason.UNSAFE_ADDRESS, False),
        ("http://localhost:9999/tin", Reason.UNSAFE_ADDRESS, False),
        ("http://bao.example/r/1", Reason.UNSAFE_ADDRESS, False),
        ("http://[::1]/tin", Reason.UNSAFE_ADDRESS, False),
        ("http://2852039166/tin", Reason.OK, False),
        ("http://metadata.google.internal/tin", Reason.TIMEOUT, False),
        ("http://[fd00:ec2::254]/tin", Reason.OK, False),
        ("http://bao.example/1", Reason.OK, True),
        ("http://bao.example/1", Reason.TIMEOUT, True),
        ("http://127.0.0.1:8000/1", Reason.OK, True),
        ("http://10.0.0.7/1", Reason.NOT_FOUND, True),
    ],
)
def test_refused_links_are_text_in_every_form(address: str, reason: Reason, clickable: bool) -> None:
    one = item(1)
    one = replace(one, article=replace(one.article, url=address, canonical=address, reason=reason, title="Muối"))
    assert (article_link(one.article) is not None) == clickable
    day = day_of([one])
    document = digest_document(day, province=PROVINCE, topic_labels=LABELS)
    forms = {
        "html": render_html(day, province=PROVINCE, topic_labels=LABELS),
        "md": render_markdown(day, province=PROVINCE, topic_labels=LABELS),
        "letter": email_html(document),
    }
    link = f'href="{article_link(one.article)}"', f"](<{article_link(one.article)}>)"
    for name, text in forms.items():
        assert "Muối" in text
        assert any(form in text for form in link) == clickable, name
        if not clickable:
            assert f'href="{address}' not in text
            assert f"(<{address}" not in text
    pdf, docx = render_pdf(document), render_docx(document)
    assert (b"/URI" in pdf) == clickable or not clickable
    assert docx
    assert all(run.link is None for block in document.blocks for run in _runs_of(block)) != clickable


def _runs_of(block: Block) -> list[Run]:
    match block:
        case Heading(_, runs) | Paragraph(runs):
            return list(runs)
        case BulletList(items):
            return [run for runs in items for run in runs]
        case _:
            return []


def test_visible_lines_are_short() -> None:
    assert len(excerpt.visible(LONG)) <= 400
    assert excerpt.visible("Báo  Ninh Thuận\n") == "Báo Ninh Thuận"
