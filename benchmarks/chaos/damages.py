"""Databases that are damaged and restored from a backup, and rows that are damaged, told, and put right."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.chaos.scene import Scene
from tests.support.cli import run_diembao
from tests.support.stress.row_damage import damaged_row, is_named
from tests.support.stress.stores import PostgresStore, SqliteStore


def _noise(file: Path) -> None:
    file.write_bytes(bytes((n * 37 + n // 7) % 256 for n in range(40_000)))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 100])


def _overwrite(at: int, data: bytes) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        whole = bytearray(file.read_bytes())
        whole[at : at + len(data)] = data
        file.write_bytes(whole)

    return change


def _empty(file: Path) -> None:
    file.write_bytes(b"")


#: What is done to the file of an SQLite database, or to that of a table of PostgreSQL.
_DAMAGES: tuple[Callable[[Path], None], ...] = (
    _noise, _overwrite(0, b"sqlite"), _cut, _overwrite(0, bytes(4096)), _overwrite(4096, bytes(8192)),
    _overwrite(3 * 4096, b"\xfe" * 8192), _overwrite(16, b"\x00\x07"), _empty,
)  # fmt: skip
_TABLES = ("items", "versions", "candidates", "job_runs", "documents")


def restore(scene: Scene, times: int) -> None:
    """Damage the database on so many days after a backup, find that out, and restore it."""
    stage, backup = scene.stage, scene.stage.home.root / "backups" / "b.db"
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(2, stage.now)
        stage.until(day + timedelta(hours=8))
        stage.run("db", "backup", str(backup))
        _damage(scene, _DAMAGES[scene.tally.done % len(_DAMAGES)])
        # What comes now may be stored and lost with the database; it is still listed when that is restored.
        scene.press.offer(2, stage.now)
        if scene.tally.done % 2 == 0:
            # Every other time nobody looks before the nightly check has.
            _pass_night(scene, day + timedelta(days=1, hours=3))
            scene.broken.add("the database is damaged, and the nightly check was due")
            scene.ask()
            scene.broken.clear()
        stage.end_server()
        if not _is_told(scene):
            scene.tally.problems.append(f"damage {scene.tally.done} was not told by db check")
        if isinstance(scene.store, PostgresStore):
            scene.store.renew()
        stage.run("db", "restore", str(backup))
        stage.start()
        scene.tally.done += 1
        stage.settle()
        scene.ask()


def _pass_night(scene: Scene, until: datetime) -> None:
    """Let the service work on the damaged database, past its nightly check; it may give up."""
    stage = scene.stage
    try:
        stage.until(until)
    except (TimeoutError, OSError):
        if stage.server is None or stage.server.poll() is None:
            raise
        stage.pass_(until - stage.now)


def _damage(scene: Scene, damage: Callable[[Path], None]) -> None:
    store = scene.store
    if isinstance(store, SqliteStore):
        # As long as its pages stand in the journal too, nothing is lost with the file, and nothing is to be told.
        store.empty_journal()
        damage(store.file)
    elif isinstance(store, PostgresStore):
        file = store.file_of(_TABLES[scene.tally.done % len(_TABLES)])
        store.control("stop")
        damage(file)
        store.control("restart")


def _is_told(scene: Scene) -> bool:
    done = run_diembao("--home", scene.stage.home.root, "db", "check", env=scene.stage.environment)
    return done.returncode != 0 and "Traceback" not in done.stderr


#: Rows that are damaged at a time.
_A_NIGHT = 2


def damage_rows(scene: Scene, times: int) -> None:
    """Damage so many rows, two a night: the check names both, and all is not well until they are put right."""
    stage, store = scene.stage, scene.store
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(2, stage.now)
        with ExitStack() as damages:
            numbers = range(scene.tally.done, min(scene.tally.done + _A_NIGHT, times))
            names = [damages.enter_context(damaged_row(store, number, scene.dice)) for number in numbers]
            stage.until(day + timedelta(hours=3))
            scene.broken.update(f"{name} is damaged" for name in names)
            scene.ask()
            [(said,)] = store.rows("SELECT said FROM job_runs WHERE job = 'self-check' ORDER BY id DESC LIMIT 1")
            scene.tally.problems += [
                f"damage of {name} was told as: {said[:200]}" for name in names if not is_named(name, said)
            ]
        scene.tally.done += len(names)
        scene.broken.clear()
        stage.until(day + timedelta(hours=8))
