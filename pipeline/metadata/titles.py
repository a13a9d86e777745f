"""Titles in JSON-LD, metadata and headings of a page → the title its readers see."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.text import scripts

_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*|\s*[-–—]{2,}\s*")
# Bars that only sites put between a headline and their name; ' - ' and ' : ' stand in headlines too.
_SITE_BARS = re.compile(r"[|·•»]|[-–—]{2,}")
# Words that outlets put before or behind their name, or leave out.
_OUTLET_WORDS = frozenset(
    [
        *(
            "báo",
            "điện",
            "tử",
            "online",
            "tin",
            "tức",
            "trang",
            "thông",
            "cổng",
            "đài",
            "phát",
            "thanh",
            "truyền",
            "hình",
        ),
        *(
            "tạp",
            "chí",
            "mới",
            "nhất",
            "nhanh",
            "24h",
            "24",
            "the",
            "news",
            "newspaper",
            "daily",
            "net",
            "vn",
            "com",
            "org",
        ),
        *("www", "http", "https", "tv"),
    ]
)
# The mark of a title that was cut to a length, at its end or in front of the outlet's name.
_CUT = re.compile(r"\s*[\[(]?(?:(?:\.\s?){2,}|…\.?)[\])]?[\"”’']?\s*(?:[|–—·•»-]\s*[^.…]{1,60})?$")
_UNSPACED = re.compile(f"[{scripts.UNSPACED}]")
# Letters of a cut title by which it is known again in the full one.
_LEAST_PREFIX = 12

_REFERENCE = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
# Class of a heading that is written for search engines, not for readers; on some sites it is the h1.
_SEO = re.compile(r"(?<![a-z])seo", re.IGNORECASE)

_HEADLINES = re.compile(
    r"(?<![a-z])(?:tieu-?de|ten-?bai|headline|(?:article|news|detail|post|entry|content)[-_]?title"
    r"|title[-_]?(?:detail|news|article|post))(?![a-z])",
    re.IGNORECASE,
)
# Characters of a title.
_SHORTEST, _LONGEST = 15, 250


def choose_title(
    tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str], *, site: str, hint: str, url: str
) -> tuple[str, str]:
    """Return the article's title and the method that gave it; ('', '') where the page has none.

    `articles` are its JSON-LD articles, `metas` its meta elements, `site` is the name of the outlet, `hint` the title
    in the feed.
    """
    page_title = _plain(tree.findtext(".//title") or "")
    metas = metas | {name: _plain(metas[name]) for name in ("og:title", "twitter:title") if name in metas}
    h1 = [(_plain(str(h.text_content())), bool(_SEO.search(h.get("class") or ""))) for h in tree.iter("h1")]
    seo_titles = {letters_only(text) for text, is_seo in h1 if is_seo}
    headings = [
        text for text, is_seo in h1 if text and not is_seo and text != site and not _is_end_of(page_title, text, site)
    ]
    candidates = _title_candidates(tree, articles, metas, page_title, headings, site, hint)
    candidates = _without_cut_titles(candidates, hint)
    candidates.sort(key=lambda candidate: letters_only(candidate[0]) in seo_titles)
    if wanted := letters_only(hint):
        for title, method in candidates:
            if letters_only(title) == wanted:
                return title, method
    if _jsonld_is_alone(candidates):
        # The address is made from the headline.
        candidates.sort(key=lambda candidate: -_share_in_address(candidate[0], url))
    return candidates[0] if candidates else ("", "")


def _plain(title: str) -> str:
    """Return a title with single spaces, and without the references that systems escape twice ('C&amp;amp;A')."""
    return collapse_spaces(_REFERENCE.sub(lambda reference: html.unescape(reference[0]), title))


def _is_end_of(page_title: str, heading: str, site: str) -> bool:
    """Whether a heading only ends the page's title, as the outlet's name does: many outlets set their logo as h1.

    Where the outlet's name comes first, the headline ends the title.
    """
    if heading == page_title or not page_title.endswith(heading):
        return False
    before = page_title[: -len(heading)]
    return not (_is_outlet_name(before, site) if site else len(before) < len(heading))


def _without_cut_titles(candidates: list[tuple[str, str]], hint: str) -> list[tuple[str, str]]:
    """Return the titles without those that another one continues: '…' at the end, or the end within a word.

    The feed's title is taken where every title of the page is cut.
    """
    others = [title for title, _ in candidates]
    whole = [(title, method) for title, method in candidates if not _is_continued(title, [*others, hint])]
    if not whole and candidates:
        return [(collapse_spaces(hint), "feed")]
    return whole


def _is_continued(title: str, others: list[str]) -> bool:
    """Whether `title` was cut to a length, and one of `others` begins with it and goes on."""
    beginning = letters_only(_CUT.sub("", title))
    if len(beginning) < _LEAST_PREFIX:
        return False
    marked = _CUT.search(title) is not None
    for other in others:
        longer = letters_only(_CUT.sub("", other))
        if (
            len(longer) > len(beginning)
            and longer.startswith(beginning)
            and (marked or _ends_within_word(title, other))
        ):
            return True
    return False


def _ends_within_word(title: str, other: str) -> bool:
    """Whether the beginning `title` of `other` ends in the middle of a word, in a script with spaces."""
    if len(other) <= len(title) or not other.startswith(title):
        return False
    return title[-1].isalnum() and other[len(title)].isalnum() and not _UNSPACED.match(title[-1])


def _title_candidates(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    page_title: str,
    headings: list[str],
    site: str,
    hint: str,
) -> list[tuple[str, str]]:
    """Return the titles of a page, each with its method, the most reliable first."""
    headline = collapse_spaces(jsonld.first_value(articles, "headline"))
    others = frozenset(
        letters_only(title) for title in (hint, "" if _names_outlet(headline, site) else headline) if title
    )
    within = max((heading for heading in headings if heading in page_title), key=len, default="")
    candidates = [
        (headline, "json-ld"),
        (_without_site(metas.get("og:title", ""), site, headings, others), "og"),
        (headings[0] if len(headings) == 1 else within, "h1"),
        (_without_site(metas.get("twitter:title", ""), site, headings, others), "twitter"),
        ("" if headings else _marked_headline(tree), "marked"),
        (_without_site(page_title, site, headings, others, tree), "title"),
        (headings[0] if headings else "", "h1"),
    ]
    return [(title, method) for title, method in candidates if title]


def _jsonld_is_alone(candidates: list[tuple[str, str]]) -> bool:
    """Whether the JSON-LD headline comes first and all other titles, three or more, agree on another."""
    if len(candidates) <= 3 or candidates[0][1] != "json-ld":
        return False
    others = {letters_only(title) for title, method in candidates if method != "json-ld"}
    return len(others) == 1 and letters_only(candidates[0][0]) not in others


def _marked_headline(tree: HtmlElement) -> str:
    """Return the first text that a class name or id calls a headline: old portals have no h1 and no own title."""
    for element in tree.iter("h2", "h3", "div", "span", "p", "td", "font", "b"):
        if _HEADLINES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            text = collapse_spaces(str(element.text_content()))
            if _SHORTEST <= len(text) <= _LONGEST and element.find(".//a") is None:
                return text
    return ""


def _share_in_address(title: str, url: str) -> float:
    """Return the share of the title's words that stand in the address, both without diacritics."""
    folded = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    words = set(re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char))))
    slug = set(re.findall(r"[^\W_]+", urlsplit(url).path.lower()))
    return len(words & slug) / max(1, len(words))


