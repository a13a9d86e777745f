"""Runs of text → inline HTML, in the style of a page or of an e-mail."""

from dataclasses import dataclass
from html import escape

from analysis.documents.blocks import Run, Runs


@dataclass(frozen=True, slots=True)
class InlineStyle:
    """What differs between the documents: the element that marks evidence, and the attributes of a link."""

    #: (opening tag, closing tag)
    mark: tuple[str, str]
    link: str


def runs_html(runs: Runs, style: InlineStyle) -> str:
    """Return the runs as inline HTML; empty ones give nothing."""
    return "".join(_run_html(run, style) for run in runs if run.text)


def _run_html(run: Run, style: InlineStyle) -> str:
    markup = escape(run.text)
    if run.marked:
        markup = markup.join(style.mark)
    if run.italic:
        markup = f"<em>{markup}</em>"
    if run.bold:
        markup = f"<strong>{markup}</strong>"
    language = f' lang="{escape(run.language)}"' if run.language else ""
    if run.link:
        return f'<a href="{escape(run.link)}" {style.link}{language}>{markup}</a>'
    return f"<span{language}>{markup}</span>" if language else markup
