"""Short pages of an outlet that we made up, and what reading makes of them."""

import json
from datetime import UTC, datetime

from pipeline.extraction.extract import extract_page
from pipeline.records import Article, Reason

URL = "https://baovidu.example.vn/doi-song/tin-van-2811-5120.html"
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)
TIME = "2025-11-28T07:15:00+07:00"
OG = "<meta property='og:type' content='article'><meta property='og:site_name' content='Báo Ví Dụ'>"
OBSTACLES = {Reason.CAPTCHA, Reason.CHALLENGE, Reason.SOFT_404, Reason.LOGIN, Reason.COOKIE_WALL}


def page(
    title: str, *paragraphs: str, head: str = "", below: str = "", dated: bool = True, named: bool = True
) -> bytes:
    """Return a page of NewsArticle JSON-LD, unless neither `dated` nor `named`, with the paragraphs and a footer."""
    node = {"@type": "NewsArticle", "headline": title} | ({"datePublished": TIME} if dated else {})
    declared = f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>' if named else ""
    text = "".join(f"<p>{words}</p>" for words in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='vi'><head><title>{title} - Báo Ví Dụ</title>{declared}{head}</head><body>"
        f"<header><a href='/'>Báo Ví Dụ</a></header><h1>{title}</h1><article>{text}</article>{below}"
        "<footer>© Báo Ví Dụ</footer></body></html>"
    ).encode()


def outcome(body: bytes, url: str = URL) -> tuple[Reason, str]:
    """Return the reason and the text; '' for a page that gives no article."""
    result = extract_page(body, url, fetched_at=NOW)
    return (result.reason, result.text) if isinstance(result, Article) else (result.reason, "")
