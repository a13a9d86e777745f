"""Articles → the HTML of their outlet's pages (templates/), and the pictures on them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from zlib import crc32

from jinja2 import Environment, PackageLoader, StrictUndefined

from diembao.demo.articles import HANOI, Article, Outlet

#: The 63 provinces before 1 July 2025: menus of news sites kept them long after.
PROVINCES = [
    "An Giang",
    "Bà Rịa - Vũng Tàu",
    "Bạc Liêu",
    "Bắc Giang",
    "Bắc Kạn",
    "Bắc Ninh",
    "Bến Tre",
    "Bình Dương",
    "Bình Định",
    "Bình Phước",
    "Bình Thuận",
    "Cà Mau",
    "Cao Bằng",
    "Cần Thơ",
    "Đà Nẵng",
    "Đắk Lắk",
    "Đắk Nông",
    "Điện Biên",
    "Đồng Nai",
    "Đồng Tháp",
    "Gia Lai",
    "Hà Giang",
    "Hà Nam",
    "Hà Nội",
    "Hà Tĩnh",
    "Hải Dương",
    "Hải Phòng",
    "Hậu Giang",
    "Hòa Bình",
    "Hưng Yên",
    "Khánh Hòa",
    "Kiên Giang",
    "Kon Tum",
    "Lai Châu",
    "Lạng Sơn",
    "Lào Cai",
    "Lâm Đồng",
    "Long An",
    "Nam Định",
    "Nghệ An",
    "Ninh Bình",
    "Ninh Thuận",
    "Phú Thọ",
    "Phú Yên",
    "Quảng Bình",
    "Quảng Nam",
    "Quảng Ngãi",
    "Quảng Ninh",
    "Quảng Trị",
    "Sóc Trăng",
    "Sơn La",
    "Tây Ninh",
    "Thái Bình",
    "Thái Nguyên",
    "Thanh Hóa",
    "Thừa Thiên Huế",
    "Tiền Giang",
    "TP. Hồ Chí Minh",
    "Trà Vinh",
    "Tuyên Quang",
    "Vĩnh Long",
    "Vĩnh Phúc",
    "Yên Bái",
]
_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_MONTHS: Mapping[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
#: Language → words of a page: related articles, paywall, home.
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "vi": ("Tin liên quan", "Đọc tiếp bằng tài khoản trả phí", "Trang chủ"),
    "en": ("Read also", "This article continues for subscribers", "Home"),
    "fr": ("À lire aussi", "La suite est réservée aux abonnés", "Accueil"),
    "de": ("Mehr zum Thema", "Weiterlesen mit Abonnement", "Startseite"),
    "es": ("Lea también", "Contenido para suscriptores", "Portada"),
    "ru": ("Читайте также", "Продолжение доступно подписчикам", "Главная"),
    "zh": ("相关新闻", "订阅后继续阅读", "首页"),
    "zh-Hant": ("相關新聞", "訂閱後繼續閱讀", "首頁"),
    "ja": ("関連記事", "続きは会員限定です", "ホーム"),
    "ko": ("관련 기사", "구독자 전용 기사입니다", "홈"),
    "lo": ("ຂ່າວທີ່ກ່ຽວຂ້ອງ", "ສຳລັບສະມາຊິກ", "ໜ້າຫຼັກ"),
    "km": ("ព័ត៌មានពាក់ព័ន្ធ", "សម្រាប់សមាជិក", "ទំព័រដើម"),
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("diembao.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def article_page(
    outlet: Outlet,
    article: Article,
    address: str,
    home: str,
    others: Sequence[tuple[Article, str]],
    now: datetime,
) -> bytes:
    """Return the page of one article; `others` (articles of the outlet, their addresses) fill the related boxes."""
    published = article.published(now)
    paragraphs = article.paragraphs[:2] if article.kind == "paywall" else article.paragraphs
    related, paywall, first = _WORDS[article.language]
    return (
        _environment()
        .get_template("shell.html" if article.kind == "shell" else f"{outlet.layout}.html")
        .render(
            outlet=outlet,
            article=article,
            address=address,
            home=home,
            others=others,
            paragraphs=paragraphs,
            published=published,
            date=visible_date(published, article.language),
            clock=clock(now),
            ld=_linked_data(outlet, article, address, home, published),
            provinces=PROVINCES,
            words={"related": related, "paywall": paywall, "home": first},
            year=now.year,
        )
        .encode()
    )


def front_page(outlet: Outlet, title: str, home: str, links: Sequence[tuple[Article, str]], now: datetime) -> bytes:
    """Return a home or section page: a lead story, a list of links, and a menu."""
    return (
        _environment()
        .get_template("front.html")
        .render(
            outlet=outlet,
            title=title,
            home=home,
            links=links,
            clock=clock(now),
            provinces=PROVINCES,
            year=now.year,
            sections=sorted({article.section for article in outlet.articles}),
        )
        .encode()
    )


def clock(now: datetime) -> str:
    """Return today's date as the header of a Vietnamese site shows it; it is not the date of the article."""
    here = now.astimezone(HANOI)
    return f"{_DAYS[here.weekday()]}, ngày {here.day} tháng {here.month} năm {here.year}"


