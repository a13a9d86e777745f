"""Bytes of a feed, sitemap, page, list or search → entries, read in a process of their own that may be killed."""

import asyncio
import multiprocessing
import re
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from pipeline.records import Entry, FeedKind, Reason

#: Seconds for one answer. A feed of 2,000 entries takes about 0.5; one element with 100,000 attributes took 86.
_SECONDS = 10.0
#: Address space of the reading process. It starts at about 250 MB; a feed of 2,000 long entries adds some 100.
_MEGABYTES = 900


@dataclass(frozen=True, slots=True)
class FeedResponse:
    """What a server said at the address of a feed, and how it is to be read."""

    kind: FeedKind
    body: bytes
    #: after redirects
    url: str
    content_type: str
    #: as in pipeline.records.Feed and Source
    links: str | None
    article_url: str | None
    max_entries: int


@dataclass(frozen=True, slots=True)
class Found:
    entries: tuple[Entry, ...] = ()
    #: addresses of further sitemaps
    children: tuple[str, ...] = ()
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""
    #: the time between two polls that the feed itself wishes
    wish: timedelta | None = None
    #: entries that were listed, of which `entries` match article_url
    listed: int = 0


def parse_response(answer: FeedResponse) -> Found:
    """Read one answer here and now; never raises."""
    from crawlers.parsing.feeds import parse_feed
    from crawlers.parsing.search_results import parse_search_results
    from crawlers.parsing.section_pages import parse_section_page, parse_url_list
    from crawlers.parsing.sitemaps import parse_sitemap

    try:
        if answer.kind == "sitemap":
            site = parse_sitemap(answer.body, url=answer.url, max_entries=answer.max_entries)
            found = Found(site.entries, site.children, site.invalid, site.reason, site.note)
        elif answer.kind == "listing":
            page = parse_section_page(
                answer.body,
                url=answer.url,
                links=answer.links,
                article_url=answer.article_url,
                max_entries=answer.max_entries,
            )
            return Found(page.entries, (), page.invalid, page.reason, page.note)
        elif answer.kind == "list":
            listed = parse_url_list(answer.body, url=answer.url, max_entries=answer.max_entries)
            found = Found(listed.entries, (), listed.invalid, listed.reason, listed.note)
        else:
            parse = parse_search_results if answer.kind == "query" else parse_feed
            feed = parse(answer.body, url=answer.url, content_type=answer.content_type, max_entries=answer.max_entries)
            found = Found(feed.entries, (), feed.invalid, feed.reason, feed.note, feed.wish)
        return _only_articles(found, answer.article_url)
    except MemoryError:
        return Found(reason=Reason.BAD_FEED, note=f"needs more than {_MEGABYTES} MB of memory to read")
    except Exception as error:  # hostile bytes raise many kinds; one feed must not end the crawl
        return Found(reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])


def _only_articles(found: Found, pattern: str | None) -> Found:
    found = replace(found, listed=len(found.entries) + found.invalid)
    if pattern is None:
        return found
    kept = tuple(entry for entry in found.entries if re.search(pattern, entry.url))
    if len(kept) == len(found.entries):
        return found
    note = f"{len(found.entries) - len(kept)} links do not match article_url"
    return replace(found, entries=kept, note=f"{found.note}; {note}".lstrip("; "))


def _begin(megabytes: int) -> None:
    """Limit this process, and load what reading needs, so that no answer pays for it with its seconds."""
    for name in ("feedparser", "lxml.etree", "crawlers.parsing.feeds"):
        import_module(name)
    try:
        import resource
    except ImportError:  # not on Windows: the limit of time remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class ParserProcess:
    """One worker process, started at the first answer; one that hangs or dies is replaced, and costs one feed."""

    def __init__(self, seconds: float = _SECONDS, megabytes: int = _MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes
        self._pool: Any = None

    async def read(self, answer: FeedResponse) -> Found:
        """Read an answer in the worker; never raises."""
        from pebble import ProcessPool

        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=1,
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=[self._megabytes],
            )
        try:
            found: Found = await asyncio.wrap_future(
                self._pool.schedule(parse_response, args=(answer,), timeout=self._seconds)
            )
        except TookTooLong:
            return Found(reason=Reason.BAD_FEED, note=f"takes more than {self._seconds:g} s of time to read")
        except Exception as error:  # the worker died: out of memory, or a fault in a C library
            return Found(reason=Reason.BAD_FEED, note=f"reading it ended its process: {error}"[:300])
        return found

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None
