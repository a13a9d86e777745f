"""PrintDocument → PDF, by Typst, which includes a typeface with all Vietnamese letters."""

import json
import re
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import normalize

from analysis.documents import fonts
from analysis.documents.blocks import (
    Block,
    BulletList,
    Heading,
    Paragraph,
    Picture,
    PrintDocument,
    Runs,
    Table,
    annex_blocks,
    annex_note,
    form_text,
    kept_units,
    layout_blocks,
)


def render_pdf(paper: PrintDocument, *, reserve: bool = False) -> bytes:
    """Return the file; equal documents give equal bytes on machines with the same typefaces.

    With `reserve` the page is smaller by what a wider typeface would need, as Word or LibreOffice put in place of Times
    New Roman where it is missing: to see whether a DOCX will keep to its pages, too.
    """
    import typst

    under = paper.letterhead
    content = {
        "lang": paper.lang,
        "title": paper.title,
        "abstract": paper.abstract,
        "subtitles": paper.subtitles,
        "administrative": under.administrative,
        "parent": under.parent_agency.upper(),
        "agency": under.agency.upper(),
        "number": paper.number_line,
        "date": paper.date_line,
        "recipients": under.addressed,
        "sign": [line.upper() for line in (under.authority, under.signer_title) if line],
        "signer": under.signer,
        "form": {code: form_text(code) for code in ("state", "motto", "report", "recipients", "annex")},
        "reserve": reserve,
        "compact": paper.compact and not under.administrative,
        "blocks": _blocks(layout_blocks(paper), signed=under.administrative),
        "annex": _blocks(annex_blocks(paper), signed=False),
        "annex-note": annex_note(paper),
    }
    template = (files("analysis") / "templates" / "paper.typ").read_bytes()
    compiled: Any = typst.compile  # the stubs of typst demand one type for source and paths
    pdf: bytes = compiled(
        template,
        # Composed letters: the text layer of a letter and a mark apart would say the letter twice.
        sys_inputs={"paper": normalize("NFC", json.dumps(content, ensure_ascii=False))},
        font_paths=_typefaces(),
        timestamp=int(paper.made_at.astimezone(UTC).timestamp()),
    )
    return pdf


@cache
def _typefaces() -> Any:
    """Return the typefaces of the machine and ours: to look for them takes longer than to set a page."""
    import typst

    return typst.Fonts(font_paths=[fonts.font_folder()])


def count_pages(file: bytes) -> int:
    """Return the number of pages of a PDF that render_pdf made: it writes an object for each, and compresses none."""
    return len(re.findall(rb"/Type\s*/Page\b", file))


def _blocks(blocks: Sequence[Block], *, signed: bool) -> list[dict[str, Any]]:
    """Return the blocks for the template; `signed`: a signature follows, with which the last ones stay."""
    kept = kept_units(blocks) if signed else [0] * len(blocks)
    return [_block(block) | {"keep": keep} for block, keep in zip(blocks, kept, strict=True)]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, runs):
            return {"kind": "heading", "level": level, "runs": _runs(runs)}
        case Paragraph(runs, style):
            return {"kind": "paragraph", "style": style, "runs": _runs(runs)}
        case BulletList(items, numbered):
            return {"kind": "listing", "numbered": numbered, "items": [_runs(runs) for runs in items]}
        case Table(head, rows, widths, numeric):
            shape = {"widths": widths, "numeric": sorted(numeric), "short": block.is_short}
            return {"kind": "grid", "head": head, "rows": rows, **shape}
        case Picture(_, svg, alt):
            return {"kind": "picture", "svg": svg, "alt": alt}


def _runs(runs: Runs) -> list[dict[str, Any]]:
    return [
        {
            "text": r.text,
            "bold": r.bold,
            "italic": r.italic,
            "marked": r.marked,
            "link": r.link or "",
            # Typst takes the language alone, without script or region.
            "lang": r.language.split("-")[0].lower(),
        }
        for r in runs
        if r.text
    ]
