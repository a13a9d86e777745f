"""Parsed page and its text → its type: an article, or something else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.extraction import interstitials, paywalls
from pipeline.extraction.article_evidence import Evidence, weigh_evidence
from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.records import Reason

#: characters of text below which a page is examined for other types than an article
THIN = 700
#: characters of text below which a page is no article, unless its metadata calls it one
BRIEF = 140

_NEEDS_SCRIPT = re.compile(
    r"(?:enable|activate|turn on|bật|kích hoạt|requires?|need)[\w\s]{0,30}javascript"
    r"|javascript (?:is |to be )?(?:required|disabled|enabled)",
    re.IGNORECASE,
)
_TAG_ADDRESS = re.compile(
    r"/(?:tags?|tu-khoa|chu-de|topics?|keywords?|label|search|tim-kiem|su-kien)(?:[/.-]|$)|-tag\d+|\.tag$",
    re.IGNORECASE,
)
_LISTS = frozenset({"CollectionPage", "SearchResultsPage"})
_LIVE = re.compile(r"live-?(?:blog|feed|update|timeline|content)|tuong-?thuat|truc-?tiep", re.IGNORECASE)
_CLOCK = re.compile(r"\s*(?:[01]?\d|2[0-3])\s?[:hg]\s?[0-5]\d(?!\d)")
_PLAYERS = re.compile(r"youtube|vimeo|dailymotion|player|video|\.mp4", re.IGNORECASE)
# Parts with a time that make a live blog, pictures that make a gallery, linked headlines that make a list.
_UPDATES, _PICTURES, _LISTED = 4, 6, 8
# Linked headlines that make a list of a page that calls itself an article. Seen on front pages: 42 to 145; on articles
# at most 14.
_LISTED_DESPITE_CLAIM = 30
# Characters of text for each headline of another article from which a page is no list: summaries have up to 260.
_TEXT_PER_TEASER = 400
# The first letter of the dense scripts (Thai to Hangul), whose characters count three.
_FIRST_DENSE = "\u0e00"


@dataclass(frozen=True, slots=True)
class PageType:
    """The type of a page: OK for an article, else the reason why it is none or not whole."""

    reason: Reason = Reason.OK
    note: str = ""
    #: whether the page's text is stored all the same and marked with the reason: it may be an article, or a part of one
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class ReadParts:
    """What was read from a page, before anything is known of its type."""

    title: str
    paragraphs: Sequence[str]
    #: headlines of other articles among the paragraphs
    teasers: int = 0
    #: name of the outlet; '' if the page does not tell
    site: str = ""
    #: whether the time of publication stands in the page's data or beside its headline
    dated: bool = False
    #: title in the feed that named the page; '' if none
    announced: str = ""


def classify_page(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], parts: ReadParts, url: str
) -> PageType:
    """Return the type of the page at `url`, from its JSON-LD `nodes`, its meta elements and what was read from it."""
    articles = jsonld.article_nodes(nodes)
    text = "\n".join(parts.paragraphs)
    size = len(text) + 2 * sum(1 for char in text if char >= _FIRST_DENSE)
    if size < THIN:
        if thin := _thin_page_type(tree, nodes, metas, parts, size=size, url=url):
            return thin
    elif _is_locked(articles) and paywalls.names_paywall(
        text[-600:] + " " + collapse_spaces(" ".join(_visible_strings(tree)))
    ):
        return PageType(Reason.PAYWALL, "only a part is free")
    if _is_list(tree, nodes, metas, size=size, count=len(parts.paragraphs), teasers=parts.teasers):
        return _list_type(nodes, url)
    if _is_root(url) and not articles:
        return PageType(Reason.NOT_AN_ARTICLE, "front page")
    if size < THIN and not claims_article(nodes, metas) and _is_film(nodes, metas):
        return PageType(Reason.VIDEO, "a film with a few words")
    if _is_live(tree, nodes):
        return PageType(Reason.LIVE_BLOG, "told while it happens")
    return PageType()


def _thin_page_type(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], parts: ReadParts, *, size: int, url: str
) -> PageType | None:
    """Return the type of a page with little text where that is no article; None where it may be one."""
    text = "\n".join(parts.paragraphs)
    headings = [collapse_spaces(tree.findtext(".//title") or ""), *_headings(tree)]
    visible = collapse_spaces(" ".join(_visible_strings(tree)))[:5000]
    evidence = weigh_evidence(
        title=parts.title,
        notices=[heading for heading in headings if interstitials.names_obstacle(heading)],
        text=text,
        site=parts.site,
        url=url,
        declared=claims_article(nodes, metas),
        dated=parts.dated,
        feed=parts.announced,
    )
    heading = " ".join([headings[0], parts.title, *headings[1:]])
    obstacle = interstitials.find_interstitial(tree, heading, visible, url)
    if obstacle and not _overrules(evidence, f"{heading} {text}"):
        return PageType(*obstacle, is_kept=evidence.is_plausible())
    if _is_locked(jsonld.article_nodes(nodes)) or paywalls.names_paywall(_around(visible, parts.paragraphs)):
        return PageType(Reason.PAYWALL, "only a part is free", is_kept=evidence.is_certain())
    if size < BRIEF and not (text and evidence.declared):
        if _count_linked_headlines(tree) >= _LISTED:
            return _list_type(nodes, url)
        empty = _empty_type(tree, nodes, metas, visible)
        if not evidence.is_brief():
            return empty
        # A sentence below a film or pictures is kept, and marked; any other is an article.
        return replace(empty, is_kept=True) if empty.reason in (Reason.VIDEO, Reason.GALLERY) else None
    return None


def _overrules(evidence: Evidence, words: str) -> bool:
    """Whether the evidence for an article outweighs an obstacle; `words` are those of its headings and its text.

    Where only a notice beside the text names the obstacle (a bar about cookies, a form for comments), headline and text
    are enough.
    """
    return evidence.is_certain() or (evidence.has_whole_text() and not interstitials.names_obstacle(words))


def _around(visible: str, paragraphs: Sequence[str]) -> str:
    """Return the visible words of a page outside the paragraphs of its article, unless these are the paywall's own."""
    for paragraph in paragraphs:
        if not paywalls.is_paywall_notice(paragraph):
            visible = visible.replace(paragraph, " ", 1)
    return visible


