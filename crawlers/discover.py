"""The address of a site → the feeds, sitemaps and section page found there."""

from crawlers.crawl import run_spider
from crawlers.spiders.discovered import DiscoveredSite
from pipeline.records import CrawlSettings, Source


def discover_feeds(url: str, settings: CrawlSettings) -> DiscoveredSite:
    """Look for the feeds of a site through the guarded and polite crawl; at most once per process.

    The address may be numeric or local, because a person typed it.
    """
    from crawlers.spiders.discovery import SITE_ID, DiscoverySpider

    site = DiscoveredSite(url)
    run_spider(DiscoverySpider, [Source(SITE_ID, SITE_ID, url, ())], settings, site=site, limits=settings)
    return site
