"""A parsed page and the text found in it → whether it is an article, and if not, what it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.extraction import interstitials
from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.records import Reason

#: characters of text below which a page is asked what else it might be
THIN = 700
#: characters below which a page has no text to speak of, unless it says itself that it is an article
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
# Stamped parts that make a live report, pictures that make a gallery, linked headlines that make a list.
_UPDATES, _PICTURES, _LISTED = 4, 6, 8


@dataclass(frozen=True, slots=True)
class PageType:
    """What a page is: OK for an article, else why it is none or not whole."""

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
    """Return what the page at `url` is, given the `title` and `paragraphs` that the readers found.

    `teasers` is how many headlines that lead elsewhere stand among these paragraphs.
    """
    own = jsonld.article_nodes(nodes)
    heading = " ".join([collapse_spaces(tree.findtext(".//title") or ""), title, *_headings(tree)])
    text = "\n".join(paragraphs)
    size = len(text) + 2 * sum(1 for char in text if char >= "\u0e00")
    if size < THIN:
        visible = collapse_spaces(" ".join(_words(tree)))[:5000]
        if obstacle := interstitials.find_interstitial(tree, heading, visible, url):
            return PageType(*obstacle)
        if _locked(own) or _PAYWALL.search(visible):
            return PageType(Reason.PAYWALL, "only a part is free")
        if size < BRIEF and not (text and claims_article(nodes, metas)):
            return _list_kind(nodes, url) if _headlines(tree) >= _LISTED else _empty(tree, nodes, metas, visible)
    elif _locked(own) and _PAYWALL.search(text[-600:] + " " + collapse_spaces(" ".join(_words(tree)))):
        return PageType(Reason.PAYWALL, "only a part is free")
    if _is_list(tree, nodes, metas, size=size, count=len(paragraphs), teasers=teasers):
        return _list_kind(nodes, url)
    if urlsplit(url).path.strip("/") == "" and not urlsplit(url).query and not own:
        return PageType(Reason.NOT_AN_ARTICLE, "front page")
    if size < THIN and not claims_article(nodes, metas) and _is_film(nodes, metas):
        return PageType(Reason.VIDEO, "a film with a few words")
    if _is_live(tree, nodes):
        return PageType(Reason.LIVE_BLOG, "told while it happens")
    return PageType()


def _is_film(nodes: list[jsonld.Node], metas: dict[str, str]) -> bool:
    """Whether a page says of itself that it is a film."""
    declared = any("VideoObject" in jsonld.node_types(node) for node in nodes)
    return declared or metas.get("og:type", "").lower().startswith("video")


def _is_live(tree: HtmlElement, nodes: list[jsonld.Node]) -> bool:
    """Whether a page goes on being written: it says so, or its class names do of a piece with several stamped parts."""
    if any("LiveBlogPosting" in jsonld.node_types(node) for node in nodes):
        return True
    for element in tree.iter("div", "section", "article", "ul", "ol"):
        if _LIVE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            stamps = sum(1 for e in element.iter("time", "span", "div", "b", "strong") if _CLOCK.match(e.text or ""))
            if stamps >= _UPDATES:
                return True
    return False


def _is_list(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], *, size: int, count: int, teasers: int
) -> bool:
    """Front and section pages: their paragraphs alternate with headlines that lead elsewhere."""
    if _in_jsonld(nodes):
        return False
    if teasers >= max(12, 2 * count) or (teasers >= max(5, count / 2) and not claims_article(nodes, metas)):
        return True
    # Seen on front pages that call themselves articles: 42 to 145 linked headlines; on articles at most 14.
    return size < THIN and _headlines(tree) >= 30


def _headlines(tree: HtmlElement) -> int:
    return sum(1 for h in tree.iter("h2", "h3", "h4") if h.find(".//a") is not None)


def _list_kind(nodes: list[jsonld.Node], url: str) -> PageType:
    if _TAG_ADDRESS.search(urlsplit(url).path) or _LISTS.intersection(k for n in nodes for k in jsonld.node_types(n)):
        return PageType(Reason.TAG_PAGE, "articles on a keyword")
    return PageType(Reason.NOT_AN_ARTICLE, "a list of articles")


def _empty(tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], visible: str) -> PageType:
    silent = " ".join(str(n.text_content()) for n in tree.iter("noscript"))
    mounts = tree.xpath("//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt' or @id='main-app'][not(*)]")
    scripts = sum(1 for _ in tree.iter("script"))
    if _is_film(nodes, metas) or next(tree.iter("video"), None) is not None or _films(tree):
        return PageType(Reason.VIDEO, "a film without text")
    if mounts or _NEEDS_SCRIPT.search(silent + " " + visible) or (scripts >= 3 and len(visible) < 200):
        return PageType(Reason.NEEDS_BROWSER, "the page is built by its scripts")
    declared = any(
        "ImageGallery" in jsonld.node_types(node) or "MediaGallery" in jsonld.node_types(node) for node in nodes
    )
    if declared or sum(1 for _ in tree.iter("img")) >= _PICTURES:
        return PageType(Reason.GALLERY, "pictures without text")
    return PageType(Reason.NO_TEXT, "no reader found a text")


def _films(tree: HtmlElement) -> bool:
    return any(_PLAYERS.search(frame.get("src") or frame.get("data-src") or "") for frame in tree.iter("iframe"))


def _locked(own: list[jsonld.Node]) -> bool:
    return any(str(node.get("isAccessibleForFree")).lower() == "false" for node in own)


def claims_article(nodes: list[jsonld.Node], metas: dict[str, str]) -> bool:
    """Whether a page calls itself an article in its JSON-LD or metadata."""
    return _in_jsonld(nodes) or metas.get("og:type", "").lower() == "article" or "article:published_time" in metas


def _in_jsonld(nodes: list[jsonld.Node]) -> bool:
    return any(kind.endswith(("Article", "Posting", "Report")) for node in nodes for kind in jsonld.node_types(node))


def _headings(tree: HtmlElement) -> list[str]:
    return [collapse_spaces(str(h.text_content())) for h in list(tree.iter("h1"))[:3]]


def _words(tree: HtmlElement) -> list[str]:
    body = tree.find(".//body")
    skipped = ("script", "style", "noscript", "template", "svg")
    root = tree if body is None else body
    return [
        t
        for e in root.iter()
        if isinstance(e.tag, str)
        for t in ((e.text if e.tag not in skipped else ""), e.tail)
        if t
    ]
