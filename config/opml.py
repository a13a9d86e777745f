"""Sources → an OPML file, and an OPML file or a list of addresses → sources."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from pipeline.errors import DiembaoError
from pipeline.records import Feed, FeedKind, Source
from pipeline.text.urls import is_fetchable, normalise_url, site_of

_FEED = re.compile(r"(?:\.(?:rss|atom|rdf)|/(?:rss|feed|atom)/?|(?:rss|feed|atom|index)\.(?:xml|json))$", re.IGNORECASE)
_SITEMAP = re.compile(r"sitemap[^/]*(?:\.xml|\.xml\.gz|\.txt)?$|\.xml\.gz$", re.IGNORECASE)
#: Endings of countries that hardly anybody there uses.
_NO_COUNTRY = frozenset(["ai", "co", "eu", "fm", "io", "me", "tv", "ws"])
#: `feed` is what every feed reader calls rss; the others are links to it, with the kind beside them.
_NAMESPACE = "urn:diembao"


class NotRead(DiembaoError):
    """A file holds no OPML and no list of addresses; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One address of a list to be imported."""

    url: str
    kind: FeedKind
    title: str = ""
    home: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """What a list would bring."""

    #: with feeds that no source has yet
    added: tuple[Source, ...]
    #: address → id of the source that has it, or of the one it is added to
    known: tuple[tuple[str, str], ...]
    #: what is no address
    invalid: tuple[str, ...]


def write_opml(sources: Iterable[Source], title: str, at: datetime) -> bytes:
    """Return the feeds of sources as OPML 2.0, one outline for each source; searches are left out."""
    from lxml import etree

    root = etree.Element("opml", version="2.0", nsmap={"diembao": _NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(at)
    body = etree.SubElement(root, "body")
    for source in sources:
        feeds = [feed for feed in source.feeds if feed.kind != "query"]
        if not feeds:
            continue
        outlet = etree.SubElement(body, "outline", text=source.name, title=source.name)
        for feed in feeds:
            outline = etree.SubElement(outlet, "outline", text=source.name, title=source.name)
            outline.set("type", "rss" if feed.kind == "feed" else "link")
            outline.set("xmlUrl" if feed.kind == "feed" else "url", feed.url)
            outline.set("htmlUrl", source.home)
            outline.set("language", source.languages[0])
            outline.set("category", f"/{source.category}/{source.country}")
            if feed.kind != "feed":
                outline.set(f"{{{_NAMESPACE}}}kind", feed.kind)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def read_list(data: bytes) -> tuple[list[Outline], list[str]]:
    """Return what an OPML file, or a text with an address in each line, lists, and what in it is no address.

    In a text # begins a remark, and what follows an address is its title. Raises NotRead.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _outlines(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotRead(f"no UTF-8 text: {error}") from error
    found: list[Outline] = []
    wrong: list[str] = []
    for line in (line.strip() for line in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        address, *title = line.split(maxsplit=1)
        if is_fetchable(address):
            found.append(Outline(address, _kind_of(address), " ".join(title)))
        else:
            wrong.append(line[:200])
    return found, wrong


def _outlines(data: bytes) -> tuple[list[Outline], list[str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotRead(f"no XML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise NotRead("XML, but no OPML" if root is not None else "no XML")
    found: list[Outline] = []
    wrong: list[str] = []
    for node in root.iter("{*}outline"):
        # Programs differ in how they write the names of attributes.
        said = {str(name).lower(): str(value).strip() for name, value in node.attrib.items()}
        address = said.get("xmlurl") or said.get("url") or ""
        title = said.get("title") or said.get("text") or ""
        if not address:
            continue
        if not is_fetchable(address):
            wrong.append(f"{title} {address}".strip()[:200])
            continue
        own = said.get(f"{{{_NAMESPACE}}}kind", "")
        kind: FeedKind = "feed" if said.get("xmlurl") else _kind_of(address)
        for known in ("sitemap", "listing", "list"):
            if own == known:
                kind = known
        home = said.get("htmlurl", "")
        found.append(Outline(address, kind, title, home if is_fetchable(home) else "", said.get("language", "")))
    return found, wrong


def _kind_of(address: str) -> FeedKind:
    path = urlsplit(address).path
    return "sitemap" if _SITEMAP.search(path) else "feed" if _FEED.search(path) else "listing"


def to_import(outlines: Sequence[Outline], wrong: Sequence[str], sources: Sequence[Source]) -> Import:
    """Return the sources that a list brings beside those that are there: one for each site.

    Their ids, countries and languages are read from their addresses where the list does not say them.
    """
    owners = {normalise_url(feed.url): source.id for source in sources for feed in source.feeds if "{" not in feed.url}
    ids = {source.id for source in sources}
    added: dict[str, Source] = {}
    known: list[tuple[str, str]] = []
    for outline in outlines:
        key = normalise_url(outline.url)
        if key in owners:
            known.append((outline.url, owners[key]))
            continue
        site = site_of(outline.url)
        if site not in added:
            added[site] = _source(outline, ids)
            ids.add(added[site].id)
        source = added[site]
        added[site] = replace(source, feeds=(*source.feeds, Feed(outline.url, outline.kind)))
        owners[key] = source.id
    return Import(tuple(added.values()), tuple(known), tuple(wrong))


def _source(outline: Outline, ids: Collection[str]) -> Source:
    parts = urlsplit(outline.url)
    own = outline.home and site_of(outline.home) == site_of(outline.url)
    home = outline.home if own else f"{parts.scheme}://{parts.netloc}/"
    language = outline.language if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", outline.language) else ""
    country = country_of(outline.url, language)
    vietnamese = country == "VN"
    return Source(
        id=new_id(outline.url, ids),
        name=outline.title or (parts.hostname or ""),
        home=home,
        feeds=(),
        country=country,
        languages=(language or ("vi" if vietnamese else "en"),),
        category="central" if vietnamese else "foreign",
        reach="national" if vietnamese else "international",
    )


def new_id(url: str, ids: Collection[str]) -> str:
    """Return an id for the source at an address, unlike any of `ids`: the first part of its domain."""
    site = re.sub(r":\d+$", "", site_of(url))
    first = site.split(".")[0] if not re.fullmatch(r"[\d.:\[\]]+", site) else site_of(url)
    plain = re.sub(r"[^a-z0-9]+", "_", first.lower()).strip("_") or "source"
    found, number = plain, 1
    while found in ids:
        number += 1
        found = f"{plain}_{number}"
    return found


def country_of(url: str, language: str = "") -> str:
    """Return the country that an address's ending or else its language names, ISO 3166-1; 'ZZ' where neither does.

    ZZ is a code that the standard leaves to its users, for what is not known in CLDR: a person fills it in.
    """
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    if re.fullmatch("[a-z]{2}", ending) and ending not in _NO_COUNTRY:
        return "GB" if ending == "uk" else ending.upper()
    return "VN" if language == "vi" else "ZZ"
