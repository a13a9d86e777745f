"""Two outlets and what a crawl and an examination tell a database of them: polls, pages, failures, articles."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.records import (
    Article,
    Candidate,
    Coverage,
    Document,
    Entry,
    Evidence,
    Fetched,
    FetchFailure,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    Relevance,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database

T0 = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SOURCE = Source("a", "Báo A", "http://a.example/", ())
OTHER = Source("b", "Báo B", "http://b.example/", ())
FEED = "http://a.example/rss"


def entry(n: int) -> Entry:
    return Entry(f"http://a.example/bai-{n}.html", title=f"Bài {n}", summary=f"Tóm tắt {n}")


def poll(
    storage: Database, *entries: Entry, at: datetime = T0, recheck: bool = False, **more: object
) -> list[Candidate]:
    run = storage.service.begin_run("collect", at)
    one = replace(Poll("a", FEED, at, Reason.OK, 200, entries=entries), **more)
    return storage.crawl.save_poll(run, one, recheck_all=recheck)


def page(candidate: Candidate, body: bytes = b"<html>", at: datetime = T0) -> Fetched:
    return Fetched(candidate.id, at, candidate.url, 200, body, "text/html", etag='"1"')


def failure(candidate: Candidate, reason: Reason, at: datetime = T0) -> FetchFailure:
    return FetchFailure(candidate.id, at, candidate.url, reason)


def tags(relevance: Relevance = "main", rules: str = "r1") -> Tags:
    found = Evidence("title", 0, 3, "Bài")
    return Tags(
        "vi", relevance, 0.9, VerdictReason.text("vì thế"), (PlaceFound("nt.province", "Ninh Thuận", "", (found,)),),
        (TopicFound("energy", 0.8, (found,)),), (), "neutral", rules,
    )  # fmt: skip


WORDS = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba "


def coverage(
    document: Document, words: str = WORDS, relevance: Relevance = "main", **more: object
) -> Coverage | Irrelevant:
    article = Article(
        document.url, document.url, f"Tiêu đề {document.candidate_id}", "", words, published=T0, published_from="page"
    )
    article = replace(article, **more)
    if relevance == "no":
        return Irrelevant(document.id, article, tags("no"))
    return Coverage(
        document.id, article, tags(relevance), dump(compute_fingerprint(article.title, article.text, article.published))
    )


def collect(storage: Database, *numbers: int, at: datetime = T0) -> list[Document]:
    wanted = poll(storage, *(entry(n) for n in numbers), at=at)
    storage.crawl.save_fetches(
        storage.service.begin_run("collect", at), [page(c, f"<p>{c.url}".encode(), at) for c in wanted]
    )
    return storage.articles.pending_documents(100)
