"""Digest → one HTML file, or Markdown."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from analysis.digest import excerpt
from analysis.digest.head_lines import HeadLines, reason_groups
from analysis.digest.model import Digest
from analysis.digest.office import OfficeWords
from analysis.digest.presenter import TONE_SIGNS, DigestPresenter, capitalise, link
from analysis.documents.blocks import Picture
from analysis.documents.labels import labels

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_MARKDOWN = re.compile(r"([\\`*_\[\]~|])")
_MARKDOWN_AT_START = re.compile(r"(?=[#+\-=>])|(?<=\d)(?=[.)](?:\s|$))")


def render_html(
    day: Digest,
    lang: str = "vi",
    *,
    province: str,
    note: str = "",
    topic_labels: Mapping[str, str] | None = None,
    pictures: Sequence[Picture] = (),
) -> str:
    """Return one self-contained page, without scripts or external files; `pictures` are put before the outlets.

    `note` is the line below the province's name. `topic_labels` gives the name of each topic in `lang` by id; the id
    is shown for a topic without a name. Raises ValueError for a `lang` without labels.
    """
    return _render("digest.html", day, lang, province, note, topic_labels or {}, pictures)


def render_markdown(
    day: Digest, lang: str = "vi", *, province: str, note: str = "", topic_labels: Mapping[str, str] | None = None
) -> str:
    """Like `render_html`, as CommonMark."""
    return _render("digest.md", day, lang, province, note, topic_labels or {})


def _render(
    template: str,
    day: Digest,
    lang: str,
    province: str,
    note: str,
    topic_labels: Mapping[str, str],
    pictures: Sequence[Picture] = (),
) -> str:
    words = labels(lang)
    # Names of topics come from the rules; the name for stories without a topic is a label of the digest.
    topics = {"": words.say("other_topics"), **topic_labels}
    return (
        _environment()
        .get_template(template)
        .render(
            day=day,
            province=province,
            note=note,
            l=words,
            topic=lambda id: topics.get(id, id),
            view=DigestPresenter(day, words, topics, province),
            head=HeadLines(day, words),
            office=OfficeWords(day, words),
            reasons=list(reason_groups(day, words, province)),
            limit=excerpt.LIMIT,
            # PNG, not SVG: the reader's machine may lack the typeface of the SVG, and its words would be cut off.
            pictures=[(b64encode(picture.png).decode(), picture.alt) for picture in pictures],
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from analysis.documents.template_cache import CompiledTemplates

    environment = Environment(
        loader=PackageLoader("analysis"),
        bytecode_cache=CompiledTemplates(),
        # Markdown is escaped too: it may hold HTML, and titles and texts come from other people's pages.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _markdown, "visible": excerpt.visible, "capitalize_first": capitalise}
    environment.globals |= {
        "link": link,
        "title": excerpt.title_pieces,
        "excerpt": excerpt.excerpt,
        "tone_signs": TONE_SIGNS,
    }
    return environment


def _markdown(text: str, at_start: bool = False) -> "Markup":
    """Escape `text` so that Markdown shows it to the letter; `at_start`: it begins a line."""
    from markupsafe import Markup

    if not text.isprintable() or "  " in text:
        text = re.sub(r"\s+", " ", text)
    text = _MARKDOWN.sub(r"\\\1", text)
    if at_start:
        text = _MARKDOWN_AT_START.sub(r"\\", text.lstrip(), count=1) if _starts_block(text.lstrip()) else text
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _starts_block(text: str) -> bool:
    return re.match(r"[#+\-=>]|\d{1,9}[.)](\s|$)", text) is not None
