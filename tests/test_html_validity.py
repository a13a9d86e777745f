"""Digest and letter as an HTML checker and an accessibility checker see them, for days of every size."""

import re
from typing import Any

import html5lib
import pytest

from analysis.brief.document import brief_document
from analysis.digest.charts import topics_by_tone
from analysis.digest.document import digest_document
from analysis.digest.html import render_html
from analysis.documents.email_html import email_html
from analysis.documents.labels import labels
from analysis.documents.page import render_page
from tests.support.days import LABELS, model

SIZES = (0, 1, 40, 500)
NAMES = {"vi": "Ninh Thuận", "en": "Ninh Thuan"}


def digest(n: int, lang: str) -> str:
    drawn = topics_by_tone(model(n), labels(lang), LABELS)
    return render_html(model(n), lang, province=NAMES[lang], topic_labels=LABELS, pictures=[drawn] if drawn else ())


def letter(n: int, lang: str) -> str:
    return email_html(digest_document(model(n), lang, province=NAMES[lang], topic_labels=LABELS))


def brief(n: int, lang: str) -> str:
    return render_page(brief_document(model(n), lang, province=NAMES[lang], topic_labels=LABELS))


def brief_letter(n: int, lang: str) -> str:
    return email_html(brief_document(model(n), lang, province=NAMES[lang], topic_labels=LABELS))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("made", [digest, letter, brief, brief_letter])
def test_it_is_html(made: Any, n: int, lang: str) -> None:
    parser = html5lib.HTMLParser(strict=True)  # raises at the first thing that the standard forbids
    tree = parser.parse(made(n, lang))
    found = [e for e in tree.iter() if isinstance(e.tag, str)]
    ids = [e.get("id") for e in found if e.get("id")]
    assert len(ids) == len(set(ids)), "an id stands once"
    links = [e.get("href", "") for e in found if e.tag.endswith("}a")]
    assert all(link.startswith(("https://", "http://", "#")) for link in links)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("n", SIZES)
def test_a_letter_is_whole_where_styles_are_taken_out(n: int) -> None:
    written = letter(n, "vi")
    assert len(written.encode()) < 102_000, "Gmail cuts off behind 102 KB"
    assert not re.search(r"<(style|script|link|form|svg|video)\b|\sclass=|url\(|position:|flex|grid", written)
    assert written.count("<table") == written.count("</table>")


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("width", "n", "lang"), [(390, 40, "vi"), (1280, 40, "en"), (390, 0, "vi"), (1280, 1, "vi")])
@pytest.mark.parametrize("made", [digest, letter, brief])
def test_everybody_can_read_it(made: Any, width: int, n: int, lang: str, browser: Any) -> None:
    """WCAG 2.2 A and AA and the best practices, by axe."""
    from axe_playwright_python.sync_playwright import Axe

    # The digest forbids all scripts; the checker is one.
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.set_content(made(n, lang))
    found = Axe().run(page).response
    page.close()
    assert [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found["violations"]] == []
    assert len(found["passes"]) > 10
