"""Page with little text → the interstitial in place of its article: captcha, challenge, login, cookie wall, error."""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.records import Reason

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
    r"cf-chl|challenge-platform|/cdn-cgi/challenge|_Incapsula_|datadome|aws-waf", re.IGNORECASE
)
_CAPTCHA = re.compile(
    r"\bcaptcha\b|are you a robot|i'm not a robot|tôi không phải (?:là )?(?:người máy|robot|rô bốt)"
    r"|nhập mã (?:xác nhận|bảo mật)|mã xác thực (?:hình ảnh|bên dưới)",
    re.IGNORECASE,
)
_CAPTCHA_MARKUP = re.compile(
    r"px-captcha|captcha-delivery|h-captcha|hcaptcha\.com|g-recaptcha|recaptcha/api|cf-turnstile|geetest", re.IGNORECASE
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
_LOGIN_ADDRESS = re.compile(r"(?:^|[/._-])(?:log-?in|sign-?in|dang-?nhap|sso|authorize)(?:[/._-]|$)", re.IGNORECASE)
_LOGIN = re.compile(
    r"^(?:log ?in|sign ?in|đăng nhập|anmelden|connexion|iniciar sesión|вход|登录|로그인)\b", re.IGNORECASE
)


# Characters of visible text below which the markup, a challenge or consent, a missing page are believed.
_BARE, _SHORT, _ERROR = 400, 1500, 600


def find_interstitial(tree: HtmlElement, heading: str, visible: str, url: str) -> tuple[Reason, str] | None:
    """Return the reason and a note; None for a page without an interstitial.

    `heading` holds the titles of the page, `visible` its text. Only meant for pages with little text: an article may
    mention any of these things, so what else the page shows decides (pipeline.extraction.article_evidence).
    """
    is_bare = len(visible) < _BARE
    markup = _identifying_markup(tree) if is_bare else []
    if _CAPTCHA.search(heading) or (is_bare and (_CAPTCHA.search(visible) or _any(_CAPTCHA_MARKUP, markup))):
        return Reason.CAPTCHA, "asks for a captcha"
    if _matches(_CHALLENGE, heading, visible, _SHORT) or (is_bare and _any(_CHALLENGE_MARKUP, markup)):
        return Reason.CHALLENGE, "asks for proof of a human reader"
    if _matches(_MISSING, heading, visible, _ERROR):
        return Reason.SOFT_404, "says that there is no such page"
    if _has_password_field(tree) and (_LOGIN.search(heading) or _LOGIN_ADDRESS.search(urlsplit(url).path)):
        return Reason.LOGIN, "asks for a login"
    if _matches(_CONSENT, heading, visible, _SHORT):
        return Reason.COOKIE_WALL, "asks for consent to cookies"
    return None


def names_obstacle(text: str) -> bool:
    """Whether the words of a text sound like an obstacle; news may use the same words."""
    return any(pattern.search(text) for pattern in (_CAPTCHA, _CHALLENGE, _MISSING, _CONSENT, _LOGIN))


def _matches(pattern: re.Pattern[str], heading: str, visible: str, longest: int) -> bool:
    """Whether a pattern occurs in the heading, or in a visible text of less than `longest` characters."""
    return bool(pattern.search(heading) or (pattern.search(visible) and len(visible) < longest))


def _any(pattern: re.Pattern[str], texts: list[str]) -> bool:
    return any(pattern.search(text) for text in texts)


def _has_password_field(tree: HtmlElement) -> bool:
    return any(field.get("type") == "password" for field in tree.iter("input"))


def _identifying_markup(tree: HtmlElement) -> list[str]:
    """Return addresses and beginnings of scripts and frames, and the names of forms and divisions."""
    scripts = [f"{s.get('src') or ''} {(s.text or '')[:3000]}" for s in tree.iter("script", "iframe")]
    names = [f"{f.get('id') or ''} {f.get('class') or ''} {f.get('action') or ''}" for f in tree.iter("form", "div")]
    return scripts + names
