"""The entries of one feed, sitemap, section page or search response, whatever its format."""

from dataclasses import dataclass
from datetime import timedelta

from pipeline.records import BadLink, Entry, Reason


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What parsing one response gave: its entries, or the reason why there are none."""

    entries: tuple[Entry, ...] = ()
    #: Entries without a usable address.
    invalid: int = 0
    #: Those of them that have a line in the ledger.
    bad_links: tuple[BadLink, ...] = ()
    reason: Reason = Reason.OK
    note: str = ""
    #: Addresses of further sitemaps, newest first if the sitemap index dates them.
    children: tuple[str, ...] = ()
    #: The publisher's own wish for the time between two polls.
    poll_hint: timedelta | None = None
    #: Entries in the response, with or without an address; `entries` are those of them that match article_url.
    listed: int = 0
