"""db: upgrade, check, back up, restore and copy the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import MOST_ROWS
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from pipeline.i18n.notices import Message
    from storage.maintenance.backup import Progress

_JOBS = ("collect", "process", "backfill")


@translated.group(help=LISTED["db"].help)
def db() -> None:
    pass


def _progress(app: CliContext) -> Progress:
    def show(table: str, done: int, expected: int) -> None:
        if done == expected and table != "backup":
            app.print(f"  {table}: {done}")

    return show


@db.command(help=mark("Bring an older database up to this version; it is saved first."))
@pass_context
def upgrade(app: CliContext) -> int:
    from diembao.jobs.backup import backup_path
    from storage.maintenance.backup import upgrade as upgrade_database

    with app.home.lock(*_JOBS):
        path = backup_path(app.home, "before-upgrade")
        old = upgrade_database(app.database(), path, _progress(app))
    if old is None:
        app.print(translate("It is of today's version."))
    else:
        app.print(translate("Upgraded from {version}; saved to {file}", version=old, file=path))
    return DONE


@db.command(help=mark("Check the file, its references and its sums."))
@pass_context
def check(app: CliContext) -> int:
    from storage.engine.errors import StorageError
    from storage.maintenance.integrity import check_integrity, table_rows

    problems = check_integrity(app.database())
    lost: list[Message] = []
    try:
        rows = table_rows(app.database())
        lost = _lost_images(app) if not problems and rows.get("page_images") else []
    except StorageError:
        if not problems:
            raise
        rows = {}  # what keeps them from being counted is among the problems
    if app.as_json:
        app.print_json({"problems": [problem.translated() for problem in (*problems, *lost)], "rows": rows})
    for table, n in rows.items():
        app.print(f"  {table:<14}{n:>10}")
    for problem in (*problems, *lost):
        app.warn(translate("Wrong: {problem}", problem=problem.translated()))
    if lost:
        app.warn(translate("Files of page images are in no backup of the database: copy them back from your own."))
    if problems:
        app.warn(translate("Restore a backup: diembao db restore FILE"))
    else:
        app.print(translate("The database is sound."))
    return FAILED if problems or lost else DONE


def _lost_images(app: CliContext) -> list[Message]:
    """Return what is wrong with the files of page images, which the database knows by their SHA-256."""
    from diembao.jobs.collection.page_images import file_faults

    with app.storage() as storage:
        return list(file_faults(storage, app.home))


@db.command(help=mark("Save to FILE (default: backups in the home folder), also while a run writes."))
@translated.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@translated.option(
    "--keep",
    type=click.IntRange(1, MOST_ROWS),
    metavar="N",
    help=mark("Keep only the newest N in the folder backups (those with a name of their own aside)."),
)
@pass_context
def backup(app: CliContext, file: Path | None, keep: int | None) -> int:
    from diembao.jobs.backup import backup_path, delete_old_backups
    from storage.maintenance.backup import backup as back_up
    from storage.maintenance.seal import noted_digest

    if file is not None and keep is not None:
        raise click.UsageError(translate("--keep is not for a FILE of your own"))
    path = file or backup_path(app.home, "backup")
    content = back_up(app.database(), path, _progress(app))
    size = path.stat().st_size / 2**20
    if app.as_json:
        sums = {"sha256": noted_digest(path), "content_sha256": content}
        app.print_json({"backup": str(path), **sums, "bytes": path.stat().st_size})
    app.print(translate("Saved {size:.1f} MB to {file}", size=size, file=path))
    if keep is not None:
        delete_old_backups(path.parent, keep)
    return DONE


@db.command(help=mark("Bring a backup back; what is there now is kept beside it."))
@translated.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def restore(app: CliContext, file: Path) -> int:
    from diembao.service.leader_lock import hold_leader_lock
    from storage.maintenance.backup import restore as restore_backup

    # A service that runs would go on writing into the file that is set aside.
    with hold_leader_lock(app.home, app.database()), app.home.lock(*_JOBS):
        checksum = restore_backup(file, app.database(), _progress(app))
    app.print(translate("Restored from {file} (checksum {checksum}).", file=file, checksum=checksum[:12]))
    return DONE


@db.command(help=mark("Copy every row to another, empty database (SQLite or PostgreSQL) and compare."))
@translated.argument("target", metavar="ADDRESS")
@pass_context
def copy(app: CliContext, target: str) -> int:
    from storage.maintenance.backup import copy as copy_database

    with app.home.lock(*_JOBS):
        rows = copy_database(app.database(), target, _progress(app))
    app.print(
        translate(
            "Copied and compared {count} rows. To use it: write its address into [storage] database in settings.toml.",
            count=rows,
        )
    )
    return DONE


COMMANDS = (db,)
