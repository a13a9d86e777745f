"""Disks that fill up while the service works: the one of the home folder, and the one of the database's server."""

import time
from datetime import timedelta

import psycopg

from benchmarks.chaos.scene import DUE, Scene
from tests.support.stress.stores import PostgresStore

#: Hours of a day from which on a disk is full, and how many it stays so: around each job, and around all of them.
_MOMENTS = (((4.9, 0.3), (6.1, 1.5)), ((5.4, 0.4), (6.3, 2.5)), ((4.5, 2.4), (7.5, 2.0)))


def fill(scene: Scene, times: int) -> None:
    """Fill the disk on so many mornings."""
    stage = scene.stage
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(4, stage.now)
        for hour, hours in _MOMENTS[scene.tally.done // 2 % len(_MOMENTS)][: times - scene.tally.done]:
            stage.until(max(stage.now, day + timedelta(hours=hour)))
            # On PostgreSQL, two of one, then two of the other.
            if isinstance(scene.store, PostgresStore) and scene.tally.done // 2 % 2:
                with scene.store.server_disk_full():
                    _pass_hours(scene, hours)
                _wait_for(scene.store)
            else:
                with stage.full_disk():
                    _pass_hours(scene, hours)
            scene.tally.done += 1
        stage.until(max(stage.now, day + timedelta(hours=12)))
        stage.ask_after_letters()
        scene.ask()


def _pass_hours(scene: Scene, hours: float) -> None:
    """Let hours pass under a full disk, and ask `status` on the way: all is not well where what was due is not done."""
    first = scene.stage.now
    midnight = first.replace(hour=0, minute=0, second=0)
    for _ in range(3):
        scene.stage.until(scene.stage.now + timedelta(hours=hours / 3))
        due = [name for name, at in DUE.items() if first < midnight + at < scene.stage.now]
        undone = [name for name in due if not scene.is_done(name)]
        scene.broken = {f"the disk is full, and {', '.join(undone)} was due and is not done"} if undone else set()
        scene.ask()
    scene.broken.clear()


def _wait_for(store: PostgresStore) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            store.rows("SELECT 1")
            return
        except psycopg.Error as error:
            if time.monotonic() > end:
                raise TimeoutError("PostgreSQL does not start again") from error
            time.sleep(0.2)
