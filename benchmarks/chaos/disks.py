"""Disks that fill up while the service works: the one of the home folder, and the one of the database's server."""

import time
from datetime import timedelta

import psycopg

from benchmarks.chaos.scene import DUE, Scene
from benchmarks.chaos.stores import PostgresStore

#: The hour at which a disk is full, and how long it stays so: before the morning's work, at its middle, after it.
_MOMENTS = ((4.5, 2.4), (5.7, 1.2), (6.1, 3.0), (5.1, 0.6))


def fill(scene: Scene, times: int) -> None:
    """Fill the disk on so many mornings."""
    stage = scene.stage
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(4, stage.now)
        hour, hours = _MOMENTS[scene.tally.done % len(_MOMENTS)]
        stage.until(day + timedelta(hours=hour))
        if isinstance(scene.store, PostgresStore) and scene.tally.done % 2:
            with scene.store.server_disk_full():
                _pass_hours(scene, hours)
            _wait_for(scene.store)
        else:
            with stage.full_disk():
                _pass_hours(scene, hours)
        scene.tally.done += 1
        stage.until(day + timedelta(hours=12))
        stage.ask_after_letters()
        scene.ask()


def _pass_hours(scene: Scene, hours: float) -> None:
    """Let hours pass under a full disk, and ask `status` on the way: all is not well once something was due."""
    first = scene.stage.now
    midnight = first.replace(hour=0, minute=0, second=0)
    for _ in range(3):
        scene.stage.until(scene.stage.now + timedelta(hours=hours / 3))
        if due := [name for name, at in DUE.items() if first < midnight + at < scene.stage.now]:
            scene.broken.add(f"the disk is full, and due since then were {', '.join(due)}")
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
