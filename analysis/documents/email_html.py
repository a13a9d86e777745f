"""PrintDocument → the HTML of an e-mail for mail programs that remove style sheets and scripts."""

from collections.abc import Sequence
from html import escape

from analysis.documents.blocks import (
    Block,
    BulletList,
    Heading,
    Paragraph,
    Picture,
    PrintDocument,
    Style,
    Table,
)
from analysis.documents.inline_html import InlineStyle, runs_html
from analysis.documents.labels import labels
from analysis.documents.oversized import block_name

#: Most bytes of the page: Gmail cuts a message after 102 KB; the whole digest is in the attached files
_BUDGET = 90_000
#: Most bytes of one block: a larger one is left out by name, so that what follows it still has room
_LARGEST = 40_000
_FACE = "font-family:'Times New Roman',Times,serif"
_STYLES: dict[Style, str] = {
    "text": "font-size:16px;line-height:24px;color:#1b1b1b",
    "meta": "font-size:14px;line-height:20px;color:#54585d",
    "excerpt": "font-size:16px;line-height:24px;color:#1b1b1b",
    "small": "font-size:14px;line-height:20px;color:#54585d",
}
_TITLE = "font-size:26px;line-height:34px;font-weight:bold;color:#1f4469"
_SPACE = "padding:0 0 8px 0"
_INLINE = InlineStyle(('<span style="background-color:#fdf0c4">', "</span>"), 'style="color:#1f4469"')


def email_html(paper: PrintDocument) -> str:
    """Return a page of tables with styles on every cell; the address of picture n (from 1) is `cid:picture-n`.

    A block that would take nearly half of the budget is left out by name.
    From the first heading whose part would exceed the budget on, blocks are left out; a last line says so.
    """
    rows: list[str] = [
        _row(f'<h1 style="margin:0;{_TITLE}">{escape(paper.title.upper())}</h1>', _TITLE, "center"),
        *(_row(escape(line), "font-size:14px;line-height:20px;color:#54585d", "center") for line in paper.subtitles),
    ]
    length = sum(map(_bytes, rows))
    pictures = 0
    for part in _parts((*paper.blocks, *paper.annex)):
        part_rows: list[str] = []
        for block in part:
            pictures += isinstance(block, Picture)
            rows_of_block = _block(block, pictures)
            if sum(map(_bytes, rows_of_block)) > _LARGEST:
                line = labels(paper.lang).say("left_out", name=block_name(block))
                rows_of_block = [_row(escape(line), _STYLES["small"])]
            part_rows += rows_of_block
        length += sum(map(_bytes, part_rows))
        if length > _BUDGET:
            rows.append(_row(escape(labels(paper.lang).say("mail_cut")), _STYLES["text"] + ";font-weight:bold"))
            break
        rows += part_rows
    return (
        f'<!doctype html>\n<html lang="{paper.lang}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(paper.title)}</title></head>\n"
        '<body style="margin:0;padding:0;background-color:#ffffff">\n'
        '<div role="main">\n<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        '<td align="center">\n'
        '<table role="presentation" width="640" cellpadding="0" cellspacing="0" border="0" '
        f'style="width:100%;max-width:640px;{_FACE}">\n' + "\n".join(rows) + "\n</table>\n</td></tr></table>\n</div>\n"
        "</body>\n</html>\n"
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the blocks, from each heading to the next."""
    parts: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) or not parts:
            parts.append([])
        parts[-1].append(block)
    return parts


def _row(content: str, style: str, align: str = "left") -> str:
    return f'<tr><td align="{align}" style="{_SPACE};{_FACE};{style}">{content}</td></tr>'


def _block(block: Block, picture: int) -> list[str]:
    match block:
        case Heading(1, runs):
            look = "font-size:20px;line-height:26px;font-weight:bold;color:#1f4469;border-bottom:2px solid #1f4469"
            tag = f'<h2 style="margin:18px 0 0 0;font-size:20px;line-height:26px">{runs_html(runs, _INLINE)}</h2>'
            return [_row(tag, look)]
        case Heading(_, runs):
            tag = f'<h3 style="margin:10px 0 0 0;font-size:17px;line-height:24px">{runs_html(runs, _INLINE)}</h3>'
            return [_row(tag, "font-size:17px;line-height:24px;color:#1b1b1b")]
        case Paragraph(runs, style):
            return [_row(runs_html(runs, _INLINE), _STYLES[style])]
        case BulletList(items, numbered):
            return [
                _row(f"{f'{n}.' if numbered else '–'} {runs_html(runs, _INLINE)}", _STYLES["text"])
                for n, runs in enumerate(items, 1)
            ]
        case Table():
            return [_row(_grid(block), _STYLES["small"])]
        case Picture(alt=alt):
            image = f'<img src="cid:picture-{picture}" width="600" alt="{escape(alt)}" '
            return [
                _row(f'{image}style="display:block;width:100%;max-width:600px;height:auto;border:0">', "", "center")
            ]


def _grid(grid: Table) -> str:
    cell = "border:1px solid #c9ccd1;padding:4px 6px;font-size:14px;line-height:20px;color:#1b1b1b"

    def row(cells: Sequence[str], tag: str) -> str:
        markup = (
            f'<{tag} align="{"right" if n in grid.numeric else "left"}" style="{cell}">{escape(text)}</{tag}>'
            for n, text in enumerate(cells)
        )
        return f"<tr>{''.join(markup)}</tr>"

    head, rows = row(grid.head, "th"), "".join(row(cells, "td") for cells in grid.rows)
    return (
        f'<table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;{_FACE}">'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table>"
    )
