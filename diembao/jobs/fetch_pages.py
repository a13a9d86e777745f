"""Addresses given by hand → their pages, fetched as politely as any other."""

import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawlers.spiders.sink import MemorySink
from diembao.jobs.collect import logins_of
from pipeline.records import Candidate, CrawlSettings, Document, Entry, Fetched, Reason, Source
from pipeline.text.urls import normalise_url


def fetch_pages(urls: Sequence[str], settings: CrawlSettings) -> Iterator[Document]:
    """Fetch each address once; a page that could not be had is a Document without a body, with the reason.

    May be called once per process (Twisted's reactor). Raises ValueError for what is no http(s) address.
    """
    from crawlers.crawl import crawl

    # The person who typed a numeric address into the command meant it, as one who writes it into sources.toml does.
    sources = [Source(f"page-{n}", urlsplit(url).netloc, url, ()) for n, url in enumerate(urls)]
    wanted = [
        Candidate(n, sources[n].id, "", normalise_url(url), Entry(normalise_url(url))) for n, url in enumerate(urls)
    ]
    sink = MemorySink()
    crawl(sources, wanted, sink, settings, logins_of(sources))
    for candidate in wanted:
        answer = sink.fetches[candidate.id]
        if isinstance(answer, Fetched):
            body, kind, reason = answer.body, answer.content_type, Reason.OK
        else:
            body, kind, reason = b"", "", answer.reason
        yield Document(0, candidate.id, "", answer.url, answer.at, body, kind, candidate.entry, reason)


def page_document(url: str, body: bytes) -> Document:
    """Return a page that was given as bytes (gzip or not), as if it had just been fetched from `url`."""
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    return Document(0, 0, "", url, datetime.now(UTC), body, "", Entry(url))
