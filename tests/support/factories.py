"""Articles in a database as a collection and its examination put them there: poll -> fetch -> examine."""

from collections.abc import Callable
from datetime import datetime

from pipeline.records import Article, Candidate, Coverage, Document, Examined, Fetched, Poll, Tags, VerdictReason
from storage.database import Database

#: Tags of an article that is about the province and of nothing else in particular.
PLAIN_TAGS = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")


def url_as_body(candidate: Candidate) -> bytes:
    """Return a body that differs from page to page: the page's address."""
    return candidate.url.encode()


def store_pages(
    storage: Database,
    run: int,
    poll: Poll,
    body: Callable[[Candidate], bytes] = url_as_body,
    *,
    recheck_all: bool = False,
) -> list[Candidate]:
    """Store a poll and, fetched at the same moment with status 200, the pages it lists; return their candidates."""
    candidates = storage.crawl.save_poll(run, poll, recheck_all=recheck_all)
    storage.crawl.save_fetches(run, [Fetched(c.id, poll.at, c.url, 200, body(c), "text/html") for c in candidates])
    return candidates


def examine_pending(storage: Database, examine: Callable[[Document], Examined], at: datetime) -> list[Examined]:
    """Store what `examine` makes of every document that waits for its examination; return it."""
    results = [examine(document) for document in storage.articles.pending_documents(10_000)]
    storage.articles.save_examinations(results, at)
    return results


def plain_coverage(document: Document, published: datetime, title: str = "Bài", tags: Tags = PLAIN_TAGS) -> Coverage:
    """Return an article whose title and text end with the document's number."""
    number = document.id
    article = Article(document.url, document.url, f"{title} {number}", "", f"Nội dung {number}", published=published)
    return Coverage(document.id, article, tags)
