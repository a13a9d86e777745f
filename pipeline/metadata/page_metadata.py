"""A page's JSON-LD, metadata and headings → title, lead, authors, section, image, canonical address, language."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces
from pipeline.metadata import bylines, titles
from pipeline.text.urls import is_fetchable, normalise_url, resolve_url, same_site

_AUTHORS = ("author", "article:author", "parsely-author", "dc.creator", "byl", "cxenseparse:author", "sailthru.author")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself; '' or empty where it does not."""

    title: str = ""
    #: the page's own summary: JSON-LD or meta description, plain text
    description: str = ""
    #: articleBody of the JSON-LD, as it stands
    body: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    image: str | None = None
    canonical: str = ""
    #: BCP 47 tag as the page declares it
    language: str = ""
    site: str = ""
    #: whether `authors` only repeat the outlet's name
    authors_are_site: bool = False
    #: which reader gave each part
    parts: dict[str, str] = field(default_factory=dict)


def meta_tags(tree: HtmlElement) -> dict[str, str]:
    """Return the meta elements' content by lower-case name, property or itemprop; the first of each."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = collapse_spaces(element.get("content") or "")
        for key in (element.get("property"), element.get("name"), element.get("itemprop")):
            if key and content:
                found.setdefault(key.strip().lower(), content)
    return found


def read_metadata(
    tree: HtmlElement, nodes: list[jsonld.Node], named: dict[str, str], url: str, *, hint: str = ""
) -> Metadata:
    """Return what the page at `url` says of itself; `nodes` and `named` as `jsonld.nodes` and `metas` give them.

    `hint` is the title that a feed gave: of several titles on the page the one that agrees with it is taken.
    """
    own = jsonld.article_nodes(nodes)
    site = named.get("og:site_name", "") or _publisher(own)
    title, title_from = titles.choose_title(tree, own, named, site=site, hint=hint, url=url)
    description = jsonld.first_value(own, "description", "abstract") or named.get("og:description", "")
    authors, authors_from = _authors(tree, nodes, own, named, site)
    return Metadata(
        title=title,
        description=collapse_spaces(description or named.get("description", "")),
        body=max((jsonld.as_text(node.get("articleBody")) for node in own), key=len, default=""),
        authors=authors,
        section=collapse_spaces(jsonld.first_value(own, "articleSection") or named.get("article:section", ""))
        or _crumb(nodes, tree, title),
        image=_image(own, named, url),
        canonical=canonical_url(tree, named, url),
        language=declared_language(tree, own, named),
        site=site,
        authors_are_site=all(_is_outlet(name, site) for name in authors),
        parts={"title": title_from, "authors": authors_from},
    )


def _publisher(own: list[jsonld.Node]) -> str:
    for node in own:
        if isinstance(publisher := node.get("publisher"), dict):
            return collapse_spaces(jsonld.as_text(publisher.get("name")))
    return ""


def declared_language(tree: HtmlElement, own: list[jsonld.Node], named: dict[str, str]) -> str:
    """Return the tag the page declares for itself, '' if none."""
    declared = jsonld.first_value(own, "inLanguage") or tree.get("lang") or tree.get("xml:lang") or ""
    declared = declared or named.get("og:locale", "") or named.get("content-language", "")
    tag = declared.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag) else ""


def _authors(
    tree: HtmlElement, nodes: list[jsonld.Node], own: list[jsonld.Node], named: dict[str, str], site: str
) -> tuple[tuple[str, ...], str]:
    """The longest list of JSON-LD, else the meta element, unless these name only the outlet and a byline says more."""
    table = jsonld.by_id(nodes)
    in_jsonld = max((_people(node.get("author") or node.get("creator"), table) for node in own), key=len, default=[])
    written = "twitter:data1" if re.match("written by|von|par|por", named.get("twitter:label1", ""), re.I) else ""
    stated = ((name, named.get(name, "")) for name in (*_AUTHORS, written))
    given = [("json-ld", in_jsonld)]
    given += [("meta", bylines.byline_names(text)) for _, text in stated if text and not _is_address(text)]
    known = [(reader, people) for reader, people in given if not all(_is_outlet(name, site) for name in people)]
    if not known and (byline := tuple(name for name in bylines.marked_bylines(tree) if not _is_desk(name, site))):
        return byline, "byline"
    return next(((tuple(dict.fromkeys(people)), reader) for reader, people in known or given if people), ((), ""))


def _is_address(text: str) -> bool:
    """Whether a meta author is only the outlet's host name."""
    return bool(re.fullmatch(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+", text.strip()))


def _is_outlet(name: str, site: str) -> bool:
    one, other = titles.letters_only(name), titles.letters_only(site)
    return not bylines.is_person(name) or (bool(other) and (one in other or other in one))


def _is_desk(name: str, site: str) -> bool:
    """Whether a name is one of the outlet's offices: 'VOV-Miền Trung' of 'Báo điện tử VOV'."""
    return bool(set(re.findall(r"[A-ZĐ]{3,}", name)) & set(re.findall(r"[A-ZĐ]{3,}", site)))


def _people(value: Any, table: dict[str, jsonld.Node]) -> list[str]:
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    if isinstance(value, dict):
        if not value.get("name"):
            value = table.get(str(value.get("@id")), value)
        name = value.get("name") or value.get("byline")
        value = name or " ".join(str(value[key]) for key in ("givenName", "familyName") if value.get(key))
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    return bylines.byline_names(jsonld.as_text(value)) if isinstance(value, str) else []


def _crumb(nodes: list[jsonld.Node], tree: HtmlElement, title: str) -> str:
    """The first level below the front page in the page's trail, as JSON-LD or as links."""
    trail: list[str] = []
    for node in nodes:
        if "BreadcrumbList" in jsonld.node_types(node) and isinstance(items := node.get("itemListElement"), list):
            inner = (i.get("name") or (i.get("item") or {}) for i in items if isinstance(i, dict))
            trail = [collapse_spaces(jsonld.as_text(name)) for name in inner]
            break
    if not trail:
        found = next((e for e in tree.iter() if _is_trail(e)), None)
        trail = [] if found is None else [collapse_spaces(str(a.text_content())) for a in found.iterdescendants("a")]
    fronts = {
        "",
        "home",
        "homepage",
        "trang chủ",
        "trangchủ",
        "accueil",
        "startseite",
        "inicio",
        "首页",
        "главная",
        "홈",
        "tin tức",
    }
    return next((name for name in trail if name.casefold() not in fronts and name != title and len(name) < 50), "")


def _is_trail(element: HtmlElement) -> bool:
    return "breadcrumb" in f"{element.get('class')} {element.get('id')}".lower()


def _image(own: list[jsonld.Node], named: dict[str, str], url: str) -> str | None:
    given: list[Any] = [named.get("og:image", ""), named.get("twitter:image", "")]
    given += [node.get(key) for node in own for key in ("image", "thumbnailUrl")]
    for value in given:
        while isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl")
        if isinstance(value, str) and value.strip() and (address := resolve_url(url, value)):
            return address
    return None


def canonical_url(tree: HtmlElement, named: dict[str, str], url: str) -> str:
    """Return the page's canonical address where it can be believed, else `url` normalised.

    It is believed within the same registered domain and where it is no front page.
    """
    links = [e.get("href") or "" for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    for link in (*links, named.get("og:url", "")):
        address = resolve_url(url, link) if link.strip() else None
        if address and same_site(address, url) and not _is_front(address, url):
            return normalise_url(address)
    return normalise_url(url) if is_fetchable(url) else url


def _is_front(address: str, url: str) -> bool:
    there, here = urlsplit(address), urlsplit(url)
    path = there.path.strip("/").lower()
    front = path in ("", "index.html", "index.php", "index.htm", "home", "trang-chu", "vi", "en") and not there.query
    return front and here.path.strip("/") != ""
