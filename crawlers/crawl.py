"""Sources and waiting candidates → one polite crawl, in this process, that tells a Desk what it finds."""

from collections.abc import Sequence
from typing import Any

from crawlers.desk import Desk
from pipeline.records import Candidate, CrawlSettings, Source


def crawl(sources: Sequence[Source], waiting: Sequence[Candidate], desk: Desk, settings: CrawlSettings) -> None:
    """Poll every feed of `sources`, fetch `waiting` and what the desk asks for; return when all have ended.

    At most once per process: Twisted's reactor cannot be started again. Every feed ends in one Poll and every
    candidate in one Fetched or Unfetched; a crawl that is told to stop leaves its open candidates unanswered.
    """
    from scrapy.crawler import CrawlerProcess

    from crawlers.spider import PressSpider

    process = CrawlerProcess(scrapy_settings(sources, settings))
    process.crawl(PressSpider, sources=sources, waiting=waiting, desk=desk, limits=settings)
    process.start()


def scrapy_settings(sources: Sequence[Source], settings: CrawlSettings) -> dict[str, Any]:
    """Return Scrapy's settings; where its defaults are unsafe or impolite, they are changed."""
    from crawlers.guard import named_by_hand

    contact = f" (+{settings.contact})" if settings.contact else ""
    return {
        "USER_AGENT": settings.user_agent + contact,
        "DIEMBAO_ALLOW_PRIVATE": sorted({*settings.allow_private, *named_by_hand(sources)}),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            "crawlers.guard.GuardMiddleware": 40,
            "crawlers.robots.RobotsMiddleware": 100,
        },
        "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
        "TWISTED_DNS_RESOLVER": "crawlers.guard.GuardedResolver",
        "ROBOTSTXT_OBEY": False,  # crawlers.robots does it, and also waits where robots.txt cannot be had
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DNS_TIMEOUT": 10,
        "DOWNLOAD_MAXSIZE": max(settings.max_feed_bytes, settings.max_page_bytes),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "CONCURRENT_REQUESTS": settings.concurrent_requests,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # Delays are kept to the letter: spread by half either way, a Crawl-delay would be broken every other time.
        "DOWNLOAD_DELAY_JITTER": 0,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "AUTOTHROTTLE_ENABLED": True,
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            "crawlers.throttle.PoliteThrottle": 0,
        },
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "REDIRECT_MAX_TIMES": 10,
        "HTTPERROR_ALLOW_ALL": True,
        # What goes wrong with an address is told to the desk; what goes wrong with the crawl itself must be seen.
        "LOG_LEVEL": "ERROR",
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
    }
