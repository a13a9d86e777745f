"""The crawl's own reasons to give up a request, as exceptions; crawlers.downloader.reasons maps each to a Reason."""

from pipeline.errors import DiembaoError
from pipeline.records import Reason


class HostLeftAlone(DiembaoError):
    """The request was not made: its host failed too often in this crawl, or asked for time (Retry-After)."""

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason


class RobotsRefused(DiembaoError):
    """robots.txt does not allow the address."""


class RobotsUnreachable(DiembaoError):
    """robots.txt could not be fetched, so the crawl does not know what it allows.

    `reason` says why: the host's own failure if the host is down, ROBOTS_UNREACHABLE if it answered with an error.
    """

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason


class UnsafeAddress(DiembaoError):
    """The address leads into a private network, or is not http(s)."""


class UnknownEncoding(DiembaoError):
    """The body has a Content-Encoding that the request did not accept."""


class DamagedBody(DiembaoError):
    """The compressed body is cut off or cannot be decompressed."""


class BrowserFailed(DiembaoError):
    """The browser could not render the page."""


class PageTooHeavy(DiembaoError):
    """The page outgrew its size limit while it was rendered."""


class CrawlStopped(DiembaoError):
    """The page was given up because the crawl ends; it is asked the next time."""
