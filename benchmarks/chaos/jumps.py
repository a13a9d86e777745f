"""A clock that jumps by minutes to years, forward or back, for a while, with the service running or not."""

import time
from datetime import timedelta

from benchmarks.chaos.scene import Scene

#: Spans of a jump; each is drawn forward and back in turn.
_SPANS = (
    timedelta(minutes=7), timedelta(minutes=50), timedelta(hours=2), timedelta(hours=9), timedelta(days=1),
    timedelta(days=3), timedelta(days=11), timedelta(days=60), timedelta(days=400), timedelta(days=3300),
)  # fmt: skip
#: From which on a clock that is behind is known by what is recorded, at one record a day.
_FAR = timedelta(days=2)
#: Jumps of a day, at times that are drawn.
_A_DAY = 4


def jump(scene: Scene, times: int) -> None:
    """Let the clock jump so many times, and come back a while later."""
    stage = scene.stage
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        scene.press.offer(4, stage.now)
        hours = sorted(scene.dice.uniform(3, 14) for _ in range(min(_A_DAY, times - scene.tally.done)))
        for hour in hours:
            stage.until(max(stage.now, day + timedelta(hours=hour)))
            # Each span twice, once each way.
            span = _SPANS[scene.tally.done // 2 % len(_SPANS)] * (-1 if scene.tally.done % 2 else 1)
            _jump_once(scene, span)
        stage.until(max(stage.now, day + timedelta(hours=15)))
        stage.ask_after_letters()
        scene.ask()


def _jump_once(scene: Scene, span: timedelta) -> None:
    """Jump, let the service notice it (or stop it before, and start it after the jump), and jump back.

    A clock that is behind by less than _FAR is known by a service that saw it fall: jobs that run once a day, as here,
    record too little to tell by.
    """
    stage = scene.stage
    off = scene.dice.randrange(4) == 0 and not -_FAR < span < timedelta(0)
    if off:
        stage.stop()
        stage.jump(span)
        stage.start()
    else:
        stage.jump(span)
    # Jobs may begin, end, or be at work when the clock comes back.
    time.sleep(scene.dice.choice((0.3, 1.5, 4.0)))
    if scene.dice.randrange(3) == 0:
        stage.pass_(timedelta(minutes=scene.dice.choice((5, 40))))
    scene.ask()
    stage.jump(-span)
    scene.tally.done += 1
    stage.settle()
    scene.ask()
