"""digest, export: from the database to people."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import click

from diembao.app import DONE, App, pass_app
from diembao.messages import say
from pipeline.records import Relevance

if TYPE_CHECKING:
    from storage.base import Storage

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(help=say("Lập bản điểm báo của một ngày (HTML, Markdown).", "Make a day's digest (HTML, Markdown)."))
@click.option(
    "--day", type=_DAY, metavar="YYYY-MM-DD", help=say("Ngày (mặc định: hôm nay).", "The day (default: today).")
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Thư mục ghi (mặc định: digests trong thư mục dữ liệu).", "Where to (default: digests in the home folder)."
    ),
)
@pass_app
def digest(app: App, day: datetime | None, out: Path | None) -> int:
    with app.storage() as storage:
        return write_digest(app, storage, day.date() if day else None, out)


def write_digest(app: App, storage: Storage, day: date | None, out: Path | None) -> int:
    from diembao import jobs

    settings, rules = app.settings(), app.rules()
    files, counts = jobs.make_digest(
        storage, settings, rules, day=day, language=_language(app), out=out or app.home.digests
    )
    if app.as_json:
        app.print_json({"digest": [str(f) for f in files], "stories": counts.stories, "items": counts.items})
    app.print(
        say(
            f"Điểm báo: {counts.stories} tin, {counts.items} bài, {counts.outlets} cơ quan báo chí",
            f"Digest: {counts.stories} stories, {counts.items} items, {counts.outlets} outlets",
        )
    )
    for file in files:
        app.print(f"  {file}")
    return DONE


def _language(app: App) -> str:
    import sys

    named = any(w.startswith("--lang") for w in sys.argv)
    return app.lang if named or app.lang == "en" else app.settings().digest.language


@click.command(
    help=say(
        "Xuất bài ra FILE.csv (mở được ngay bằng Excel) hoặc FILE.jsonl (đủ mọi trường và toàn văn).",
        "Export items to FILE.csv (opens right in Excel) or FILE.jsonl (every field and the text).",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", type=_DAY, help=say("Từ ngày này.", "From this day on."))
@click.option("--until", type=_DAY, help=say("Đến hết ngày này.", "To the end of this day."))
@click.option("--topic", "topics", multiple=True, metavar="ID", help=say("Chỉ chủ đề này.", "Only this topic."))
@click.option(
    "--relevance",
    multiple=True,
    type=click.Choice(get_args(Relevance)),
    help=say("Mức liên quan (mặc định: main và mention).", "Relevance (default: main and mention)."),
)
@pass_app
def export(
    app: App,
    file: Path,
    since: datetime | None,
    until: datetime | None,
    topics: tuple[str, ...],
    relevance: tuple[Relevance, ...],
) -> int:
    from diembao import jobs

    if file.suffix not in (".csv", ".jsonl"):
        raise click.UsageError(
            say(f"{file}: tên tệp phải kết thúc bằng .csv hoặc .jsonl", f"{file}: the name must end in .csv or .jsonl")
        )
    known = {t.id for t in app.rules().topics.topic}
    if unknown := set(topics) - known:
        names = ", ".join(sorted(unknown))
        listed = ", ".join(sorted(known))
        raise click.UsageError(
            say(f"Không có chủ đề {names}; có: {listed}", f"No such topic: {names}; there are {listed}")
        )
    zone = ZoneInfo(app.settings().province.time_zone)
    with app.storage() as storage:
        rows = jobs.export(
            storage,
            file,
            since=datetime.combine(since.date(), time.min, zone) if since else None,
            until=datetime.combine(until.date(), time.max, zone) if until else None,
            relevance=relevance or ("main", "mention"),
            topics=topics,
        )
    if app.as_json:
        app.print_json({"file": str(file), "rows": rows})
    app.print(say(f"Đã ghi {rows} bài vào {file}", f"Wrote {rows} items to {file}"))
    return DONE


COMMANDS = (digest, export)
