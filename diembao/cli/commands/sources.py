"""source find, list, check, pause, resume, import, export: which outlets are asked, and what they would give."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import click

from diembao.cli.commands.source_check import check, find, learn
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.sources_file import add_sources, set_enabled
from diembao.system.clock import now
from diembao.system.messages import say


@click.group(help=say("Các nguồn báo được theo dõi.", "The outlets that are watched."))
def source() -> None:
    pass


@source.command("list", help=say("Liệt kê các nguồn.", "List the sources."))
@click.option("--enabled", is_flag=True, help=say("Chỉ những nguồn đang bật.", "Only those switched on."))
@pass_context
def list_(app: CliContext, enabled: bool) -> int:
    sources = [s for s in app.sources() if s.enabled or not enabled]
    if app.as_json:
        for s in sources:
            row = {k: getattr(s, k) for k in ("id", "name", "enabled", "country", "languages", "category", "kind")}
            app.print_json({"source": row | {"feeds": [{"url": f.url, "kind": f.kind} for f in s.feeds]}})
        return DONE
    if app.quiet:
        return DONE
    from rich.console import Console
    from rich.table import Table

    heads = say("mã|tên|bật|ngôn ngữ|loại|nhóm|địa chỉ tin", "id|name|on|language|kind|category|feeds").split("|")
    table = Table(*heads, box=None, pad_edge=False)
    for s in sources:
        kinds = Counter(feed.kind for feed in s.feeds)
        feeds = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
        on = say("bật", "on") if s.enabled else say("tắt", "off")
        table.add_row(s.id, s.name, on, ", ".join(s.languages), s.kind, s.category, feeds)
    console = Console()
    # Into a file or a pipe a line for each source, whole, whatever the width of a terminal.
    Console(width=console.width if console.is_terminal else 200, soft_wrap=True).print(table)
    on_, all_ = sum(s.enabled for s in sources), len(sources)
    app.print(say(f"{all_} nguồn, {on_} đang bật.", f"{all_} sources, {on_} switched on."))
    return DONE


@source.command(help=say("Tạm dừng các nguồn này (ghi vào sources.toml).", "Switch these sources off in sources.toml."))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_context
def pause(app: CliContext, ids: tuple[str, ...]) -> int:
    return _switch(app, ids, False)


@source.command(help=say("Bật lại các nguồn này (ghi vào sources.toml).", "Switch these sources on in sources.toml."))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_context
def resume(app: CliContext, ids: tuple[str, ...]) -> int:
    return _switch(app, ids, True)


def _switch(app: CliContext, ids: tuple[str, ...], enabled: bool) -> int:
    found = set_enabled(app, ids, enabled)
    for s in found:
        app.print(
            say(f"{s.name}: {'đang bật' if enabled else 'tạm dừng'}", f"{s.name}: {'on' if enabled else 'paused'}")
            + (say(" (vốn đã vậy)", " (as before)") if s.enabled == enabled else "")
        )
        if enabled and not s.enabled and s.note:
            app.print(say(f"  lưu ý: {s.note}", f"  note: {s.note}"))
    if app.as_json:
        app.print_json({"enabled" if enabled else "paused": [s.id for s in found]})
    return DONE


@source.command(
    "import",
    help=say(
        "Thêm nguồn từ tệp OPML hoặc danh sách địa chỉ; nếu không có --write thì chỉ nói sẽ thêm gì.",
        "Add sources from an OPML file or a list of addresses; without --write only tell what would be added.",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help=say("Ghi vào sources.toml.", "Add them to sources.toml."))
@pass_context
def import_(app: CliContext, file: Path, write: bool) -> int:
    from config.opml import NotRead, read_list, to_import

    try:
        outlines, wrong = read_list(file.read_bytes())
    except NotRead as error:
        raise click.UsageError(
            say(
                f"{file}: không đọc được ({error}). Cần tệp OPML, hoặc mỗi dòng một địa chỉ.",
                f"{file}: cannot be read ({error}). It takes OPML, or an address in each line.",
            )
        ) from error
    found = to_import(outlines, wrong, app.sources())
    if app.as_json:
        added = [{"id": s.id, "name": s.name, "feeds": [dataclasses.asdict(f) for f in s.feeds]} for s in found.added]
        app.print_json({"import": {"added": added, "known": dict(found.known), "invalid": found.invalid}})
    for s in found.added:
        feeds = ", ".join(f"{feed.url} ({feed.kind})" for feed in s.feeds)
        app.print(f"  + {s.id} · {s.name} [{s.country}, {', '.join(s.languages)}]: {feeds}")
    for url, id_ in found.known:
        app.print(say(f"  = {url}: đã có ở {id_}", f"  = {url}: {id_} has it already"))
    for line in found.invalid:
        app.warn(say(f"  ! không phải địa chỉ: {line}", f"  ! no address: {line}"))
    if write and found.added:
        add_sources(app, found.added)
    feeds_ = sum(len(s.feeds) for s in found.added)
    verb = say("Đã thêm", "Added") if write else say("Sẽ thêm", "Would add")
    app.print(
        say(
            f"{verb} {len(found.added)} nguồn với {feeds_} địa chỉ; {len(found.known)} đã có; "
            f"{len(found.invalid)} dòng không phải địa chỉ.",
            f"{verb} {len(found.added)} sources with {feeds_} addresses; {len(found.known)} known already; "
            f"{len(found.invalid)} lines are no address.",
        )
    )
    if not write and found.added:
        app.print(say("Để ghi: --write; sau đó: diembao source check", "To write: --write; then: diembao source check"))
    return FAILED if found.invalid else DONE


@source.command(help=say("Ghi các nguồn đang bật ra tệp OPML.", "Write the sources that are on as OPML."))
@click.option("--opml", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--all", "all_", is_flag=True, help=say("Cả những nguồn đang tắt.", "Also those switched off."))
@pass_context
def export(app: CliContext, file: Path, all_: bool) -> int:
    from config.opml import write_opml
    from diembao.system.files import write_atomically

    sources = [s for s in app.sources() if s.enabled or all_]
    write_atomically(file, write_opml(sources, f"diembao: {app.settings().province.name}", now()))
    if app.as_json:
        app.print_json({"export": {"file": str(file), "sources": len(sources)}})
    app.print(say(f"Đã ghi {len(sources)} nguồn vào {file}", f"Wrote {len(sources)} sources to {file}"))
    return DONE


source.add_command(check)
source.add_command(find)
source.add_command(learn)

COMMANDS = (source,)
