"""decide: a person's decision on an item, which holds over the rules and is exported for training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import gather
from diembao.cli.person import user_name
from diembao.jobs.reading.value_words import grade_words, tone_words, topic_words
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate
from pipeline.records import DecisionField, Relevance, Tone
from pipeline.records.reviews import RejectReason, ReviewKind


@dataclass(frozen=True, slots=True)
class _Options:
    item: str | None
    relevance: str | None
    topics: tuple[str, ...]
    no_topic: bool
    tone: str | None
    approve: bool
    reject: str | None
    star: bool
    who: str | None
    note: str
    #: the file for --export
    target: Path | None


@translated.command(help=LISTED["decide"].help)
@translated.argument("item", required=False)
@translated.option("--relevance", type=click.Choice(get_args(Relevance)))
@translated.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="ID",
    help=mark("One of its topics (name all of them)."),
)
@translated.option("--no-topic", is_flag=True, help=mark("It has no topic."))
@translated.option("--tone", type=click.Choice(get_args(Tone)))
@translated.option("--approve", is_flag=True, help=mark("It is right as it is, and goes out."))
@translated.option("--reject", type=click.Choice(get_args(RejectReason)), help=mark("It is left out, for this reason."))
@translated.option("--star", is_flag=True, help=mark("It is a top story."))
@translated.option("--who", help=mark("Who says so (default: you)."))
@translated.option("--note", default="", help=mark("Why (it is kept)."))
@translated.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl")
@pass_context
@gather(_Options)
def decide(app: CliContext, arguments: _Options) -> int:
    from diembao.jobs.decide import decide as decide_item

    if arguments.target is not None:
        return _export(app, arguments.target)
    key, values, acts = arguments.item, _values(arguments), _acts(arguments)
    if (
        key is None
        or not (acts or any(value is not None for value in values.values()))
        or (arguments.topics and arguments.no_topic)
        or (arguments.approve and arguments.reject)
    ):
        raise click.UsageError(
            translate(
                "Needs ITEM and at least one of --relevance, --topic (or --no-topic), --tone, "
                "--approve, --reject, --star"
            )
        )
    known = {topic.id for topic in app.rules().topics.topic}
    if unknown := sorted(set(arguments.topics) - known):
        names, listed = ", ".join(unknown), ", ".join(sorted(known))
        raise click.UsageError(translate("No such topic: {names}; there are {listed}", names=names, listed=listed))
    at, who = now(), arguments.who or user_name()
    if who is None:
        raise click.UsageError(translate("Needs --who: who says so?"))
    with app.storage() as storage:
        item = decide_item(storage, key, values, who=who, at=at, note=arguments.note, acts=acts)
    if item is None:
        raise click.UsageError(translate("No such item: {item}", item=key))
    tags, topics = item.tags, [topic.id for topic in item.tags.topics]
    if app.as_json:
        row = {"item": key, "relevance": tags.relevance, "topics": topics, "tone": tags.tone, "who": who}
        app.print_json(row | ({"acts": [kind for kind, _ in acts]} if acts else {}))
    topic_names = app.topic_names()
    words = ", ".join(topic_words(topic_names, id) for id in topics) or "-"
    verdict = f"{grade_words(tags.relevance)}; {words}; {tone_words(tags.tone)}"
    app.print(f"{item.article.title}: {verdict}")
    return DONE


def _values(arguments: _Options) -> dict[DecisionField, str | None]:
    """Return the value decided for each field, None where none was given."""
    return {
        "relevance": arguments.relevance,
        "topics": " ".join(dict.fromkeys(arguments.topics)) if arguments.topics or arguments.no_topic else None,
        "tone": arguments.tone,
    }


def _acts(arguments: _Options) -> list[tuple[ReviewKind, str]]:
    """Return what is done to the item as at the desk, each with its value."""
    acts: list[tuple[ReviewKind, str]] = []
    if arguments.approve:
        acts.append(("approve", ""))
    if arguments.reject is not None:
        acts.append(("reject", arguments.reject))
    if arguments.star:
        acts.append(("star", "1"))
    return acts


def _export(app: CliContext, target: Path) -> int:
    import json

    from diembao.jobs.decide import labelled_rows
    from diembao.system.files import write_atomically

    with app.storage() as storage:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in labelled_rows(storage)]
    write_atomically(target, "".join(lines).encode("utf-8", "replace"))
    app.print(translate("Wrote {items} items to {file}", items=len(lines), file=target))
    if app.as_json:
        app.print_json({"file": str(target), "rows": len(lines)})
    return DONE


COMMANDS = (decide,)
