"""Page and the text of its article → the same article in another page: other class names, containers and titles."""

from collections import Counter
from collections.abc import Callable, Iterable
from zlib import crc32

from lxml.html import Element, HtmlElement, document_fromstring, tostring

from pipeline.html.blocks import extract_blocks
from pipeline.html.paragraph_keys import paragraph_key

#: a changed page: the tree and the innermost element that holds the article's text → the tree, changed in place
Change = Callable[[HtmlElement, HtmlElement, str], None]

_SITE = "Gazette of Somewhere"


def vary(body: bytes, text: str, title: str, change: Change) -> bytes:
    """Return the page `body` (UTF-8) with one `change`; `text` and `title` are the article's."""
    tree = document_fromstring(body.decode("utf-8", "replace"))
    container = find_body(tree, text)
    if container is not None or change in TITLE_CHANGES.values():
        change(tree, tree if container is None else container, title)
    return bytes(tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>"))


def find_body(tree: HtmlElement, text: str) -> HtmlElement | None:
    """Return the innermost element that holds 60 % of the paragraphs of `text`, below body; None where none does."""
    whole = paragraph_key(text)
    weights: Counter[HtmlElement] = Counter()
    depths: dict[HtmlElement, int] = {}
    total = 0
    for block in extract_blocks(tree):
        key = paragraph_key(block.text)
        if len(key) < 20 or key not in whole:
            continue
        total += len(key)
        holders = [block.element, *block.element.iterancestors()]
        for depth, element in enumerate(reversed(holders)):
            weights[element] += len(key)
            depths[element] = depth
    enough = [e for e in weights if weights[e] >= 0.6 * total]
    inner = max(enough, key=lambda e: depths[e], default=None)
    if inner is None or inner.tag in ("body", "html", "main"):
        return None
    if inner.tag in ("p", "td"):
        return inner.getparent()
    return inner


def _rename(*names: str) -> Change:
    """Give the container and the elements around it class names, the innermost first."""

    def change(tree: HtmlElement, container: HtmlElement, title: str) -> None:
        element: HtmlElement | None = container
        for name in names:
            if element is None or element.tag in ("body", "html"):
                return
            element.set("class", name)
            element.attrib.pop("id", None)
            element = element.getparent()

    return change


def _split(parts: int, name: str = "", *, shares: Iterable[float] = ()) -> Change:
    """Split the container into siblings of one class: its own, or `name`."""

    def change(tree: HtmlElement, container: HtmlElement, title: str) -> None:
        children = list(container)
        parent = container.getparent()
        if len(children) < 2 * parts or parent is None:
            return
        ends = [int(len(children) * share) for share in shares] or [
            len(children) * (n + 1) // parts for n in range(parts)
        ]
        place = parent.index(container)
        for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            part = Element(container.tag)
            part.set("class", name or container.get("class") or "body-part")
            part.extend(children[start:end])
            parent.insert(place + number, part)
        container.drop_tree()

    return change


def wrap(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Put the container into five further elements."""
    parent = container.getparent()
    assert parent is not None
    place = parent.index(container)
    inner, container.tail = container, None
    for number in range(5):
        outer = Element("div")
        outer.set("class", f"wrap-{number}")
        outer.append(inner)
        inner = outer
    parent.insert(place, inner)


def drop_og_title(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Remove the meta elements with a title."""
    for meta in list(tree.iter("meta")):
        if (meta.get("property") or meta.get("name") or "").lower() in ("og:title", "twitter:title", "title"):
            meta.drop_tree()


def drop_json_ld(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Remove the JSON-LD."""
    for script in list(tree.iter("script")):
        if "ld+json" in (script.get("type") or ""):
            script.drop_tree()


def _set_titles(tree: HtmlElement, text: str) -> None:
    for element in list(tree.iter("title")):
        if element.getparent() is not None and element.getparent().tag == "head":
            element.text = text
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in ("og:title", "twitter:title", "title"):
            meta.set("content", text)


def add_site_name(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Set the outlet's name behind the title; nothing else on the page tells it."""
    drop_json_ld(tree, container, title)
    for meta in list(tree.iter("meta")):
        if (meta.get("property") or "").lower() == "og:site_name":
            meta.drop_tree()
    _set_titles(tree, f"{title} - {_SITE}")


def set_search_title(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Give search engines a title of their own."""
    words = title.split()
    _set_titles(tree, f"{' '.join(words[: max(2, len(words) // 2)])} 2026: times, places and pictures | {_SITE}")


def add_kicker(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Set a kicker into the headline, as an element in front of its text."""
    for h1 in tree.iter("h1"):
        kicker = Element("span")
        kicker.set("class", "kicker")
        kicker.text, kicker.tail = "Around the province", h1.text
        h1.text = None
        h1.insert(0, kicker)


def add_kicker_above(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Set a kicker above the headline, as an h2."""
    for h1 in list(tree.iter("h1"))[:1]:
        kicker = Element("h2")
        kicker.text = "Around the province"
        parent = h1.getparent()
        assert parent is not None
        parent.insert(parent.index(h1), kicker)


def drop_article(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Make div elements of article and main."""
    for element in list(tree.iter("article", "main")):
        element.tag = "div"


def lower_headline(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Make an h2 of the h1."""
    for element in list(tree.iter("h1")):
        element.tag = "h2"


def _logo_heading(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Make an h2 of the headline and an h1 of the outlet's name."""
    lower_headline(tree, container, title)
    logo = Element("h1")
    logo.text = _SITE
    tree.find(".//body").insert(0, logo)
    _set_titles(tree, f"{title} | {_SITE}")


def use_breaks(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Part the paragraphs of the container by two line breaks each, without elements."""
    for p in list(container.iter("p")):
        if p is container or p.getparent() is None:
            continue
        breaks = [Element("br"), Element("br")]
        for line_break in reversed(breaks):
            p.addnext(line_break)
        breaks[-1].tail, p.tail = p.tail, None
        p.drop_tag()


def use_divs(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Make div elements of the paragraphs of the container."""
    for p in list(container.iter("p")):
        if p is not container:
            p.tag = "div"


def use_table(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Put the container into the cell of a table that places it beside a menu."""
    parent = container.getparent()
    assert parent is not None
    place = parent.index(container)
    container.tail = None
    table, row, menu, cell = Element("table"), Element("tr"), Element("td"), Element("td")
    menu.text = "Menu"
    cell.append(container)
    row.extend([menu, cell])
    table.append(row)
    parent.insert(place, table)


def hash_classes(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    """Give every element within and around the container a class name without a meaning."""
    for element in [*container.iter(), *container.iterancestors()]:
        if isinstance(element.tag, str) and element.get("class"):
            element.set("class", f"css-{crc32((element.get('class') or '').encode()):x}")


#: name → a change that leaves the article as it is
TEXT_CHANGES: dict[str, Change] = {
    "sidebar": _rename("sidebar-content", "sidebar-main"),
    "box-words": _rename("post tag-news", "related-layout video"),
    "split-2": _split(2),
    "split-4": _split(4),
    "split-70-30": _split(2, shares=(0.7, 1.0)),
    "split-sidebar-2": _split(2, "sidebar-block"),
    "split-sidebar-70-30": _split(2, "sidebar-block", shares=(0.7, 1.0)),
    "split-sidebar-4": _split(4, "sidebar-block"),
    "split-tags-70-30": _split(2, "post tag-news author-desk", shares=(0.7, 1.0)),
    "wrap": wrap,
    "no-json-ld": drop_json_ld,
    "no-article": drop_article,
    "breaks": use_breaks,
    "divs": use_divs,
    "table": use_table,
    "hashed": hash_classes,
}
TITLE_CHANGES: dict[str, Change] = {
    "no-og-title": drop_og_title,
    "no-json-ld": drop_json_ld,
    "site-name": add_site_name,
    "search-title": set_search_title,
    "kicker-in-h1": add_kicker,
    "kicker-above": add_kicker_above,
    "h2": lower_headline,
    "logo-h1": _logo_heading,
    "no-article": drop_article,
}


def _drop_all(tree: HtmlElement, container: HtmlElement, title: str) -> None:
    drop_og_title(tree, container, title)
    drop_json_ld(tree, container, title)


TITLE_CHANGES["only-headings"] = _drop_all