def letters_only(text: str) -> str:
    """Return the letters and digits of `text` alone, case folded."""
    return re.sub(r"\W+", "", text.casefold())


def _without_site(
    title: str, site: str, headings: list[str], others: frozenset[str], tree: HtmlElement | None = None
) -> str:
    """Return a title without the outlet's name before or behind a bar.

    A heading, the site's name, one of the `others` (`letters_only` of the titles that are known without the outlet's
    name) or an element of `tree` that shows the shorter title confirms the cut. A title that stands whole among
    the others is not cut.
    """
    title = collapse_spaces(title)
    shown = {letters_only(heading) for heading in headings}
    pieces = [p for p in _BARS.split(title) if p]
    if len(pieces) < 2 or letters_only(title) in shown:
        return title
    for heading in headings:
        if len(heading) >= _SHORTEST and title.startswith(heading):
            return heading
    if letters_only(title) in others:
        return title
    first, last = pieces[0], pieces[-1]
    shorter = title[: title.rindex(last)].rstrip(" |–—·•»:-")
    without_first = title[title.index(first) + len(first) :].lstrip(" |–—·•»:-")
    for part in (shorter, without_first):
        if letters_only(part) in shown | others:
            return part
    if site and _is_outlet_name(last, site):
        return shorter
    if site and _is_outlet_name(first, site):
        return without_first
    # 'Ninh Thuận' behind a dash may end a headline; the outlet 'Báo Ninh Thuận' would write its whole name there.
    bar = title[len(shorter) : title.rindex(last)]
    if site and letters_only(last) in letters_only(site) and _SITE_BARS.search(bar):
        return shorter
    if tree is not None and any(
        collapse_spaces(e.text or "") == shorter for e in tree.iter("h2", "h3", "div", "span", "p", "td", "b")
    ):
        return shorter
    return title


def _names_outlet(title: str, site: str) -> bool:
    """Whether the outlet's name is a piece of a title."""
    pieces = [piece for piece in _BARS.split(title) if piece]
    return bool(site) and len(pieces) > 1 and any(_is_outlet_name(piece, site) for piece in (pieces[0], pieces[-1]))


def _is_outlet_name(piece: str, site: str) -> bool:
    """Whether a piece of a title is the outlet's name, or a piece of that, give or take words such as 'Báo' or "
    "'online'.

    A piece that is shorter than the name by such a word is not: 'Ninh Thuận' is a place.
    """
    words = re.findall(r"\w+", piece.casefold())
    names = [re.findall(r"\w+", name.casefold()) for name in (site, *_BARS.split(site)) if name]
    for name in names:
        core = [word for word in name if word not in _OUTLET_WORDS]
        if words == name or (core and words[-len(name) :] == name and _OUTLET_WORDS.issuperset(words[: -len(name)])):
            return True
        rest = [word for word in words if word not in _OUTLET_WORDS]
        if core and rest == core and len(words) >= len(name):
            return True
    return False
