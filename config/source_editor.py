"""A change of one source → the text of sources.toml with that change, its comments and order untouched."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import tomlkit
from tomlkit.items import AoT

from config.load import ConfigError, Fault, line_of
from config.settings import check_sources
from pipeline.records import Feed, Selectors, Source

#: Keys of a source in the order in which they are written; the rest follows.
_FIRST = ("id", "name", "home", "domains", "feeds", "country", "languages", "kind", "category", "reach", "enabled")
#: Written even where they say what is said anyway, so that somebody who reads the table sees them.
_ALWAYS = frozenset(_FIRST) - {"domains", "enabled"}


def with_sources(name: str, text: str, added: Iterable[Source]) -> str:
    """Return a sources.toml with more sources at its end. Raises ConfigError where it would not be valid."""
    tables = "\n".join(table_of(source) for source in added)
    changed = f"{text.rstrip()}\n\n{tables}" if text.strip() else tables
    check_sources(name, changed)
    return changed


def with_enabled(name: str, text: str, id: str, enabled: bool) -> str:
    """Return a sources.toml with one source switched on or off. Raises ConfigError, and KeyError for an unknown id."""
    document = tomlkit.parse(text)
    tables: Any = document.get("source", [])
    numbers = [n for n, table in enumerate(tables) if table.get("id") == id]
    if not numbers:
        raise KeyError(id)
    number = numbers[0]
    if isinstance(tables, AoT) and "enabled" not in tables[number]:
        # tomlkit would put a new key behind the comments that follow a table, which belong to the next one.
        lines = text.splitlines(keepends=True)
        at = line_of(text, ("source", number, "id")) or 0
        lines.insert(at, f"enabled = {'true' if enabled else 'false'}\n")
        changed = "".join(lines)
    else:
        tables[number]["enabled"] = enabled
        changed = tomlkit.dumps(document)
    if not _is_only_change(text, changed, number, enabled):
        message = f"cannot be changed safely; please set `enabled = {str(enabled).lower()}` by hand"
        raise ConfigError([Fault(name, line_of(text, ("source", number)), f"source[{number}]", message)])
    check_sources(name, changed)
    return changed


def _is_only_change(before: str, after: str, number: int, enabled: bool) -> bool:
    wanted = tomllib.loads(before)
    wanted["source"][number]["enabled"] = enabled
    try:
        return tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        return False


def table_of(source: Source) -> str:
    """Return a source as a [[source]] table of sources.toml, without what it need not say."""
    lines = ["[[source]]"]
    default = Source(id="", name="", home="", feeds=())
    names = [f.name for f in fields(Source) if f.name not in (*_FIRST, "selectors")]
    for name in (*_FIRST, *names):
        value = getattr(source, name)
        if name == "feeds":
            lines += ["feeds = [", *(f"    {_inline(feed)}," for feed in value), "]"]
        elif name in _ALWAYS or value != getattr(default, name):
            lines.append(f"{name} = {_value(value)}")
    chosen = {f.name: v for f in fields(Selectors) if (v := getattr(source.selectors, f.name))}
    if chosen:
        lines += ["", "[source.selectors]", *(f"{name} = {_value(value)}" for name, value in chosen.items())]
    return "\n".join(lines) + "\n"


def _inline(feed: Feed) -> str:
    pairs = [("url", feed.url), ("kind", feed.kind)]
    pairs += [(f.name, v) for f in fields(Feed) if f.name not in ("url", "kind") and (v := getattr(feed, f.name))]
    return "{ " + ", ".join(f"{name} = {_value(value)}" for name, value in pairs) + " }"


def _value(value: object) -> str:
    if isinstance(value, str):
        # as people write it: a regular expression or selector in single quotes, where nothing needs an escape
        plain = "\\" in value and re.fullmatch(r"[^'\x00-\x1f\x7f]*", value)
        return f"'{value}'" if plain else tomlkit.string(value).as_string()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return tomlkit.item(value).as_string()
