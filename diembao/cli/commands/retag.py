"""retag: the stored items tagged anew by the rules of today."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from diembao.cli import options, translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.jobs.reading.value_words import grade_words, tone_words, topic_words
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from diembao.jobs.retag import RetagChanges, RetaggedItem


#: Items shown of those that enter, and of those that leave.
_SHOWN = 50


@translated.command(help=LISTED["retag"].help)
@translated.option(
    "--since",
    type=options.DAY,
    help=mark("Only what was published from this day on."),
)
@translated.option("--dry-run", is_flag=True, help=mark("Only show what would change."))
@pass_context
def retag(app: CliContext, since: datetime | None, dry_run: bool) -> int:
    from diembao.jobs.retag import retag as retag_now

    settings, rules, sources = app.settings(), app.rules(), app.sources()
    start = datetime.combine(since.date(), time.min, ZoneInfo(settings.province.time_zone)) if since else None
    with app.home.lock("process"), app.storage() as storage, app.progress() as progress:
        changes = retag_now(storage, sources, rules, settings.process, since=start, dry_run=dry_run, progress=progress)
    if app.as_json:
        app.print_json({"retag": _json(changes), "rules": rules.version, "dry_run": dry_run})
    else:
        _print(app, changes, dry_run=dry_run)
    return FAILED if changes.failed else DONE


def _json(changes: RetagChanges) -> dict[str, Any]:
    def item_rows(items: list[RetaggedItem]) -> list[dict[str, str]]:
        return [{"item": m.key, "outlet": m.outlet, "title": m.title, "from": m.before, "to": m.after} for m in items]

    def transitions(counts: Counter[tuple[str, str]]) -> dict[str, int]:
        return {f"{before}>{after}": n for (before, after), n in counts.most_common()}

    return {
        "texts": changes.texts,
        "changed": changes.changed,
        "held": changes.held,
        "failed": changes.failed,
        "relevance": transitions(changes.relevance),
        "tone": transitions(changes.tone),
        "topics_added": dict(changes.topics_added.most_common()),
        "topics_removed": dict(changes.topics_removed.most_common()),
        "entering": item_rows(changes.entering),
        "leaving": item_rows(changes.leaving),
    }


def _print(app: CliContext, changes: RetagChanges, *, dry_run: bool) -> None:
    change = translate("would change") if dry_run else translate("changed")
    app.print(
        translate("{items} items, {changed} {change}.", items=changes.texts, changed=changes.changed, change=change)
    )
    if changes.held:
        app.print(translate("  {held} held by a person's decision.", held=changes.held))
    if changes.failed:
        app.warn(translate("  {pages} pages cannot be read again.", pages=changes.failed))
    for head, counts in (
        (translate("Relevance"), {(grade_words(a), grade_words(b)): n for (a, b), n in changes.relevance.items()}),
        (translate("Tone"), {(tone_words(a), tone_words(b)): n for (a, b), n in changes.tone.items()}),
    ):
        for (before, after), n in sorted(counts.items(), key=lambda pair: -pair[1]):
            app.print(f"  {head}: {before} > {after}: {n}")
    names = app.topic_names()
    for name in sorted({*changes.topics_added, *changes.topics_removed}):
        added, removed = changes.topics_added[name], changes.topics_removed[name]
        app.print(f"  {translate('Topic')} {topic_words(names, name)}: +{added} -{removed}")
    for head, items in (
        (translate("Entering"), changes.entering),
        (translate("Leaving"), changes.leaving),
    ):
        for item in items[:_SHOWN]:
            app.print(f"  {head}: {item.key}  {item.outlet}: {item.title}")
        if len(items) > _SHOWN:
            app.print(translate("  ... and {more} more", more=len(items) - _SHOWN))


COMMANDS = (retag,)
