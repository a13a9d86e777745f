"""Title of a page and the names of its outlet → the title without them."""

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.html import jsonld
from pipeline.html.parser import collapse_spaces

#: characters of a headline at least, by which a title that goes on is known
SHORTEST = 15

# ㅣ is a Korean letter that Korean outlets set as a bar.
_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|｜│ㅣ]\s*|\s*[-–—]{2,}\s*")
# Bars that only sites put between a headline and their name; ' - ' and ' : ' stand in headlines too.
_SITE_BARS = re.compile(r"[|｜│ㅣ·•»]|[-–—]{2,}")
# Words that outlets put before or behind their name, or leave out.
_OUTLET_WORDS = frozenset(
    [
        *("báo", "điện", "tử", "online", "tin", "tức", "trang", "thông", "cổng", "đài", "phát", "thanh", "truyền"),
        *("hình", "tạp", "chí", "mới", "nhất", "nhanh", "24h", "24", "the", "news", "newspaper", "daily", "net", "vn"),
        *("com", "org", "www", "http", "https", "tv"),
    ]
)
_OUTLETS = frozenset({"WebSite", "Organization", "NewsMediaOrganization"})
# Labels of hosts that name no outlet.
_HOSTS = frozenset({"www", "news", "amp", "mobile", "blog", "example", "com", "org", "net", "edu", "gov"})
# Characters of a label at least: 'vnp' and 'cnn' are words of headlines too.
_SHORTEST_LABEL = 5


def letters_only(text: str) -> str:
    """Return the letters and digits of `text` alone, case folded."""
    return re.sub(r"\W+", "", text.casefold())


def names_of_outlet(site: str, nodes: Sequence[jsonld.Node], metas: dict[str, str], url: str) -> tuple[str, ...]:
    """Return the names by which a page may sign its title, `site` first where it is known.

    They are those of its JSON-LD outlets and of its application, and labels of its host.
    """
    declared = [metas.get("application-name", ""), metas.get("apple-mobile-web-app-title", "")]
    declared += [jsonld.as_text(node.get("name")) for node in nodes if _OUTLETS.intersection(jsonld.node_types(node))]
    labels = [
        label
        for label in (urlsplit(url).hostname or "").split(".")[:-1]
        if len(label) >= _SHORTEST_LABEL and label not in _HOSTS
    ]
    return tuple(dict.fromkeys(name for name in (site, *map(collapse_spaces, declared), *labels) if name))


def without_outlet(
    title: str,
    names: Sequence[str],
    headings: Collection[str],
    others: frozenset[str],
    tree: HtmlElement | None = None,
) -> str:
    """Return a title without the outlet's name before or behind a bar.

    A heading, one of the outlet's `names`, one of the `others` (`letters_only` of the titles that are known without the
    outlet's name) or an element of `tree` that shows the shorter title confirms the cut. A title that stands whole
    among the others is not cut.
    """
    title = collapse_spaces(title)
    shown = {letters_only(heading) for heading in headings}
    pieces = [p for p in _BARS.split(title) if p]
    if len(pieces) < 2 or letters_only(title) in shown:
        return title
    for heading in headings:
        if len(heading) >= SHORTEST and title.startswith(heading):
            return heading
    if letters_only(title) in others:
        return title
    first, last = pieces[0], pieces[-1]
    shorter = title[: title.rindex(last)].rstrip(" |｜│ㅣ–—·•»:-")
    without_first = title[title.index(first) + len(first) :].lstrip(" |｜│ㅣ–—·•»:-")
    for part in (shorter, without_first):
        if letters_only(part) in shown | others:
            return part
    if is_outlet_name(last, names):
        return shorter
    if is_outlet_name(first, names):
        return without_first
    # 'Ninh Thuận' behind a dash may end a headline; the outlet 'Báo Ninh Thuận' would write its whole name there.
    bar = title[len(shorter) : title.rindex(last)]
    if any(letters_only(last) in letters_only(name) for name in names) and _SITE_BARS.search(bar):
        return shorter
    if tree is not None and any(
        collapse_spaces(e.text or "") == shorter for e in tree.iter("h2", "h3", "div", "span", "p", "td", "b")
    ):
        return shorter
    return title


def names_outlet(title: str, names: Sequence[str]) -> bool:
    """Whether the outlet's name is a piece of a title."""
    pieces = [piece for piece in _BARS.split(title) if piece]
    return len(pieces) > 1 and any(is_outlet_name(piece, names) for piece in (pieces[0], pieces[-1]))


def is_outlet_name(piece: str, names: Sequence[str]) -> bool:
    """Whether a piece of a title is one of the outlet's names, or a piece of one, give or take words such as 'Báo'.

    A piece that is shorter than the name by such a word is not: 'Ninh Thuận' is a place.
    """
    words = re.findall(r"\w+", piece.casefold())
    for whole in names:
        if letters_only(piece) == letters_only(whole):
            return True
        for name in (re.findall(r"\w+", part.casefold()) for part in (whole, *_BARS.split(whole)) if part):
            core = [word for word in name if word not in _OUTLET_WORDS]
            if words == name:
                return True
            if core and words[-len(name) :] == name and _OUTLET_WORDS.issuperset(words[: -len(name)]):
                return True
            rest = [word for word in words if word not in _OUTLET_WORDS]
            if core and rest == core and len(words) >= len(name):
                return True
    return False
