"""The text that a person wants explained, from a page, a file or the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DiembaoError
from pipeline.records import Reason

if TYPE_CHECKING:
    from config.settings import Settings
    from pipeline.records import Article, ByteHit, Decision, Document, Item, Text, Unreadable
    from pipeline.records.translations import ItemTranslation
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text to be explained, and what is known of the page it came from."""

    text: Text
    #: names of the province in the bytes of the page
    hits: tuple[ByteHit, ...] = ()
    #: OK, or the reason with which the page was read (Article.reason)
    read_as: Reason = Reason.OK
    #: what persons decided of the item, oldest first; it holds over the rules that are explained
    decisions: tuple[Decision, ...] = ()
    #: what is shown of the item in Vietnamese, and why other texts are not; None: nothing was translated
    translation: ItemTranslation | None = None


class UnreadablePage(DiembaoError):
    """No article can be read from a page; `hits` are the place names in its bytes."""

    def __init__(self, url: str, page: Unreadable, hits: tuple[ByteHit, ...]) -> None:
        super().__init__(f"{url}: {page.reason} {page.note}".strip())
        self.url, self.page, self.hits = url, page, hits


def text_of_page(url: str, settings: Settings, rules: Rulebook) -> SourceText:
    """Fetch a page and return its text. Raises UnreadablePage."""
    from diembao.jobs.collection.fetch_pages import fetch_pages

    return _text_of_document(next(fetch_pages([url], settings.crawl)), settings, rules)


def text_of_file(path: Path, settings: Settings, rules: Rulebook) -> SourceText:
    """Return the text of a .txt file (its first line is the title) or of a page on disk. Raises UnreadablePage."""
    from diembao.jobs.collection.fetch_pages import page_document
    from pipeline.records import Text

    body = path.read_bytes()
    if path.suffix == ".txt":
        title, _, text = body.decode("utf-8-sig", "replace").partition("\n")
        return SourceText(Text(path.name, title, text))
    return _text_of_document(page_document(path.absolute().as_uri(), body), settings, rules)


def text_of_item(storage: Database, key: str) -> SourceText | None:
    """Return the text of a stored item; None for an unknown key."""
    item = storage.articles.item(key)
    return None if item is None else _text_of_stored(storage, key, item)


def text_of_address(storage: Database, url: str) -> SourceText | None:
    """Return the text of the stored item to which an address leads; None for none."""
    from diembao.jobs.history import item_at

    item = item_at(storage, url)
    return None if item is None else _text_of_stored(storage, item.key, item)


def _text_of_stored(storage: Database, name: str, item: Item) -> SourceText:
    decisions = tuple(storage.articles.decisions([item.key]).get(item.key, ()))
    translation = storage.translations.of_items([item.key]).get(item.key)
    text = _text_of_article(name, item.article, item.article.hits)
    return replace(text, decisions=decisions, translation=translation)


def _text_of_document(document: Document, settings: Settings, rules: Rulebook) -> SourceText:
    from diembao.workers.pages import read_page
    from pipeline.records import Unreadable

    article, hits = read_page(document, rules, settings.process)
    if isinstance(article, Unreadable):
        raise UnreadablePage(document.url, article, hits)
    return _text_of_article(document.url, article, hits)


def _text_of_article(name: str, article: Article, hits: tuple[ByteHit, ...]) -> SourceText:
    from pipeline.records import Text

    text = Text(name, article.title, article.text, article.language or None, article.url, article.published)
    return SourceText(text, hits, article.reason)
