"""retag, retention: today's rules over what is stored, and what is older than it need be kept."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.system.clock import now
from diembao.system.messages import Words, say, word

if TYPE_CHECKING:
    from config.settings import RetentionSettings
    from diembao.jobs.retag import RetagChanges, RetaggedItem
    from storage.maintenance.retention import Expired, Limits

#: items that are shown of those that enter or leave
_SHOWN = 50
_KINDS: Words = {
    "irrelevant_pages": ("trang không liên quan hoặc không đọc được", "pages not about the province, or unreadable"),
    "coverage_pages": ("trang về địa phương (nội dung bài vẫn giữ)", "pages about the province (their texts stay)"),
    "attempts": ("lượt hỏi nguồn và tải trang (giữ tổng từng ngày)", "polls and fetches (their daily sums stay)"),
    "irrelevant_texts": (
        "bài không liên quan (giữ tiêu đề, ngày, báo, ngôn ngữ)",
        "texts not about the province (title, date, outlet and language stay)",
    ),
}


@click.command(
    help=say(
        "Phân loại lại các bài đã lưu theo quy tắc hiện hành, bên cạnh kết quả cũ; điều người đã quyết định vẫn giữ. "
        "Dừng giữa chừng thì chạy lại lệnh này để làm tiếp.",
        "Tag the stored items again by today's rules, beside the old tags; what a person decided holds. Stopped "
        "half-way, run it again to go on.",
    )
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("Chỉ bài đăng từ ngày này.", "Only what was published from this day on."),
)
@click.option(
    "--dry-run", is_flag=True, help=say("Chỉ cho xem điều sẽ đổi, không lưu.", "Only show what would change.")
)
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
        _tell(app, changes, dry_run=dry_run)
    return FAILED if changes.failed else DONE


def _json(changes: RetagChanges) -> dict[str, Any]:
    def listed(moved: list[RetaggedItem]) -> list[dict[str, str]]:
        return [{"item": m.key, "outlet": m.outlet, "title": m.title, "from": m.before, "to": m.after} for m in moved]

    def pairs(counts: Counter[tuple[str, str]]) -> dict[str, int]:
        return {f"{before}>{after}": n for (before, after), n in counts.most_common()}

    return {
        "texts": changes.texts,
        "changed": changes.changed,
        "held": changes.held,
        "failed": changes.failed,
        "relevance": pairs(changes.relevance),
        "tone": pairs(changes.tone),
        "topics_added": dict(changes.topics_added.most_common()),
        "topics_removed": dict(changes.topics_removed.most_common()),
        "entering": listed(changes.entering),
        "leaving": listed(changes.leaving),
    }


def _tell(app: CliContext, changes: RetagChanges, *, dry_run: bool) -> None:
    would = say("sẽ đổi", "would change") if dry_run else say("đã đổi", "changed")
    app.print(
        say(f"{changes.texts} bài, {changes.changed} {would}.", f"{changes.texts} items, {changes.changed} {would}.")
    )
    if changes.held:
        app.print(
            say(
                f"  {changes.held} bài giữ theo quyết định của người.", f"  {changes.held} held by a person's decision."
            )
        )
    if changes.failed:
        app.warn(
            say(f"  {changes.failed} trang không đọc lại được.", f"  {changes.failed} pages cannot be read again.")
        )
    for head, counts in (
        (say("Mức liên quan", "Relevance"), changes.relevance),
        (say("Sắc thái", "Tone"), changes.tone),
    ):
        for (before, after), n in counts.most_common():
            app.print(f"  {head}: {before} > {after}: {n}")
    for name in sorted({*changes.topics_added, *changes.topics_removed}):
        app.print(f"  {say('Chủ đề', 'Topic')} {name}: +{changes.topics_added[name]} -{changes.topics_removed[name]}")
    for head, moved in (
        (say("Vào", "Entering"), changes.entering),
        (say("Ra", "Leaving"), changes.leaving),
    ):
        for one in moved[:_SHOWN]:
            app.print(f"  {head}: {one.key}  {one.outlet}: {one.title}")
        if len(moved) > _SHOWN:
            app.print(say(f"  ... và {len(moved) - _SHOWN} bài nữa", f"  ... and {len(moved) - _SHOWN} more"))


@click.command(
    help=say(
        "Cho xem những gì đã quá hạn lưu ([retention] trong settings.toml); --apply: bỏ chúng.",
        "Show what is older than it is to be kept ([retention] in settings.toml); --apply: take it away.",
    )
)
@click.option("--apply", "apply_", is_flag=True, help=say("Bỏ những gì quá hạn.", "Take it away."))
@click.option(
    "--vacuum",
    is_flag=True,
    help=say(
        "Trả chỗ trống trong cơ sở dữ liệu lại cho đĩa (cần thêm bằng ấy chỗ trong lúc làm).",
        "Give room that holds nothing back to the disk (needs as much again meanwhile).",
    ),
)
@pass_context
def retention(app: CliContext, apply_: bool, vacuum: bool) -> int:
    at = now()
    limits = _limits(app.settings().retention, at)
    with app.home.lock("process"), app.storage() as storage:
        planned = storage.upkeep.plan(limits)
        gone = None
        if apply_:
            run = storage.begin_run("retention", at)
            with app.progress() as progress:
                gone = storage.upkeep.thin_out(limits, at, progress)
            storage.end_run(run, now(), 0, gone)
        if vacuum:
            storage.upkeep.give_back()
        free = storage.upkeep.free_bytes()
    if app.as_json:
        rows = {kept.kind: {"rows": kept.rows, "bytes": kept.bytes} for kept in planned}
        app.print_json({"retention": rows, "applied": gone, "free_bytes": free})
        return DONE
    _tell_kept(app, planned, gone, free)
    return DONE


def _limits(settings: RetentionSettings, at: datetime) -> Limits:
    from storage.maintenance.retention import Limits

    def before(days: int) -> datetime | None:
        return (at - timedelta(days=days)).astimezone(UTC) if days else None

    return Limits(
        before(settings.irrelevant_pages_days),
        before(settings.coverage_pages_days),
        before(settings.attempts_days),
        before(settings.irrelevant_texts_days),
    )


def _tell_kept(app: CliContext, planned: list[Expired], gone: dict[str, int] | None, free: int) -> None:
    for kept in planned:
        done = "" if gone is None else say(f", đã bỏ {gone[kept.kind]}", f", {gone[kept.kind]} taken away")
        app.print(f"{kept.rows:>9} ({_size(kept.bytes)})  {word(_KINDS, kept.kind)}{done}")
    if gone is None and any(kept.rows for kept in planned):
        app.print(say("Để bỏ chúng: diembao retention --apply", "To take it away: diembao retention --apply"))
    if free > 2**20:
        app.print(
            say(
                f"Cơ sở dữ liệu có {_size(free)} trống, sẽ dùng cho bài mới; trả lại cho đĩa: "
                "diembao retention --vacuum",
                f"{_size(free)} of the database hold nothing and will be used for what comes; to give them back to the "
                "disk: diembao retention --vacuum",
            )
        )


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 2**10:.0f} kB"


COMMANDS = (retag, retention)
