"""register.toml and plan.toml → a doubt for each topic that they name and topics.toml does not have."""

from collections.abc import Collection
from pathlib import Path

from config.faults.errors import Fault
from config.load import Faults, resolve
from config.register import plan, register
from pipeline.i18n.catalogs import mark

_UNKNOWN = mark("no topic of topics.toml: {found!r}")


def topic_doubts(directory: Path, known: Collection[str]) -> tuple[Fault, ...]:
    """Return the doubts; `known` are the ids of topics.toml. Raises ConfigError."""
    of_rules = Faults(*resolve(directory, register.FILE))
    for topic in register.load_register(directory).candidates.topics:
        if topic not in known:
            of_rules.add(("candidates", "topics"), _UNKNOWN, found=topic)
    of_plan = Faults(*resolve(directory, plan.FILE))
    for n, activity in enumerate(plan.load_plan(directory).activity):
        for topic in activity.topics:
            if topic not in known:
                of_plan.add(("activity", n, "topics"), _UNKNOWN, found=topic)
    return (*of_rules.all, *of_plan.all)
