"""PrintDocument → DOCX, in the form of Decree 30/2020/NĐ-CP (annex I) or as a plain bulletin."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape, quoteattr

from analysis.documents.blocks import (
    Block,
    BulletList,
    Heading,
    Paragraph,
    Picture,
    PrintDocument,
    Run,
    Runs,
    Table,
    annex_blocks,
    annex_note,
    form_text,
    kept_units,
    layout_blocks,
)
from analysis.documents.docx_styles import set_up_document

if TYPE_CHECKING:
    from docx.document import Document

#: Twips: left and right columns of the head and of the foot, so that agency and motto stand level; width of the text.
_HEAD, _FOOT, _WIDTH = (3500, 5571), (4400, 4671), 9071
_PICTURE_MM = 150
_BY_STYLE = {"text": "DiembaoText", "meta": "DiembaoMeta", "excerpt": "DiembaoExcerpt", "small": "DiembaoSmall"}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render_docx(paper: PrintDocument) -> bytes:
    """Return the file; equal documents give equal bytes."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    set_up_document(document, paper)
    writer = _Writer(document, hanging=not paper.letterhead.administrative)
    parts = [*(_head(paper) if paper.letterhead.administrative else _masthead(paper))]
    blocks = layout_blocks(paper)
    if paper.letterhead.administrative:
        for block, keep in zip(blocks, kept_units(blocks), strict=True):
            parts += writer.block(block, keep=keep)
        parts += _end(paper)
        parts += _annex(paper, writer)
    else:
        parts += [xml for block in blocks for xml in writer.block(block)]
    namespaces = nsdecls("w", "r", "wp", "a", "pic")
    last = cast("Any", document.element).body.sectPr
    for element in list(parse_xml(f"<w:body {namespaces}>{''.join(parts)}</w:body>")):
        last.addprevious(element)
    return _canonical(document)


class _Writer:
    """Blocks → WordprocessingML; pictures and links become relationships of the document."""

    def __init__(self, document: "Document", *, hanging: bool) -> None:
        """`hanging`: list marks hang to the left of their text."""
        self._document, self._hanging = document, hanging
        self._links: dict[str, str] = {}
        self._number = 1
        self._pictures = 0

    def block(self, block: Block, *, keep: int = 0) -> Iterator[str]:
        """Yield the paragraphs and tables of a block; its last `keep` paragraphs stay on the page of the next one."""
        match block:
            case Heading(level, runs):
                yield _p(f"Heading{level}", self.runs(runs))
            case Paragraph(runs, style):
                yield _p(_BY_STYLE[style], self.runs(runs), keep=keep > 0 or style == "meta")
            case BulletList(items, numbered):
                for n, runs in enumerate(items, 1):
                    mark = _r(f"{n}." if numbered else "-") + ("<w:r><w:tab/></w:r>" if self._hanging else _r(" "))
                    yield _p("DiembaoList", mark + self.runs(runs), keep=n > len(items) - keep)
            case Table():
                yield from _grid(block)
            case Picture():
                yield self._picture(block)

    def runs(self, runs: Runs) -> str:
        return "".join(self._linked(run) if run.link else _run(run) for run in runs if run.text)

    def _linked(self, run: Run) -> str:
        from docx.opc.constants import RELATIONSHIP_TYPE

        link = run.link or ""
        if link not in self._links:
            # As `relate_to` does, which compares each link with all others; a number that is taken stays so.
            relations = self._document.part.rels
            while (number := f"rId{self._number}") in relations:
                self._number += 1
            relations.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, link, number, is_external=True)
            self._links[link] = number
        return f'<w:hyperlink r:id="{self._links[link]}">{_run(run)}</w:hyperlink>'

    def _picture(self, picture: Picture) -> str:
        from docx.shared import Mm

        self._pictures += 1
        inline = self._document.part.new_pic_inline(io.BytesIO(picture.png), width=Mm(_PICTURE_MM))
        inline.docPr.set("descr", picture.alt)
        xml = re.sub(r' xmlns:\w+="[^"]*"', "", inline.xml)
        return _p("DiembaoHead", f"<w:r><w:drawing>{xml}</w:drawing></w:r>")


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(_ILLEGAL.sub("", text))}</w:t>'


