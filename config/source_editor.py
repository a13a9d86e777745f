"""A change of one source → the text of sources.toml with that change; comments and order stay."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import tomlkit
from tomlkit.items import AoT

from config.faults.errors import ConfigError, Fault
from config.load import line_of
from config.sources import check_sources
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Feed, Selectors, Source

#: First keys of a source, in the order in which they are written; other keys follow.
_FIRST_KEYS = ("id", "name", "home", "domains", "feeds", "country", "languages", "kind", "category", "reach", "enabled")
#: Keys written even with their default value, for people who read the table.
_REQUIRED_KEYS = frozenset(_FIRST_KEYS) - {"domains", "reach", "enabled"}


def with_sources(name: str, text: str, added: Iterable[Source]) -> str:
    """Return a sources.toml with more sources at its end; `name` is the file's name in faults.

    Raises ConfigError if the result is not valid.
    """
    tables = "\n".join(table_of(source) for source in added)
    changed = f"{text.rstrip()}\n\n{tables}" if text.strip() else tables
    check_sources(name, changed)
    return changed


def with_enabled(name: str, text: str, id: str, enabled: bool) -> str:
    """Return a sources.toml with one source enabled or disabled. Raises ConfigError, and KeyError for an unknown id."""
    document = tomlkit.parse(text)
    tables: Any = document.get("source", [])
    numbers = [n for n, table in enumerate(tables) if table.get("id") == id]
    if not numbers:
        raise KeyError(id)
    number = numbers[0]
    if isinstance(tables, AoT) and "enabled" not in tables[number]:
        # tomlkit would put a new key after the comments that follow a table, which belong to the next table.
        lines = text.splitlines(keepends=True)
        at = line_of(text, ("source", number, "id")) or 0
        lines.insert(at, f"enabled = {'true' if enabled else 'false'}\n")
        changed = "".join(lines)
    else:
        tables[number]["enabled"] = enabled
        changed = tomlkit.dumps(document)
    if not _is_only_change(text, changed, number, enabled):
        message = Message(
            mark("cannot be changed safely; please set `enabled = {value}` by hand"), value=str(enabled).lower()
        )
        raise ConfigError([Fault(name, line_of(text, ("source", number)), f"source[{number}]", message)])
    check_sources(name, changed)
    return changed


def _is_only_change(before: str, after: str, number: int, enabled: bool) -> bool:
    expected = tomllib.loads(before)
    expected["source"][number]["enabled"] = enabled
    try:
        return tomllib.loads(after) == expected
    except tomllib.TOMLDecodeError:
        return False


def table_of(source: Source) -> str:
    """Return a source as a [[source]] table of sources.toml, without keys that have their default value."""
    lines = ["[[source]]"]
    default = Source(id="", name="", home="", feeds=())
    names = [f.name for f in fields(Source) if f.name not in (*_FIRST_KEYS, "selectors")]
    for name in (*_FIRST_KEYS, *names):
        value = getattr(source, name)
        if name == "feeds":
            lines += ["feeds = [", *(f"    {_inline_table(feed)}," for feed in value), "]"]
        elif name in _REQUIRED_KEYS or value != getattr(default, name):
            lines.append(f"{name} = {_toml_value(value)}")
    selectors = {f.name: v for f in fields(Selectors) if (v := getattr(source.selectors, f.name))}
    if selectors:
        lines += ["", "[source.selectors]", *(f"{name} = {_toml_value(value)}" for name, value in selectors.items())]
    return "\n".join(lines) + "\n"


def _inline_table(feed: Feed) -> str:
    pairs = [("url", feed.url), ("kind", feed.kind)]
    pairs += [(f.name, v) for f in fields(Feed) if f.name not in ("url", "kind") and (v := getattr(feed, f.name))]
    return "{ " + ", ".join(f"{name} = {_toml_value(value)}" for name, value in pairs) + " }"


def _toml_value(value: object) -> str:
    if isinstance(value, str):
        # Regular expressions and selectors go in single quotes, as people write them: backslashes need no escape there.
        is_literal = "\\" in value and re.fullmatch(r"[^'\x00-\x1f\x7f]*", value)
        return f"'{value}'" if is_literal else tomlkit.string(value).as_string()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml_value(part) for part in value) + "]"
    return tomlkit.item(value).as_string()
