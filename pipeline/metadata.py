"""A page's JSON-LD, metadata and headings → title, lead, authors, section, image, canonical address, language."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline import jsonld
from pipeline.markup import squeeze
from pipeline.urls import normalise, resolve, same_site

_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*|\s*[-–—]{2,}\s*")
_LIST = re.compile(r"\s*(?:[;,/•|]|\s(?:and|und|và|y|et|e|en|og|och|&)\s)\s*")
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|bài(?: và ảnh)?|tác giả|thực hiện|văn|text)\s*[:\s]\s*", re.IGNORECASE)


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
    #: which reader gave each part
    parts: dict[str, str] = field(default_factory=dict)


def metas(tree: HtmlElement) -> dict[str, str]:
    """Return the meta elements' content by lower-case name, property or itemprop; the first of each."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = squeeze(element.get("content") or "")
        for key in (element.get("property"), element.get("name"), element.get("itemprop")):
            if key and content:
                found.setdefault(key.strip().lower(), content)
    return found


def read(tree: HtmlElement, nodes: list[jsonld.Node], named: dict[str, str], url: str) -> Metadata:
    """Return what the page at `url` says of itself; `nodes` and `named` as `jsonld.nodes` and `metas` give them."""
    own = jsonld.articles(nodes)
    site = named.get("og:site_name", "") or _publisher(own)
    title, title_from = _title(tree, own, named, site)
    description = jsonld.first(own, "description", "abstract") or named.get("og:description", "")
    authors, authors_from = _authors(tree, nodes, own, named, site)
    return Metadata(
        title=title,
        description=squeeze(description or named.get("description", "")),
        body=max((jsonld.as_text(node.get("articleBody")) for node in own), key=len, default=""),
        authors=authors,
        section=squeeze(jsonld.first(own, "articleSection") or named.get("article:section", "")),
        image=_image(own, named, url),
        canonical=canonical(tree, named, url),
        language=language(tree, own, named),
        site=site,
        parts={"title": title_from, "authors": authors_from},
    )


def _publisher(own: list[jsonld.Node]) -> str:
    for node in own:
        if isinstance(publisher := node.get("publisher"), dict):
            return squeeze(jsonld.as_text(publisher.get("name")))
    return ""


def language(tree: HtmlElement, own: list[jsonld.Node], named: dict[str, str]) -> str:
    """Return the tag the page declares for itself, '' if none."""
    declared = jsonld.first(own, "inLanguage") or tree.get("lang") or tree.get("xml:lang") or ""
    declared = declared or named.get("og:locale", "") or named.get("content-language", "")
    tag = declared.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag) else ""


def _title(tree: HtmlElement, own: list[jsonld.Node], named: dict[str, str], site: str) -> tuple[str, str]:
    headings = [squeeze(str(h.text_content())) for h in tree.iter("h1")]
    headings = [h for h in headings if h]
    whole = squeeze(tree.findtext(".//title") or "")
    choices = [
        ("json-ld", squeeze(jsonld.first(own, "headline"))),
        ("og", _cut(named.get("og:title", ""), site, headings)),
        ("h1", headings[0] if len(headings) == 1 else next((h for h in headings if h in whole), "")),
        ("twitter", _cut(named.get("twitter:title", ""), site, headings)),
        ("title", _cut(whole, site, headings)),
        ("h1", headings[0] if headings else ""),
    ]
    return next(((text, name) for name, text in choices if text), ("", ""))


def _cut(title: str, site: str, headings: list[str]) -> str:
    """Cut the outlet's name off a title: what a bar divides from it, if the heading or the site's name says so."""
    title = squeeze(title)
    if title in headings:
        return title
    pieces = [p for p in _BARS.split(title) if p]
    if len(pieces) < 2:
        return title
    for heading in headings:
        if len(heading) >= 15 and title.startswith(heading):
            return heading
    last = pieces[-1]
    if site and (last.casefold() in site.casefold() or site.casefold() in last.casefold()):
        return title[: title.rindex(last)].rstrip(" |–—·•»:-")
    return title


def _authors(
    tree: HtmlElement, nodes: list[jsonld.Node], own: list[jsonld.Node], named: dict[str, str], site: str
) -> tuple[tuple[str, ...], str]:
    table = jsonld.by_id(nodes)
    people: list[str] = []
    for node in own:
        people = _people(node.get("author") or node.get("creator"), table)
        if people:
            break
    return tuple(dict.fromkeys(people)), "json-ld" if people else ""


def _people(value: Any, table: dict[str, jsonld.Node]) -> list[str]:
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    if isinstance(value, dict):
        value = value.get("name") or table.get(str(value.get("@id")), {}).get("name")
    if isinstance(value, list):
        return [name for one in value for name in _people(one, table)]
    return names(value) if isinstance(value, str) else []


def names(text: str) -> list[str]:
    """Return the names in a byline, without 'By' and addresses; [] where it is no byline."""
    text = _BY.sub("", squeeze(jsonld.as_text(text)))
    if not text or "://" in text or "@" in text or len(text) > 200:
        return []
    return [name for piece in _LIST.split(text) if 1 < len(name := piece.strip(" .-–|")) < 60]


def _image(own: list[jsonld.Node], named: dict[str, str], url: str) -> str | None:
    given: list[Any] = [named.get("og:image", ""), named.get("twitter:image", "")]
    given += [node.get(key) for node in own for key in ("image", "thumbnailUrl")]
    for value in given:
        while isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl")
        if isinstance(value, str) and value.strip() and (address := resolve(url, value)):
            return address
    return None


def canonical(tree: HtmlElement, named: dict[str, str], url: str) -> str:
    """Return the page's canonical address where it can be believed, else `url` normalised.

    It is believed within the same registered domain and where it is no front page.
    """
    links = [e.get("href") or "" for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    for link in (*links, named.get("og:url", "")):
        address = resolve(url, link) if link.strip() else None
        if address and same_site(address, url) and not _is_front(address, url):
            return normalise(address)
    return normalise(url)


def _is_front(address: str, url: str) -> bool:
    there, here = urlsplit(address), urlsplit(url)
    path = there.path.strip("/").lower()
    front = path in ("", "index.html", "index.php", "index.htm", "home", "trang-chu", "vi", "en") and not there.query
    return front and here.path.strip("/") != ""
