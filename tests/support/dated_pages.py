"""A page whose times are read, fetched at one moment, and prose that holds no time."""

from datetime import UTC, datetime

from pipeline.html import jsonld, parser
from pipeline.metadata import page_dates, page_metadata

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TITLE = "Cảng cá Đông Hải mở thêm cầu tàu"
PROSE = "<p>Một đoạn văn dài của bài viết, kể chuyện bến cảng và những con tàu, không có ngày tháng nào ở đây.</p>" * 3


def read(
    inner: str, *, head: str = "", url: str = "https://outlet.example/a.html", lang: str = "en", country: str = ""
) -> page_dates.PageDates:
    tree = parser.parse_html(f"<html lang='{lang}'><head>{head}</head><body>{inner}</body></html>")
    assert tree is not None
    return page_dates.choose_page_dates(
        tree,
        jsonld.article_nodes(jsonld.jsonld_nodes(tree)),
        page_metadata.meta_tags(tree),
        url=url,
        language=lang,
        now=NOW,
        title=TITLE,
        source=page_dates.SourceHints(country=country),
    )


def day_of(dates: page_dates.PageDates) -> str:
    return dates.published.date().isoformat() if dates.published else "-"
