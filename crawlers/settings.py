"""CrawlSettings and Sources → Scrapy's settings."""

from collections.abc import Sequence
from typing import Any

from pipeline.records import CrawlSettings, Source


def scrapy_settings(sources: Sequence[Source], settings: CrawlSettings) -> dict[str, Any]:
    """Return Scrapy's settings, with safe and polite values in place of its defaults."""
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
    # Without a browser, pages of sources with `render` are fetched but not rendered; empty shells get NEEDS_BROWSER.
    renders = any(s.render for s in sources) and missing_browser() is None
    return {
        "USER_AGENT": settings.user_agent + contact,
        "DIEMBAO_ALLOW_PRIVATE": sorted(settings.allow_private),
        "DIEMBAO_OWN_PRIVATE": {s.id: named for s in sources if (named := sorted(private_addresses_named([s])))},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "crawlers.downloader.redirects.PressRedirectMiddleware": 600,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            "crawlers.downloader.ssrf_guard.GuardMiddleware": 40,
            **({"crawlers.downloader.browser.RenderMiddleware": 50} if renders else {}),
            "crawlers.downloader.robots.RobotsMiddleware": 100,
            "crawlers.downloader.host_backoff.HostBackoffMiddleware": 550,
            # Nearer to the network than Scrapy's HttpCompression (590), so that it sees the body first.
            "crawlers.downloader.decompression.DecompressionMiddleware": 595,
        },
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("file", "ftp", "s3", "data")),
            "http": "crawlers.downloader.handler.PressHandler",
            "https": "crawlers.downloader.handler.PressHandler",
        },
        "TWISTED_DNS_RESOLVER": "crawlers.downloader.ssrf_guard.GuardedResolver",
        # crawlers.downloader.robots obeys robots.txt, and waits if robots.txt cannot be fetched, as Scrapy would not.
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DNS_TIMEOUT": 10,
        "DOWNLOAD_MAXSIZE": max(settings.max_feed_bytes, settings.max_page_bytes),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "DIEMBAO_ON_THE_WIRE": settings.concurrent_requests,
        # Scrapy counts requests that wait for their host's turn: four for each host, so that no host waits for another.
        "CONCURRENT_REQUESTS": max(settings.concurrent_requests, 4 * len(hosts)),
        "DIEMBAO_DELAYS": own,
        "DOWNLOAD_SLOTS": {host: {"delay": seconds, "concurrency": 1} for host, seconds in own.items()},
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # Scrapy spreads delays by half either way, which would break a Crawl-delay every other time.
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
        # Failures of single addresses go to the sink; only errors of the crawl itself are logged.
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        **(browser_settings(settings.timeout_seconds) if renders else {}),
        "REFERER_ENABLED": False,
        # Scrapy's spider middlewares drop long addresses silently. CONCURRENT_ITEMS is the number of tasks that Scrapy
        # makes for each response to process items; this crawl has no items, and the tasks took a fifth of all CPU.
        "SPIDER_MIDDLEWARES_BASE": {},
        "CONCURRENT_ITEMS": 1,
        "DOWNLOADER_STATS": False,
    }
