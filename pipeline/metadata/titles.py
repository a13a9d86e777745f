"""Titles in JSON-LD, metadata and headings of a page → the title its readers see."""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import headlines
from pipeline.metadata.outlet_names import is_outlet_name, letters_only, names_of_outlet, names_outlet, without_outlet
from pipeline.text import scripts

# The mark of a title that was cut to a length, at its end or in front of the outlet's name.
_CUT = re.compile(r"\s*[\[(]?(?:(?:\.\s?){2,}|…\.?)[\])]?[\"”’']?\s*(?:[|–—·•»-]\s*[^.…]{1,60})?$")
_UNSPACED = re.compile(f"[{scripts.UNSPACED}]")
# Letters of a cut title by which it is known again in the full one.
_LEAST_PREFIX = 12
# Methods that state the article's title independently of each other: two of them that agree are believed.
_INDEPENDENT = ("json-ld", "og", "h1")

#: a title and the method that gave it
Candidate = tuple[str, str]


def choose_title(
    tree: HtmlElement,
    nodes: Sequence[jsonld.Node],
    articles: list[jsonld.Node],
    metas: dict[str, str],
    *,
    site: str,
    hint: str,
    url: str,
) -> Candidate:
    """Return the article's title and the method that gave it; ('', '') where the page has none.

    It is what two of JSON-LD headline, og:title and visible headline agree on, else the visible headline, else the
    first that the page has. `articles` are the JSON-LD articles among its `nodes`, `metas` its meta elements, `site`
    is the name of the outlet, `hint` the title in the feed: of several titles the equal one is taken.
    """
    page_title = headlines.plain(tree.findtext(".//title") or "")
    metas = metas | {name: headlines.plain(metas[name]) for name in ("og:title", "twitter:title") if name in metas}
    names = names_of_outlet(site, nodes, metas, url)
    headings, outlets = headlines.first_headings(tree, page_title, names)
    names = (*names, *outlets)
    candidates = _title_candidates(tree, articles, metas, page_title, headings, names, hint)
    candidates = _without_cut_titles(candidates, hint)
    seo_titles = headlines.seo_titles(tree)
    candidates.sort(key=lambda candidate: letters_only(candidate[0]) in seo_titles)
    if wanted := letters_only(hint):
        for title, method in candidates:
            if letters_only(title) == wanted:
                return title, method
    if agreed := _agreed_title([c for c in candidates if letters_only(c[0]) not in seo_titles]):
        return agreed
    if visible := next((c for c in candidates if c[1] == "h1"), None):
        return visible
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
    names: Sequence[str],
    hint: str,
) -> list[Candidate]:
    """Return the titles of a page, each with its method, in the order in which they are taken where none agree."""
    headline = collapse_spaces(jsonld.first_value(articles, "headline"))
    others = frozenset(
        letters_only(title) for title in (hint, "" if names_outlet(headline, names) else headline) if title
    )
    shown = headings or headlines.lower_headings(tree)
    headline = without_outlet(headline, names, shown, others)
    og = without_outlet(metas.get("og:title", ""), names, shown, others)
    twitter = without_outlet(metas.get("twitter:title", ""), names, shown, others)
    title = without_outlet(page_title, names, shown, others, tree)
    visible = headlines.visible_headline(tree, headings, [headline, og, twitter, title], page_title)
    candidates = [
        (headline, "json-ld"),
        (og, "og"),
        (visible, "h1"),
        (twitter, "twitter"),
        ("" if headings else headlines.marked_headline(tree), "marked"),
        (title, "title"),
        (headings[0] if headings else "", "heading"),
    ]
    return [(text, method) for text, method in candidates if text and not is_outlet_name(text, names[:1])] or [
        (text, method) for text, method in candidates if text
    ]


def _agreed_title(candidates: list[Candidate]) -> Candidate | None:
    """Return the first title that two independent methods give, in letters and digits; None where none agree."""
    given = [(letters_only(title), title, method) for title, method in candidates if method in _INDEPENDENT]
    for letters, title, method in given:
        if any(letters == other and method != another for other, _, another in given):
            return title, method
    return None


def _without_cut_titles(candidates: list[Candidate], hint: str) -> list[Candidate]:
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


def _jsonld_is_alone(candidates: list[Candidate]) -> bool:
    """Whether the JSON-LD headline comes first and all other titles, three or more, agree on another."""
    if len(candidates) <= 3 or candidates[0][1] != "json-ld":
        return False
    others = {letters_only(title) for title, method in candidates if method != "json-ld"}
    return len(others) == 1 and letters_only(candidates[0][0]) not in others


def _share_in_address(title: str, url: str) -> float:
    """Return the share of the title's words that stand in the address, both without diacritics."""
    folded = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    words = set(re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char))))
    slug = set(re.findall(r"[^\W_]+", urlsplit(url).path.lower()))
    return len(words & slug) / max(1, len(words))
