"""A stored page → the article it holds, or why it holds none."""

from datetime import UTC, datetime
from typing import Any

from pipeline import dates, jsonld, markup, metadata, readers
from pipeline.records import Article, Document, Entry, Reason, Selectors, Unreadable
from pipeline.urls import is_fetchable, normalise


def read(document: Document) -> Article | Unreadable:
    """Return the article of a stored document: from its page, else from its feed entry, else why there is none."""
    if document.reason is not Reason.OK:
        found: Article | tuple[Reason, str] = _from_entry(document.entry, document.url, document.reason) or (document.reason, "")
    else:
        found = read_page(
            document.body,
            document.url,
            selectors=document.selectors,
            content_type=document.content_type,
            entry=document.entry,
            fetched_at=document.fetched_at,
        )
    return found if isinstance(found, Article) else Unreadable(document.id, *found)


def read_page(
    body: bytes,
    url: str,
    *,
    selectors: Selectors = Selectors(),
    content_type: str = "",
    entry: Entry | None = None,
    fetched_at: datetime | None = None,
) -> Article | tuple[Reason, str]:
    """Return the article in a page's bytes, or why there is none, with a note. Nothing is ever fetched.

    Where the page has no text of its own, the feed entry's is given (text_from 'feed', `reason` says why).
    """
    now = fetched_at or datetime.now(UTC)
    text, _ = markup.decode(body, content_type)
    tree = markup.parse(text)
    if tree is None:
        return (entry and _from_entry(entry, url, Reason.EMPTY)) or (Reason.EMPTY, "no markup")
    nodes = jsonld.nodes(tree)
    named = metadata.metas(tree)
    about = metadata.read(tree, nodes, named, url)
    when = dates.read(tree, jsonld.articles(nodes), named, url=url, language=about.language, now=now)
    texts = readers.read(tree)
    if not texts:
        return (entry and _from_entry(entry, url, Reason.NO_TEXT)) or (Reason.NO_TEXT, "no reader found text")
    winner = "trafilatura" if "trafilatura" in texts else next(iter(texts))
    whole = "\n".join(line for raw in texts[winner].splitlines() if (line := markup.squeeze(raw)))
    published, origin = when.published, when.origin
    return Article(
        url=url,
        canonical=about.canonical,
        title=about.title or (entry.title if entry else ""),
        lead=about.description,
        text=whole,
        authors=about.authors,
        section=about.section,
        published=published or (entry.published if entry else None),
        published_from=origin if published else "feed" if entry and entry.published else "none",
        modified=when.modified,
        language=about.language,
        image=about.image,
        parts={"text": winner, "date": when.reader, **about.parts},
    )


def _from_entry(entry: Entry, url: str, reason: Reason) -> Article | None:
    text = entry.text or entry.summary
    if not text and not entry.title:
        return None
    return Article(
        url=url,
        canonical=normalise(url) if is_fetchable(url) else url,
        title=entry.title,
        lead=entry.summary,
        text=text,
        authors=entry.authors,
        published=entry.published,
        published_from="feed" if entry.published else "none",
        language=entry.language or "",
        image=entry.image,
        text_from="feed",
        reason=reason,
        parts={"title": "feed", "text": "feed"},
    )


def article_to_json(article: Article) -> dict[str, Any]:
    """Return the fields that `diembao extract` prints; times as ISO 8601 with offset, None where unknown."""
    return {
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "authors": list(article.authors),
        "section": article.section,
        "published": article.published.isoformat() if article.published else None,
        "published_from": article.published_from,
        "language": article.language,
        "image": article.image,
    }
