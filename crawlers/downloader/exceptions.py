"""The crawl's own reasons to give up a request, as exceptions; crawlers.downloader.reasons maps each to a Reason."""

from pipeline.records import Reason


class HostLeftAlone(Exception):
    """The request was not made: its host failed too often in this crawl, or asked for time (Retry-After)."""

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason


class RobotsRefused(Exception):
    """robots.txt does not allow the address."""


class RobotsUnreachable(Exception):
    """robots.txt could not be fetched, so the crawl does not know what it allows.

    `reason` says why: the host's own failure if the host is down, ROBOTS_UNREACHABLE if it answered with an error.
    """

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason


class UnsafeAddress(Exception):
    """The address leads into a private network, or is not http(s)."""


class UnknownEncoding(Exception):
    """The body has a Content-Encoding that the request did not accept."""


class DamagedBody(Exception):
    """The compressed body is cut off or cannot be decompressed."""


class BrowserFailed(Exception):
    """The browser could not render the page."""


class PageTooHeavy(Exception):
    """The page outgrew its size limit while it was rendered."""
