"""Outlets on 127.0.0.1 that offer new articles for as long as they are asked to, and remember what they offered."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape

from tests.support.local_site import LocalSite, Page, Reply
from tests.support.moving_press import REPORTS, Told

#: Entries of a feed: enough that an article stays listed for days, whatever is broken meanwhile.
_LISTED = 60
_WORDS = sorted({word for _, texts in REPORTS for text in texts for word in text.rstrip(".").split()})


def write_report(number: int, at: datetime) -> Told:
    """Return a report that has nothing in common with others but the province; its number stands in its title."""
    draw = random.Random(number)

    def sentence(words: int) -> str:
        return " ".join(draw.choice(_WORDS) for _ in range(words))

    title = f"Ninh Thuận: {sentence(6)}, tin số {number:05d}"
    paragraphs = (f"Tại tỉnh Ninh Thuận, {sentence(25)}.", *(f"{sentence(30).capitalize()}." for _ in range(3)))
    return Told(title, paragraphs, at.isoformat())


class GrowingOutlet:
    """One outlet: a site with feeds that list its newest articles."""

    def __init__(self, name: str, feeds: int = 1) -> None:
        self.name = name
        self.site = LocalSite({})
        self.feeds = tuple(f"/rss-{n}.xml" for n in range(feeds))
        #: path of a feed → what it answers while it is broken
        self.broken: dict[str, Page] = {}
        self._listed: dict[str, list[tuple[str, Told]]] = {path: [] for path in self.feeds}
        self._show()

    def offer(self, told: Told, path: str, feed: int = 0, page: Reply | None = None) -> str:
        """List a report in a feed, with its own page or another; return its address."""
        listed = self._listed[self.feeds[feed]]
        listed.insert(0, (path, told))
        del listed[_LISTED:]
        self.site.pages[path] = page or told.page()
        self._show()
        return f"{self.site.home[:-1]}{path}"

    def break_feeds(self, answers: Mapping[str, Page]) -> None:
        """Let feeds answer otherwise than with their articles; {} mends them."""
        self.broken = dict(answers)
        self._show()

    def _show(self) -> None:
        for path, listed in self._listed.items():
            self.site.pages[path] = self.broken.get(path) or self._feed(listed)

    def _feed(self, listed: list[tuple[str, Told]]) -> Reply:
        items = "".join(
            f"<item><title>{escape(told.title)}</title><link>{escape(self.site.home[:-1] + path)}</link>"
            f"<description>{escape(told.paragraphs[0])}</description></item>"
            for path, told in listed
        )
        channel = f"<title>{self.name}</title>{items}"
        return Reply(f'<rss version="2.0"><channel>{channel}</channel></rss>', "application/rss+xml; charset=utf-8")


class GrowingPress:
    """Some outlets; `offered` holds the title of every article by its address."""

    def __init__(self, outlets: int = 3, feeds: int = 1) -> None:
        self.outlets = [GrowingOutlet(f"bao-{n}", feeds) for n in range(outlets)]
        self.offered: dict[str, str] = {}
        #: titles of those with a page that is made to be slow, which may cost themselves
        self.poisoned: set[str] = set()
        self._number = 0

    def start(self) -> None:
        for outlet in self.outlets:
            outlet.site.__enter__()

    def stop(self) -> None:
        for outlet in self.outlets:
            outlet.site.__exit__(None, None, None)

    def offer(self, count: int, at: datetime) -> None:
        """Offer so many new articles, published in the hour before `at`, by the outlets and their feeds in turn."""
        for _ in range(count):
            self._number += 1
            outlet = self.outlets[self._number % len(self.outlets)]
            feed = self._number // len(self.outlets) % len(outlet.feeds)
            told = write_report(self._number, at - timedelta(minutes=self._number % 60))
            self.offered[outlet.offer(told, f"/bai-{self._number}.html", feed)] = told.title

    def offer_poison(self, body: str, at: datetime) -> None:
        """Offer an article that counts like any other, with a page that is made to be slow."""
        self._number += 1
        outlet = self.outlets[self._number % len(self.outlets)]
        told = write_report(self._number, at)
        page = told.page()
        assert isinstance(page.body, str)
        spoilt = Reply(page.body.replace("</h1>", f"</h1>{body}", 1), page.kind)
        self.offered[outlet.offer(told, f"/bai-{self._number}.html", 0, spoilt)] = told.title
        self.poisoned.add(told.title)

    def requests(self) -> int:
        """Return how many requests the outlets have had."""
        return sum(len(outlet.site.asked) for outlet in self.outlets)