def _is_root(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.strip("/") == "" and not parts.query


def _is_film(nodes: list[jsonld.Node], metas: dict[str, str]) -> bool:
    """Whether JSON-LD or metadata call the page a film."""
    declared = any("VideoObject" in jsonld.node_types(node) for node in nodes)
    return declared or metas.get("og:type", "").lower().startswith("video")


def _is_live(tree: HtmlElement, nodes: list[jsonld.Node]) -> bool:
    """Whether the page is a live blog: by its JSON-LD, or by class names of an element with several timed parts."""
    if any("LiveBlogPosting" in jsonld.node_types(node) for node in nodes):
        return True
    for element in tree.iter("div", "section", "article", "ul", "ol"):
        if _names_live(element.get("class") or "", element.get("id") or ""):
            times = sum(1 for e in element.iter("time", "span", "div", "b", "strong") if _CLOCK.match(e.text or ""))
            if times >= _UPDATES:
                return True
    return False


@lru_cache(maxsize=4096)
def _names_live(classes: str, id_: str) -> bool:
    return bool(_LIVE.search(f"{classes} {id_}"))


def _is_list(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], *, size: int, count: int, teasers: int
) -> bool:
    """Whether the page is a front or section page: headlines of other articles stand among its paragraphs."""
    if _is_article_in_jsonld(nodes):
        return False
    is_listing = teasers >= max(12, 2 * count) or (teasers >= max(5, count / 2) and not claims_article(nodes, metas))
    if is_listing and size < _TEXT_PER_TEASER * teasers:
        return True
    return size < THIN and _count_linked_headlines(tree) >= _LISTED_DESPITE_CLAIM


def _count_linked_headlines(tree: HtmlElement) -> int:
    return sum(1 for h in tree.iter("h2", "h3", "h4") if h.find(".//a") is not None)


def _list_type(nodes: list[jsonld.Node], url: str) -> PageType:
    if _TAG_ADDRESS.search(urlsplit(url).path) or _LISTS.intersection(k for n in nodes for k in jsonld.node_types(n)):
        return PageType(Reason.TAG_PAGE, "articles on a keyword")
    return PageType(Reason.NOT_AN_ARTICLE, "a list of articles")


def _empty_type(tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], visible: str) -> PageType:
    """Return the type of a page without text."""
    noscript = " ".join(str(n.text_content()) for n in tree.iter("noscript"))
    mounts = tree.xpath("//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt' or @id='main-app'][not(*)]")
    scripts = sum(1 for _ in tree.iter("script"))
    if _is_film(nodes, metas) or next(tree.iter("video"), None) is not None or _has_player(tree):
        return PageType(Reason.VIDEO, "a film without text")
    if mounts or _NEEDS_SCRIPT.search(noscript + " " + visible) or (scripts >= 3 and len(visible) < 200):
        return PageType(Reason.NEEDS_BROWSER, "the page is built by its scripts")
    declared = any(
        "ImageGallery" in jsonld.node_types(node) or "MediaGallery" in jsonld.node_types(node) for node in nodes
    )
    if declared or sum(1 for _ in tree.iter("img")) >= _PICTURES:
        return PageType(Reason.GALLERY, "pictures without text")
    return PageType(Reason.NO_TEXT, "no reader found a text")


def _has_player(tree: HtmlElement) -> bool:
    return any(_PLAYERS.search(frame.get("src") or frame.get("data-src") or "") for frame in tree.iter("iframe"))


def _is_locked(articles: list[jsonld.Node]) -> bool:
    return any(str(node.get("isAccessibleForFree")).lower() == "false" for node in articles)


def claims_article(nodes: list[jsonld.Node], metas: dict[str, str]) -> bool:
    """Whether JSON-LD or metadata call the page an article."""
    return (
        _is_article_in_jsonld(nodes)
        or metas.get("og:type", "").lower() == "article"
        or "article:published_time" in metas
    )


def _is_article_in_jsonld(nodes: list[jsonld.Node]) -> bool:
    return any(kind.endswith(("Article", "Posting", "Report")) for node in nodes for kind in jsonld.node_types(node))


def _headings(tree: HtmlElement) -> list[str]:
    return [collapse_spaces(str(h.text_content())) for h in list(tree.iter("h1"))[:3]]


def _visible_strings(tree: HtmlElement) -> list[str]:
    """Return the strings of the body outside scripts, style sheets and the like."""
    body = tree.find(".//body")
    root = tree if body is None else body
    skipped = ("script", "style", "noscript", "template", "svg")
    return [
        string
        for element in root.iter()
        if isinstance(element.tag, str)
        for string in ((element.text if element.tag not in skipped else ""), element.tail)
        if string
    ]