def _r(text: str, look: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{_text(text)}</w:r>"


def _run(run: Run) -> str:
    # The schema prescribes the order of these elements.
    look = "<w:b/>" * run.bold + "<w:i/>" * run.italic
    look += '<w:shd w:val="clear" w:color="auto" w:fill="FDF0C4"/>' * run.marked
    if run.language:
        language = quoteattr(run.language)
        look += f"<w:lang w:val={language} w:eastAsia={language}/>"
    return _r(run.text, look)


def _p(style: str, content: str, *, keep: bool = False, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" * keep}{more}</w:pPr>{content}</w:p>'


def _head_line(text: str, size: float, look: str = "", align: str = "center", style: str = "DiembaoHead") -> str:
    points = f'<w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/>'
    return _p(style, _r(text, look + points), more=f'<w:jc w:val="{align}"/>')


def _rule(width: int, within: int) -> str:
    """Return a drawn line of `width` twips in the middle of `within`; the Decree wants no underlining."""
    side = (within - width) // 2
    return _p(
        "DiembaoHead",
        '<w:r><w:rPr><w:sz w:val="2"/></w:rPr></w:r>',
        more='<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        '<w:spacing w:before="20" w:after="40" w:line="60" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/>',
    )


def _columns(widths: Sequence[int], cells: Sequence[str]) -> str:
    """Return a table without borders, of one row."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    row = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for width, cell in zip(widths, cells, strict=True)
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr>{row}</w:tr></w:tbl>"
    )


def _masthead(paper: PrintDocument) -> Iterator[str]:
    yield _head_line(paper.title.upper(), 17 if paper.compact else 20, "<w:b/>")
    yield _rule(_WIDTH // 3, _WIDTH)
    yield from (_head_line(line, 10.5 if paper.compact else 12) for line in paper.subtitles)


def _head(paper: PrintDocument) -> Iterator[str]:
    under = paper.letterhead
    left, right = _HEAD
    agency = _head_line(under.parent_agency.upper(), 12) * bool(under.parent_agency)
    agency += _head_line(under.agency.upper(), 12, "<w:b/>") + _rule(left * 2 // 5, left)
    agency += _head_line(paper.number_line, 13)
    state = _head_line(form_text("state"), 12, "<w:b/>")
    # The line below the motto is as long as the motto.
    state += _head_line(form_text("motto"), 13, "<w:b/>") + _rule(3150, right)
    state += _head_line(paper.date_line, 13, "<w:i/>")
    yield _columns(_HEAD, (agency, state))
    yield _head_line("", 13)
    yield _head_line(form_text("report"), 14, "<w:b/>")
    yield _head_line(paper.abstract, 14, "<w:b/>")
    yield _rule(_WIDTH * 2 // 5, _WIDTH)
    yield from (_head_line(line, 13, "<w:i/>") for line in paper.subtitles)


def _end(paper: PrintDocument) -> Iterator[str]:
    letterhead = paper.letterhead
    # Keeps the signature on the page of the last paragraph.
    yield _p("DiembaoHead", "", keep=True)
    to = _head_line(form_text("recipients"), 12, "<w:b/><w:i/>", "left", "DiembaoSign")
    to += "".join(_head_line(name, 11, "", "left", "DiembaoSign") for name in letterhead.addressed)
    sign = "".join(
        _head_line(line.upper(), 13, "<w:b/>") for line in (letterhead.authority, letterhead.signer_title) if line
    )
    sign += _head_line("", 13) * 4 + _head_line(letterhead.signer, 13, "<w:b/>")
    yield _columns(_FOOT, (to, sign))
    # Word reports a document that ends with a table as damaged.
    yield _p("DiembaoHead", "")


def _annex(paper: PrintDocument, writer: _Writer) -> Iterator[str]:
    """Yield what stands behind the signature, from a new page on."""
    blocks = annex_blocks(paper)
    if not blocks:
        return
    yield _p("DiembaoHead", '<w:r><w:br w:type="page"/></w:r>')
    yield _head_line(form_text("annex"), 14, "<w:b/>")
    yield _head_line(paper.abstract, 14, "<w:b/>")
    yield _head_line(annex_note(paper), 13, "<w:i/>")
    yield _rule(_WIDTH * 2 // 5, _WIDTH)
    for block in blocks:
        yield from writer.block(block)


def _grid(grid: Table) -> Iterator[str]:
    share = [_WIDTH * width // sum(grid.widths) for width in grid.widths]

    def row(cells: Sequence[str], head: bool, keep: bool) -> str:
        markup = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            + _p(
                "DiembaoCell",
                _r(cell, "<w:b/>" * head),
                keep=keep,
                more='<w:jc w:val="center"/>' if head else '<w:jc w:val="right"/>' * (n in grid.numeric),
            )
            + "</w:tc>"
            for n, (cell, width) in enumerate(zip(cells, share, strict=True))
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * head}</w:trPr>{markup}</w:tr>"

    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in share)
    rows = row(grid.head, True, True)
    rows += "".join(row(cells, False, grid.is_short and cells is not grid.rows[-1]) for cells in grid.rows)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(share)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>'
    )
    yield _p("DiembaoSmall", "")


def _canonical(document: "Document") -> bytes:
    """Return the package with a fixed time on every part, so that equal documents give equal bytes."""
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
