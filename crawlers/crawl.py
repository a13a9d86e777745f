"""Sources and waiting candidates → one polite crawl, in this process, that tells a Desk what it finds."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crawlers.spiders.sink import CrawlSink
from pipeline.records import Candidate, CrawlSettings, Source

if TYPE_CHECKING:
    from scrapy import Spider
    from twisted.python.failure import Failure


def crawl(
    sources: Sequence[Source],
    waiting: Sequence[Candidate],
    desk: CrawlSink,
    settings: CrawlSettings,
    logins: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Poll every feed of `sources`, fetch `waiting` and what the desk asks for; return when all have ended.

    At most once per process: Twisted's reactor cannot be started again. Every feed ends in one Poll and every
    candidate in one Fetched or Unfetched; a crawl that is told to stop (SIGINT, SIGTERM) waits for what is on the
    wire and leaves its other candidates unanswered. `logins` are NAME:PASSWORD by the id of the source. Raises what
    the desk raises.
    """
    from crawlers.spiders.press import PressSpider

    run(PressSpider, sources, settings, sources=sources, waiting=waiting, desk=desk, limits=settings, logins=logins)


def run(spider: "type[Spider]", sources: Sequence[Source], settings: CrawlSettings, /, **arguments: Any) -> None:
    """Run a spider with the settings and guards of every crawl until it ends, at most once per process.

    Raises what ended it, and its `failure` where it has one.
    """
    from scrapy.crawler import CrawlerProcess

    process = CrawlerProcess(scrapy_settings(sources, settings))
    _log_to("diembao.crawl")
    crawler = process.create_crawler(spider)
    failures: list[BaseException] = []
    crawled = process.crawl(crawler, **arguments)
    crawled.addErrback(_keep, failures)
    process.start()
    if (failure := getattr(crawler.spider, "failure", None)) is not None:
        failures.insert(0, failure)
    if failures:
        raise failures[0]


def _keep(failure: "Failure", kept: list[BaseException]) -> None:
    if failure.value is not None:
        kept.append(failure.value)


def _log_to(name: str) -> None:
    """Send Scrapy's and Twisted's errors to one logger of ours.

    Their warnings are about single addresses, which the desk is told of: other people's servers must not be able to
    flood the log. Their errors are about the crawl itself.
    """
    for library in ("scrapy", "scrapy-playwright", "twisted"):
        logger = logging.getLogger(library)
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.handlers = [_Forward(logging.getLogger(name))]


class _Forward(logging.Handler):
    def __init__(self, target: logging.Logger) -> None:
        super().__init__()
        self._target = target

    def emit(self, record: logging.LogRecord) -> None:
        self._target.handle(record)


def scrapy_settings(sources: Sequence[Source], settings: CrawlSettings) -> dict[str, Any]:
    """Return Scrapy's settings; where its defaults are unsafe or impolite, they are changed."""
    from crawlers.downloader.browser import browser_settings, missing_browser
    from crawlers.downloader.ssrf_guard import host_port, private_addresses_named
    from pipeline.text.urls import is_fetchable

    addresses = {s.id: [s.home, *(f.url for f in s.feeds)] for s in sources}
    hosts = {host_port(url) for urls in addresses.values() for url in urls if is_fetchable(url)}
    own = {
        host_port(url): s.delay_seconds
        for s in sources
        if s.delay_seconds is not None
        for url in addresses[s.id]
        if is_fetchable(url)
    }
    contact = f" (+{settings.contact})" if settings.contact else ""
    # Without a browser such pages are fetched as they are, and those that are empty shells are named as such.
    renders = any(s.render for s in sources) and missing_browser() is None
    return {
        "USER_AGENT": settings.user_agent + contact,
        "DIEMBAO_ALLOW_PRIVATE": sorted({*settings.allow_private, *private_addresses_named(sources)}),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            "crawlers.downloader.ssrf_guard.GuardMiddleware": 40,
            **({"crawlers.downloader.browser.RenderMiddleware": 50} if renders else {}),
            "crawlers.downloader.robots.RobotsMiddleware": 100,
            "crawlers.downloader.host_backoff.HostBackoffMiddleware": 550,
            # nearer to the network than Scrapy's HttpCompression (590), and so before it
            "crawlers.downloader.decompression.DecompressionMiddleware": 595,
        },
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("file", "ftp", "s3", "data")),
            "http": "crawlers.downloader.handler.PressHandler",
            "https": "crawlers.downloader.handler.PressHandler",
        },
        "TWISTED_DNS_RESOLVER": "crawlers.downloader.ssrf_guard.GuardedResolver",
        "ROBOTSTXT_OBEY": False,  # crawlers.downloader.robots does it, and also waits where robots.txt cannot be had
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DNS_TIMEOUT": 10,
        "DOWNLOAD_MAXSIZE": max(settings.max_feed_bytes, settings.max_page_bytes),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "DIEMBAO_ON_THE_WIRE": settings.concurrent_requests,
        # Requests that wait for their host's turn: a few for each, so that none waits for another host's turn.
        "CONCURRENT_REQUESTS": max(settings.concurrent_requests, 4 * len(hosts)),
        "DIEMBAO_DELAYS": own,
        "DOWNLOAD_SLOTS": {host: {"delay": seconds, "concurrency": 1} for host, seconds in own.items()},
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # Delays are kept to the letter: spread by half either way, a Crawl-delay would be broken every other time.
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            "scrapy.extensions.corestats.CoreStats": None,
            "crawlers.downloader.throttle.PoliteThrottle": 0,
        },
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "REDIRECT_MAX_TIMES": 10,
        "HTTPERROR_ALLOW_ALL": True,
        # What goes wrong with an address is told to the desk; what goes wrong with the crawl itself must be seen.
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        **(browser_settings(settings.timeout_seconds) if renders else {}),
        "REFERER_ENABLED": False,
        # What Scrapy's spider middlewares do is not wanted (an address is dropped for its length, in silence), and
        # for each answer it makes so many tasks to process items, of which there are none: a fifth of all CPU.
        "SPIDER_MIDDLEWARES_BASE": {},
        "CONCURRENT_ITEMS": 1,
        "DOWNLOADER_STATS": False,
    }
