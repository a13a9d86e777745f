"""Article → the address that a reader of a document may click."""

from functools import lru_cache
from urllib.parse import quote, urlsplit

from pipeline.records import Article, Reason
from pipeline.text.private_hosts import is_metadata_service
from pipeline.text.urls import is_fetchable


def article_link(article: Article) -> str | None:
    """Return the http(s) address of an article, percent-encoded; None without one that may be clicked.

    An address that the crawl refused because it leads into a private network, or redirects there, is shown as text:
    a click would send the reader's own browser to it. Servers inside a person's network that sources.toml names are
    asked, and so stay links.
    """
    if article.reason is Reason.UNSAFE_ADDRESS:
        return None
    for url in (article.canonical, article.url):
        if (link := _clickable(url.strip())) is not None:
            return link
    return None


@lru_cache(maxsize=1_000)
def _clickable(url: str) -> str | None:
    """Return an address percent-encoded; None where it may not be clicked. Each form of a digest asks for the same."""
    if not is_fetchable(url) or is_metadata_service(urlsplit(url).hostname or ""):
        return None
    return quote(url, safe="%/:?#[]@!$&'()*+,;=-._~")
