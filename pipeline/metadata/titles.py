"""Titles in JSON-LD, metadata and headings of a page → the title its readers see."""

import re
import unicodedata
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces

_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*|\s*[-–—]{2,}\s*")

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
    page_title = collapse_spaces(tree.findtext(".//title") or "")
    h1 = [(collapse_spaces(str(h.text_content())), bool(_SEO.search(h.get("class") or ""))) for h in tree.iter("h1")]
    seo_titles = {letters_only(text) for text, is_seo in h1 if is_seo}
    # A heading that only ends the page's title is the outlet's name: many outlets set their logo as h1.
    headings = [
        text
        for text, is_seo in h1
        if text and not is_seo and text != site and (text == page_title or not page_title.endswith(text))
    ]
    candidates = _title_candidates(tree, articles, metas, page_title, headings, site)
    candidates.sort(key=lambda candidate: letters_only(candidate[0]) in seo_titles)
    if wanted := letters_only(hint):
        for title, method in candidates:
            if letters_only(title) == wanted:
                return title, method
    if _jsonld_is_alone(candidates):
        # The address is made from the headline.
        candidates.sort(key=lambda candidate: -_share_in_address(candidate[0], url))
    return candidates[0] if candidates else ("", "")


def _title_candidates(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    page_title: str,
    headings: list[str],
    site: str,
) -> list[tuple[str, str]]:
    """Return the titles of a page, each with its method, the most reliable first."""
    within = max((heading for heading in headings if heading in page_title), key=len, default="")
    candidates = [
        (collapse_spaces(jsonld.first_value(articles, "headline")), "json-ld"),
        (_without_site(metas.get("og:title", ""), site, headings), "og"),
        (headings[0] if len(headings) == 1 else within, "h1"),
        (_without_site(metas.get("twitter:title", ""), site, headings), "twitter"),
        ("" if headings else _marked_headline(tree), "marked"),
        (_without_site(page_title, site, headings, tree), "title"),
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


def _without_site(title: str, site: str, headings: list[str], tree: HtmlElement | None = None) -> str:
    """Return a title without the outlet's name behind a bar, if a heading or the site's name confirms the cut.

    Otherwise an element of `tree` that shows the shorter title confirms it.
    """
    title = collapse_spaces(title)
    if title in headings:
        return title
    pieces = [p for p in _BARS.split(title) if p]
    if len(pieces) < 2:
        return title
    for heading in headings:
        if len(heading) >= _SHORTEST and title.startswith(heading):
            return heading
    last = pieces[-1]
    shorter = title[: title.rindex(last)].rstrip(" |–—·•»:-")
    if site and (last.casefold() in site.casefold() or site.casefold() in last.casefold()):
        return shorter
    if tree is not None and any(
        collapse_spaces(e.text or "") == shorter for e in tree.iter("h2", "h3", "div", "span", "p", "td", "b")
    ):
        return shorter
    return title
