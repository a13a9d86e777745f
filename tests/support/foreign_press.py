"""The sample press as items under today's rules: its foreign articles, and the Vietnamese reports of their events."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import cast

from config.rulebook import load_rulebook
from diembao.demo.articles import Article as Printed
from diembao.demo.articles import articles, outlets
from pipeline.records import Article, Item, Text
from pipeline.records.sources import SourceCategory
from pipeline.tagging.tagger import tag

_AT = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)


def item_of(printed: Printed, *, story: str = "", event: str = "") -> Item:
    """Return an article of the sample press as it would be stored, tagged by the rules that ship."""
    outlet = next(outlet for outlet in outlets() if outlet.id == printed.outlet)
    published = _AT - timedelta(hours=printed.hours_before or 1)
    url = f"http://{outlet.id}.example/{printed.slug}"
    tags = tag(Text(printed.key, printed.title, printed.text, printed.language, url, published), load_rulebook(None))
    article = Article(
        url, url, printed.title, printed.lead, printed.text, published=published, published_from="page",
        language=printed.language,
    )  # fmt: skip
    category = cast("SourceCategory", outlet.category)
    return Item(
        printed.key, story or printed.key, 1, outlet.id, outlet.name, outlet.country, category, article, tags,
        published, published, "", event=event,
    )  # fmt: skip


@cache
def foreign_items() -> tuple[Item, ...]:
    """Return the articles of the sample press in languages other than Vietnamese, in the order of its files."""
    return tuple(item_of(printed) for printed in articles() if printed.language != "vi")
