"""item: the versions of one article and the changes between them."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.views.page_image import image_lines, image_row
from diembao.jobs.reading.decision_words import decision_lines
from pipeline.i18n.catalogs import translate


@translated.command(help=LISTED["item"].help)
@translated.argument("item", metavar="KEY|URL")
@pass_context
def item(app: CliContext, item: str) -> int:
    from diembao.jobs.history import item_history

    with app.storage() as storage:
        history = item_history(storage, item)
        people = storage.accounts.full_names()
    if history is None:
        raise click.UsageError(translate("No such item: {item}", item=item))
    stored, versions, changes = history.item, history.versions, history.changes
    zone, kept = app.zone(), app.settings().images
    if app.as_json:
        row: dict[str, Any] = {"key": stored.key, "outlet": stored.outlet, "taken_down": stored.taken_down}
        row["versions"] = [
            {"number": v.number, "fetched_at": v.fetched_at, "title": v.article.title, "text": v.article.text}
            | ({"image": image_row(app.home, history.images[v.number])} if v.number in history.images else {})
            for v in versions
        ]
        row["decisions"] = [dataclasses.asdict(decision) for decision in history.decisions]
        row["origins"] = [dataclasses.asdict(origin) for origin in history.origins]
        row["changes"] = [[dataclasses.asdict(p) for p in pieces] for pieces in changes]
        app.print_json({"item": row})
        return DONE
    app.print(f"{stored.article.title}\n{stored.outlet} · {stored.article.canonical}")
    if stored.taken_down is not None:
        at = f"{stored.taken_down.astimezone(zone):%H:%M %d/%m/%Y}"
        app.print(translate("Taken down by its publisher (found {at}).", at=at))
    for origin in history.origins:
        app.print(
            translate(
                "Read back from the archive {archive} on {day}; captured on {captured}",
                archive=origin.archive,
                day=f"{origin.read_at.astimezone(zone):%d/%m/%Y}",
                captured=f"{origin.captured_at.astimezone(zone):%d/%m/%Y}",
            )
        )
    for line in decision_lines(history.decisions, app.topic_names(), zone, people):
        app.print(line)
    for n, version in enumerate(versions):
        at = f"{version.fetched_at.astimezone(zone):%H:%M %d/%m/%Y}"
        app.print(translate("Version {number}, read at {at}", number=version.number, at=at))
        if (image := history.images.get(version.number)) is not None:
            app.print("\n".join(image_lines(app.home, image, zone)))
        elif kept.keep != "none" and stored.tags.relevance in kept.relevance:
            app.print(translate("No page image of this version was taken."))
        if n:
            marks = {"same": "{}", "gap": " … ", "out": "[-{}-]", "in": "{{+{}+}}"}
            app.print("".join(marks[p.kind].format(p.text) for p in changes[n - 1]))
    return DONE


COMMANDS = (item,)
