"""Pages as bytes: encodings, wrong labels, NUL, rubbish, hostile and mutated markup: none raises, all get a reason."""

import random
import time
import unicodedata

import pytest

from pipeline.extraction.extract import NoArticle, extract, extract_page
from pipeline.records import Article, Document, Entry, Reason, Unreadable
from tests.support.outlet_pages import BODY, LEAD, NOW, TITLE, URL, article, page, paragraphs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_bytes_in_any_unicode_encoding(encoding: str) -> None:
    body = page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>").decode().replace('<meta charset="utf-8">', "")
    found = article(body.encode(encoding))
    assert (found.title, found.text) == (TITLE, "\n".join(BODY))


def test_windows_1258_and_decomposed_letters_come_out_composed() -> None:
    text = page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>").decode()
    old = b"".join(_to_1258(char) for char in text.replace('<meta charset="utf-8">', ""))
    assert article(old).text == "\n".join(BODY)
    assert article(unicodedata.normalize("NFD", text).encode()).text == "\n".join(BODY)


def _to_1258(char: str) -> bytes:
    """The bytes a Vietnamese keyboard of 1998 made: a letter with its shape, then its tone."""
    try:
        return char.encode("cp1258")
    except UnicodeEncodeError:
        marks = unicodedata.normalize("NFD", char)
        tones = "".join(c for c in marks if c in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(c for c in marks if c not in tones))
        return base.encode("cp1258") + tones.encode("cp1258")


def test_wrong_label_and_bad_bytes_do_not_spoil_utf8() -> None:
    body = page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>")
    assert article(body, content_type="text/html; charset=iso-8859-1").text == "\n".join(BODY)
    broken = body.replace("Từ bốn".encode(), "Từ bốn".encode() + b"\xff\xc3", 1)
    assert BODY[1] in article(broken, content_type="text/html; charset=windows-1252").text


def test_nul_bytes_end_nothing() -> None:
    body = page(f"<h1>{TITLE}</h1>\0<article>{paragraphs(*BODY[:2])}\0\0{paragraphs(*BODY[2:])}</article>")
    assert article(body).text.splitlines() == list(BODY)


def test_documents_end_in_an_article_or_a_reason() -> None:
    entry = Entry(URL, title=TITLE, summary=LEAD)
    missing = Document(1, 1, "bao", URL, NOW, b"", "", entry, reason=Reason.NOT_FOUND)
    found = extract(missing)
    assert isinstance(found, Article)
    assert (found.text, found.text_from, found.reason) == (LEAD, "feed", Reason.NOT_FOUND)
    empty = Document(2, 2, "bao", URL, NOW, b" ", "text/html", Entry(URL))
    assert extract(empty) == Unreadable(2, Reason.EMPTY, "no bytes")
    whole = Document(3, 3, "bao", URL, NOW, page(f"<h1>{TITLE}</h1>{paragraphs()}"), "text/html", entry)
    assert isinstance(extract(whole), Article)


@pytest.mark.parametrize(
    "body",
    [b"", b"\0\0\0", b"<", b"<html>", b"%PDF-1.7 ...", b"\x89PNG\r\n", b"\xff\xfe", b"&#0;" * 9, b"{}", b"<p>" * 9999],
)
def test_rubbish_gets_a_reason(body: bytes) -> None:
    assert isinstance(extract_page(body, URL, fetched_at=NOW), NoArticle)


def test_hostile_markup_costs_little_and_never_raises() -> None:
    whole = page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>")
    deep = b"<html><body>" + b"<div>" * 10_000 + paragraphs().encode() + b"</div>" * 10_000
    comments = whole.replace(b"<article>", b"<!-- " + b"x" * 8_000_000 + b" --><article>")
    attributes = b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000)) + b">x</p>" + whole
    began = time.process_time()
    for body in (
        deep,
        attributes,
        b"<table><tr><td>" * 3000 + whole,
        b"<b><i>" * 3000 + whole,
        whole[: len(whole) // 2],
    ):
        assert isinstance(extract_page(body, URL, fetched_at=NOW), Article | NoArticle)
    assert article(comments).text == "\n".join(BODY)
    assert time.process_time() - began < 20


def test_mutated_pages_never_raise() -> None:
    whole = page(
        f"<h1>{TITLE}</h1><div class='date'>19/11/2025 07:45</div><article>{paragraphs()}</article>",
        head='<script type="application/ld+json">{"@type":"NewsArticle","headline":"A","author":{"name":"B"}}</script>',
    )
    dice = random.Random(7)
    for _ in range(60):
        body = bytearray(whole)
        for _ in range(dice.randrange(1, 30)):
            at = dice.randrange(len(body))
            body[at : at + dice.choice((0, 1, 40))] = dice.choice(
                (b"", b"\0", b"<", b'">', b"\xff", b"&", b"</div>", b"[[{", b"\x80\x81")
            )
        assert isinstance(extract_page(bytes(body), URL, fetched_at=NOW), Article | NoArticle)
