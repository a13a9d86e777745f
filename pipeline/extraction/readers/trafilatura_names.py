"""Trafilatura's expressions over class names and ids → the same nodes, with each combination of names tested once.

Trafilatura finds sections by XPaths whose regular expressions lxml runs through Python for every element, a third of
its time. Pages have few names in many elements: here the expression itself is asked once for each combination of the
attributes that it tests, of an element that has nothing else.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

# Names of elements and of attributes in an expression, and what makes it depend on more than one element.
_TAGS, _ATTRIBUTES = re.compile(r"self::(\w+)"), re.compile(r"@([\w:.-]+)")
_BEYOND_ITSELF = re.compile(r"/|\[\d|\.\.|::(?<!self::)|text\(|string\(|position|last\(|count\(|(?<![\w@-])\.(?!\w)")
_UNION = re.compile(r"@[\w-]+\s*\|\s*@")
_QUOTED = re.compile(r"'[^']*'")
#: Combinations of attributes that are remembered of one expression; new ones on a page from which the page is asked as
#: a whole
_MOST, _MANY = 20_000, 12
# Lists of expressions by module of trafilatura.
_LISTS = {
    "core": ("RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH", "REMOVE_COMMENTS_XPATH"),
    "main_extractor": ("OVERALL_DISCARD_XPATH", "TEASER_DISCARD_XPATH", "PRECISION_DISCARD_XPATH"),
}


class RememberedExpression:
    """An XPath of the form .//*[tests of the element's own names], which gives the same nodes in the same order."""

    def __init__(self, expression: etree.XPath) -> None:
        self._expression: Any = expression
        path = _QUOTED.sub("''", expression.path)
        self._tags = tuple(dict.fromkeys(_TAGS.findall(path))) if path.strip().startswith(".//*[self::") else ("*",)
        self._attributes = tuple(dict.fromkeys(_ATTRIBUTES.findall(path)))
        #: whether of several attributes the one that is written first counts
        self._is_ordered = _UNION.search(path) is not None
        self._verdicts: dict[tuple[str | None, ...], bool] = {}
        #: whether the content of an element counts too: such an expression is asked wherever names fit
        self._is_partial = "not(.//" in path

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        verdicts = self._verdicts
        elements = [(self._key(element), element) for element in tree.iter(*self._tags) if element is not tree]
        unknown = {key: element for key, element in elements if key not in verdicts}
        if len(verdicts) + len(unknown) > _MOST:
            verdicts.clear()
            return list(self._expression(tree))
        if len(unknown) > _MANY:
            found = list(self._expression(tree))
            if not self._is_partial:
                verdicts.update(dict.fromkeys(unknown, False))
                verdicts.update({self._key(element): True for element in found})
            return found
        for key, element in unknown.items():
            verdicts[key] = self._ask(element)
        fitting = [element for key, element in elements if verdicts[key]]
        return list(self._expression(tree)) if self._is_partial and fitting else fitting

    def _key(self, element: HtmlElement) -> tuple[str | None, ...]:
        values = [element.get(name) for name in self._attributes]
        if self._is_ordered and len(values) - values.count(None) > 1:
            values += [name for name in element.attrib if name in self._attributes]
        return (element.tag, *values)

    def _ask(self, element: HtmlElement) -> bool:
        parent = etree.Element("body")
        alone = etree.SubElement(parent, element.tag)
        for name, value in element.items():
            if name in self._attributes:
                alone.set(name, value)
        return bool(self._expression(parent))


def remembered(expression: Any) -> Any:
    """Return an expression as one that remembers; unchanged where more than an element's own names counts."""
    path = _QUOTED.sub("''", getattr(expression, "path", "")).strip()
    rest = path.removeprefix(".//*[").replace("not(.//h1)", "")
    if rest == path or _BEYOND_ITSELF.search(rest):
        return expression
    return RememberedExpression(expression)


def _expressions() -> dict[tuple[Any, str], tuple[list[Any], list[Any]]]:
    """Return, by module and name, trafilatura's lists and the lists of those that remember."""
    from trafilatura import core, main_extractor

    modules = {"core": core, "main_extractor": main_extractor}
    return {
        (modules[module], name): (own, [remembered(expression) for expression in own])
        for module, names in _LISTS.items()
        for name in names
        # A later version may have other lists: it is then as slow as it is.
        if (own := getattr(modules[module], name, None))
    }


_known: dict[tuple[Any, str], tuple[list[Any], list[Any]]] = {}


@contextmanager
def remembered_names() -> Iterator[None]:
    """Give trafilatura expressions that remember. Their nodes are the same: it does not matter who else uses them."""
    if not _known:
        _known.update(_expressions())
    for (module, name), (_, fast) in _known.items():
        setattr(module, name, fast)
    try:
        yield
    finally:
        for (module, name), (own, _) in _known.items():
            setattr(module, name, own)
