"""Stored page → its article, or the reason why it has none."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lxml.html import HtmlElement

from pipeline.dates import parsing
from pipeline.dates.zones import VIETNAM, zone_of_country, zone_of_page
from pipeline.extraction import consensus, extractors, page_type, paywalls
from pipeline.extraction.article_lines import cut_lines
from pipeline.extraction.own_address import leads_elsewhere, own_address
from pipeline.extraction.selectors import SelectedParts, choose_authors, select_parts, selector_account
from pipeline.html import blocks, embedded_data, jsonld, parser
from pipeline.html.paragraph_keys import paragraph_key
from pipeline.html.running_text import clear_misleading_names
from pipeline.metadata import page_dates, page_metadata
from pipeline.records import Article, Document, Entry, PublishedFrom, Reason, Selectors, Unreadable
from pipeline.text.urls import is_fetchable, normalise_url, same_site

# Reasons of pages whose visible text is kept as an article and marked with the reason.
_KEPT_WITH_REASON = frozenset({Reason.PAYWALL, Reason.VIDEO, Reason.LIVE_BLOG})
# Length of the text by a source's selector, as a share of the extractors' text, below which the selector is ignored.
_LEAST_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class NoArticle:
    """The reason why a page gives no article."""

    reason: Reason
    note: str = ""


def extract(document: Document) -> Article | Unreadable:
    """Return the article of a stored document, from its page or else its feed entry; Unreadable if neither has one."""
    if document.reason is not Reason.OK:
        # A page that could not be had, wherever its link was redirected to within the site, tells no address.
        link = document.entry.url
        url = link if is_fetchable(link) and same_site(link, document.url) else document.url
        outcome = _from_entry(document.entry, url, NoArticle(document.reason))
    else:
        outcome = extract_page(
            document.body,
            document.url,
            selectors=document.selectors,
            content_type=document.content_type,
            entry=document.entry,
            fetched_at=document.fetched_at,
            country=document.country,
        )
    if isinstance(outcome, Article):
        return cut_lines(outcome)
    return Unreadable(document.id, outcome.reason, outcome.note)


def extract_page(
    body: bytes,
    url: str,
    *,
    selectors: Selectors = Selectors(),
    content_type: str = "",
    entry: Entry | None = None,
    fetched_at: datetime | None = None,
    country: str = "",
) -> Article | NoArticle:
    """Return the article in the bytes of the page at `url`, or why there is none. Nothing is fetched.

    A page without a text gives the text of the feed entry: `text_from` is then 'feed' and `reason` says why.
    `fetched_at` (aware; now if None) is the latest plausible date. `country` (ISO 3166-1, '' if unknown) is the
    outlet's, for times without a zone. ValueError names a selector that is no CSS.
    """
    if not body.strip():
        return _from_entry(entry, url, NoArticle(Reason.EMPTY, "no bytes"))
    if note := _other_format(body, content_type):
        return _from_entry(entry, url, NoArticle(Reason.NOT_HTML, note))
    text, _ = parser.decode_html(body, content_type)
    selected = select_parts(text, selectors) if selectors != Selectors() else SelectedParts()
    tree = parser.parse_html(selected.rest or text)
    if tree is None:
        return _from_entry(entry, url, NoArticle(Reason.EMPTY, "no markup"))
    article, kind = _read_tree(tree, url, selected, selectors, entry, fetched_at or datetime.now(UTC), country)
    if entry is not None and leads_elsewhere(url, entry, article.title, article.text):
        reason = Reason.SOFT_404 if kind.reason is Reason.OK else kind.reason
        return _from_entry(entry, entry.url, NoArticle(reason, f"the link leads to {url}"[:300]), article)
    if kind.reason is Reason.OK:
        return article
    if kind.is_kept or (kind.reason in _KEPT_WITH_REASON and len(article.text) >= page_type.BRIEF):
        return replace(article, reason=kind.reason)
    return _from_entry(entry, url, NoArticle(kind.reason, kind.note), article)


def _other_format(body: bytes, content_type: str) -> str:
    """Return the name of a format that is not HTML, by the first bytes or the content type; '' for HTML."""
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
    selected: SelectedParts,
    selectors: Selectors,
    entry: Entry | None,
    now: datetime,
    country: str,
) -> tuple[Article, page_type.PageType]:
    """Return the article as far as the page has one, and what the page is.

    Of each part the selectors' version comes first, then the page's, then the feed entry's.
    """
    nodes = jsonld.jsonld_nodes(tree)
    metas = page_metadata.meta_tags(tree)
    entry = entry or Entry("")
    metadata = page_metadata.read_metadata(tree, nodes, metas, url, hint=entry.title)
    text = _compose_text(tree, metadata, selected, url)
    dates = page_dates.choose_page_dates(
        tree,
        jsonld.article_nodes(nodes),
        metas,
        url=url,
        language=metadata.language,
        now=now,
        title=metadata.title,
        source=page_dates.SourceHints(country, selected.published),
    )
    # htmldate takes any date on a page for its own, also that of a footer.
    is_dated = dates.published is not None and not dates.method.startswith("htmldate")
    read = page_type.ReadParts(metadata.title, text.paragraphs, text.teasers, metadata.site, is_dated, entry.title)
    kind = page_type.classify_page(tree, nodes, metas, read, url)
    authors, authors_from = choose_authors(selected, metadata, text.byline)
    dates, published_from = _complete_dates(dates, entry, now, country)
    lead_from = text.parts.get("lead", "description" if metadata.description else "")
    parts = {
        "title": "selector" if selected.title else metadata.parts["title"],
        "lead": "selector" if selected.lead else lead_from,
        "text": text.extractor,
        "place": text.container,
        **selector_account(selected, selectors, text.agreement),
        "authors": authors_from,
        "published": dates.method,
    }
    article = Article(
        url=url,
        canonical=_normal(own_address(metadata.canonical, url, entry.url, metadata.title)),
        declared=metadata.declared,
        title=selected.title or metadata.title or entry.title,
        lead=selected.lead or text.lead or metadata.description,
        text="\n".join(text.paragraphs),
        authors=authors or entry.authors,
        section=selected.section or metadata.section,
        published=dates.published,
        published_from=published_from,
        published_precision=dates.precision,
        published_ambiguous=dates.ambiguous,
        modified=dates.modified,
        language=metadata.language or entry.language or "",
        image=metadata.image or entry.image,
        parts={name: method for name, method in parts.items() if method},
    )
    return article, kind


def _complete_dates(
    dates: page_dates.PageDates, entry: Entry, now: datetime, country: str
) -> tuple[page_dates.PageDates, PublishedFrom]:
    """Return the page's dates, or the feed's time where the page has none or only the same day without a time."""
    moment = parsing.moment_of_datetime(entry.published) if entry.published else None
    stated = parsing.plausible_moment(moment, now, zone_of_country(country) or VIETNAM) if moment else None
    if stated is None:
        return dates, dates.origin
    if dates.published is not None:
        days = {when.date() for when in (stated.when, stated.when.astimezone(VIETNAM))}
        if dates.precision == "time" or stated.precision == "day" or dates.published.date() not in days:
            return dates, dates.origin
    return page_dates.PageDates(stated.when, modified=dates.modified, method="feed", precision=stated.precision), "feed"


def _compose_text(
    tree: HtmlElement, metadata: page_metadata.Metadata, selected: SelectedParts, url: str
) -> consensus.ComposedText:
    """Return the text by the source's selectors, else by the extractors; without the paywall's own sentences."""
    text = _select_text(tree, metadata, selected, url)
    lead = "" if paywalls.is_paywall_notice(text.lead) else text.lead
    return replace(text, paragraphs=paywalls.without_paywall_notices(text.paragraphs), lead=lead)


def _select_text(
    tree: HtmlElement, metadata: page_metadata.Metadata, selected: SelectedParts, url: str
) -> consensus.ComposedText:
    composed = _extract_text(tree, metadata, url)
    if not selected.paragraphs:
        return composed
    paragraphs = selected.paragraphs
    if selected.lead and paragraph_key(selected.lead) not in paragraph_key("".join(paragraphs)):
        paragraphs = (selected.lead, *paragraphs)
    one, other = "\n".join(paragraphs), "\n".join(composed.paragraphs)
    agreement = consensus.agreement(one, other)
    if len(one) < _LEAST_SHARE * len(other):
        # A selector that gives so little belongs to an older design of the page.
        return replace(composed, agreement=agreement)
    return consensus.ComposedText(
        paragraphs, lead=selected.lead, extractor="selector", container=composed.container, agreement=agreement
    )


def _extract_text(tree: HtmlElement, metadata: page_metadata.Metadata, url: str) -> consensus.ComposedText:
    """Return the consensus of the extractors, or the text in JSON-LD or scripts where the page shows little."""
    page = blocks.extract_blocks(tree)
    clear_misleading_names(page, metadata.title)
    texts = extractors.run_extractors(tree)
    composed = consensus.compose(
        page,
        texts,
        title=metadata.title,
        description=metadata.description,
        body=metadata.body,
        authors=metadata.authors,
        # In the Vietnamese press captions are set among the paragraphs and carry facts; elsewhere they repeat the text.
        captions=zone_of_page(metadata.language, url) == VIETNAM,
    )
    if consensus.is_doubtful(composed, texts, page):
        composed = consensus.without_losses(composed, extractors.trafilatura_by_default(tree), metadata.title, page)
    size = len("".join(composed.paragraphs))
    # articleBody may hold boxes and captions too: it is used only where the page itself shows little.
    if size < page_type.THIN and len(metadata.body) > max(page_type.BRIEF, 1.6 * size):
        lines = (parser.collapse_spaces(line) for line in metadata.body.splitlines())
        body = tuple(line for line in lines if line)
        is_new = bool(composed.lead) and paragraph_key(composed.lead) not in paragraph_key("".join(body))
        return consensus.ComposedText(
            (composed.lead, *body) if is_new else body, composed.lead, "json-ld", composed.parts, composed.byline
        )
    if size < page_type.BRIEF and (embedded := embedded_data.embedded_article(tree)) is not None:
        paragraphs = tuple(block.text for block in blocks.extract_blocks(embedded))
        if len("".join(paragraphs)) > 2 * size:
            return consensus.ComposedText(paragraphs, extractor="scripts")
    return composed


def _from_entry(entry: Entry | None, url: str, failure: NoArticle, page: Article | None = None) -> Article | NoArticle:
    """Return the feed entry as an article, in the language of the page if the entry states none; else `failure`."""
    text = "\n".join(paywalls.without_paywall_notices((entry.text or entry.summary).splitlines())) if entry else ""
    if entry is None or not (text or entry.title):
        return failure
    address = _normal(own_address("", url, entry.url))
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
        reason=failure.reason,
        parts={"title": "feed", "text": "feed"},
    )


def _normal(address: str) -> str:
    return normalise_url(address) if is_fetchable(address) else address


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
