"""JSON-LD, meta elements and headings of a page → title, lead, authors, section, image, canonical address, language."""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines, titles
from pipeline.metadata.outlet_names import letters_only
from pipeline.text.address_shapes import could_be_article, is_page
from pipeline.text.urls import is_fetchable, normalise_url, resolve_url, same_site

_AUTHORS = ("author", "article:author", "parsely-author", "dc.creator", "byl", "cxenseparse:author", "sailthru.author")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of a page; '' or empty where the page states none."""

    title: str = ""
    #: the page's own summary: JSON-LD or meta description, plain text
    description: str = ""
    #: articleBody of the JSON-LD, unchanged
    body: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    image: str | None = None
    canonical: str = ""
    #: address that the page names as its own, believed or not; '' where it names none of its site
    declared: str = ""
    #: BCP 47 tag as the page declares it
    language: str = ""
    site: str = ""
    #: whether `authors` only repeat the outlet's name
    authors_are_site: bool = False
    #: part ('title', 'authors') → the method that gave it: 'json-ld', 'meta', 'og', 'h1', 'byline', …
    parts: dict[str, str] = field(default_factory=dict)


def meta_tags(tree: HtmlElement) -> dict[str, str]:
    """Return the content of the meta elements by lower-case name, property or itemprop; the first of each."""
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = collapse_spaces(element.get("content") or "")
        for key in (element.get("property"), element.get("name"), element.get("itemprop")):
            if key and content:
                metas.setdefault(key.strip().lower(), content)
    return metas


def read_metadata(
    tree: HtmlElement, nodes: list[jsonld.Node], metas: dict[str, str], url: str, *, hint: str = ""
) -> Metadata:
    """Return the metadata of the page at `url`, from its `jsonld_nodes` and its `meta_tags`.

    `hint` is the title in the feed: of several titles on the page the equal one is taken.
    """
    articles = jsonld.article_nodes(nodes)
    site = metas.get("og:site_name", "") or _publisher(articles)
    title, title_from = titles.choose_title(tree, nodes, articles, metas, site=site, hint=hint, url=url)
    description = jsonld.first_value(articles, "description", "abstract") or metas.get("og:description", "")
    authors, authors_from = _authors(tree, nodes, articles, metas, site)
    canonical, declared = canonical_url(tree, metas, url, title)
    return Metadata(
        title=title,
        description=collapse_spaces(description or metas.get("description", "")),
        body=max((jsonld.as_text(node.get("articleBody")) for node in articles), key=len, default=""),
        authors=authors,
        section=collapse_spaces(jsonld.first_value(articles, "articleSection") or metas.get("article:section", ""))
        or _section(nodes, tree, title),
        image=_image(articles, metas, url),
        canonical=canonical,
        declared=declared,
        language=declared_language(tree, articles, metas),
        site=site,
        authors_are_site=all(_is_outlet(name, site) for name in authors),
        parts={"title": title_from, "authors": authors_from},
    )


def _publisher(articles: list[jsonld.Node]) -> str:
    for node in articles:
        if isinstance(publisher := node.get("publisher"), dict):
            return collapse_spaces(jsonld.as_text(publisher.get("name")))
    return ""


def declared_language(tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str]) -> str:
    """Return the BCP 47 tag that the page declares; '' if none or not a tag."""
    declared = jsonld.first_value(articles, "inLanguage") or tree.get("lang") or tree.get("xml:lang") or ""
    declared = declared or metas.get("og:locale", "") or metas.get("content-language", "")
    tag = declared.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag) else ""


def _authors(
    tree: HtmlElement, nodes: list[jsonld.Node], articles: list[jsonld.Node], metas: dict[str, str], site: str
) -> tuple[tuple[str, ...], str]:
    """Return the authors and the method that gave them; ((), '') if there are none.

    The longest list of JSON-LD comes first, then the meta elements. Where these name only the outlet, a byline with
    persons comes before them.
    """
    lists = _declared_authors(nodes, articles, metas)
    personal = [(people, method) for people, method in lists if not all(_is_outlet(name, site) for name in people)]
    if not personal and (byline := tuple(name for name in bylines.marked_bylines(tree) if not _is_desk(name, site))):
        return byline, "byline"
    for people, method in personal or lists:
        if people:
            return tuple(dict.fromkeys(people)), method
    return (), ""


def _declared_authors(
    nodes: list[jsonld.Node], articles: list[jsonld.Node], metas: dict[str, str]
) -> list[tuple[list[str], str]]:
    """Return the lists of authors in JSON-LD and meta elements, each with its method; some are empty."""
    table = jsonld.nodes_by_id(nodes)
    in_jsonld = max(
        (_people(node.get("author") or node.get("creator"), table) for node in articles), key=len, default=[]
    )
    labelled = "twitter:data1" if re.match("written by|von|par|por", metas.get("twitter:label1", ""), re.I) else ""
    texts = (metas.get(name, "") for name in (*_AUTHORS, labelled))
    in_metas = [(bylines.byline_names(text, is_name=True), "meta") for text in texts if text and not _is_address(text)]
    return [(in_jsonld, "json-ld"), *in_metas]


def _is_address(text: str) -> bool:
    """Whether a meta author is only a host name."""
    return bool(re.fullmatch(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+", text.strip()))


def _is_outlet(name: str, site: str) -> bool:
    """Whether a name is no person's, or is part of the outlet's name or holds it."""
    one, other = letters_only(name), letters_only(site)
    return not bylines.is_person(name) or (bool(other) and (one in other or other in one))


def _is_desk(name: str, site: str) -> bool:
    """Whether a name is an office of the outlet: 'VOV-Miền Trung' of 'Báo điện tử VOV'."""
    return bool(set(re.findall(r"[A-ZĐ]{3,}", name)) & set(re.findall(r"[A-ZĐ]{3,}", site)))


def _people(value: Any, table: dict[str, jsonld.Node]) -> list[str]:
    """Return the names in a JSON-LD value: a text, a person, a reference by @id, or a list of these."""
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    if isinstance(value, dict):
        if not value.get("name"):
            value = table.get(str(value.get("@id")), value)
        name = value.get("name") or value.get("byline")
        value = name or " ".join(str(value[key]) for key in ("givenName", "familyName") if value.get(key))
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    return bylines.byline_names(jsonld.as_text(value), is_name=True) if isinstance(value, str) else []


#: names of the first level of breadcrumbs, case folded
_FRONT_PAGES = frozenset(
    [
        *("", "home", "homepage", "trang chủ", "trangchủ", "accueil", "startseite", "inicio"),
        *("首页", "главная", "홈", "tin tức"),
    ]
)


def _section(nodes: list[jsonld.Node], tree: HtmlElement, title: str) -> str:
    """Return the first breadcrumb below the front page, by JSON-LD or else by links; '' if there is none."""
    names = _jsonld_breadcrumbs(nodes) or _linked_breadcrumbs(tree)
    return next(
        (name for name in names if name.casefold() not in _FRONT_PAGES and name != title and len(name) < 50), ""
    )


def _jsonld_breadcrumbs(nodes: list[jsonld.Node]) -> list[str]:
    for node in nodes:
        if "BreadcrumbList" in jsonld.node_types(node) and isinstance(items := node.get("itemListElement"), list):
            names = (item.get("name") or (item.get("item") or {}) for item in items if isinstance(item, dict))
            return [collapse_spaces(jsonld.as_text(name)) for name in names]
    return []


def _linked_breadcrumbs(tree: HtmlElement) -> list[str]:
    trail = next((element for element in tree.iter() if _is_breadcrumbs(element)), None)
    return [] if trail is None else [collapse_spaces(str(a.text_content())) for a in trail.iterdescendants("a")]


def _is_breadcrumbs(element: HtmlElement) -> bool:
    return any(name is not None and "breadcrumb" in name.lower() for name in (element.get("class"), element.get("id")))


def _image(articles: list[jsonld.Node], metas: dict[str, str], url: str) -> str | None:
    values: list[Any] = [metas.get("og:image", ""), metas.get("twitter:image", "")]
    values += [node.get(key) for node in articles for key in ("image", "thumbnailUrl")]
    for value in values:
        while isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl")
        if isinstance(value, str) and value.strip() and (address := resolve_url(url, value)):
            return address
    return None


def canonical_url(tree: HtmlElement, metas: dict[str, str], url: str, title: str = "") -> tuple[str, str]:
    """Return the page's canonical address, else `url` normalised; and the address that the page names, '' for none.

    The first is believed: of the same registered domain, and by its shape not a front page, a section, an error page or
    a failed template (pipeline.text.address_shapes). The second is of one page of the domain and may be a section: it
    proposes which pages may be one article, and their texts decide (pipeline.stories.same_article).
    """
    links = [e.get("href") or "" for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    stated: list[str] = []
    for link in (*links, metas.get("og:url", "")):
        address = resolve_url(url, link) if link.strip() else None
        if address and same_site(address, url) and is_page(address):
            stated.append(normalise_url(address))
    believed = (address for address in stated if could_be_article(address, url, title))
    return next(believed, normalise_url(url) if is_fetchable(url) else url), stated[0] if stated else ""
