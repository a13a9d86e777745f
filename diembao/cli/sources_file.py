"""The sources.toml of the home folder, as commands choose from it and change it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from diembao.cli import translated
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.text.private_hosts import is_metadata_service

if TYPE_CHECKING:
    from diembao.cli.context import CliContext
    from pipeline.records import Source


#: The option of commands that write addresses which somebody else chose into sources.toml.
allow_private_option = translated.option(
    "--allow-private",
    multiple=True,
    metavar="HOST",
    help=mark("Take this address inside your own network (HOST or HOST:PORT) all the same; several times for more."),
)


def refusal_line(url: str, place: str = "") -> str:
    """Return the message that an address in a private network was not taken; `place` is its file and line."""
    if is_metadata_service(urlsplit(url).hostname or ""):
        message = translate("{url} is where a cloud hands out its keys; it is never asked", url=url)
    else:
        message = translate("{url} is inside a private network; --allow-private HOST takes it all the same", url=url)
    return f"  ! {place}: {message}" if place else f"  ! {message}"


def sources_by_id(sources: tuple[Source, ...], ids: tuple[str, ...]) -> list[Source]:
    """Return the sources of these ids; an unknown id ends the command and names the nearest known one."""
    by_id = {s.id: s for s in sources}
    for id in ids:
        if id not in by_id:
            near = difflib.get_close_matches(id, by_id, n=1, cutoff=0.5)
            hint = translate(" Did you mean {near}?", near=near[0]) if near else ""
            raise click.UsageError(translate("No such source: {id}.{hint}", id=id, hint=hint))
    return [by_id[id] for id in dict.fromkeys(ids)]


def add_sources(app: CliContext, sources: Sequence[Source]) -> None:
    """Append sources to sources.toml of the home folder and print their ids."""
    from diembao.jobs import configuration

    app.refuse_elsewhere()
    path = configuration.add_sources(app.home, app.sources, sources)
    for source in sources:
        app.print(
            translate(
                "Added {source} to {file}: category {category}, country {country}; mend there what is wrong",
                source=source.id,
                file=path,
                category=f"{source.category} ({translate_code('category', source.category)})",
                country=source.country,
            )
        )


def set_enabled(app: CliContext, ids: tuple[str, ...], enabled: bool) -> list[Source]:
    """Switch sources on or off; return them as they were before."""
    from diembao.jobs.reading.switching import switch_sources
    from diembao.system.clock import now

    app.refuse_elsewhere()
    app.sources()  # faults of the file are told before a database is opened
    with app.storage() as storage:
        return switch_sources(
            storage,
            app.home,
            lambda: sources_by_id(app.sources(), ids),
            enabled,
            actor=app.actor(),
            at=now(),
        )
