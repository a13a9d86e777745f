"""The text that a person wants explained, from a page, a file or the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from config.settings import Settings
    from pipeline.records import Article, ByteHit, Document, Text, Unreadable
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database


class UnreadablePage(DiembaoError):
    """No article can be read from a page; `hits` are the place names in its bytes."""

    def __init__(self, url: str, page: Unreadable, hits: tuple[ByteHit, ...]) -> None:
        super().__init__(f"{url}: {page.reason} {page.note}".strip())
        self.hits = hits


def text_of_page(url: str, settings: Settings, rules: Rulebook) -> tuple[Text, tuple[ByteHit, ...]]:
    """Fetch a page and return its text and the hits in its bytes. Raises UnreadablePage."""
    from diembao.jobs.collection.fetch_pages import fetch_pages

    return _text_of_document(next(fetch_pages([url], settings.crawl)), settings, rules)


def text_of_file(path: Path, settings: Settings, rules: Rulebook) -> tuple[Text, tuple[ByteHit, ...]]:
    """Return the text of a .txt file (its first line is the title) or of a page on disk. Raises UnreadablePage."""
    from diembao.jobs.collection.fetch_pages import page_document
    from pipeline.records import Text

    body = path.read_bytes()
    if path.suffix == ".txt":
        title, _, text = body.decode("utf-8-sig", "replace").partition("\n")
        return Text(path.name, title, text), ()
    return _text_of_document(page_document(path.absolute().as_uri(), body), settings, rules)


def text_of_item(storage: Database, key: str) -> tuple[Text, tuple[ByteHit, ...]] | None:
    """Return the text of a stored item and the hits in its page; None for an unknown key."""
    item = storage.articles.item(key)
    return None if item is None else (_text_of_article(key, item.article), item.article.hits)


def _text_of_document(document: Document, settings: Settings, rules: Rulebook) -> tuple[Text, tuple[ByteHit, ...]]:
    from diembao.workers.pages import read_page
    from pipeline.records import Unreadable

    article, hits = read_page(document, rules, settings.process)
    if isinstance(article, Unreadable):
        raise UnreadablePage(document.url, article, hits)
    return _text_of_article(document.url, article), hits


def _text_of_article(name: str, article: Article) -> Text:
    from pipeline.records import Text

    return Text(name, article.title, article.text, article.language or None, article.url, article.published)