def visible_date(at: datetime | None, language: str) -> str:
    """Return the date of an article as readers of that language see it; '' when undated."""
    if at is None:
        return ""
    hour = f"{at:%H:%M}"
    match language:
        case "vi":
            return f"{_DAYS[at.weekday()]}, {at:%d/%m/%Y}, {hour} (GMT+7)"
        case "zh" | "zh-Hant":
            return f"{at.year}年{at.month}月{at.day}日 {hour}"
        case "ja":
            return f"{at.year}年{at.month}月{at.day}日 {at.hour}時{at.minute:02}分"
        case "ko":
            return f"{at.year}년 {at.month}월 {at.day}일 {hour}"
        case "fr":
            return f"{at.day} {_month('fr', at)} {at.year} à {at:%Hh%M}"
        case "de":
            return f"{at.day}. {_month('de', at)} {at.year}, {hour} Uhr"
        case "es":
            return f"{at.day} de {_month('es', at)} de {at.year}, {hour}"
        case "ru":
            return f"{at.day} {_month('ru', at)} {at.year}, {hour}"
        case "en":
            return f"{_month('en', at)} {at.day}, {at.year} {hour}"
    return f"{at:%d/%m/%Y} {hour}"


def _month(language: str, at: datetime) -> str:
    return _MONTHS[language].split()[at.month - 1]


def _linked_data(outlet: Outlet, article: Article, address: str, home: str, published: datetime | None) -> str:
    """Return a schema.org NewsArticle as JSON, safe inside a script element."""
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.lead,
        "mainEntityOfPage": address,
        "inLanguage": article.language,
        "image": [f"{home}anh/{article.slug}.svg"],
        "publisher": {"@type": "Organization", "name": outlet.name, "url": home},
    }
    if published:
        data |= {"datePublished": published.isoformat(), "dateModified": published.isoformat()}
    if article.authors:
        data["author"] = [{"@type": "Person", "name": name} for name in article.authors]
    if article.kind == "paywall":
        data["isAccessibleForFree"] = False
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def picture(name: str) -> bytes:
    """Return an SVG picture of sky, sun, sand and sea; the name decides their place and colour."""
    seed = crc32(name.encode())
    sun, hill = 120 + seed % 400, 180 + seed // 7 % 80
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" role="img">'
        f"<title>{escape(name)}</title>"
        f'<rect width="640" height="360" fill="hsl({195 + seed % 25} 60% 80%)"/>'
        f'<circle cx="{sun}" cy="90" r="42" fill="#f6c453"/>'
        f'<path d="M0 {hill} Q160 {hill - 90} 320 {hill} T640 {hill - 20} V360 H0Z" fill="#d9a866"/>'
        '<rect y="280" width="640" height="80" fill="#2f7f95"/></svg>'
    ).encode()
