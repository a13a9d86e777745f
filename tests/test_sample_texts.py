"""Of every article of the sample press its own text is read, and nothing of what stands around it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from diembao.demo.server import Press
from pipeline.extraction.extract import extract_page
from pipeline.html.paragraph_keys import paragraph_key
from pipeline.records import Article

#: Letters of a lead that make it no chance find in another article.
_TELLING = 25


@pytest.fixture(scope="module")
def texts() -> Iterator[dict[str, tuple[str, str]]]:
    """Slug → lead of the article as it was written, and the key of the text that is read of its page."""
    found: dict[str, tuple[str, str]] = {}
    with Press(datetime(2026, 11, 22, 0, 30, tzinfo=UTC), slow=0.0) as press:
        for article in press.articles:
            address = press.address(article.outlet, article.slug)
            try:
                with urlopen(address, timeout=10) as answer:
                    page = extract_page(answer.read(), address)
            except (HTTPError, URLError, TimeoutError):
                continue  # some pages of the sample press fail on purpose
            if isinstance(page, Article):
                found[f"{article.outlet} {article.slug}"] = (paragraph_key(article.lead), paragraph_key(page.text))
    yield found


def test_no_text_holds_the_teaser_of_another_article_or_a_notice(texts: dict[str, tuple[str, str]]) -> None:
    assert len(texts) > 130
    leads = {lead: name for name, (lead, _) in texts.items() if len(lead) >= _TELLING}
    strange = {
        (name, leads[lead])
        for name, (own, text) in texts.items()
        for lead in leads
        # Reprints share a lead.
        if lead in text and lead not in own and own not in lead
    }
    assert strange == set()
    assert [name for name, (_, text) in texts.items() if "partnersstore" in text] == []


def test_every_text_begins_with_its_own_lead(texts: dict[str, tuple[str, str]]) -> None:
    assert [name for name, (lead, text) in texts.items() if lead[:40] not in text] == []
