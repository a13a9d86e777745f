"""The JSON-LD blocks of a page → the schema.org nodes that describe its article."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement

from pipeline.text import safe_json

Node = Mapping[str, Any]

_ARTICLES = re.compile(r"(Article|Posting|Review|Report|Recipe)$", re.IGNORECASE)
_PAGES = frozenset({"WebPage", "ItemPage", "VideoObject"})
# Seen on live pages: <!-- or CDATA around the JSON, a comma before the closing bracket, a semicolon at the end.
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_DANGLING = re.compile(r",\s*(?=[}\]])")
# One hostile block must cost neither recursion nor time.
_MOST_NODES = 5000
_DEEPEST = 60


def jsonld_nodes(tree: HtmlElement) -> list[Node]:
    """Return every object of every JSON-LD block, outer before inner; what cannot be parsed is left out."""
    found: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found.extend(_walk(_load(script.text or "")))
            if len(found) > _MOST_NODES:
                break
    return found[:_MOST_NODES]


def article_nodes(found: list[Node]) -> list[Node]:
    """Return the nodes that describe an article, fullest first; pages and videos where there is none.

    A list of teasers describes many articles: the one that has a text or the most keys is the page's own.
    """
    own = [node for node in found if any(_ARTICLES.search(kind) for kind in node_types(node))]
    if not own:
        own = [node for node in found if _PAGES.intersection(node_types(node))]
    return sorted(own, key=_fullness, reverse=True)


def node_types(node: Node) -> tuple[str, ...]:
    """Return the node's @type as a tuple of names without the vocabulary's address."""
    value = node.get("@type")
    values = value if isinstance(value, list) else [value]
    return tuple(v.rsplit("/", 1)[-1].strip() for v in values if isinstance(v, str))


def first_value(found: list[Node], *keys: str) -> str:
    """Return the first non-empty string under one of `keys`, nodes before keys; '' if there is none."""
    for node in found:
        for key in keys:
            if text := as_text(node.get(key)):
                return text
    return ""


def as_text(value: Any) -> str:
    """Return a JSON-LD value as plain text: entities resolved (twice, as many sites escape twice), no tags."""
    if isinstance(value, list):
        value = next((v for v in value if isinstance(v, str) and v.strip()), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return ""
    return html.unescape(html.unescape(value)).strip()


def by_id(found: list[Node]) -> dict[str, Node]:
    """Return the nodes by their @id, the fullest for each, so that references can be followed."""
    table: dict[str, Node] = {}
    for node in found:
        key = node.get("@id")
        if isinstance(key, str) and len(node) > len(table.get(key, {})):
            table[key] = node
    return table


def _load(text: str) -> Any:
    text = _WRAPPING.sub("", _WRAPPING.sub("", text)).strip()
    for attempt in (text, _DANGLING.sub("", text), html.unescape(text)):
        try:
            return safe_json.loads_json(attempt)
        except (ValueError, RecursionError):
            continue
    return None


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
