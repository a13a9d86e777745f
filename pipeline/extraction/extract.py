"""A stored page → the article it holds, or why it holds none."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lxml.html import HtmlElement

from pipeline.dates import parsing
from pipeline.extraction import consensus, extractors, page_type
from pipeline.extraction import selectors as selectors_module
from pipeline.extraction.main_text import paragraph_key
from pipeline.html import blocks, embedded_data, jsonld, parser
from pipeline.metadata import page_dates, page_metadata
from pipeline.records import Article, Document, Entry, PublishedFrom, Reason, Selectors, Unreadable
from pipeline.text.urls import is_fetchable, normalise_url

# What these pages show is worth having, and marked.
_KEPT = frozenset({Reason.PAYWALL, Reason.VIDEO, Reason.LIVE_BLOG})
# Share of the readers' text that a source's own selector must give to be believed.
_LEAST_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a page holds no article that can be read."""

    reason: Reason
    note: str = ""


def extract(document: Document) -> Article | Unreadable:
    """Return the article of a stored document: from its page, else from its feed entry, else why there is none."""
    if document.reason is not Reason.OK:
        found = _from_entry(document.entry, document.url, Unread(document.reason))
    else:
        found = extract_page(
            document.body,
            document.url,
            selectors=document.selectors,
            content_type=document.content_type,
            entry=document.entry,
            fetched_at=document.fetched_at,
        )
    return found if isinstance(found, Article) else Unreadable(document.id, found.reason, found.note)


def extract_page(
    body: bytes,
    url: str,
    *,
    selectors: Selectors = Selectors(),
    content_type: str = "",
    entry: Entry | None = None,
    fetched_at: datetime | None = None,
) -> Article | Unread:
    """Return the article in a page's bytes, or why there is none. Nothing is ever fetched.

    Where the page has no text of its own, the feed entry's is given (text_from 'feed', `reason` says why).
    `fetched_at` (aware; now if None) bounds the dates that are believed.
    """
    if not body.strip():
        return _from_entry(entry, url, Unread(Reason.EMPTY, "no bytes"))
    if note := _is_no_page(body, content_type):
        return _from_entry(entry, url, Unread(Reason.NOT_HTML, note))
    text, _ = parser.decode_html(body, content_type)
    own = (
        selectors_module.select_parts(text, selectors) if selectors != Selectors() else selectors_module.SelectedParts()
    )
    tree = parser.parse_html(own.rest or text)
    if tree is None:
        return _from_entry(entry, url, Unread(Reason.EMPTY, "no markup"))
    article, kind = _read_tree(tree, url, own, selectors, entry, fetched_at or datetime.now(UTC))
    if kind.reason is Reason.OK:
        return article
    if kind.reason in _KEPT and len(article.text) >= page_type.BRIEF:
        return replace(article, reason=kind.reason)
    return _from_entry(entry, url, Unread(kind.reason, kind.note), article)


def _is_no_page(body: bytes, content_type: str) -> str:
    kind = content_type.split(";")[0].strip().lower()
    for start, name in (
        (b"%PDF", "PDF"),
        (b"\x89PNG", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"PK\x03\x04", "an archive"),
    ):
        if body.startswith(start):
            return name
    if kind and kind.split("/")[0] in ("image", "audio", "video", "font"):
        return kind
    return ""


def _read_tree(
    tree: HtmlElement,
    url: str,
    own: selectors_module.SelectedParts,
    selectors: Selectors,
    entry: Entry | None,
    now: datetime,
) -> tuple[Article, page_type.PageType]:
    nodes = jsonld.jsonld_nodes(tree)
    named = page_metadata.meta_tags(tree)
    about = page_metadata.read_metadata(tree, nodes, named, url, hint=entry.title if entry else "")
    text = _text(tree, about, own, url)
    kind = page_type.classify_page(
        tree, nodes, named, title=about.title, paragraphs=text.paragraphs, teasers=text.teasers, url=url
    )
    when = page_dates.choose_page_dates(
        tree,
        jsonld.article_nodes(nodes),
        named,
        url=url,
        language=about.language,
        now=now,
        title=about.title,
        given=own.published,
    )
    authors, authors_from = about.authors, about.parts["authors"]
    if own.authors:
        authors, authors_from = own.authors, "selector"
    elif text.byline and (not authors or about.authors_are_site):
        authors, authors_from = text.byline, "byline"
    when, origin = _with_feed(when, entry, now)
    article = Article(
        url=url,
        canonical=about.canonical,
        title=own.title or about.title or (entry.title if entry else ""),
        lead=own.lead or text.lead or about.description,
        text="\n".join(text.paragraphs),
        authors=authors or (entry.authors if entry else ()),
        section=own.section or about.section,
        published=when.published,
        published_from=origin,
        published_precision=when.precision,
        published_ambiguous=when.ambiguous,
        modified=when.modified,
        language=about.language or (entry.language or "" if entry else ""),
        image=about.image or (entry.image if entry else None),
        parts={
            name: reader
            for name, reader in {
                "title": "selector" if own.title else about.parts["title"],
                "lead": "selector" if own.lead else text.parts.get("lead", "description" if about.description else ""),
                "text": text.reader,
                "place": text.place,
                **selectors_module.selector_account(own, selectors, text.agreement),
                "authors": authors_from,
                "published": when.reader,
            }.items()
            if reader
        },
    )
    return article, kind


