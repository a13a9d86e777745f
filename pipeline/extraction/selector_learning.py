"""Saved pages of one source → CSS selectors that select what the extractors return, each with its success."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.dates.parsing import parse_machine_date
from pipeline.dates.zones import zone_of_page
from pipeline.extraction import consensus
from pipeline.extraction.extract import extract_page
from pipeline.extraction.selectors import select_parts
from pipeline.html import parser
from pipeline.html.paragraph_keys import paragraph_key
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines
from pipeline.records import Article, Selectors

# Share of the pages with a part on which its selector must select it.
_SHARE = 0.8
# Generated class names and ids, such as 'css-1q2w3e': they change with every build of the site.
_GENERATED = re.compile(r"\d{3,}|(?=\w*\d)(?=\w*[a-z])[a-z0-9]{6,}$", re.IGNORECASE)
_NAME = re.compile(r"-?[a-zA-Z_][\w-]*$")
_MOST_CANDIDATES = 60
_LONGEST_DATE = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors proposed for a source, and the success of each."""

    selectors: Selectors
    #: part → share of pages on which selector and extractors agree, 0 to 1; for 'text' the mean F1 of words
    yields: dict[str, float]
    #: pages with an article, of those given
    pages: int


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    tree: HtmlElement
    article: Article


def propose_selectors(pages: Iterable[tuple[bytes, str]]) -> Proposal:
    """Return selectors for pages of one source, each as (bytes, address); a part without a good selector is None.

    The truth is the article without selectors: a part that the extractors miss on every page gets no selector.
    """
    readable = [page for body, url in pages if (page := _read_page(body, url))]
    yields: dict[str, float] = {}
    chosen: dict[str, str | None] = {}
    for name, is_part in _PARTS.items():
        best = _best_selector(readable, is_part)
        chosen[name] = best[0] if best else None
        if best:
            yields[name] = best[1]
    text = _best_text_selector(readable)
    if text:
        yields["text"] = text[1]
    selectors = Selectors(
        title=chosen["title"],
        lead=chosen["lead"],
        text=text[0] if text else None,
        authors=chosen["authors"],
        section=chosen["section"],
        published=chosen["published"],
    )
    return Proposal(selectors, yields, len(readable))


def _read_page(body: bytes, url: str) -> _Page | None:
    article = extract_page(body, url)
    text, _ = parser.decode_html(body)
    tree = parser.parse_html(text)
    if tree is None or not isinstance(article, Article) or article.text_from == "feed":
        return None
    return _Page(text, tree, article)


def _is_title(element: HtmlElement, article: Article) -> bool:
    return element.tag != "title" and paragraph_key(_words(element)) == paragraph_key(article.title) != ""


def _is_lead(element: HtmlElement, article: Article) -> bool:
    return paragraph_key(_words(element)) == paragraph_key(article.lead) != ""


def _is_authors(element: HtmlElement, article: Article) -> bool:
    return bool(article.authors) and tuple(bylines.byline_names(_words(element))) == article.authors


def _is_section(element: HtmlElement, article: Article) -> bool:
    return paragraph_key(_words(element)) == paragraph_key(article.section) != ""


def _is_published(element: HtmlElement, article: Article) -> bool:
    if article.published is None:
        return False
    text = element.get("datetime") or element.get("content") or _words(element)
    if len(text) > _LONGEST_DATE:
        return False
    zone = zone_of_page(article.language, article.url)
    return any(m.when == article.published for m in parse_machine_date(text, zone, language=article.language))


_PARTS: dict[str, Callable[[HtmlElement, Article], bool]] = {
    "title": _is_title,
    "lead": _is_lead,
    "authors": _is_authors,
    "section": _is_section,
    "published": _is_published,
}


def _words(element: HtmlElement) -> str:
    text = "".join(str(piece) for piece in element.itertext())
    return collapse_spaces(text) if len(text) < 2000 else ""


