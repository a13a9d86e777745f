"""decide: what a person says of an item, which holds over the rules, and from which they can learn."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate
from pipeline.records import Decision, DecisionField, Relevance, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.base import Storage


@translated.command(
    help=mark(
        "A person's decision on an item (ITEM: column item of the CSV): it holds whatever the rules say.\n"
        "\n--export FILE.jsonl: all decisions as labelled texts for `diembao train`."
    )
)
@click.argument("item", required=False)
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
@translated.option("--who", help=mark("Who says so (default: you)."))
@translated.option("--note", default="", help=mark("Why (it is kept)."))
@translated.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl")
@pass_context
def decide(
    app: CliContext,
    item: str | None,
    relevance: str | None,
    topics: tuple[str, ...],
    no_topic: bool,
    tone: str | None,
    who: str | None,
    note: str,
    target: Path | None,
) -> int:
    if target is not None:
        return _export(app, target)
    if item is None or not (relevance or topics or no_topic or tone) or (topics and no_topic):
        raise click.UsageError(translate("Needs ITEM and at least one of --relevance, --topic (or --no-topic), --tone"))
    known = {topic.id for topic in app.rules().topics.topic}
    if unknown := sorted(set(topics) - known):
        names, listed = ", ".join(unknown), ", ".join(sorted(known))
        raise click.UsageError(translate("No such topic: {names}; there are {listed}", names=names, listed=listed))
    at, name = now(), who or _user()
    said: dict[DecisionField, str | None] = {
        "relevance": relevance,
        "topics": " ".join(dict.fromkeys(topics)) if topics or no_topic else None,
        "tone": tone,
    }
    with app.storage() as storage:
        storage.upkeep.decide([Decision(item, f, v, name, at, note) for f, v in said.items() if v is not None])
        found = storage.item(item)
    assert found is not None
    tags = found.tags
    told = {"relevance": tags.relevance, "topics": [topic.id for topic in tags.topics], "tone": tags.tone}
    if app.as_json:
        app.print_json({"item": item, **told, "who": name})
    app.print(f"{found.article.title}: {tags.relevance}; {', '.join(t.id for t in tags.topics) or '-'}; {tags.tone}")
    return DONE


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container whose user has no name
        raise click.UsageError(translate("Needs --who: who says so?")) from None


def _export(app: CliContext, target: Path) -> int:
    import json

    from diembao.system.files import write_atomically

    with app.storage() as storage:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in labelled_rows(storage)]
    write_atomically(target, "".join(lines).encode("utf-8", "replace"))
    app.print(translate("Wrote {items} items to {file}", items=len(lines), file=target))
    if app.as_json:
        app.print_json({"file": str(target), "rows": len(lines)})
    return DONE


def labelled_rows(storage: Storage) -> Iterator[dict[str, Any]]:
    """Yield one row for each item that a person decided on, as diembao.evaluation.labels.read_labels reads them."""
    for key, said in storage.upkeep.decisions().items():
        item = storage.item(key)
        if item is None or not item.article.text:
            continue
        article = item.article
        newest = {one.field: one.value for one in said}
        yield {
            "id": key,
            "title": article.title,
            "text": article.text,
            "url": article.url,
            "language": article.language or None,
            "published": article.published.isoformat() if article.published else None,
            "tags": {"topics": [topic.id for topic in item.tags.topics]},
            "decided_at": max(one.at for one in said).isoformat(),
            "decision": {
                field: value.split() if field == "topics" else value
                for field, value in newest.items()
                if (field, value) != ("tone", "unsure")  # no label: nobody can say
            },
        }


COMMANDS = (decide,)
