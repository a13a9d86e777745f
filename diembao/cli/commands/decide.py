"""decide: what a person says of an item, which holds over the rules, and from which they can learn."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.clock import now
from diembao.system.messages import say
from pipeline.records import Decision, DecisionField, Relevance, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.base import Storage


@click.command(
    help=say(
        "Quyết định của người về một bài (ITEM: cột item của tệp CSV): giữ nguyên dù quy tắc nói gì.\n\n"
        "--export FILE.jsonl: xuất mọi quyết định thành văn bản đã gán nhãn cho `diembao train`.",
        "A person's decision on an item (ITEM: column item of the CSV): it holds whatever the rules say.\n\n"
        "--export FILE.jsonl: all decisions as labelled texts for `diembao train`.",
    )
)
@click.argument("item", required=False)
@click.option("--relevance", type=click.Choice(get_args(Relevance)))
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="ID",
    help=say("Một trong các chủ đề của bài (kể hết).", "One of its topics (name all of them)."),
)
@click.option("--no-topic", is_flag=True, help=say("Không thuộc chủ đề nào.", "It has no topic."))
@click.option("--tone", type=click.Choice(get_args(Tone)))
@click.option("--who", help=say("Ai quyết định (mặc định: người đang dùng máy).", "Who says so (default: you)."))
@click.option("--note", default="", help=say("Vì sao (được lưu lại).", "Why (it is kept)."))
@click.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl")
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
        raise click.UsageError(
            say(
                "Cần ITEM và ít nhất một trong --relevance, --topic (hoặc --no-topic), --tone",
                "Needs ITEM and at least one of --relevance, --topic (or --no-topic), --tone",
            )
        )
    known = {topic.id for topic in app.rules().topics.topic}
    if unknown := sorted(set(topics) - known):
        names, listed = ", ".join(unknown), ", ".join(sorted(known))
        raise click.UsageError(
            say(f"Không có chủ đề {names}; có: {listed}", f"No such topic: {names}; there are {listed}")
        )
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
        raise click.UsageError(say("Cần --who: ai quyết định?", "Needs --who: who says so?")) from None


def _export(app: CliContext, target: Path) -> int:
    import json

    from diembao.system.files import write_atomically

    with app.storage() as storage:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in labelled_rows(storage)]
    write_atomically(target, "".join(lines).encode("utf-8", "replace"))
    app.print(say(f"Đã ghi {len(lines)} bài vào {target}", f"Wrote {len(lines)} items to {target}"))
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
