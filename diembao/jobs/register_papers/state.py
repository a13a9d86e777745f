"""The database and the register's files → the register as it stood at a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.register.state import RegisterState, Report
from analysis.tables.links import article_link
from diembao.system.clock import now
from pipeline.register.steps import steps_before

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from config.register.book import RegisterBook
    from pipeline.records import Item
    from pipeline.register.matters import MatterLink
    from storage.database import Database


def register_state(
    storage: Database,
    book: RegisterBook,
    zone: ZoneInfo,
    as_of: datetime | None = None,
    *,
    years: Collection[int] = (),
    articles: bool = True,
) -> RegisterState:
    """Return the register as it stood just before `as_of` (aware; None: as it is now, by all that is stored).

    `years` are those whose typed figures are wanted. Without `articles` no article is read, and none is named.
    """
    links, steps = _links_at(storage.register.all_links(), as_of), storage.register.all_steps()
    keys = list(dict.fromkeys(link.item for link in links)) if articles else []
    found = storage.articles.chosen(keys, as_of=as_of)
    # An article whose texts of then are not kept any more is named as it is now.
    found |= storage.articles.chosen([key for key in keys if key not in found]) if as_of is not None else {}
    return RegisterState(
        as_of or now(),
        zone,
        steps if as_of is None else steps_before(steps, as_of),
        links,
        storage.register.contacts(as_of=as_of),
        storage.accounts.departments(),
        book.rules,
        book.units,
        book.calendar,
        {key: report_of(item) for key, item in found.items()},
        {(year, name): one for year in years for name, one in storage.register.figures(year, as_of=as_of).items()},
    )


def _links_at(links: Iterable[MatterLink], as_of: datetime | None) -> list[MatterLink]:
    """Return the links that held just before a moment (None: that hold)."""
    if as_of is None:
        return [link for link in links if link.removed_at is None]
    held = (link for link in links if link.at < as_of and (link.removed_at is None or link.removed_at >= as_of))
    return [replace(link, removed_at=None) for link in held]


def report_of(item: Item) -> Report:
    """Return an article as lists name it."""
    article = item.article
    return Report(
        item.key,
        article.title,
        item.outlet,
        article.published,
        article.canonical or article.url,
        article_link(article) or "",
        tuple(topic.id for topic in item.tags.topics),
        item.tags.language or article.language,
        item.country,
    )
