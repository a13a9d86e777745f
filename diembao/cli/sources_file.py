"""Ids and sources → the sources.toml of the home folder, changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from diembao.cli.context import CliContext
    from pipeline.records import Source

#: Seconds that another change of sources.toml is waited for.
_PATIENCE = 10.0


def sources_by_id(sources: tuple[Source, ...], ids: tuple[str, ...]) -> list[Source]:
    """Return the sources of these ids; an unknown one ends the command with the nearest that there is."""
    by_id = {s.id: s for s in sources}
    for id in ids:
        if id not in by_id:
            near = difflib.get_close_matches(id, by_id, n=1, cutoff=0.5)
            hint = translate(" Did you mean {near}?", near=near[0]) if near else ""
            raise click.UsageError(translate("No such source: {id}.{hint}", id=id, hint=hint))
    return [by_id[id] for id in dict.fromkeys(ids)]


def add_sources(app: CliContext, added: Sequence[Source]) -> None:
    from config.source_editor import with_sources
    from diembao.system.files import write_atomically

    path = app.home.config / "sources.toml"
    with app.home.lock("source", wait=_PATIENCE):
        app.sources()  # a file that has faults already is told of as such, and left alone
        text = with_sources(str(path), path.read_text("utf-8-sig"), added)
        write_atomically(path, text.encode())
    for s in added:
        app.print(translate("Added {source} to {file}", source=s.id, file=path))


def set_enabled(app: CliContext, ids: tuple[str, ...], enabled: bool) -> list[Source]:
    """Switch sources on or off; return them as they were before."""
    from config.source_editor import with_enabled
    from diembao.system.files import write_atomically

    path = app.home.config / "sources.toml"
    with app.home.lock("source", wait=_PATIENCE):
        found = sources_by_id(app.sources(), ids)
        text = path.read_text("utf-8-sig")
        for s in found:
            if s.enabled != enabled:
                text = with_enabled(str(path), text, s.id, enabled)
        write_atomically(path, text.encode())
    return found
