"""Parsed page and its text → its type: an article, or something else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.extraction import interstitials
from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.records import Reason

#: characters of text below which a page is examined for other types than an article
THIN = 700
#: characters of text below which a page is no article, unless its metadata calls it one
BRIEF = 140

_PAYWALL = re.compile(
    r"(?:subscribe|register|sign ?in|log ?in|become a (?:member|subscriber)) to (?:continue|read"
    r"|keep reading|unlock|access)"
    r"|(?:this|the) (?:article|content|story) is (?:for|available (?:only )?to) (?:subscribers"
    r"|members)|subscribers? only"
    r"|réservée? aux abonnés|il vous reste [\d.,]+ ?% de cet article|nur für abonnenten"
    r"|mit einem abo weiterlesen|jetzt weiterlesen"
    r"|(?:đăng nhập|đăng ký|mua gói|trả phí|nâng cấp)[\w\s,]{0,40}(?:để )?(?:đọc|xem) (?:tiếp|toàn bộ"
    r"|đầy đủ)|dành (?:riêng )?cho (?:thuê bao|độc giả trả phí)"
    r"|solo para suscriptores|contenuto riservato agli abbonati|有料会員|会員限定|只限订阅|доступно только подписчикам",
    re.IGNORECASE,
)
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
# The first letter of the dense scripts (Thai to Hangul), whose characters count three.
_FIRST_DENSE = "\u0e00"


@dataclass(frozen=True, slots=True)
class PageType:
    """The type of a page: OK for an article, else the reason why it is none or not whole."""

    reason: Reason = Reason.OK
    note: str = ""


def classify_page(
    tree: HtmlElement,
    nodes: list[jsonld.Node],
    metas: dict[str, str],
    *,
    title: str,
    paragraphs: Sequence[str],
    teasers: int = 0,
    url: str,
) -> PageType:
    """Return the type of the page at `url`; `title` and `paragraphs` are those of its article.

    `teasers` is the number of headlines of other articles among these paragraphs.
    """
    articles = jsonld.article_nodes(nodes)
    text = "\n".join(paragraphs)
    size = len(text) + 2 * sum(1 for char in text if char >= _FIRST_DENSE)
    if size < THIN:
        if thin := _thin_page_type(tree, nodes, metas, title=title, text=text, size=size, url=url):
            return thin
    elif _is_locked(articles) and _PAYWALL.search(
        text[-600:] + " " + collapse_spaces(" ".join(_visible_strings(tree)))
    ):
        return PageType(Reason.PAYWALL, "only a part is free")
    if _is_list(tree, nodes, metas, size=size, count=len(paragraphs), teasers=teasers):
        return _list_type(nodes, url)
    if _is_root(url) and not articles:
        return PageType(Reason.NOT_AN_ARTICLE, "front page")
    if size < THIN and not claims_article(nodes, metas) and _is_film(nodes, metas):
        return PageType(Reason.VIDEO, "a film with a few words")
    if _is_live(tree, nodes):
        return PageType(Reason.LIVE_BLOG, "told while it happens")
    return PageType()


def _thin_page_type(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], *, title: str, text: str, size: int, url: str
) -> PageType | None:
    """Return the type of a page with little text where that is no article; None where it may be one."""
    heading = " ".join([collapse_spaces(tree.findtext(".//title") or ""), title, *_headings(tree)])
    visible = collapse_spaces(" ".join(_visible_strings(tree)))[:5000]
    if interstitial := interstitials.find_interstitial(tree, heading, visible, url):
        return PageType(*interstitial)
    if _is_locked(jsonld.article_nodes(nodes)) or _PAYWALL.search(visible):
        return PageType(Reason.PAYWALL, "only a part is free")
    if size < BRIEF and not (text and claims_article(nodes, metas)):
        is_list = _count_linked_headlines(tree) >= _LISTED
        return _list_type(nodes, url) if is_list else _empty_type(tree, nodes, metas, visible)
    return None


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
        if _LIVE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            times = sum(1 for e in element.iter("time", "span", "div", "b", "strong") if _CLOCK.match(e.text or ""))
            if times >= _UPDATES:
                return True
    return False


def _is_list(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], *, size: int, count: int, teasers: int
) -> bool:
    """Whether the page is a front or section page: headlines of other articles stand among its paragraphs."""
    if _is_article_in_jsonld(nodes):
        return False
    if teasers >= max(12, 2 * count) or (teasers >= max(5, count / 2) and not claims_article(nodes, metas)):
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
