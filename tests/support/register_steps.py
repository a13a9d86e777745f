"""A day's articles with people of two departments, and steps of a matter taken one minute after another."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pipeline.register.matters import Matter, NewMatter, StepKind, StepRequest
from storage.database import Database
from tests.support.desk import LAN, MORNING, people, store_day, written


def fill(storage: Database) -> Mapping[str, str]:
    """Store three articles and the people; return the articles' keys; for tests.support.desk.Made."""
    keys = store_day(storage, [written(name) for name in ("x", "y", "z")])
    people(storage)
    return keys


def opened(storage: Database, item: str, **more: Any) -> Matter:
    """Open a matter from an article; `more` are fields of NewMatter."""
    new = NewMatter("Người dân phản ánh hồ chứa ô nhiễm", "opinion", item)
    return storage.register.open(LAN, replace(new, **more), MORNING)


def do(storage: Database, number: int, kind: StepKind, minutes: int, text: str = "", **values: object) -> Matter:
    """Take a step so many minutes after MORNING; `values` are what it sets."""
    request = StepRequest(kind, values, text)
    result = storage.register.step(LAN, number, request, MORNING + timedelta(minutes=minutes))
    assert isinstance(result, Matter)
    return result
