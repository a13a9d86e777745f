"""digest, export: from the database to people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import click

from diembao.cli.context import DONE, CliContext, pass_context
from diembao.system.messages import say
from pipeline.records import Relevance

if TYPE_CHECKING:
    from storage.base import Storage

_DAY = click.DateTime(["%Y-%m-%d"])
_AS_OF = click.option(
    "--as-of",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help=say(
        "Theo những gì đã lưu, phân loại và quyết định đến hết ngày này.",
        "By what was stored, tagged and decided by the end of this day.",
    ),
)


@click.command(
    help=say(
        "Lập bản điểm báo của một ngày (mặc định: HTML, Markdown, DOCX, PDF), hoặc ghi lại đúng từng byte một bản đã "
        "phát hành (--id).",
        "Make a day's digest (default: HTML, Markdown, DOCX, PDF), or write one that was published once more, byte for "
        "byte (--id).",
    )
)
@click.option(
    "--day", type=_DAY, metavar="YYYY-MM-DD", help=say("Ngày (mặc định: hôm nay).", "The day (default: today).")
)
@click.option("--id", "number", type=int, help=say("Số của bản đã phát hành.", "Number of a published digest."))
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["html", "md", "docx", "pdf", "csv"]),
    help=say("Chỉ dạng này (dùng được nhiều lần).", "Only this form (may be repeated)."),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Thư mục ghi (mặc định: digests trong thư mục dữ liệu).", "Where to (default: digests in the home folder)."
    ),
)
@_AS_OF
@pass_context
def digest(
    app: CliContext,
    day: datetime | None,
    number: int | None,
    forms: tuple[str, ...],
    out: Path | None,
    as_of: datetime | None,
) -> int:
    with app.storage() as storage:
        if number is not None:
            if day is not None or as_of is not None:
                raise click.UsageError(
                    say("Dùng --id, hoặc --day và --as-of, không dùng cả hai", "Either --id, or --day and --as-of")
                )
            return _write_published(app, storage, number, forms, out)
        return write_digest(app, storage, day.date() if day else None, out, forms, _moment(app, as_of))


def _moment(app: CliContext, day: datetime | None) -> datetime | None:
    """Return the end of a day of the province."""
    return datetime.combine(day.date(), time.max, ZoneInfo(app.settings().province.time_zone)) if day else None


def write_digest(
    app: CliContext,
    storage: Storage,
    day: date | None,
    out: Path | None,
    forms: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> int:
    from diembao.jobs import digest as digest_job

    settings, rules = app.settings(), app.rules()
    files, counts = digest_job.write_digest(
        storage,
        settings,
        rules,
        day=day,
        language=digest_language(app),
        out=out or app.home.digests,
        forms=forms or digest_job.DAILY,
        as_of=as_of,
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


def _write_published(app: CliContext, storage: Storage, number: int, forms: tuple[str, ...], out: Path | None) -> int:
    from diembao.jobs import digest as digest_job
    from diembao.jobs.digest_email import is_email_part

    if (found := storage.publications.publication(number)) is None:
        raise click.UsageError(
            say(f"Không có bản điểm báo số {number}", f"There is no published digest of number {number}")
        )
    wanted = {
        name: body
        for name, body in found.files.items()
        if not is_email_part(name) and (not forms or Path(name).suffix.removeprefix(".") in forms)
    }
    files = digest_job.write_files(wanted, out or app.home.digests / f"{number}")
    if app.as_json:
        app.print_json({"digest": [str(f) for f in files], "id": number, "sha256": found.sha256})
    app.print(say(f"Bản số {number}, ngày {found.day:%d/%m/%Y}:", f"Number {number}, of {found.day}:"))
    for file in files:
        app.print(f"  {file}")
    return DONE


def digest_language(app: CliContext) -> str:
    import sys

    named = any(w.startswith("--lang") for w in sys.argv)
    return app.lang if named or app.lang == "en" else app.settings().digest.language


@click.command(
    help=say(
        "Xuất dữ liệu ra FILE.csv, FILE.xlsx (mở được ngay bằng Excel, LibreOffice), FILE.parquet hoặc FILE.jsonl "
        "(bảng items: đủ mọi trường và toàn văn). Ý nghĩa từng cột: docs/columns.md.",
        "Export to FILE.csv, FILE.xlsx (open right in Excel and LibreOffice), FILE.parquet or FILE.jsonl (of items, "
        "every field and the text). What each column means: docs/columns.md.",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--table",
    type=click.Choice(["items", "stories", "tags", "daily", "ledger"]),
    default="items",
    help=say(
        "Bảng: bài, câu chuyện, địa danh và chủ đề, số liệu từng ngày của từng nguồn, sổ liên kết (mặc định: items).",
        "Which table (default: items).",
    ),
)
@click.option("--since", type=_DAY, help=say("Từ ngày này.", "From this day on."))
@click.option("--until", type=_DAY, help=say("Đến hết ngày này.", "To the end of this day."))
@click.option("--topic", "topics", multiple=True, metavar="ID", help=say("Chỉ chủ đề này.", "Only this topic."))
@click.option("--source", "sources", multiple=True, metavar="ID", help=say("Chỉ nguồn này.", "Only this source."))
@click.option(
    "--relevance",
    multiple=True,
    type=click.Choice(get_args(Relevance)),
    help=say("Mức liên quan (mặc định: main và mention).", "Relevance (default: main and mention)."),
)
@_AS_OF
@pass_context
def export(
    app: CliContext,
    file: Path,
    table: str,
    since: datetime | None,
    until: datetime | None,
    topics: tuple[str, ...],
    sources: tuple[str, ...],
    relevance: tuple[Relevance, ...],
    as_of: datetime | None,
) -> int:
    from analysis.tables.writers import SHEET_ROWS, TooManyRows
    from diembao.jobs import export as export_job
    from pipeline.tables.columns import SCHEMA_VERSION

    if file.suffix not in export_job.SUFFIXES:
        listed = ", ".join(export_job.SUFFIXES)
        raise click.UsageError(
            say(f"{file}: tên tệp phải kết thúc bằng {listed}", f"{file}: the name must end in {listed}")
        )
    if since and until and until < since:
        raise click.UsageError(
            say(
                f"--until {until:%Y-%m-%d} trước --since {since:%Y-%m-%d}",
                f"--until {until:%Y-%m-%d} is before --since {since:%Y-%m-%d}",
            )
        )
    if table == "ledger" and (topics or relevance):
        raise click.UsageError(
            say(
                "Sổ liên kết (ledger) không có chủ đề hay mức liên quan: bỏ --topic và --relevance",
                "Links have neither topic nor relevance: leave out --topic and --relevance",
            )
        )
    names = _topic_names(app)
    _check_known(say("chủ đề", "topic"), topics, names)
    if sources:
        _check_known(say("nguồn", "source"), sources, [source.id for source in app.sources()])
    wanted = export_job.ExportRequest(
        table,
        since.date() if since else None,
        until.date() if until else None,
        relevance or ("main", "mention"),
        topics,
        sources,
        ZoneInfo(app.settings().province.time_zone),
        _moment(app, as_of),
    )
    with app.storage() as storage:
        try:
            rows = export_job.export(storage, file, wanted, topic_labels=names)
        except TooManyRows as error:
            raise click.ClickException(
                say(
                    f"{file}: một trang tính chỉ chứa {SHEET_ROWS} dòng; hãy xuất .csv, .parquet hoặc chọn thời gian "
                    "ngắn hơn",
                    f"{file}: {error}",
                )
            ) from error
    if app.as_json:
        app.print_json({"file": str(file), "table": table, "schema": SCHEMA_VERSION, "rows": rows})
    app.print(say(f"Đã ghi {rows} dòng vào {file}", f"Wrote {rows} rows to {file}"))
    return DONE


def _topic_names(app: CliContext) -> dict[str, str]:
    return {t.id: say(t.label_vi, t.label_en) for t in app.rules().topics.topic}


def _check_known(what: str, asked: Iterable[str], known: Collection[str]) -> None:
    if unknown := set(asked) - set(known):
        names, listed = ", ".join(sorted(unknown)), ", ".join(sorted(known))
        raise click.UsageError(
            say(f"Không có {what} {names}; có: {listed}", f"No such {what}: {names}; there are {listed}")
        )


COMMANDS = (digest, export)
