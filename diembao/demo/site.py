"""A path at an outlet → the answer of its web server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from diembao.demo import feeds, pages
from diembao.demo.articles import Article, FeedOffer, Outlet

HTML = "text/html; charset=utf-8"
NEWS_SITEMAP = "/sitemaps/news.xml.gz"


@dataclass(frozen=True, slots=True)
class Reply:
    """`kind` is the Content-Type, `modified` the Last-Modified date, sent only with `validators`."""

    status: int
    body: bytes
    kind: str = HTML
    location: str = ""
    validators: bool = False
    modified: str = ""


class Newsroom(Protocol):
    """The part of the press that its sites read."""

    now: datetime

    def home(self, outlet: str, /) -> str: ...
    def address(self, outlet: str, slug: str, /) -> str: ...
    def printed(self, outlet: str, /) -> tuple[Article, ...]: ...
    def edited_at(self, article: Article, /) -> datetime | None: ...


def reply(press: Newsroom, paper: Outlet, target: str) -> Reply:
    """Return the answer to a path; an unknown one gives a 404 page."""
    path = unquote(urlsplit(target).path)
    home, printed = press.home(paper.id), press.printed(paper.id)
    if path == "/robots.txt":
        return Reply(200, feeds.robots(paper, home), "text/plain; charset=utf-8")
    if path.startswith("/anh/"):
        return _with_validators(press, pages.picture(path), "image/svg+xml", None)
    if path in ("/", "/favicon.ico"):
        return _front(press, paper, paper.name, printed) if path == "/" else _missing(paper)
    if path == NEWS_SITEMAP and any(offer.kind == "sitemap" for offer in paper.offers):
        body = feeds.news_sitemap(paper, [a for a in printed if a.listed], _listed_address(press), press.now)
        return _with_validators(press, body, "application/gzip", None)
    for offer in paper.offers:
        if offer.path == path:
            return _offer(press, paper, offer, printed)
    for article in printed:
        if path == f"/cu/{article.number}.html":
            return _redirect(301, press.address(paper.id, article.slug))
        if path == f"/r/{article.number}":
            return _redirect(302, press.address(paper.id, article.slug))
        if path == urlsplit(press.address(paper.id, article.slug)).path:
            return _article(press, paper, article, printed)
    return _missing(paper)


def _offer(press: Newsroom, paper: Outlet, offer: FeedOffer, printed: Sequence[Article]) -> Reply:
    articles = [
        article
        for article in printed
        if article.listed and offer.language in ("", article.language) and offer.section in ("", article.section)
    ]
    home = press.home(paper.id)
    if offer.kind == "sitemap":
        return _with_validators(press, feeds.sitemap_index(home + NEWS_SITEMAP[1:], press.now), "application/xml", None)
    if offer.kind == "listing":
        return _front(press, paper, offer.section or paper.name, articles)
    body = feeds.feed(paper, offer, articles, _listed_address(press, offer.form), home, press.now)
    if offer.form == "error":
        return Reply(200, body)
    latest = max((at for article in articles if (at := press.edited_at(article)) and at <= press.now), default=None)
    kind = "application/atom+xml" if offer.form == "atom" else "application/rss+xml"
    return _with_validators(press, body, f"{kind}; charset=utf-8", latest)


def _listed_address(press: Newsroom, form: str = "") -> Callable[[Article], str]:
    """Return the function article → address in a feed: an old one, a tracking one, or the address of the page."""

    def address(article: Article) -> str:
        home = press.home(article.outlet)
        if article.kind == "moved":
            return f"{home}cu/{article.number}.html"
        own = press.address(article.outlet, article.slug)
        if article.kind == "tracked":
            return f"{home}r/{article.number}?to={quote(own, safe='')}"
        return f"{own}?utm_source=rss&utm_medium=feed&utm_campaign=trang-chu" if form == "utm" else own

    return address


def _article(press: Newsroom, paper: Outlet, article: Article, printed: Sequence[Article]) -> Reply:
    if article.kind == "gone":
        return _missing(paper)
    place = printed.index(article)
    around = [other for other in (*printed[place + 1 :], *printed[:place]) if other.language == article.language]
    others = [(other, press.address(paper.id, other.slug)) for other in around[:6]]
    body = pages.article_page(
        paper, article, press.address(paper.id, article.slug), press.home(paper.id), others, press.now
    )
    return _with_validators(press, body, HTML, press.edited_at(article)) if paper.validators else Reply(200, body)


def _front(press: Newsroom, paper: Outlet, title: str, printed: Sequence[Article]) -> Reply:
    links = [(article, press.address(paper.id, article.slug)) for article in printed if article.kind != "internal"]
    return Reply(200, pages.front_page(paper, title, press.home(paper.id), links, press.now))


def _with_validators(press: Newsroom, body: bytes, kind: str, modified: datetime | None) -> Reply:
    """Return an answer with ETag and Last-Modified."""
    at = min(modified or press.now, press.now)
    return Reply(200, body, kind, validators=True, modified=feeds.http_date(at))


def _redirect(status: int, location: str) -> Reply:
    return Reply(status, b"", location=location)


def _missing(paper: Outlet) -> Reply:
    return Reply(
        404,
        (
            f"<!DOCTYPE html><html><head><title>404 | {escape(paper.name)}</title></head><body><h1>404</h1>"
            "<p>Trang bạn tìm không còn. Not found.</p>"
            f"<p><a href='/'>{escape(paper.name)}</a></p></body></html>"
        ).encode(),
    )
