"""Articles → RSS, Atom, news sitemaps and robots.txt, with the faults of real feeds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from gzip import compress
from html import escape

from diembao.demo.articles import Article, FeedOffer, Outlet

Address = Callable[[Article], str]


def feed(
    outlet: Outlet, offer: FeedOffer, articles: Sequence[Article], address: Address, home: str, now: datetime
) -> bytes:
    """Return the bytes at `offer.path`; `address` gives the link of an article, which may redirect to its page."""
    listed = [article for article in articles for _ in range(article.listed)]
    if offer.form == "error":
        return (
            f"<!DOCTYPE html><html><head><title>Lỗi 500 | {escape(outlet.name)}</title></head><body>"
            "<h1>Server Error in '/' Application.</h1><p>Hệ thống đang bảo trì, mời bạn quay lại sau.</p>"
            "</body></html>"
        ).encode()
    if offer.form == "atom":
        return _atom(outlet, listed, address, home, now).encode()
    return _rss(outlet, offer, listed, address, home, now).encode()


def _rss(
    outlet: Outlet, offer: FeedOffer, articles: Sequence[Article], address: Address, home: str, now: datetime
) -> str:
    items = "".join(_item(article, offer.form, address(article), now) for article in articles)
    language = offer.language or outlet.languages[0]
    end = "" if offer.form == "malformed" else "</channel></rss>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>{escape(outlet.name)}</title><link>{home}</link>"
        f"<description>{escape(outlet.slogan)}</description><language>{language}</language>\n{items}{end}"
    )


def _item(article: Article, form: str, link: str, now: datetime) -> str:
    title = escape(article.title)
    parts = [
        f"<title>{title}</title><link>{escape(link)}</link>",
        f'<guid isPermaLink="false">{article.number}</guid>',
    ]
    if form == "malformed":  # a bare ampersand and an undeclared entity, as hand-made feeds have
        parts.append("<category>kinh te & du lich&nbsp;</category>")
    published = article.published(now)
    if published:
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    if form != "titles" and article.lead:
        picture = f'<img src="/anh/{article.slug}.svg" width="180">' if form == "summary" else ""
        parts.append(f"<description><![CDATA[{picture}{escape(article.lead)}]]></description>")
    if form == "full":
        text = "".join(f"<p>{escape(part)}</p>" for part in (article.lead, *article.paragraphs, article.credit) if part)
        parts.append(f"<content:encoded><![CDATA[{text}]]></content:encoded>")
        parts.extend(f"<dc:creator>{escape(author)}</dc:creator>" for author in article.authors)
    return f"<item>{''.join(parts)}</item>\n"


def _atom(outlet: Outlet, articles: Sequence[Article], address: Address, home: str, now: datetime) -> str:
    entries = ""
    for article in articles:
        published = article.published(now)
        dates = f"<published>{published.isoformat()}</published>" if published else ""
        dates += f"<updated>{(published or now).isoformat()}</updated>"
        people = "".join(f"<author><name>{escape(author)}</name></author>" for author in article.authors)
        entries += (
            f"<entry><id>tag:{outlet.id},2026:{article.number}</id><title>{escape(article.title)}</title>{people}"
            f'<link rel="alternate" href="{escape(address(article))}"/>{dates}'
            f'<summary type="html">{escape(escape(article.lead))}</summary></entry>\n'
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{outlet.languages[0]}"><id>{home}</id><title>{escape(outlet.name)}</title>'
        f"<subtitle>{escape(outlet.slogan)}</subtitle>"
        f'<link href="{home}"/><updated>{now.isoformat()}</updated>\n{entries}</feed>'
    )


def sitemap_index(address: str, now: datetime) -> bytes:
    """Return a sitemap index that names one compressed news sitemap."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{address}</loc><lastmod>{now.isoformat()}</lastmod></sitemap></sitemapindex>"
    ).encode()


def news_sitemap(outlet: Outlet, articles: Sequence[Article], address: Address, now: datetime) -> bytes:
    """Return a Google News sitemap, gzip-compressed."""
    urls = ""
    for article in articles:
        published = article.published(now)
        date = f"<news:publication_date>{published.isoformat()}</news:publication_date>" if published else ""
        urls += (
            f"<url><loc>{escape(address(article))}</loc><news:news><news:publication>"
            f"<news:name>{escape(outlet.name)}</news:name><news:language>{article.language}</news:language>"
            f"</news:publication>{date}<news:title>{escape(article.title)}</news:title></news:news></url>\n"
        )
    return compress(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>'
        ).encode(),
        mtime=0,
    )


def robots(outlet: Outlet, home: str) -> bytes:
    """Return robots.txt: all is allowed unless the outlet has lines of its own."""
    maps = "".join(f"Sitemap: {home}{offer.path[1:]}\n" for offer in outlet.offers if offer.kind == "sitemap")
    return f"User-agent: *\n{outlet.robots or 'Allow: /'}\n{maps}".encode()


def http_date(at: datetime) -> str:
    """Return a time as Last-Modified gives it, in whole seconds and GMT."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)
