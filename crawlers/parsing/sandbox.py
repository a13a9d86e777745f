"""The response of a feed → a ParsedFeed, parsed in a process of its own that can be killed."""

import asyncio
import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import TimeoutError as ParseTimeout
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, TypeVar

from crawlers.parsing.parsed_feed import ParsedFeed
from pipeline.records import FeedKind, Reason
from pipeline.worker_process import end_with_parent

Result = TypeVar("Result")

#: Seconds to parse one response. A feed of 2,000 entries takes about 0.5; one element with 100,000 attributes took 86.
_SECONDS = 10.0
#: Address space of the parsing process. It starts at about 250 MB; a feed of 2,000 long entries adds some 100.
_MEGABYTES = 900


@dataclass(frozen=True, slots=True)
class FeedResponse:
    """What a server sent for the address of a feed, and what is needed to parse it."""

    kind: FeedKind
    body: bytes
    #: Final address, after redirects.
    url: str
    content_type: str
    #: As in pipeline.records.Feed and Source.
    links: str | None
    article_url: str | None
    max_entries: int
    #: Of the outlet, for dates that state no zone: ISO 3166-1, and BCP 47; '' if unknown.
    country: str = ""
    language: str = ""


def parse_response(response: FeedResponse) -> ParsedFeed:
    """Parse one response in this process; never raises."""
    from crawlers.parsing.feeds import parse_feed
    from crawlers.parsing.search_results import parse_search_results
    from crawlers.parsing.section_pages import parse_section_page, parse_url_list
    from crawlers.parsing.sitemaps import parse_sitemap

    body, url, limit = response.body, response.url, response.max_entries
    try:
        if response.kind == "listing":
            return parse_section_page(
                body, url=url, links=response.links, article_url=response.article_url, max_entries=limit
            )
        if response.kind == "sitemap":
            parsed = parse_sitemap(
                body, url=url, max_entries=limit, country=response.country, language=response.language
            )
        elif response.kind == "list":
            parsed = parse_url_list(body, url=url, max_entries=limit)
        elif response.kind == "query":
            parsed = parse_search_results(body, url=url, content_type=response.content_type, max_entries=limit)
        else:
            parsed = parse_feed(
                body,
                url=url,
                content_type=response.content_type,
                max_entries=limit,
                country=response.country,
                language=response.language,
            )
        return _only_articles(parsed, response.article_url)
    except MemoryError:
        return ParsedFeed(reason=Reason.BAD_FEED, note=f"needs more than {_MEGABYTES} MB of memory to read")
    except Exception as error:  # Hostile bytes raise many types; one feed must not end the crawl.
        return ParsedFeed(reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])


def _only_articles(parsed: ParsedFeed, pattern: str | None) -> ParsedFeed:
    """Return the feed with `listed` filled in, and only entries whose address matches `pattern`."""
    parsed = replace(parsed, listed=len(parsed.entries) + parsed.invalid)
    if pattern is None:
        return parsed
    entries = tuple(entry for entry in parsed.entries if re.search(pattern, entry.url))
    if len(entries) == len(parsed.entries):
        return parsed
    note = f"{len(parsed.entries) - len(entries)} links do not match article_url"
    return replace(parsed, entries=entries, note=f"{parsed.note}; {note}".lstrip("; "))


def _start_worker(megabytes: int) -> None:
    """Import the parsers before the first response, so that importing costs none of its seconds; limit memory."""
    end_with_parent()
    for name in ("feedparser", "lxml.etree", "crawlers.parsing.feeds"):
        import_module(name)
    try:
        import resource
    except ImportError:  # Windows has no such limit; the limit of time remains.
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class ParserProcess:
    """One worker process, started at the first response; if it hangs or dies, it is replaced and one feed is lost."""

    def __init__(self, seconds: float = _SECONDS, megabytes: int = _MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes
        self._pool: Any = None

    async def read(self, response: FeedResponse) -> ParsedFeed:
        """Parse a response in the worker; never raises."""
        try:
            parsed: ParsedFeed = await self._run(parse_response, response)
        except ParseTimeout:
            return ParsedFeed(reason=Reason.BAD_FEED, note=f"takes more than {self._seconds:g} s of time to read")
        except Exception as error:  # The worker died: out of memory, or a fault in a C library.
            return ParsedFeed(reason=Reason.BAD_FEED, note=f"reading it ended its process: {error}"[:300])
        return parsed

    async def call(self, function: Callable[..., Result], *arguments: object) -> Result | None:
        """Return the result of a module-level function in the worker; None if it fails, hangs or ends the worker."""
        try:
            result: Result = await self._run(function, *arguments)
        except Exception:  # Hostile bytes raise many types; one page must not end the crawl.
            return None
        return result

    async def _run(self, function: Callable[..., Any], *arguments: object) -> Any:
        from pebble import ProcessPool

        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=1,
                context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=[self._megabytes],
            )
        return await asyncio.wrap_future(self._pool.schedule(function, args=arguments, timeout=self._seconds))

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None
