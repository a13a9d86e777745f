"""collect, process, run, status: from the sources into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from diembao.app import DONE, FAILED, App, pass_app
from diembao.messages import reason, say

if TYPE_CHECKING:
    from diembao.jobs import Collected
    from storage.base import Storage

#: `_collect` was told to stop; of a command's exit codes it is FAILED
STOPPED = 9

_only = click.option(
    "--source",
    "only",
    multiple=True,
    metavar="ID",
    help=say("Chỉ nguồn này (dùng được nhiều lần).", "Only this source (may be given again)."),
)
_due = click.option(
    "--due",
    is_flag=True,
    help=say("Chỉ những nguồn đã đến giờ hỏi.", "Only feeds whose time has come."),
)


@click.command(help=say("Thu thập bài từ các nguồn.", "Collect articles from the sources."))
@_only
@_due
@pass_app
def collect(app: App, only: tuple[str, ...], due: bool) -> int:
    with app.home.lock("collect"), app.storage() as storage:
        return min(_collect(app, storage, only, due), FAILED)


@click.command(
    help=say("Đọc và phân loại những gì đã thu thập.", "Read and tag what was collected."),
)
@click.option(
    "--again",
    is_flag=True,
    help=say("Đọc lại cả những trang lần trước gặp lỗi.", "Also pages that an error stopped last time."),
)
@pass_app
def process(app: App, again: bool) -> int:
    with app.home.lock("process"), app.storage() as storage:
        return _process(app, storage, again)


@click.command(
    help=say(
        "Thu thập, đọc, phân loại rồi lập bản điểm báo trong ngày.",
        "Collect, read and tag, then make the day's digest.",
    )
)
@_only
@_due
@pass_app
def run(app: App, only: tuple[str, ...], due: bool) -> int:
    from diembao.commands.reports import write_digest

    with app.home.lock("collect", "process"), app.storage() as storage:
        codes = [_collect(app, storage, only, due)]
        if codes == [STOPPED]:
            return FAILED
        codes += [_process(app, storage), write_digest(app, storage, None, None)]
    return max(codes)


def _collect(app: App, storage: Storage, only: tuple[str, ...], due: bool) -> int:
    from diembao import jobs

    settings, sources = app.settings(), app.sources()
    if unknown := set(only) - {s.id for s in sources}:
        names = ", ".join(sorted(unknown))
        raise click.UsageError(say(f"Không có nguồn: {names}", f"No such source: {names}"))
    with app.progress() as progress:
        collected = jobs.collect(storage, sources, settings.crawl, due_only=due, only=only, progress=progress)
    _tell_collected(app, collected)
    if collected.left:
        app.warn(
            say(
                f"Đã dừng giữa chừng: {collected.left} trang chờ lượt sau.",
                f"Stopped half-way: {collected.left} pages wait for the next run.",
            )
        )
        return STOPPED
    return FAILED if collected.failed else DONE


def _tell_collected(app: App, collected: Collected) -> None:
    if app.as_json:
        for t in collected.tallies:
            row = {k: getattr(t, k) for k in ("source_id", "name", "feeds", "feeds_failed", "links", "new", "fetched")}
            row |= {"unchanged": t.unchanged, "failed": t.failed, "reasons": dict(t.reasons)}
            app.print_json({"collect": row})
        return
    for t in collected.tallies:
        line = say(
            f"{t.name}: {t.links} liên kết, {t.new} mới, {t.fetched} trang tải về, {t.unchanged} không đổi",
            f"{t.name}: {t.links} links, {t.new} new, {t.fetched} pages fetched, {t.unchanged} unchanged",
        )
        if t.reasons:
            line += say("; hỏng: ", "; failed: ") + ", ".join(f"{reason(r)} ({n})" for r, n in t.reasons.items())
        app.print(line)


def _process(app: App, storage: Storage, again: bool = False) -> int:
    from diembao import jobs

    settings, rules = app.settings(), app.rules()
    with app.progress() as progress:
        counts = jobs.process(storage, app.sources(), rules, settings.process, again=again, progress=progress)
    if app.as_json:
        app.print_json({"process": counts})
    app.print(
        say(
            f"Đã đọc {sum(counts[k] for k in ('coverage', 'irrelevant', 'unreadable'))} trang: "
            f"{counts['coverage']} về địa phương, {counts['irrelevant']} không liên quan, "
            f"{counts['unreadable']} không đọc được; {counts['new_items']} bài mới, "
            f"{counts['new_versions']} bài có bản sửa.",
            f"Read {sum(counts[k] for k in ('coverage', 'irrelevant', 'unreadable'))} pages: "
            f"{counts['coverage']} about the province, {counts['irrelevant']} not, "
            f"{counts['unreadable']} unreadable; {counts['new_items']} new items, "
            f"{counts['new_versions']} new versions.",
        )
    )
    if counts["errors"]:
        app.warn(
            say(
                f"{counts['errors']} trang gặp lỗi của chương trình khi đọc; xem: diembao status. "
                "Sau khi nâng cấp: diembao process --again",
                f"{counts['errors']} pages met an error of the program; see: diembao status. "
                "After an upgrade: diembao process --again",
            )
        )
        return FAILED
    return DONE


@click.command(help=say("Sổ cái: mỗi liên kết, mỗi trang đã kết thúc ra sao.", "The ledger: how every link ended."))
@pass_app
def status(app: App) -> None:
    with app.storage() as storage:
        candidates, documents, totals = storage.candidate_outcomes(), storage.document_outcomes(), storage.totals()
        unreadable = storage.unreadable_reasons()
    if app.as_json:
        app.print_json({"candidates": candidates, "documents": documents, "unreadable": unreadable, "totals": totals})
        return
    app.print(say(f"Liên kết: {totals['candidates']}", f"Links: {totals['candidates']}"))
    for outcome, n in candidates.items():
        app.print(f"  {outcome:<12}{n:>8}  {_CANDIDATE[outcome][app.lang == 'en']}")
    app.print(say(f"Trang đã lưu: {totals['documents']}", f"Stored pages: {totals['documents']}"))
    for kind, n in documents.items():
        app.print(f"  {kind:<12}{n:>8}  {_DOCUMENT[kind][app.lang == 'en']}")
    for why, n in unreadable.items():
        app.print(f"    {why:<16}{n:>4}  {reason(why)}")
    app.print(
        say(
            f"Bài: {totals['items']} (bản: {totals['versions']}); lượt hỏi nguồn: {totals['polls']}; "
            f"lượt tải trang: {totals['fetches']}",
            f"Items: {totals['items']} (versions: {totals['versions']}); polls: {totals['polls']}; "
            f"fetches: {totals['fetches']}",
        )
    )


_CANDIDATE = {
    "waiting": ("chờ tải (lần đầu hoặc thử lại)", "to be fetched (again)"),
    "fetched": ("đã tải trang", "page fetched"),
    "summary": ("không tải được trang, giữ tóm tắt của nguồn tin", "page not had, the feed's summary is kept"),
    "same": ("dẫn tới bài đã có", "leads to an article already had"),
    "refused": ("quy tắc không cho tải (robots.txt, địa chỉ)", "refused by rules (robots.txt, address)"),
    "lost": ("không tải được và nguồn tin không có tóm tắt", "not had, and the feed gave no summary"),
}
_DOCUMENT = {
    "waiting": ("chờ đọc", "to be examined"),
    "coverage": ("về địa phương", "about the province"),
    "irrelevant": ("không liên quan", "not about the province"),
    "unreadable": ("không đọc được", "unreadable"),
}

COMMANDS = (collect, process, run, status)
