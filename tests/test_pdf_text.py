"""What is copied out of a PDF is what was put in, letter for letter, and a signature has text above it."""

import re
from dataclasses import replace
from unicodedata import normalize

import pypdfium2
import pytest

from analysis.documents.blocks import (
    BulletList,
    Heading,
    Paragraph,
    PrintDocument,
    Run,
    Table,
    annex_blocks,
    annex_note,
    form_text,
    kept_units,
    layout_blocks,
    plain_text,
)
from analysis.documents.pdf import render_pdf
from tests.support.papers import DECREE, paper

VOWELS = "aăâeêioôơuưy"
MARKS = "\u0300\u0301\u0303\u0309\u0323"
#: Every letter of Vietnamese, small and capital
LETTERS = "".join(normalize("NFC", v + m) for v in VOWELS for m in ("", *MARKS)) + "đ"
ALPHABET = " ".join(re.findall(".{6}", LETTERS + LETTERS.upper()))
FOREIGN = "Ниньтхуан ускоряет; 宁顺核电厂; 原発; 닌투언 태양광; Đà Lạt : où « œuvre » naïve; straße, señor"


def pages_of(file: bytes) -> list[list[str]]:
    """Return the lines of each page's text layer, without those of blanks."""
    document = pypdfium2.PdfDocument(file)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append([line.strip() for line in text.get_text_range().splitlines() if line.strip()])
            text.close()
            page.close()
        return pages
    finally:
        document.close()


def words_of(paper: PrintDocument) -> str:
    """Return all words that a PDF is to show, without blanks."""
    under = paper.letterhead
    texts = [*paper.subtitles, *under.addressed, *map(form_text, ("state", "motto", "report", "recipients", "annex"))]
    texts += [paper.title.upper(), paper.abstract, paper.number_line, paper.date_line, annex_note(paper)]
    texts += [line.upper() for line in (under.parent_agency, under.agency, under.authority, under.signer_title)]
    texts.append(under.signer)
    for block in (*layout_blocks(paper), *annex_blocks(paper)):
        match block:
            case Heading(_, runs) | Paragraph(runs):
                texts.append(plain_text(runs))
            case BulletList(items, numbered):
                texts += [f"{f'{n}.' if numbered else '–'} {plain_text(runs)}" for n, runs in enumerate(items, 1)]
            case Table():
                texts += [" ".join(row) for row in (block.head, *block.rows)]
            case _:
                texts.append(block.alt)
    return "\n".join("".join(text.split()) for text in texts)


@pytest.mark.parametrize("letterhead", [None, DECREE], ids=["bulletin", "decree"])
def test_every_line_of_the_text_layer_is_a_line_that_was_put_in(letterhead: object) -> None:
    looks = [(False, False), (True, False), (False, True), (True, True)]
    text = f"{ALPHABET} {FOREIGN}"
    made = paper(3, DECREE if letterhead else None)
    shown = (
        Heading(1, (Run(text),)),
        *(Paragraph((Run(text, bold=bold, italic=italic),)) for bold, italic in looks),
        Paragraph((Run(normalize("NFD", ALPHABET), bold=True, italic=True),), "small"),
        BulletList(((Run(text, marked=True),), (Run(text, link="http://a.example/"),)), numbered=True),
    )
    made = replace(made, blocks=(*made.blocks, *shown))
    put_in = normalize("NFC", words_of(made))
    lines = [line for page in pages_of(render_pdf(made)) for line in page]
    whole = "".join("".join(line.split()) for line in lines)
    wrong = [line for line in lines if "".join(line.split()) not in put_in.replace("\n", "") and not line.isdigit()]
    # Columns stand beside each other: a line of a table or of the head may be one of two.
    assert [line for line in wrong if not all(word in put_in for word in line.split())] == []
    assert whole.count("".join(ALPHABET.split())) >= len(shown) - 3
    assert "Nơinhận:" in whole or not letterhead


@pytest.mark.parametrize("n", [0, 1, 3, 5, 8, 13])
def test_a_signature_has_four_lines_above_it(n: int) -> None:
    pages = pages_of(render_pdf(paper(n, DECREE)))
    [signed] = [page for page in pages if "Nơi nhận:" in page]
    above = [line for line in signed[: signed.index("Nơi nhận:")] if not line.isdigit()]
    assert len(above) >= 4
    assert above[-1].endswith("./.")
    assert [line for page in pages for line in page if line.endswith("./.")] == [above[-1]]
    annex = pages[pages.index(signed) + 1]
    assert "PHỤ LỤC" in annex[:2]


def test_what_stays_with_a_signature() -> None:
    short, long = (Run("Một câu ngắn."),), (Run("Một câu. " * 60),)
    chart = Table(("a",), (("b",),), (1,))
    assert kept_units([Paragraph(short), Paragraph(long), Paragraph(long), Paragraph(short)]) == [0, 1, 1, 1]
    assert kept_units([Paragraph(short)] * 6) == [0, 0, 1, 1, 1, 1]
    assert kept_units([BulletList((short,) * 9), Paragraph(short)]) == [3, 1]
    assert kept_units([Paragraph(long), Heading(1, short), chart, Paragraph(short)]) == [0, 0, 0, 1]
    assert kept_units([Paragraph(short), Heading(1, short), *[Paragraph(short)] * 3]) == [1, 1, 1, 1, 1]
