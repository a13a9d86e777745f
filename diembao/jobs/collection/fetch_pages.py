"""Addresses typed by a person → their pages, fetched as politely as any other."""

import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawlers.spiders.sink import MemorySink
from pipeline.records import Candidate, CrawlSettings, Document, Entry, Fetched, Reason, Source
from pipeline.text.urls import normalise_url


def fetch_pages(urls: Sequence[str], settings: CrawlSettings) -> Iterator[Document]:
    """Fetch each address once; a failed fetch gives a Document without a body, with the reason.

    At most once per process (Twisted's reactor). Raises ValueError for an address that is not http(s).
    """
    from crawlers.crawl import crawl
    from diembao.jobs.collection.collect import logins_of

    # A private address typed into the command is intended, like one written into sources.toml.
    sources = [Source(f"page-{n}", urlsplit(url).netloc, url, ()) for n, url in enumerate(urls)]
    candidates = [
        Candidate(n, sources[n].id, "", normalise_url(url), Entry(normalise_url(url))) for n, url in enumerate(urls)
    ]
    sink = MemorySink()
    crawl(sources, candidates, sink, settings, logins_of(sources))
    for candidate in candidates:
        answer = sink.fetches[candidate.id]
        if isinstance(answer, Fetched):
            body, kind, reason = answer.body, answer.content_type, Reason.OK
        else:
            body, kind, reason = b"", "", answer.reason
        yield Document(0, candidate.id, "", answer.url, answer.at, body, kind, candidate.entry, reason)


def page_document(url: str, body: bytes) -> Document:
    """Return a Document of these bytes (gzip or not), as if just fetched from `url`."""
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    return Document(0, 0, "", url, datetime.now(UTC), body, "", Entry(url))
