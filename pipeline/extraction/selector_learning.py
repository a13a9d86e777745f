"""Saved pages of one source → CSS selectors that read them as the readers do, and how well each does."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.dates import parsing
from pipeline.extraction import consensus
from pipeline.extraction import selectors as selectors_module
from pipeline.extraction.extract import extract_page
from pipeline.extraction.main_text import paragraph_key
from pipeline.html import parser
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines
from pipeline.records import Article, Selectors

# A selector must be right on so many of the pages on which the readers found the part.
_SHARE = 0.8
# Words of generated class names and ids, such as 'css-1q2w3e', last no longer than a build.
_GENERATED = re.compile(r"\d{3,}|(?=\w*\d)(?=\w*[a-z])[a-z0-9]{6,}$", re.IGNORECASE)
_NAME = re.compile(r"-?[a-zA-Z_][\w-]*$")
_MOST_CANDIDATES = 60
_LONGEST_STAMP = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors, and for each the share of pages on which it gave what the readers gave."""

    selectors: Selectors
    yields: dict[str, float]
    #: pages that the readers could read, of those given
    pages: int


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    tree: HtmlElement
    article: Article


def propose_selectors(pages: Iterable[tuple[bytes, str]]) -> Proposal:
    """Return selectors for pages of one source, each as (bytes, address); parts for which none holds are None.

    What is right is what the readers find without selectors, so a part that they miss on every page is not proposed.
    """
    read = [page for body, url in pages if (page := _read(body, url))]
    yields: dict[str, float] = {}
    chosen: dict[str, str | None] = {}
    for name, wanted in _WANTED.items():
        best = _best(read, wanted)
        chosen[name] = best[0] if best else None
        if best:
            yields[name] = best[1]
    text = _best_text(read)
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
    return Proposal(selectors, yields, len(read))


def _read(body: bytes, url: str) -> _Page | None:
    article = extract_page(body, url)
    text, _ = parser.decode_html(body)
    tree = parser.parse_html(text)
    if tree is None or not isinstance(article, Article) or article.text_from == "feed":
        return None
    return _Page(text, tree, article)


def _title(element: HtmlElement, article: Article) -> bool:
    return element.tag != "title" and paragraph_key(_words(element)) == paragraph_key(article.title) != ""


def _lead(element: HtmlElement, article: Article) -> bool:
    return paragraph_key(_words(element)) == paragraph_key(article.lead) != ""


def _authors(element: HtmlElement, article: Article) -> bool:
    return bool(article.authors) and tuple(bylines.byline_names(_words(element))) == article.authors


def _section(element: HtmlElement, article: Article) -> bool:
    return paragraph_key(_words(element)) == paragraph_key(article.section) != ""


def _published(element: HtmlElement, article: Article) -> bool:
    if article.published is None:
        return False
    stamp = element.get("datetime") or element.get("content") or _words(element)
    if len(stamp) > _LONGEST_STAMP:
        return False
    zone = parsing.zone_of_page(article.language, article.url)
    return any(m.when == article.published for m in parsing.parse_machine_date(stamp, zone, language=article.language))


_WANTED: dict[str, Callable[[HtmlElement, Article], bool]] = {
    "title": _title,
    "lead": _lead,
    "authors": _authors,
    "section": _section,
    "published": _published,
}


def _words(element: HtmlElement) -> str:
    text = "".join(str(piece) for piece in element.itertext())
    return collapse_spaces(text) if len(text) < 2000 else ""


def _best(pages: Sequence[_Page], wanted: Callable[[HtmlElement, Article], bool]) -> tuple[str, float] | None:
    """The selector whose first element is the wanted one on the most pages, and on what share of them."""
    rights = [{e for e in page.tree.iter() if isinstance(e.tag, str) and wanted(e, page.article)} for page in pages]
    having = [(page, right) for page, right in zip(pages, rights, strict=True) if right]
    counted = Counter(name for _, right in having for name in {n for e in right for n in _names(e)})
    best: tuple[str, float] | None = None
    for name, _ in counted.most_common(_MOST_CANDIDATES):
        hits = sum(_first(page.tree, name) in right for page, right in having)
        share = hits / len(having)
        if share >= _SHARE and (best is None or (share, -len(name)) > (best[1], -len(best[0]))):
            best = name, share
    return best


def _best_text(pages: Sequence[_Page]) -> tuple[str, float] | None:
    """The selector whose elements' paragraphs agree most with the readers' text, and how far on average."""
    counted: Counter[str] = Counter()
    for page in pages:
        counted.update({name for element in _holders(page) for name in _names(element)})
    best: tuple[str, float] | None = None
    for name, _ in counted.most_common(_MOST_CANDIDATES):
        agreement = sum(_agreement(page, name) for page in pages) / len(pages)
        if agreement >= _SHARE and (
            best is None or (round(agreement, 3), -len(name)) > (round(best[1], 3), -len(best[0]))
        ):
            best = name, agreement
    return best


def _holders(page: _Page) -> Iterator[HtmlElement]:
    """The elements that hold most of the text's paragraphs, the innermost first."""
    told = {paragraph_key(line) for line in page.article.text.splitlines()}
    weight: Counter[HtmlElement] = Counter()
    for element in page.tree.iter():
        if isinstance(element.tag, str) and (words := paragraph_key(_words(element))) in told:
            for around in element.iterancestors():
                weight[around] += len(words)
    most = max(weight.values(), default=0)
    inner = sorted((e for e in weight if weight[e] >= 0.6 * most), key=lambda e: -sum(1 for _ in e.iterancestors()))
    yield from (e for e in inner[:4] if e.tag not in ("html", "body"))


def _agreement(page: _Page, selector: str) -> float:
    own = selectors_module.select_parts(page.text, Selectors(text=selector))
    lead = page.article.lead if page.article.lead and page.article.lead not in "\n".join(own.paragraphs) else ""
    return consensus.agreement("\n".join((lead, *own.paragraphs)), page.article.text)


def _first(tree: HtmlElement, selector: str) -> HtmlElement | None:
    return next(iter(tree.cssselect(selector)), None)


def _names(element: HtmlElement) -> Iterator[str]:
    """Selectors that would find an element: by class, id, itemprop or role, alone or below its parent's class."""
    tag = str(element.tag)
    if tag in ("h1", "time"):
        yield tag
    own = list(_marks(element))
    yield from (f"{tag}{mark}" for mark in own)
    parent = element.getparent()
    if parent is not None:
        yield from (f"{parent.tag}{mark} > {tag}" for mark in _marks(parent))


def _marks(element: HtmlElement) -> Iterator[str]:
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
