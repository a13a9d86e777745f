"""Sources → an OPML file, and an OPML file or a list of addresses → sources."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Feed, FeedKind, Source
from pipeline.text.line_length import NAME, cut_line
from pipeline.text.private_hosts import is_metadata_service, is_private_host, server_of, server_of_pair
from pipeline.text.urls import is_fetchable, normalise_url, site_of

_FEED = re.compile(r"(?:\.(?:rss|atom|rdf)|/(?:rss|feed|atom)/?|(?:rss|feed|atom|index)\.(?:xml|json))$", re.IGNORECASE)
_SITEMAP = re.compile(r"sitemap[^/]*(?:\.xml|\.xml\.gz|\.txt)?$|\.xml\.gz$", re.IGNORECASE)
#: Country domains that are mostly used elsewhere.
_GENERIC_DOMAINS = frozenset(["ai", "co", "eu", "fm", "io", "me", "tv", "ws"])
#: XML namespace of the attribute `kind`, for sitemaps and section pages, which other feed readers see as links.
_NAMESPACE = "urn:diembao"


class NotRead(DiembaoError):
    """A file holds neither OPML nor a list of addresses; the message says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One address in a list to import."""

    url: str
    kind: FeedKind
    title: str = ""
    home: str = ""
    language: str = ""
    #: its line in the file, from 1
    line: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """An address in a list that leads into a private network, and was not allowed by name."""

    line: int
    url: str


@dataclass(frozen=True, slots=True)
class Import:
    """The outcome of an import: new sources, known feeds, invalid and refused addresses."""

    #: New sources, each with feeds that no source has yet.
    added: tuple[Source, ...]
    #: address → id of the source that has it, or of the one it is added to
    known: tuple[tuple[str, str], ...]
    #: Entries of the list that are no http(s) address.
    invalid: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


def write_opml(sources: Iterable[Source], title: str, at: datetime) -> bytes:
    """Return the feeds of sources as OPML 2.0, one outline for each source; query feeds are left out."""
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
    """Return the outlines of an OPML file, or of a text with an address in each line, and the invalid addresses.

    In a text, # begins a remark, and the rest of a line after the address is the title. Raises NotRead.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _read_opml(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotRead(Message(mark("no text in UTF-8"))) from error
    outlines: list[Outline] = []
    invalid: list[str] = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        address, *title = line.split(maxsplit=1)
        if is_fetchable(address):
            outlines.append(Outline(address, _guess_kind(address), " ".join(title), line=number))
        else:
            invalid.append(line[:200])
    return outlines, invalid


def _read_opml(data: bytes) -> tuple[list[Outline], list[str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotRead(Message(mark("no XML"))) from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise NotRead(Message(mark("XML, but no OPML") if root is not None else mark("no XML")))
    outlines: list[Outline] = []
    invalid: list[str] = []
    for node in root.iter("{*}outline"):
        # Programs differ in the case of attribute names.
        attributes = {str(name).lower(): str(value).strip() for name, value in node.attrib.items()}
        address = attributes.get("xmlurl") or attributes.get("url") or ""
        title = attributes.get("title") or attributes.get("text") or ""
        if not address:
            continue
        if not is_fetchable(address):
            invalid.append(f"{title} {address}".strip()[:200])
            continue
        own_kind = attributes.get(f"{{{_NAMESPACE}}}kind", "")
        kind: FeedKind = "feed" if attributes.get("xmlurl") else _guess_kind(address)
        for other in ("sitemap", "listing", "list"):
            if own_kind == other:
                kind = other
        home = attributes.get("htmlurl", "")
        outlines.append(
            Outline(
                address,
                kind,
                title,
                home if is_fetchable(home) else "",
                attributes.get("language", ""),
                node.sourceline if isinstance(node.sourceline, int) else 0,
            )
        )
    return outlines, invalid


def _guess_kind(address: str) -> FeedKind:
    path = urlsplit(address).path
    return "sitemap" if _SITEMAP.search(path) else "feed" if _FEED.search(path) else "listing"


def to_import(
    outlines: Sequence[Outline], invalid: Sequence[str], sources: Sequence[Source], allow: Collection[str] = ()
) -> Import:
    """Return the new sources of a list, one for each site, beside the sources that exist.

    Ids and countries come from the addresses, and so does the language if the list has none. Addresses in private
    networks are refused: what stands in sources.toml is asked, and whoever made the list would have chosen it. `allow`
    names the exceptions, as in `is_refused`.
    """
    owners = {normalise_url(feed.url): source.id for source in sources for feed in source.feeds if "{" not in feed.url}
    ids = {source.id for source in sources}
    added: dict[str, Source] = {}
    known: list[tuple[str, str]] = []
    refused: list[Refused] = []
    for outline in outlines:
        key = normalise_url(outline.url)
        if key in owners:
            known.append((outline.url, owners[key]))
            continue
        bad = next((url for url in (outline.url, outline.home) if url and is_refused(url, allow)), None)
        if bad is not None:
            refused.append(Refused(outline.line, bad))
            continue
        site = site_of(outline.url)
        if site not in added:
            added[site] = _new_source(outline, ids)
            ids.add(added[site].id)
        source = added[site]
        added[site] = replace(source, feeds=(*source.feeds, Feed(outline.url, outline.kind)))
        owners[key] = source.id
    return Import(tuple(added.values()), tuple(known), tuple(invalid), tuple(refused))


def is_refused(url: str, allow: Collection[str] = ()) -> bool:
    """Return whether an address may not be written into sources.toml: private, and not among those allowed.

    `allow` holds HOST or HOST:PORT; a number counts in every written form. A metadata service is always refused.
    """
    host = urlsplit(url).hostname or ""
    if not is_private_host(host):
        return False
    servers = {server_of_pair(one) for one in allow}
    return is_metadata_service(host) or not servers & {server_of(url), server_of_pair(host)}


def _new_source(outline: Outline, ids: Collection[str]) -> Source:
    parts = urlsplit(outline.url)
    is_own_home = outline.home and site_of(outline.home) == site_of(outline.url)
    home = outline.home if is_own_home else f"{parts.scheme}://{parts.netloc}/"
    language = outline.language if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", outline.language) else ""
    country = country_of(outline.url, language)
    is_vietnamese = country == "VN"
    return Source(
        id=new_id(outline.url, ids),
        name=cut_line(outline.title or (parts.hostname or ""), NAME),
        home=home,
        feeds=(),
        country=country,
        languages=(language or ("vi" if is_vietnamese else "en"),),
        category="central" if is_vietnamese else "foreign",
        reach=None if is_vietnamese else "international",
    )


def new_id(url: str, ids: Collection[str]) -> str:
    """Return a new id for the source at an address: the first part of its domain, with a number if `ids` has it."""
    site = re.sub(r":\d+$", "", site_of(url))
    first = site.split(".")[0] if not re.fullmatch(r"[\d.:\[\]]+", site) else site_of(url)
    plain = re.sub(r"[^a-z0-9]+", "_", first.lower()).strip("_") or "source"
    new, number = plain, 1
    while new in ids:
        number += 1
        new = f"{plain}_{number}"
    return new


def country_of(url: str, language: str = "") -> str:
    """Return the country (ISO 3166-1) of an address, by its top-level domain, else by the language; else 'ZZ'.

    ISO 3166-1 leaves ZZ to its users, and CLDR uses it for an unknown country: a person fills it in.
    """
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    if re.fullmatch("[a-z]{2}", ending) and ending not in _GENERIC_DOMAINS:
        return "GB" if ending == "uk" else ending.upper()
    return "VN" if language == "vi" else "ZZ"
