"""Processes killed with -9: jobs at their work, and the service with them."""

import os
import signal
import time
from datetime import datetime, timedelta

from benchmarks.chaos.scene import DUE, Scene

#: Most kills of one job of one day: it is tried again every time.
_A_JOB = 4
#: Of so many kills one strikes the service instead of the job.
_SERVICE = 4
#: Of so many moments one is taken to ask `status`.
_ASK = 3


def kill(scene: Scene, times: int) -> None:
    """Kill jobs, and now and then the service, so many times, each while it works."""
    scene.tally.planned = times
    while scene.tally.done < times:
        day = scene.midnight()
        scene.stage.until(day + timedelta(hours=4))
        scene.press.offer(5, scene.stage.now)
        for job in DUE:
            for _ in range(min(scene.dice.randint(1, _A_JOB), times - scene.tally.done)):
                if not _kill_once(scene, job, day + timedelta(hours=9)):
                    break  # what was left of its work was done when the service began again
                if scene.dice.randrange(_ASK) == 0:
                    scene.ask()
        scene.stage.until(max(scene.stage.now, day + timedelta(hours=8)))
        scene.stage.ask_after_letters()
        scene.ask()


def _kill_once(scene: Scene, job: str, before: datetime) -> bool:
    """Let time pass to the next try of a job, and kill it at a moment that is drawn; return False if none is near."""
    stage = scene.stage
    due = datetime.fromisoformat(stage.settle()["next"][job])
    if due > before:
        return False
    stage.until(max(stage.now, due - timedelta(minutes=1)))
    if due > stage.now:
        stage.pass_(due - stage.now)
    process = stage.process_of(job)
    _wait(scene, job)
    if scene.dice.randrange(_SERVICE) == 0:
        stage.stop(signal.SIGKILL)
        scene.tally.done += 1
        scene.ask()
        stage.pass_(timedelta(minutes=scene.dice.choice((1, 1, 1, 5, 20, 90))))
        stage.start()
    else:
        try:
            os.killpg(process, signal.SIGKILL)
            scene.tally.done += 1
        except ProcessLookupError:
            pass  # it had ended
    stage.settle()
    stage.ask_after_letters()
    return True


def _wait(scene: Scene, job: str) -> None:
    """Wait until a job is at its work: a collection has asked for some pages, others have had time to begin."""
    if job == "collect":
        before, some = scene.press.requests(), scene.dice.randrange(8)
        end = time.monotonic() + 5
        while scene.press.requests() <= before + some and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(scene.dice.uniform(0, 0.05))
    else:
        time.sleep(scene.dice.uniform(0.3, 2.0))
