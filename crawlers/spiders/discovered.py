"""What was found at a site, each address tried → the feeds worth asking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pipeline.records import Feed, FeedKind, Reason

FoundIn = Literal["robots.txt", "link", "page", "usual"]

#: A feed whose newest entry is older is one that nobody fills any more.
_STALE = timedelta(days=60)
#: A further feed is worth asking where so large a share of its links stands in none of the others.
_WORTH = 0.2


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """One address of a site, tried."""

    url: str
    kind: FeedKind
    how: FoundIn
    reason: Reason
    note: str = ""
    #: normalised addresses of its entries
    links: frozenset[str] = frozenset()
    #: of its newest dated entry, aware
    newest: datetime | None = None
    language: str = ""

    @property
    def holds(self) -> bool:
        return self.reason is Reason.OK and bool(self.links)


@dataclass(slots=True)
class DiscoveredSite:
    """What was found at a site."""

    url: str
    #: of the page at that address
    reason: Reason = Reason.ERROR
    note: str = ""
    name: str = ""
    language: str = ""
    offers: list[DiscoveredFeed] = field(default_factory=list)


def choose_feeds(offers: Sequence[DiscoveredFeed], now: datetime) -> tuple[Feed, ...]:
    """Return the offers that together list what the site publishes: feeds and news sitemaps, else what there is."""
    held = [offer for offer in offers if offer.holds]
    fresh = [o for o in held if o.newest is None or o.newest >= now - _STALE]
    news = [o for o in fresh if o.kind == "feed" or (o.kind == "sitemap" and o.newest is not None)]
    for some in (news, [o for o in held if o.kind == "sitemap"], [o for o in held if o.kind == "listing"]):
        if some:
            return tuple(Feed(offer.url, offer.kind) for offer in _covering(some))
    return ()


def _covering(offers: Sequence[DiscoveredFeed]) -> Iterator[DiscoveredFeed]:
    """Yield feeds first, the fullest first, and of the others those that add something."""
    covered: set[str] = set()
    for offer in sorted(offers, key=lambda o: (o.kind != "feed", -len(o.links))):
        if len(offer.links - covered) > _WORTH * len(offer.links):
            covered |= offer.links
            yield offer
