"""Pages of other kinds than news, and one article in many kinds of markup → text and title, beside trafilatura."""

import pytest

from pipeline.extraction.consensus import agreement
from pipeline.extraction.extract import extract_page
from pipeline.records import Article, Reason
from tests.support.general_pages import BODY, TITLE, general_pages
from tests.support.page_variants import TEXT_CHANGES, TITLE_CHANGES, vary

URL = "https://harbour.example.org/notices/2026/eastern-quay-closed-12.html"
# A page as news sites make them: what a reader wants stands among what a reader does not want.
NEWS = (
    f"<!DOCTYPE html><html lang='en'><head><title>{TITLE}</title><meta property='og:title' content='{TITLE}'>"
    f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}"}}</script></head>'
    "<body><header><a href='/'>Harbour News</a></header><main><article class='story'>"
    f"<h1>{TITLE}</h1><div class='story-text'>{''.join(f'<p>{line}</p>' for line in BODY)}</div></article>"
    "<div class='related'><h3>More news</h3><ul><li><a href='/1'>Fish prices rise again in the northern ports</a></li>"
    "<li><a href='/2'>A new crane for the old pier is on its way</a></li></ul></div></main>"
    "<footer><p>Harbour News, 12 Harbour Road. All rights reserved.</p></footer></body></html>"
).encode()


def read(body: bytes) -> Article:
    article = extract_page(body, URL)
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize(("kind", "body", "text"), [pytest.param(*page, id=page[0]) for page in general_pages()])
def test_text_of_a_general_page_is_not_worse_than_trafilatura_s(kind: str, body: bytes, text: str) -> None:
    import trafilatura

    plain = trafilatura.extract(body) or ""
    article = read(body)
    assert article.title == TITLE
    assert agreement(text, article.text) >= max(0.97, agreement(text, plain) - 0.005)
    assert len(article.text) > len(plain) / 3


@pytest.mark.parametrize("name", TEXT_CHANGES)
def test_text_stays_when_the_markup_around_it_changes(name: str) -> None:
    changed = vary(NEWS, "\n".join(BODY), TITLE, TEXT_CHANGES[name])
    assert changed != NEWS
    assert read(changed).text.split() == " ".join(BODY).split()


@pytest.mark.parametrize("name", TITLE_CHANGES)
def test_title_stays_when_what_states_it_changes(name: str) -> None:
    assert read(vary(NEWS, "\n".join(BODY), TITLE, TITLE_CHANGES[name])).title == TITLE


def test_page_with_links_among_much_text_is_no_list() -> None:
    long = [" ".join((BODY * 2)[n : n + 5]) + f" So it was said on day {n + m}." for n in range(5) for m in (1, 20)]
    links = [f"<p><a href='/{n}'>What the harbour office said about this in {2000 + n}</a></p>" for n in range(10)]
    mixed = "".join(f"<p>{line}</p>{link}" for line, link in zip(long, links, strict=True))
    body = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{mixed}</div></body></html>".encode()
    assert set(long) <= set(read(body).text.splitlines())


def test_front_page_within_a_form_is_refused() -> None:
    """As portals on ASP.NET have it: their whole page is one form."""
    teasers = "".join(
        f"<div><h3><a href='/n{n}'>{line[:50]} ({n})</a></h3><p>{line}</p></div>" for n in range(8) for line in BODY
    )
    page = f"<html><head><title>Harbour</title></head><body><form action='/'>{teasers}</form></body></html>"
    outcome = extract_page(page.encode(), URL)
    assert not isinstance(outcome, Article)
    assert outcome.reason is Reason.NOT_AN_ARTICLE
