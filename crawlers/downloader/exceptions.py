"""Why a request was not made: what the crawl itself raises in place of asking."""

from pipeline.errors import DiembaoError
from pipeline.records import Reason


class HostLeftAlone(DiembaoError):
    """The host has failed too often in this crawl, or asked for time, and this request was not made."""

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason


class RobotsRefused(DiembaoError):
    """robots.txt does not allow the address."""


class RobotsUnreachable(DiembaoError):
    """robots.txt could not be had: what is allowed is not known for now.

    `reason` is why: a host that is down has that reason, one that answers with an error ROBOTS_UNREACHABLE.
    """

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason = reason
