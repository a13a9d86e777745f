"""The sample press → a home folder with the press as its sources."""

import json
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from diembao.demo.server import ServedOutlet
from diembao.system.files import write_atomically
from diembao.system.home import Home


def write_home(home: Home, outlets: Iterable[ServedOutlet], *, workers: int = 0) -> None:
    """Write settings.toml and sources.toml; places, topics and schedule are the packaged ones.

    `workers` is processes of the examiner; 0: one per processor.
    """
    settings = (files("config") / "settings.toml").read_text("utf-8")
    # All outlets of the press run on this machine, so a long delay between requests would spare nobody.
    settings = re.sub(r"(?m)^delay_seconds = .*$", "delay_seconds = 0.02", settings)
    settings = re.sub(r"(?m)^contact = .*$", 'contact = "demo@example.org"', settings)
    settings = re.sub(r"(?m)^workers = .*$", f"workers = {workers}", settings)
    write_atomically(home.config / "settings.toml", settings.encode())
    sources = "\n".join(_table(outlet) for outlet in outlets)
    write_atomically(home.config / "sources.toml", sources.encode())


def _table(outlet: ServedOutlet) -> str:
    feeds: list[dict[str, str]] = []
    for feed in outlet.feeds:
        row = {"url": feed.address, "kind": feed.kind}
        if feed.css:
            row["links"] = feed.css
        feeds.append(row)
    lines = [
        "[[source]]",
        f"id = {_value(outlet.id)}",
        f"name = {_value(outlet.name)}",
        f"home = {_value(outlet.home)}",
        f"feeds = {_value(feeds)}",
        f"country = {_value(outlet.country)}",
        f"languages = {_value(list(outlet.languages))}",
        f"category = {_value(outlet.category)}",
    ]
    if outlet.reading:
        lines.append("[source.selectors]")
        lines += [f"{key} = {_value(css)}" for key, css in outlet.reading.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """Return a string, list or table of strings in TOML, inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
