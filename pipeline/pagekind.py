"""A parsed page and the text found in it → whether it is an article, and if not, what it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline import jsonld
from pipeline.markup import squeeze
from pipeline.records import Reason

#: characters of text below which a page is asked what else it might be
THIN = 700
#: characters below which a page has no text to speak of, unless it says itself that it is an article
BRIEF = 140

_CHALLENGE = re.compile(
    r"just a moment|attention required|verif(?:y|ying) (?:that )?you are (?:a )?human|are you a robot"
    r"|unusual traffic"
    r"|checking your browser|enable javascript and cookies to continue|disable any ad ?blocker"
    r"|access (?:to this page has been )?denied"
    r"|pardon our interruption|security check|ddos protection|xác (?:minh"
    r"|nhận) (?:bạn )?(?:không phải|là con người)|request unsuccessful",
    re.IGNORECASE,
)
_CHALLENGE_MARKUP = re.compile(
    r"cf-chl|challenge-platform|/cdn-cgi/challenge|px-captcha|captcha-delivery|_Incapsula_|datadome"
    r"|h-captcha|g-recaptcha|aws-waf",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"\b(?:error )?404\b|(?:page|site|article|story|content) (?:was |is |could )?(?:not"
    r"|no longer) (?:be )?(?:found|available|exist\w*)"
    r"|not found|(?:trang|bài viết|nội dung|đường dẫn|liên kết"
    r"|địa chỉ)[\w\s]{0,40}(?:không (?:tồn tại|tìm thấy|khả dụng)|đã bị (?:xóa|xoá|gỡ))"
    r"|không tìm thấy (?:trang|bài|nội dung|đường dẫn)|seite (?:wurde )?nicht gefunden"
    r"|page introuvable|página no encontrada"
    r"|страница не найдена|页面不存在|找不到(?:页面|頁面)|ページが見つかりません|페이지를 찾을 수 없",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we value your privacy|(?:cookie|privacy|consent) (?:settings|preferences"
    r"|wall|choices)|accept (?:all )?cookies"
    r"|trước khi (?:bạn )?tiếp tục|(?:chính sách|sử dụng|chấp nhận) cookie|datenschutzeinstellungen"
    r"|gérer (?:les|mes) cookies",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"^(?:log ?in|sign ?in|đăng nhập|anmelden|connexion|iniciar sesión|вход|登录|로그인)\b", re.IGNORECASE
)
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


@dataclass(frozen=True, slots=True)
class Kind:
    """What a page is: OK for an article, else why it is none or not whole."""

    reason: Reason = Reason.OK
    note: str = ""


def of(
    tree: HtmlElement,
    nodes: list[jsonld.Node],
    metas: dict[str, str],
    *,
    title: str,
    paragraphs: Sequence[str],
    teasers: int = 0,
    url: str,
) -> Kind:
    """Return what the page at `url` is, given the `title` and `paragraphs` that the readers found.

    `teasers` is how many headlines that lead elsewhere stand among these paragraphs.
    """
    own = jsonld.articles(nodes)
    heading = " ".join([squeeze(tree.findtext(".//title") or ""), title, *_headings(tree)])
    text = "\n".join(paragraphs)
    size = len(text) + 2 * sum(1 for char in text if char >= "\u0e00")
    if size < THIN:
        visible = squeeze(" ".join(_words(tree)))[:5000]
        if kind := _obstacle(tree, heading, visible):
            return kind
        if _locked(own) or _PAYWALL.search(visible):
            return Kind(Reason.PAYWALL, "only a part is free")
        if size < BRIEF and not (text and claims_article(nodes, metas)):
            return _empty(tree, own, visible)
    elif _locked(own) and _PAYWALL.search(text[-600:] + " " + squeeze(" ".join(_words(tree)))):
        return Kind(Reason.PAYWALL, "only a part is free")
    if _is_list(tree, nodes, metas, size=size, count=len(paragraphs), teasers=teasers):
        return Kind(Reason.NOT_AN_ARTICLE, "a list of articles")
    if urlsplit(url).path.strip("/") == "" and not urlsplit(url).query and not own:
        return Kind(Reason.NOT_AN_ARTICLE, "front page")
    return Kind()


def _is_list(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], *, size: int, count: int, teasers: int
) -> bool:
    """Front and section pages: their paragraphs alternate with headlines that lead elsewhere."""
    if _in_jsonld(nodes):
        return False
    if teasers >= max(12, 2 * count) or (teasers >= max(5, count / 2) and not claims_article(nodes, metas)):
        return True
    # Seen on front pages that call themselves articles: 42 to 145 linked headlines; on articles at most 14.
    return size < THIN and sum(1 for h in tree.iter("h2", "h3", "h4") if h.find(".//a") is not None) >= 30


def _obstacle(tree: HtmlElement, heading: str, visible: str) -> Kind | None:
    if _CHALLENGE.search(heading) or (_CHALLENGE.search(visible) and len(visible) < 1500):
        return Kind(Reason.CHALLENGE, "asks for proof of a human reader")
    if len(visible) < 400 and any(_CHALLENGE_MARKUP.search(s) for s in _sources(tree)):
        return Kind(Reason.CHALLENGE, "asks for proof of a human reader")
    if _MISSING.search(heading) or (_MISSING.search(visible) and len(visible) < 600):
        return Kind(Reason.SOFT_404, "says that there is no such page")
    if _LOGIN.search(heading) and any(i.get("type") == "password" for i in tree.iter("input")):
        return Kind(Reason.PAYWALL, "asks for a login")
    if _CONSENT.search(heading) or (_CONSENT.search(visible) and len(visible) < 1500):
        return Kind(Reason.CHALLENGE, "asks for consent to cookies")
    return None


def _empty(tree: HtmlElement, own: list[jsonld.Node], visible: str) -> Kind:
    silent = " ".join(str(n.text_content()) for n in tree.iter("noscript"))
    mounts = tree.xpath("//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt' or @id='main-app'][not(*)]")
    scripts = sum(1 for _ in tree.iter("script"))
    if mounts or _NEEDS_SCRIPT.search(silent + " " + visible) or (scripts >= 3 and len(visible) < 200):
        return Kind(Reason.NEEDS_BROWSER, "the page is built by its scripts")
    if any("VideoObject" in jsonld.kinds(node) for node in own) or next(tree.iter("video"), None) is not None:
        return Kind(Reason.NOT_AN_ARTICLE, "a video without text")
    return Kind(Reason.NO_TEXT, "no reader found a text")


def _locked(own: list[jsonld.Node]) -> bool:
    return any(str(node.get("isAccessibleForFree")).lower() == "false" for node in own)


def claims_article(nodes: list[jsonld.Node], metas: dict[str, str]) -> bool:
    """Whether a page calls itself an article in its JSON-LD or metadata."""
    return _in_jsonld(nodes) or metas.get("og:type", "").lower() == "article" or "article:published_time" in metas


def _in_jsonld(nodes: list[jsonld.Node]) -> bool:
    return any(kind.endswith(("Article", "Posting", "Report")) for node in nodes for kind in jsonld.kinds(node))


def _headings(tree: HtmlElement) -> list[str]:
    return [squeeze(str(h.text_content())) for h in list(tree.iter("h1"))[:3]]


def _sources(tree: HtmlElement) -> list[str]:
    found = [f"{s.get('src') or ''} {(s.text or '')[:3000]}" for s in tree.iter("script", "iframe")]
    return found + [
        f"{f.get('id') or ''} {f.get('class') or ''} {f.get('action') or ''}" for f in tree.iter("form", "div")
    ]


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
