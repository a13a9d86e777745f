"""Databases that are damaged and restored from a backup, and rows that are damaged, told, and put right."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.chaos.scene import Scene
from benchmarks.chaos.stores import PostgresStore, SqliteStore
from tests.support.cli import run_diembao


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


#: (table, key, column, what its value becomes) of damage that leaves the file sound.
_ROWS = (
    ("versions", "id", "title", "{column} || 'x'"),
    ("versions", "id", "text_hash", "'f' || substr({column}, 2) || 'x'"),
    ("versions", "id", "article", "replace({text}, '\"lead\"', '\"leae\"')"),
    ("taggings", "id", "relevance", "'no'"),
    ("taggings", "id", "tags", "replace({text}, '\"tone\"', '\"tonf\"')"),
    ("taggings", "id", "score", "{column} + 0.013"),
    ("candidates", "id", "entry", "replace({text}, '\"title\"', '\"titlf\"')"),
    ("fetches", "id", "reason", "'oj'"),
    ("publication_files", "publication_id", "sha256", "'f' || substr({column}, 2)"),
    ("publications", "id", "day", "'2026-0s-01'"),
)


def damage_rows(scene: Scene, times: int) -> None:
    """Damage two rows on so many nights: the check names both, and all is not well until they are put right."""
    stage, store = scene.stage, scene.store
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(2, stage.now)
        with ExitStack() as damages:
            names = [damages.enter_context(_damaged_row(scene, n)) for n in range(min(2, times - scene.tally.done))]
            stage.until(day + timedelta(hours=3))
            scene.broken.update(f"{name} is damaged" for name in names)
            scene.ask()
            [(said,)] = store.rows("SELECT said FROM job_runs WHERE job = 'self-check' ORDER BY id DESC LIMIT 1")
            scene.tally.problems += [
                f"damage of {name} was told as: {said[:200]}" for name in names if name not in said
            ]
        scene.tally.done += len(names)
        scene.broken.clear()
        stage.until(day + timedelta(hours=8))


@contextmanager
def _damaged_row(scene: Scene, number: int) -> Iterator[str]:
    """Damage a row that is drawn, give its name, and put it right."""
    store = scene.store
    table, key, column, value = _ROWS[(scene.tally.done + number) % len(_ROWS)]
    row = scene.dice.choice(store.rows(f"SELECT {key} FROM {table}"))[0]
    new, where = value.format(column=column, text=f"CAST({column} AS TEXT)"), f"WHERE {key} = {row}"
    if table == "publication_files":
        where += " AND name = 'letter.txt'"
    if isinstance(store, PostgresStore) and column in ("article", "tags", "entry"):
        new = f"CAST({new} AS JSON)"
    saved = f"saved_{number}"
    store.change(f"CREATE TABLE {saved} AS SELECT {column} AS value FROM {table} {where}")
    try:
        store.change(f"UPDATE {table} SET {column} = {new} {where}")
        yield f"{table} {row}"
    finally:
        store.change(f"UPDATE {table} SET {column} = (SELECT value FROM {saved}) {where}")
        store.change(f"DROP TABLE {saved}")
