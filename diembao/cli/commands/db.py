"""db: the database checked, saved, brought back, moved."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.system.messages import say

if TYPE_CHECKING:
    from storage.maintenance.backup import Progress

_JOBS = ("collect", "process")


@click.group(
    help=say(
        "Cơ sở dữ liệu: nâng cấp, kiểm tra, sao lưu, phục hồi, chuyển đi.",
        "The database: upgrade, check, back up, restore, move.",
    )
)
def db() -> None:
    pass


def _progress(app: CliContext) -> Progress:
    def tell(table: str, done: int, expected: int) -> None:
        if done == expected and table != "backup":
            app.print(f"  {table}: {done}")

    return tell


@db.command(
    help=say(
        "Nâng bảng của một cơ sở dữ liệu cũ lên phiên bản này, sao lưu trước.",
        "Bring an older database up to this version; it is saved first.",
    )
)
@pass_context
def upgrade(app: CliContext) -> int:
    from storage.maintenance.backup import upgrade as bring_up

    with app.home.lock(*_JOBS):
        path = _new_file(app, "before-upgrade")
        old = bring_up(app.database(), path, _progress(app))
    if old is None:
        app.print(say("Đã là phiên bản mới nhất.", "It is of today's version."))
    else:
        app.print(say(f"Đã nâng từ bản {old}; bản sao lưu: {path}", f"Upgraded from {old}; saved to {path}"))
    return DONE


@db.command(
    help=say("Kiểm tra tệp, liên kết giữa các bảng và các tổng.", "Check the file, its references and its sums.")
)
@pass_context
def check(app: CliContext) -> int:
    from storage.maintenance.integrity import check_integrity as look
    from storage.maintenance.integrity import table_rows

    problems, rows = look(app.database()), table_rows(app.database())
    if app.as_json:
        app.print_json({"problems": problems, "rows": rows})
    for table, n in rows.items():
        app.print(f"  {table:<14}{n:>10}")
    for problem in problems:
        app.warn(say(f"Sai: {problem}", f"Wrong: {problem}"))
    if problems:
        app.warn(
            say("Hãy phục hồi từ bản sao lưu: diembao db restore FILE", "Restore a backup: diembao db restore FILE")
        )
    else:
        app.print(say("Cơ sở dữ liệu lành lặn.", "The database is sound."))
    return FAILED if problems else DONE


@db.command(
    help=say(
        "Sao lưu ra FILE (mặc định: backups trong thư mục dữ liệu), cả khi đang có lượt chạy ghi vào.",
        "Save to FILE (default: backups in the home folder), also while a run writes.",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help=say(
        "Chỉ giữ N bản mới nhất trong thư mục backups (không tính bản có tên riêng).",
        "Keep only the newest N in the folder backups (those with a name of their own aside).",
    ),
)
@pass_context
def backup(app: CliContext, file: Path | None, keep: int | None) -> int:
    from storage.maintenance.backup import backup as save

    if file is not None and keep is not None:
        raise click.UsageError(say("--keep không đi với FILE", "--keep is not for a FILE of your own"))
    path = file or _new_file(app, "backup")
    found = save(app.database(), path, _progress(app))
    size = path.stat().st_size / 2**20
    if app.as_json:
        app.print_json({"backup": str(path), "sha256": found, "bytes": path.stat().st_size})
    app.print(say(f"Đã sao lưu {size:.1f} MB vào {path}", f"Saved {size:.1f} MB to {path}"))
    if keep is not None:
        # Their names hold the time, so that the newest come last.
        for old in sorted(path.parent.glob("diembao-backup-*.db"))[:-keep]:
            old.unlink()
            old.with_name(f"{old.name}.sha256").unlink(missing_ok=True)
    return DONE


@db.command(
    help=say(
        "Phục hồi từ một bản sao lưu; dữ liệu hiện có được giữ lại bên cạnh.",
        "Bring a backup back; what is there now is kept beside it.",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def restore(app: CliContext, file: Path) -> int:
    from storage.maintenance.backup import restore as bring_back

    with app.home.lock(*_JOBS):
        found = bring_back(file, app.database(), _progress(app))
    app.print(say(f"Đã phục hồi từ {file} (mã kiểm {found[:12]}).", f"Restored from {file} (checksum {found[:12]})."))
    return DONE


@db.command(
    help=say(
        "Chép mọi dòng sang một cơ sở dữ liệu khác (SQLite hoặc PostgreSQL) còn trống, rồi đối chiếu.",
        "Copy every row to another, empty database (SQLite or PostgreSQL) and compare.",
    )
)
@click.argument("target", metavar="ADDRESS")
@pass_context
def copy(app: CliContext, target: str) -> int:
    from storage.maintenance.backup import copy as move

    with app.home.lock(*_JOBS):
        n = move(app.database(), target, _progress(app))
    app.print(
        say(
            f"Đã chép và đối chiếu {n} dòng. Để dùng: ghi địa chỉ vào [storage] database trong settings.toml.",
            f"Copied and compared {n} rows. To use it: write its address into [storage] database in settings.toml.",
        )
    )
    return DONE


def _new_file(app: CliContext, kind: str) -> Path:
    return app.home.root / "backups" / f"diembao-{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.db"


COMMANDS = (db,)
