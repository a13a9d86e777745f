"""Sources and due candidates → one polite crawl in this process, which hands its results to a CrawlSink."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crawlers.spiders.sink import CrawlSink
from pipeline.records import Candidate, CrawlSettings, Source

if TYPE_CHECKING:
    from scrapy import Spider
    from twisted.python.failure import Failure

    from crawlers.spiders.page_images import ImageLimits, ImageSink


def crawl(
    sources: Sequence[Source],
    candidates: Sequence[Candidate],
    sink: CrawlSink,
    settings: CrawlSettings,
    logins: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Poll every feed of `sources`, fetch `candidates` and those that the sink returns; return when all have ended.

    At most once per process: Twisted's reactor cannot be started again. Every feed ends in one Poll and every
    candidate in one Fetched or FetchFailure. On SIGINT or SIGTERM the crawl waits for requests already sent and
    leaves its other candidates without a result. `logins` maps source ids to NAME:PASSWORD. Raises what the sink
    raises.
    """
    from crawlers.spiders.press import PressSpider

    run_spider(
        PressSpider,
        sources,
        settings,
        sources=sources,
        candidates=candidates,
        sink=sink,
        limits=settings,
        logins=logins,
    )


def draw_pages(
    sources: Sequence[Source],
    sink: "ImageSink",
    settings: CrawlSettings,
    images: "ImageLimits",
    logins: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Visit the pages that the sink gives, in a browser, by the rules of every crawl; return when there are no more.

    At most once per process, as `crawl`. Every page ends in one PageImage or ImageFailure. `sources` are the outlets of
    the pages: their own private addresses and delays hold. Raises what the sink raises.
    """
    from crawlers.spiders.page_images import PageImageSpider

    # Their pages are drawn by another middleware than the one that renders them.
    drawn = [replace(source, render=False) for source in sources]
    run_spider(
        PageImageSpider, drawn, settings, sources=sources, sink=sink, limits=settings, images=images, logins=logins
    )


def run_spider(spider: "type[Spider]", sources: Sequence[Source], settings: CrawlSettings, /, **arguments: Any) -> None:
    """Run a spider with the settings and guards of every crawl until it ends, at most once per process.

    `arguments` go to the spider. Raises the spider's `failure` if it has one, else the exception that ended it.
    """
    from scrapy.crawler import CrawlerProcess

    # Scrapy writes down the stack while it loads its own handler: few frames lie below here, fifty where it loads ours.
    import_module("crawlers.downloader.handler")
    from crawlers.settings import scrapy_settings

    process = CrawlerProcess(scrapy_settings(sources, settings))
    _redirect_logs("diembao.crawl")
    crawler = process.create_crawler(spider)
    errors: list[BaseException] = []
    process.crawl(crawler, **arguments).addErrback(_collect_error, errors)
    process.start()
    if (failure := getattr(crawler.spider, "failure", None)) is not None:
        errors.insert(0, failure)
    if errors:
        raise errors[0]


def _collect_error(failure: "Failure", errors: list[BaseException]) -> None:
    if failure.value is not None:
        errors.append(failure.value)


def _redirect_logs(name: str) -> None:
    """Send errors of Scrapy and Twisted to the logger `name`, and drop their warnings.

    The warnings are about single addresses, which the sink is told of, and other people's servers must not be able
    to flood the log. The errors are about the crawl itself.
    """
    for library in ("scrapy", "scrapy-playwright", "twisted"):
        logger = logging.getLogger(library)
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.handlers = [_ForwardHandler(logging.getLogger(name))]


class _ForwardHandler(logging.Handler):
    """Passes log records on to another logger."""

    def __init__(self, target: logging.Logger) -> None:
        super().__init__()
        self._target = target

    def emit(self, record: logging.LogRecord) -> None:
        self._target.handle(record)
