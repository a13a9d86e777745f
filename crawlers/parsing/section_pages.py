"""Section-page bytes → the links to articles that stand on it; a list of addresses → the addresses."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup, Tag

from pipeline.records import Entry, Reason
from pipeline.text.urls import normalise_url, resolve_url, same_site

#: What the path of an article has and that of a section lacks: a number of an article, or a headline in words.
_ARTICLE = re.compile(r"\d{5,}|(?:[a-z0-9]+-){4,}|/20\d\d/\d\d?/", re.IGNORECASE)
_NOT_ARTICLE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml)$|/(?:tag|tags|author|rss|login)/", re.I
)
#: A headline has so many words; in scripts without blanks, so many letters. Names of sections have fewer.
_WORDS, _LETTERS = 6, 12
#: So many links of one shape show what it stands for.
_LINKS = 3
#: And this share of them must be headlines, so that a menu with a long name or two is still a menu.
_HEADLINES = 0.6
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ParsedListing:
    entries: tuple[Entry, ...] = ()
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""


def parse_section_page(
    body: bytes, *, url: str, links: str | None = None, article_url: str | None = None, max_entries: int = 2000
) -> ParsedListing:
    """Read the links of a section page: those that the CSS selector `links` finds, else those that look like articles.

    `article_url` is a regular expression that addresses must match. The longest text of a link is its headline.
    Without either, links of the page's own site are taken whose address looks like an article's, or has a shape under
    which the page's headlines stand; and none of a shape under which only short words do, as those of a menu.
    """
    if not body.strip():
        return ParsedListing(reason=Reason.EMPTY)
    soup = BeautifulSoup(body, "lxml")
    found, invalid = _anchors(soup, soup.select(links) if links else soup.find_all("a", href=True), url)
    if article_url is not None:
        wanted = [entry for entry in found if re.search(article_url, entry.url)]
    elif links:
        wanted = found
    else:
        wanted = _articles([e for e in found if same_site(e.url, url) and normalise_url(e.url) != normalise_url(url)])
    invalid = invalid if links else 0
    if not wanted:
        return ParsedListing(invalid=invalid, reason=Reason.NOT_A_FEED, note="no link to an article on the page")
    return ParsedListing(tuple(wanted[:max_entries]), invalid)


def parse_url_list(body: bytes, *, url: str, max_entries: int = 2000) -> ParsedListing:
    """Read a list of addresses: a text with one in each line (# begins a remark), or every link of a page.

    What follows an address in its line is its title. The addresses may be of any site.
    """
    if not body.strip():
        return ParsedListing(reason=Reason.EMPTY)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        soup = BeautifulSoup(body, "lxml")
        found, invalid = _anchors(soup, soup.find_all("a", href=True), url)
    else:
        found, invalid = _lines(body.decode("utf-8-sig", "replace"))
    if not found:
        return ParsedListing(invalid=invalid, reason=Reason.NOT_A_FEED, note="no address in it")
    note = f"{len(found)} addresses, the first {max_entries} taken" if len(found) > max_entries else ""
    return ParsedListing(tuple(found[:max_entries]), invalid, note=note)


def _lines(text: str) -> tuple[list[Entry], int]:
    found: list[Entry] = []
    invalid = 0
    for line in text.splitlines():
        if not (line := line.strip()) or line.startswith("#"):
            continue
        address, *title = line.split(maxsplit=1)
        if (link := resolve_url("", address)) is None:
            invalid += 1
        else:
            found.append(Entry(link, " ".join(title)))
    return found, invalid


def _anchors(soup: BeautifulSoup, tags: Iterable[object], url: str) -> tuple[list[Entry], int]:
    """Return the links in or at `tags`, each once with its longest text, and how many lead nowhere."""
    base = soup.find("base", href=True)
    root = (resolve_url(url, str(base["href"])) if isinstance(base, Tag) else None) or url
    found: dict[str, Entry] = {}
    invalid = 0
    for tag in tags:
        anchor = tag if not isinstance(tag, Tag) or tag.name == "a" else tag.find("a", href=True)
        if not isinstance(anchor, Tag) or not anchor.get("href"):
            continue
        link = resolve_url(root, str(anchor["href"]))
        if link is None:
            invalid += 1
            continue
        title = " ".join((anchor.get_text(" ") or str(anchor.get("title") or "")).split())
        key = normalise_url(link)
        if key not in found or len(title) > len(found[key].title):
            found[key] = Entry(url=link, title=title)
    return list(found.values()), invalid


def _articles(found: list[Entry]) -> list[Entry]:
    groups: dict[object, list[Entry]] = defaultdict(list)
    for entry in found:
        for shape in _shapes(entry.url):
            groups[shape].append(entry)
    learned = {shape: shown for shape, entries in groups.items() if (shown := _shown(entries)) is not None}
    return [entry for entry in found if _is_article(entry.url, learned)]


def _is_article(url: str, learned: Mapping[object, bool]) -> bool:
    path = urlsplit(url).path
    if _NOT_ARTICLE.search(path):
        return False
    return next((learned[shape] for shape in _shapes(url) if shape in learned), bool(_ARTICLE.search(path)))


def _shown(entries: list[Entry]) -> bool | None:
    """Tell whether links of one shape lead to articles, by what stands on them; None where they do not show it."""
    titled = [entry for entry in entries if entry.title]
    headlines = sum(_is_headline(entry.title) for entry in titled)
    if len(titled) >= _LINKS and headlines >= _HEADLINES * len(titled):
        return True
    return False if len(titled) >= _LINKS and not headlines else None


def _is_headline(title: str) -> bool:
    return len(title.split()) >= _WORDS or (len(title) >= _LETTERS and len(_UNSPACED.findall(title)) >= _LETTERS)


def _shapes(url: str) -> tuple[object, object]:
    """Return what the addresses of one kind of page have in common, within their folder and anywhere.

    It is their depth, their ending, and whether numbers and words make up their last part and their parameters.
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    last = segments[-1] if segments else ""
    name, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 5 or ending.isdigit():
        name, ending = last, ""
    words = len(re.findall(r"[^\W\d]+", name))
    numbers = tuple(sorted((key, value.isdigit() and len(value) > 1) for key, value in parse_qsl(parts.query)))
    shape = (len(segments), ending.lower(), words >= 4, bool(re.search(r"\d{4,}", name)), numbers)
    return ("/".join(segments[:1] if len(segments) > 1 else ()), *shape), shape
