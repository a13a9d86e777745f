"""PrintDocument → one HTML page without scripts or external files, in the style of the digest."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, PrintDocument, Table
from analysis.documents.inline_html import InlineStyle, runs_html

#: What the page has beyond the style of the digest
_STYLE = """
main > ol, main > ul { margin: .6rem 0 0; padding-left: 1.4rem; }
main > ol { list-style: decimal; }
main > ul { list-style: disc; }
main li { margin-bottom: .45rem; }
main h2 { font-size: 1.2rem; line-height: 1.25; margin: 1.5rem 0 0; padding-bottom: .25rem; color: var(--accent); }
main h2 { border-bottom: 2px solid var(--accent); }
main > p { margin-top: .5rem; }
main em { color: var(--soft); font-style: normal; font-size: .92rem; }
.meta { margin-top: 1rem; }
@media print { main h2 { margin-top: .8rem; } main li { margin-bottom: .2rem; break-inside: avoid; } }
"""
_INLINE = InlineStyle(("<mark>", "</mark>"), 'rel="noopener noreferrer nofollow"')


def render_page(paper: PrintDocument) -> str:
    """Return the document as a page. Pictures are left out: a brief has none."""
    css = (files("analysis") / "templates" / "digest.css").read_text("utf-8")
    lines = "\n".join(f"<p>{escape(line)}</p>" for line in paper.subtitles)
    body = "\n".join(line for block in (*paper.blocks, *paper.annex) for line in _block(block))
    return (
        f'<!doctype html>\n<html lang="{paper.lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">\n<meta name="referrer" content="no-referrer">\n'
        '<meta name="robots" content="noindex, nofollow">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(paper.abstract)}</title>\n<style>\n{css}{_STYLE}</style>\n</head>\n<body>\n"
        f'<div class="page">\n<header class="masthead">\n<h1><span class="whose">{escape(paper.title)}</span></h1>\n'
        f"{lines}\n</header>\n<main>\n{body}\n</main>\n</div>\n</body>\n</html>\n"
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, runs):
            yield f"<h{level + 1}>{runs_html(runs, _INLINE)}</h{level + 1}>"
        case Paragraph(runs, style):
            yield f'<p class="{style}">{runs_html(runs, _INLINE)}</p>'
        case BulletList(items, numbered):
            tag = "ol" if numbered else "ul"
            yield f"<{tag}>"
            yield from (f"<li>{runs_html(runs, _INLINE)}</li>" for runs in items)
            yield f"</{tag}>"
        case Table(head, rows):
            yield "<table><thead><tr>"
            yield "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
            yield "</tr></thead><tbody>"
            yield from (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
            yield "</tbody></table>"
        case _:
            return
