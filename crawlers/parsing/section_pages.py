"""Bytes of a section page → its links to articles; bytes of a list of addresses → the addresses."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup, Tag

from crawlers.parsing.entry_links import bad_link
from crawlers.parsing.parsed_feed import ParsedFeed
from pipeline.html.parser import collapse_spaces
from pipeline.records import BadLink, Entry, Reason
from pipeline.text.urls import normalise_url, resolve_url, same_site

#: Path of an article, unlike that of a section: a number of five digits, a headline in words, or a date.
_ARTICLE = re.compile(r"\d{5,}|(?:[a-z0-9]+-){4,}|/20\d\d/\d\d?/", re.IGNORECASE)
_NOT_ARTICLE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml)$|/(?:tag|tags|author|rss|login)/", re.I
)
#: Fewest words of a headline, and fewest letters in scripts without spaces; names of sections have fewer.
_MIN_WORDS, _MIN_LETTERS = 6, 12
#: Fewest links of one shape that show whether the shape is that of articles.
_MIN_LINKS = 3
#: Share of them that must be headlines, so that a menu with one or two long names is still a menu.
_MIN_HEADLINES = 0.6
#: Letters of scripts without spaces: Thai, Lao, Khmer, Japanese, Chinese.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def parse_section_page(
    body: bytes, *, url: str, links: str | None = None, article_url: str | None = None, max_entries: int = 2000
) -> ParsedFeed:
    """Return the links of a section page: those that the CSS selector `links` selects, else those to articles.

    `article_url` is a regular expression that addresses must match. The longest text of a link is its headline.
    Without `links` and `article_url`, a link counts as one to an article if it stays on the page's site and links of
    the same shape carry headlines, or its own address looks like an article's; links of a shape that carries only
    short words, as those of a menu, never count.
    """
    if not body.strip():
        return ParsedFeed(reason=Reason.EMPTY)
    soup = BeautifulSoup(body, "lxml")
    entries, bad = _read_anchors(soup, soup.select(links) if links else soup.find_all("a", href=True), url)
    if article_url is not None:
        entries = [entry for entry in entries if re.search(article_url, entry.url)]
    elif not links:
        own = [e for e in entries if same_site(e.url, url) and normalise_url(e.url) != normalise_url(url)]
        entries = _only_articles(own)
    # Without a selector nobody can tell the links of articles from those of menus, which often are scripts.
    bad = bad if links else []
    if not entries:
        note = "no link to an article on the page"
        return ParsedFeed(invalid=len(bad), bad_links=tuple(bad), reason=Reason.NOT_A_FEED, note=note)
    return ParsedFeed(tuple(entries[:max_entries]), len(bad), tuple(bad))


def parse_url_list(body: bytes, *, url: str, max_entries: int = 2000) -> ParsedFeed:
    """Return a list of addresses: a text with one in each line (# begins a remark), or every link of a page.

    The rest of a line after the address is the title. The addresses may be of any site.
    """
    if not body.strip():
        return ParsedFeed(reason=Reason.EMPTY)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        soup = BeautifulSoup(body, "lxml")
        entries, bad = _read_anchors(soup, soup.find_all("a", href=True), url)
    else:
        entries, bad = _read_lines(body.decode("utf-8-sig", "replace"))
    if not entries:
        return ParsedFeed(invalid=len(bad), reason=Reason.NOT_A_FEED, note="no address in it")
    note = f"{len(entries)} addresses, the first {max_entries} taken" if len(entries) > max_entries else ""
    return ParsedFeed(tuple(entries[:max_entries]), len(bad), tuple(bad), note=note)


def _read_lines(text: str) -> tuple[list[Entry], list[BadLink]]:
    entries: list[Entry] = []
    bad: list[BadLink] = []
    for line in text.splitlines():
        if not (line := line.strip()) or line.startswith("#"):
            continue
        address, *title = line.split(maxsplit=1)
        if (link := resolve_url("", address)) is None:
            bad.append(bad_link("", address, " ".join(title)))
        else:
            entries.append(Entry(link, " ".join(title)))
    return entries, bad


def _read_anchors(soup: BeautifulSoup, tags: Iterable[object], url: str) -> tuple[list[Entry], list[BadLink]]:
    """Return the links in or at `tags`, each once with its longest text, and those that cannot be followed."""
    base = soup.find("base", href=True)
    root = (resolve_url(url, str(base["href"])) if isinstance(base, Tag) else None) or url
    entries: dict[str, Entry] = {}
    bad: list[BadLink] = []
    for tag in tags:
        anchor = tag if not isinstance(tag, Tag) or tag.name == "a" else tag.find("a", href=True)
        if not isinstance(anchor, Tag) or not anchor.get("href"):
            continue
        title = collapse_spaces(anchor.get_text(" ") or str(anchor.get("title") or ""))
        link = resolve_url(root, str(anchor["href"]))
        if link is None:
            bad.append(bad_link(root, str(anchor["href"]), title))
            continue
        key = normalise_url(link)
        if key not in entries or len(title) > len(entries[key].title):
            entries[key] = Entry(url=link, title=title)
    return list(entries.values()), bad


def _only_articles(entries: list[Entry]) -> list[Entry]:
    groups: dict[object, list[Entry]] = defaultdict(list)
    for entry in entries:
        for shape in _url_shapes(entry.url):
            groups[shape].append(entry)
    verdicts = {shape: verdict for shape, group in groups.items() if (verdict := _are_articles(group)) is not None}
    return [entry for entry in entries if _is_article(entry.url, verdicts)]


def _is_article(url: str, verdicts: Mapping[object, bool]) -> bool:
    """Return whether an address leads to an article: by `verdicts`, which maps shapes to that, else by its path."""
    path = urlsplit(url).path
    if _NOT_ARTICLE.search(path):
        return False
    return next((verdicts[shape] for shape in _url_shapes(url) if shape in verdicts), bool(_ARTICLE.search(path)))


def _are_articles(entries: list[Entry]) -> bool | None:
    """Return whether links of one shape lead to articles, by their texts; None if there are too few or mixed ones."""
    titled = [entry for entry in entries if entry.title]
    headlines = sum(_is_headline(entry.title) for entry in titled)
    if len(titled) >= _MIN_LINKS and headlines >= _MIN_HEADLINES * len(titled):
        return True
    return False if len(titled) >= _MIN_LINKS and not headlines else None


def _is_headline(title: str) -> bool:
    return len(title.split()) >= _MIN_WORDS or (
        len(title) >= _MIN_LETTERS and len(_UNSPACED.findall(title)) >= _MIN_LETTERS
    )


def _url_shapes(url: str) -> tuple[object, object]:
    """Return the shape of an address, which pages of one type share: within its first folder, and in any folder.

    A shape is the depth of the path, its ending, whether its last part holds words or a number, and its parameters.
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
