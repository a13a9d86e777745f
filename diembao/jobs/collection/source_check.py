"""Sources → a check of their feeds and a few pages; a discovered site → a proposed source. Nothing is stored."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from config.opml import country_of, new_id
from config.settings import ProcessSettings
from crawlers.spiders.discovered import DiscoveredSite, choose_feeds
from crawlers.spiders.sink import MemorySink
from diembao.jobs.collection.collect import logins_of
from diembao.workers.local import LocalExaminer
from pipeline.records import (
    Candidate,
    CrawlSettings,
    Document,
    Examined,
    Fetched,
    FetchFailure,
    Poll,
    Reason,
    Source,
    Unreadable,
)
from pipeline.rules.rulebook import Rulebook
from pipeline.text.urls import normalise_url

#: Part of an article that a page may lack.
Part = Literal["title", "text", "date", "author"]
#: Callback of progress: stage, steps done, steps expected.
Progress = Callable[[str, int, int], None]

#: Pages of a source that are examined.
SAMPLE = 3
#: Age of the newest entry from which on a feed is stale: a monthly magazine publishes more often.
STALE = timedelta(days=45)
#: Letters of the shortest full text; less is a summary, a caption or a menu. A word of _DENSE has 2 or 3 letters.
_LETTERS, _DENSE_LETTERS = 200, 60
_DENSE = frozenset(["zh", "ja", "ko"])


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """One sampled page of a source."""

    url: str
    #: OK, or why it was not fetched or is unreadable
    reason: Reason
    title: str = ""
    missing: tuple[Part, ...] = ()


@dataclass(slots=True)
class SourceCheck:
    """Polls and sampled pages of one source, just now."""

    source: Source
    polls: list[Poll] = field(default_factory=list)
    pages: list[CheckedPage] = field(default_factory=list)

    @property
    def entries(self) -> int:
        return len({normalise_url(entry.url) for poll in self.polls for entry in poll.entries})

    @property
    def newest(self) -> datetime | None:
        return max((entry.published for poll in self.polls for entry in poll.entries if entry.published), default=None)

    @property
    def read(self) -> int:
        return sum(page.reason is Reason.OK for page in self.pages)

    @property
    def gives_nothing(self) -> bool:
        """Whether no article can be read: no entry, or no readable page among those sampled."""
        return not self.entries or (bool(self.pages) and not self.read)


def check_sources(
    sources: Sequence[Source],
    crawling: CrawlSettings,
    processing: ProcessSettings,
    rules: Rulebook,
    progress: Progress,
    *,
    sample: int = SAMPLE,
) -> list[SourceCheck]:
    """Poll every feed of the sources now and examine `sample` pages of each; no database is opened.

    At most once per process (Twisted's reactor).
    """
    from crawlers.crawl import crawl

    feeds = sum(len(source.feeds) for source in sources)
    sink = MemorySink(
        pages_per_source=sample,
        on_result=lambda s: progress("collect", len(s.polls) + len(s.fetches), feeds + len(s.candidates)),
    )
    crawl(sources, [], sink, crawling, logins_of(sources))
    checks = {source.id: SourceCheck(source) for source in sources}
    for poll in sink.polls:
        checks[poll.source_id].polls.append(poll)
    documents: list[Document] = []
    for key, answer in sink.fetches.items():
        candidate = sink.candidates[key]
        checked = checks[candidate.source_id]
        if isinstance(answer, FetchFailure):
            checked.pages.append(CheckedPage(candidate.url, answer.reason, candidate.entry.title))
        else:
            documents.append(_document(candidate, answer, checked.source))
    results = LocalExaminer(processing.workers).examine(
        documents,
        rules,
        batch=max(1, min(processing.batch, len(documents) // 4)),
        seconds_per_document=processing.seconds_per_document,
    )
    for result in (one for batch in results for one in batch):
        candidate = sink.candidates[result.document_id]
        checks[candidate.source_id].pages.append(_page(candidate, result))
    return list(checks.values())


def _document(candidate: Candidate, answer: Fetched, source: Source) -> Document:
    return Document(
        candidate.id,
        candidate.id,
        source.id,
        answer.url,
        answer.at,
        answer.body,
        answer.content_type,
        candidate.entry,
        selectors=source.selectors,
        languages=source.languages,
        country=source.country,
    )


def _page(candidate: Candidate, result: Examined) -> CheckedPage:
    if isinstance(result, Unreadable):
        return CheckedPage(candidate.url, result.reason, candidate.entry.title)
    article = result.article
    letters = _DENSE_LETTERS if result.tags.language.split("-")[0] in _DENSE else _LETTERS
    has: dict[Part, bool] = {
        "title": bool(article.title),
        "text": article.text_from == "page" and len(article.text) >= letters,
        "date": article.published is not None,
        "author": bool(article.authors),
    }
    missing: tuple[Part, ...] = tuple(part for part, present in has.items() if not present)
    return CheckedPage(candidate.url, article.reason, article.title, missing)


def build_source(site: DiscoveredSite, ids: Collection[str], now: datetime) -> Source:
    """Return a source for a discovered site; it has no feeds where no discovered feed has entries."""
    feeds = choose_feeds(site.offers, now)
    feed_urls = {feed.url for feed in feeds}
    language = next((o.language for o in site.offers if o.url in feed_urls and o.language), site.language)
    country = country_of(site.url, language)
    source = Source(
        id=new_id(site.url, ids),
        name=site.name or new_id(site.url, ()),
        home=site.url,
        feeds=feeds,
        country=country,
        languages=(language or "vi",),
        note=f"found on {now.astimezone(UTC):%Y-%m-%d}",
    )
    if country == "VN":
        return (
            source if language in ("", "vi") else replace(source, category="vn_foreign_service", reach="international")
        )
    return replace(source, category="foreign", reach="international")
