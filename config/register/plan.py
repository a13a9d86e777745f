"""plan.toml → the activities of yearly plans, checked for sense as well as form."""

import re
from pathlib import Path

from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.register.plan import QUARTERS, Activity, Plan

FILE = "plan.toml"
_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_YEARS = range(2000, 2101)


def load_plan(directory: Path | None) -> Plan:
    """Read plan.toml of `directory`, or the packaged one, which has no activities. Raises ConfigError."""
    name, text = resolve(directory, FILE)
    plan, faults = read_toml(text, Plan, name=name)
    seen: set[str] = set()
    for n, activity in enumerate(plan.activity):
        if activity.id in seen:
            faults.add(("activity", n, "id"), mark("{name!r} is used twice"), name=activity.id)
        seen.add(activity.id)
        _check(n, activity, faults)
    faults.raise_any()
    return plan


def _check(n: int, activity: Activity, faults: Faults) -> None:
    if not _ID.fullmatch(activity.id):
        faults.add(
            ("activity", n, "id"),
            mark("small letters, digits, '.', '_' and '-' only, found {found!r}"),
            found=activity.id,
        )
    if not activity.title.strip():
        faults.add(("activity", n, "title"), mark("is empty"))
    if activity.year not in _YEARS:
        faults.add(("activity", n, "year"), mark("no year of this century: {found}"), found=activity.year)
    if not activity.topics and not any(words.strip() for words in activity.words):
        faults.add(("activity", n), mark("needs topics or words, by which articles are counted"))
    if not set(activity.quarters) <= set(QUARTERS):
        faults.add(
            ("activity", n, "quarters"), mark("quarters are 1 to 4, found {found}"), found=list(activity.quarters)
        )
    if activity.quarters and (activity.since or activity.until):
        faults.add(("activity", n, "quarters"), mark("has quarters, and days in place of them"))
    if activity.since and activity.until and activity.since > activity.until:
        faults.add(("activity", n, "since"), mark("is later than its 'until'"))
    for key in ("since", "until"):
        day = getattr(activity, key)
        if day is not None and day.year != activity.year:
            faults.add(("activity", n, key), mark("{day} is no day of {year}"), day=day, year=activity.year)