def _best_selector(pages: Sequence[_Page], is_part: Callable[[HtmlElement, Article], bool]) -> tuple[str, float] | None:
    """Return the selector whose first element is the part on most pages, and its share of the pages with the part."""
    parts_by_page = [(page, parts) for page in pages if (parts := _elements_of_part(page, is_part))]
    candidates = Counter(
        name for _, parts in parts_by_page for name in {name for e in parts for name in _selectors_for(e)}
    )
    best: tuple[str, float] | None = None
    for name, _ in candidates.most_common(_MOST_CANDIDATES):
        hits = sum(_first(page.tree, name) in parts for page, parts in parts_by_page)
        share = hits / len(parts_by_page)
        if share >= _SHARE and (best is None or (share, -len(name)) > (best[1], -len(best[0]))):
            best = name, share
    return best


def _elements_of_part(page: _Page, is_part: Callable[[HtmlElement, Article], bool]) -> set[HtmlElement]:
    return {e for e in page.tree.iter() if isinstance(e.tag, str) and is_part(e, page.article)}


def _best_text_selector(pages: Sequence[_Page]) -> tuple[str, float] | None:
    """Return the selector whose paragraphs agree most with the extractors' text, and the mean F1 of words."""
    candidates: Counter[str] = Counter()
    for page in pages:
        candidates.update({name for element in _text_containers(page) for name in _selectors_for(element)})
    best: tuple[str, float] | None = None
    for name, _ in candidates.most_common(_MOST_CANDIDATES):
        agreement = sum(_agreement(page, name) for page in pages) / len(pages)
        if agreement >= _SHARE and (
            best is None or (round(agreement, 3), -len(name)) > (round(best[1], 3), -len(best[0]))
        ):
            best = name, agreement
    return best


def _text_containers(page: _Page) -> Iterator[HtmlElement]:
    """Yield the elements that hold most of the text's paragraphs, the innermost first."""
    keys = {paragraph_key(line) for line in page.article.text.splitlines()}
    weights: Counter[HtmlElement] = Counter()
    for element in page.tree.iter():
        if isinstance(element.tag, str) and (key := paragraph_key(_words(element))) in keys:
            for ancestor in element.iterancestors():
                weights[ancestor] += len(key)
    most = max(weights.values(), default=0)
    inner = sorted((e for e in weights if weights[e] >= 0.6 * most), key=lambda e: -sum(1 for _ in e.iterancestors()))
    yield from (e for e in inner[:4] if e.tag not in ("html", "body"))


def _agreement(page: _Page, selector: str) -> float:
    text = "\n".join(select_parts(page.text, Selectors(text=selector)).paragraphs)
    lead = page.article.lead if page.article.lead and page.article.lead not in text else ""
    return consensus.agreement(f"{lead}\n{text}", page.article.text)


def _first(tree: HtmlElement, selector: str) -> HtmlElement | None:
    return next(iter(tree.cssselect(selector)), None)


def _selectors_for(element: HtmlElement) -> Iterator[str]:
    """Yield selectors of an element: by its class, id, itemprop or role, or those of its parent."""
    tag = str(element.tag)
    if tag in ("h1", "time"):
        yield tag
    yield from (f"{tag}{condition}" for condition in _conditions(element))
    parent = element.getparent()
    if parent is not None:
        yield from (f"{parent.tag}{condition} > {tag}" for condition in _conditions(parent))


def _conditions(element: HtmlElement) -> Iterator[str]:
    """Yield the parts of a selector that name an element: '.class', '#id', '[attribute="value"]'."""
    for name in (element.get("class") or "").split():
        if _NAME.match(name) and not _GENERATED.search(name):
            yield f".{name}"
    identity = element.get("id") or ""
    if _NAME.match(identity) and not _GENERATED.search(identity):
        yield f"#{identity}"
    for attribute in ("itemprop", "property", "data-role"):
        value = element.get(attribute) or ""
        if re.fullmatch(r"[\w:.-]+", value):
            yield f'[{attribute}="{value}"]'
