"""JSON-LD blocks of a page → its schema.org nodes, and those that describe its article."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement

from pipeline.text import safe_json

Node = Mapping[str, Any]

_ARTICLES = re.compile(r"(Article|Posting|Review|Report|Recipe)$", re.IGNORECASE)
_PAGES = frozenset({"WebPage", "ItemPage", "VideoObject"})
# Seen on live pages around the JSON: comments of HTML and JavaScript, CDATA, an assignment, a semicolon at the end; in
# it: comments, and a comma before the closing bracket. Strings are matched first, so that nothing in them is changed.
# Nothing in the pattern is tried twice, and a string that nothing closes goes on to the end: no block takes long.
_STRING = r'("[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))'
_CDATA = re.compile(rf"{_STRING}|(?://\s*|/\*\s*)?(?:<!\[CDATA\[|\]\]>)(?:\s*\*/)?", re.DOTALL)
_COMMENT = re.compile(rf"{_STRING}|<!--.*?-->|/\*.*?\*/|(?:^|(?<=[\s,\[{{}}\];]))//[^\n]*", re.DOTALL)
_DANGLING = re.compile(rf"{_STRING}|,(?=\s*[}}\]])", re.DOTALL)
_WRAPPER = re.compile(r"^\s*(?://\s*)?<!--|(?://\s*)?-->\s*$")
# The beginning of an object or of a list of objects.
_START = re.compile(r'\{\s*["}]|\[\s*[{\[]')
# Values of one block that are taken at most, and comments in it: each of these may be searched to its end.
_MOST_VALUES, _MOST_COMMENTS = 20, 200
# Nodes of a page and levels of nesting at most, against hostile blocks.
_MOST_NODES = 5000
_DEEPEST = 60


def jsonld_nodes(tree: HtmlElement) -> list[Node]:
    """Return every object of every JSON-LD block, outer before inner, without blocks that cannot be parsed."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            nodes.extend(_walk(_load(script.text or "")))
            if len(nodes) > _MOST_NODES:
                break
    return nodes[:_MOST_NODES]


def article_nodes(nodes: list[Node]) -> list[Node]:
    """Return the nodes that describe an article, fullest first; else those of pages and videos.

    A page with teasers describes many articles: its own has a headline with a date, or the most values.
    """
    articles = [node for node in nodes if any(_ARTICLES.search(kind) for kind in node_types(node))]
    if not articles:
        articles = [node for node in nodes if _PAGES.intersection(node_types(node))]
    return sorted(articles, key=_fullness, reverse=True)


def node_types(node: Node) -> tuple[str, ...]:
    """Return the node's @type as a tuple of names without the address of the vocabulary."""
    value = node.get("@type")
    values = value if isinstance(value, list) else [value]
    return tuple(v.rsplit("/", 1)[-1].strip() for v in values if isinstance(v, str))


def first_value(nodes: list[Node], *keys: str) -> str:
    """Return the first non-empty string under one of `keys`, the first node first; '' if there is none."""
    for node in nodes:
        for key in keys:
            if text := as_text(node.get(key)):
                return text
    return ""


def as_text(value: Any) -> str:
    """Return a JSON-LD value as plain text: entities resolved twice, as many sites escape twice."""
    if isinstance(value, list):
        value = next((v for v in value if isinstance(v, str) and v.strip()), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return ""
    return html.unescape(html.unescape(value)).strip()


def nodes_by_id(nodes: list[Node]) -> dict[str, Node]:
    """Return @id → its node with the most keys, to resolve references."""
    table: dict[str, Node] = {}
    for node in nodes:
        key = node.get("@id")
        if isinstance(key, str) and len(node) > len(table.get(key, {})):
            table[key] = node
    return table


def _load(text: str) -> list[Any]:
    """Return the values of a block, one as a rule: what is around them is skipped, and inside them mended if needed."""
    try:
        return [safe_json.loads_json(text)]
    except (ValueError, RecursionError):
        pass
    for attempt in (text, html.unescape(text)):
        if values := _values(_mended(attempt)):
            return values
    return []


def _mended(text: str) -> str:
    """Return the text of a block without comments, CDATA marks and dangling commas; strings stay as they are."""
    if text.count("/*") + text.count("<!--") > _MOST_COMMENTS:
        return text
    text = _CDATA.sub(lambda match: match[1] or " ", text)
    bare = _COMMENT.sub(lambda match: match[1] or " ", text)
    if not _START.search(bare):
        # The block itself is the comment, for browsers of the last century.
        bare = _COMMENT.sub(lambda match: match[1] or " ", _WRAPPER.sub("", text))
    return _DANGLING.sub(lambda match: match[1] or "", bare)


def _values(text: str) -> list[Any]:
    """Return the values that begin at the first bracket of a text and behind one another; [] if there are none."""
    values: list[Any] = []
    position = 0
    while len(values) < _MOST_VALUES and (start := _START.search(text, position)):
        try:
            value, position = safe_json.decode_json(text, start.start())
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _walk(value: Any, depth: int = 0) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _walk(inner, depth + 1)


def _fullness(node: Node) -> tuple[bool, int]:
    return "headline" in node and "datePublished" in node, sum(1 for value in node.values() if value)
