"""Matters whose answer the office sent back: what of their steps says so, and why."""

from collections.abc import Iterable

from pipeline.register.matters import Matter, MatterStep
from pipeline.register.steps import with_step


def returns_that_hold(steps: Iterable[MatterStep]) -> dict[int, MatterStep]:
    """Return the step `return` of each matter whose last change of state it is, by the matter's number.

    `steps` has all steps of each matter, in the order in which they were made.
    """
    matters: dict[int, Matter] = {}
    found: dict[int, MatterStep] = {}
    for step in steps:
        before = matters.get(step.matter)
        after = with_step(before, step)
        matters[step.matter] = after
        if step.kind == "return":
            found[step.matter] = step
        elif before is not None and before.state != after.state:
            found.pop(step.matter, None)
    return found