def _with_feed(
    found: page_dates.PageDates, entry: Entry | None, now: datetime
) -> tuple[page_dates.PageDates, PublishedFrom]:
    """The page's time; the feed's where the page has none, or only the day of which the feed has the time."""
    given = parsing.moment_of_datetime(entry.published) if entry and entry.published else None
    stated = parsing.plausible_moment(given, now, parsing.VIETNAM) if given else None
    if stated is None:
        return found, found.origin
    if found.published is not None:
        here = {when.date() for when in (stated.when, stated.when.astimezone(parsing.VIETNAM))}
        if found.precision == "time" or stated.precision == "day" or found.published.date() not in here:
            return found, found.origin
    return page_dates.PageDates(stated.when, modified=found.modified, reader="feed", precision=stated.precision), "feed"


def _text(
    tree: HtmlElement, about: page_metadata.Metadata, own: selectors_module.SelectedParts, url: str
) -> consensus.ComposedText:
    """The source's selectors first, else what the readers find."""
    found = _generic(tree, about, url)
    if not own.paragraphs:
        return found
    paragraphs = own.paragraphs
    if own.lead and paragraph_key(own.lead) not in paragraph_key("".join(paragraphs)):
        paragraphs = (own.lead, *paragraphs)
    one, other = "\n".join(paragraphs), "\n".join(found.paragraphs)
    agreed = consensus.agreement(one, other)
    if len(one) < _LEAST_SHARE * len(other):
        # A selector that gives so little has outlived the page's design.
        return replace(found, agreement=agreed)
    return consensus.ComposedText(paragraphs, lead=own.lead, reader="selector", place=found.place, agreement=agreed)


def _generic(tree: HtmlElement, about: page_metadata.Metadata, url: str) -> consensus.ComposedText:
    """The readers' consensus, else what only JSON-LD or the scripts hold."""
    found = consensus.compose(
        blocks.extract_blocks(tree),
        extractors.run_extractors(tree),
        title=about.title,
        description=about.description,
        body=about.body,
        authors=about.authors,
        # In the Vietnamese press captions are set among the paragraphs and carry facts; elsewhere they repeat the text.
        captions=parsing.zone_of_page(about.language, url) == parsing.VIETNAM,
    )
    size = len("".join(found.paragraphs))
    # articleBody may hold boxes and captions too: it is wanted only where the page itself shows little.
    if size < page_type.THIN and len(about.body) > max(page_type.BRIEF, 1.6 * size):
        lines = (parser.collapse_spaces(line) for line in about.body.splitlines())
        body = tuple(line for line in lines if line)
        told = paragraph_key("".join(body))
        lead = found.lead if found.lead and paragraph_key(found.lead) not in told else ""
        return consensus.ComposedText((lead, *body) if lead else body, found.lead, "json-ld", found.parts, found.byline)
    if size < page_type.BRIEF and (hidden := embedded_data.embedded_article(tree)) is not None:
        built = tuple(block.text for block in blocks.extract_blocks(hidden))
        if len("".join(built)) > 2 * size:
            return consensus.ComposedText(built, reader="scripts")
    return found


def _from_entry(entry: Entry | None, url: str, why: Unread, page: Article | None = None) -> Article | Unread:
    """The feed entry as an article; what a page without text still said of itself fills its gaps."""
    text = (entry.text or entry.summary) if entry else ""
    if entry is None or not (text or entry.title):
        return why
    address = normalise_url(url) if is_fetchable(url) else url
    stated = parsing.moment_of_datetime(entry.published) if entry.published else None
    return Article(
        url=url,
        canonical=address,
        title=entry.title,
        lead=entry.summary,
        text=text,
        authors=entry.authors,
        published=stated.when if stated else None,
        published_from="feed" if stated else "none",
        published_precision=stated.precision if stated else "time",
        language=entry.language or (page.language if page else ""),
        image=entry.image,
        text_from="feed",
        reason=why.reason,
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
