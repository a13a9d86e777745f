"""The register's figures recomputed with pandas from the exported tables and holidays.toml alone.

It shares no code with the program.
"""

import tomllib
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from analysis.register.figures import Sums
from tests.support.register_year import NEW_NAME, OLD_NAME, RENAMED, ZONE, at

END = at(date(2026, 12, 28))
OPEN = ["new", "assigned", "preparing"]


def replay(steps: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Return one row a matter as it stood just before a moment, out of the exported steps."""
    past = steps[steps["at"] < pd.Timestamp(moment)].sort_values("step")
    groups = past.groupby("matter")
    stood = pd.DataFrame(
        {
            "opened": groups["at"].first(),
            "state": groups["state"].last(),
            "unit": groups["unit"].last(),
            "unexpected": groups["unexpected"].last(),
            "kind": groups["new_kind"].last(),
        }
    )
    terms = past[past["kind"].isin(["open", "set_due", "reopen"])].groupby("matter").tail(1).set_index("matter")
    stood["due"], stood["due_at"] = terms["due"], terms["due_at"]
    said = past[past["kind"].isin(["answer", "return", "reopen"])].groupby("matter").tail(1).set_index("matter")
    stood["answered"] = said[said["kind"] == "answer"]["at"]
    over = past[past["kind"].isin(["close", "drop", "reopen"])].groupby("matter").tail(1).set_index("matter")
    stood["ended"] = over[over["kind"] != "reopen"]["at"]
    last_answer = past[past["kind"] == "answer"].groupby("matter").tail(1)
    numbered = last_answer.set_index("matter")["answer_number"].notna()
    stood["numbered"] = numbered.reindex(stood.index, fill_value=False) & stood["answered"].notna()
    fixed = stood["answered"].where(stood["answered"].notna(), stood["ended"])
    counted = []
    for number, unit, when in zip(stood.index, stood["unit"], fixed, strict=True):
        if pd.isna(when):
            counted.append(unit)
        else:  # the unit in charge just before it was answered, or dropped
            before = past[(past["matter"] == number) & (past["at"] <= when) & past["unit"].notna()]["unit"]
            counted.append(before.iloc[-1] if len(before) else None)
    stood["counted"] = counted
    stood["named_at"] = fixed.fillna(pd.Timestamp(moment - timedelta(microseconds=1)).tz_convert(ZONE.key))
    stood["name"] = [name_of(unit, when) for unit, when in zip(stood["counted"], stood["named_at"], strict=True)]
    return with_answers(stood, past)


def with_answers(stood: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Add the answer by which each matter is counted: that of its first closing, else the one that it has."""
    kinds = past["kind"]
    closed = past["matter"].map(past[kinds == "close"].groupby("matter")["step"].first())
    upto = past[closed.isna() | (past["step"] < closed)]
    given = upto[upto["kind"] == "answer"].groupby("matter").tail(1).set_index("matter")
    settled = given.index.isin(past[kinds == "close"]["matter"])
    given = given[settled | stood["answered"].reindex(given.index).notna()]
    upto = upto[upto["step"] <= upto["matter"].map(given["step"])]
    terms = upto[upto["kind"].isin(["open", "set_due", "reopen"])].groupby("matter").tail(1).set_index("matter")
    units = upto[upto["unit"].notna()].groupby("matter")["unit"].last().reindex(given.index)
    names = pd.Series([name_of(*one) for one in zip(units, given["at"], strict=True)], given.index, dtype=object)
    return stood.assign(
        given=given["at"],
        given_due=terms["due"],
        given_due_at=terms["due_at"],
        given_numbered=given["answer_number"].notna().reindex(stood.index, fill_value=False),
        given_name=names.reindex(stood.index).where(stood.index.isin(given.index), stood["name"]),
        settled=stood.index.isin(past[kinds == "close"]["matter"]),
    )


def given_late(stood: pd.DataFrame) -> pd.Series:
    """Return whether the answer by which a matter is counted came after the term that it had."""
    term = pd.DataFrame({"due": stood["given_due"], "due_at": stood["given_due_at"]})
    return is_late(term, stood["given"])


NAMES = {"so-y-te": "Sở Y tế", "so-cong-thuong": "Sở Công Thương"}


def name_of(unit: Any, when: pd.Timestamp) -> str:
    if pd.isna(unit):
        return ""
    if unit == RENAMED:
        return OLD_NAME if when.date() < date(2026, 7, 1) else NEW_NAME
    return NAMES.get(unit, f"Đơn vị {unit}")


def is_late(stood: pd.DataFrame, when: pd.Series) -> pd.Series:
    """Return whether the term of each matter was over at a time: after its moment, else after its day."""
    by_day = when.dt.tz_localize(None).dt.normalize() > stood["due"]
    late: pd.Series = by_day.where(stood["due_at"].isna(), when > stood["due_at"]) & stood["due"].notna()
    return late


def overdue(stood: pd.DataFrame, moment: datetime) -> pd.Series:
    now = pd.Series(pd.Timestamp(moment).tz_convert(ZONE.key), index=stood.index)
    return stood["state"].isin(OPEN) & is_late(stood, now)


def local_day(times: pd.Series) -> pd.Series:
    day: pd.Series = times.dt.tz_localize(None).dt.normalize()
    return day


def working_days(first: pd.Series, last: pd.Series) -> np.ndarray:
    """Return the working days after `first` up to `last`, counted by numpy with the days of holidays.toml."""
    years = tomllib.loads((files("config") / "holidays.toml").read_text("utf-8"))["year"]
    off = [day for year in years for occasion in year["off"] for day in occasion.get("days", ())]
    worked = np.array(
        [day for year in years for occasion in year["off"] for day in occasion.get("working", ())],
        dtype="datetime64[D]",
    )
    one = np.timedelta64(1, "D")
    begin, end = first.to_numpy().astype("datetime64[D]") + one, last.to_numpy().astype("datetime64[D]") + one
    plain = np.busday_count(begin, end, holidays=np.array(off, dtype="datetime64[D]"))
    extra = ((worked[None, :] >= begin[:, None]) & (worked[None, :] < end[:, None])).sum(axis=1)
    found: np.ndarray = plain + extra
    return found


def sums(
    stood: pd.DataFrame, first: date, last: date, moment: datetime, answers: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return what a group of matters did in the days from `first` to `last`; `answers`: whose answers are its own."""

    def within(times: pd.Series) -> pd.Series:
        return local_day(times).between(pd.Timestamp(first), pd.Timestamp(last))

    own = stood if answers is None else answers
    answered = own[within(own["given"])]
    timed = answered[answered["given_due"].notna()]
    late = given_late(timed)
    days = (local_day(answered["given"]) - local_day(answered["opened"])).dt.days
    worked = working_days(local_day(answered["opened"]), local_day(answered["given"]))
    waiting = stood["state"].isin(OPEN)
    ended = stood[within(stood["ended"])]
    return {
        "opened": int(within(stood["opened"]).sum()),
        "answered": len(answered),
        "in_time": int((~late).sum()),
        "with_term": len(timed),
        "days": float(days.median()) if len(days) else None,
        "working_days": float(np.median(worked)) if len(worked) else None,
        "open": int(waiting.sum()),
        "overdue": int(overdue(stood, moment).sum()),
        "closed": int((ended["state"] != "not_needed").sum()),
        "dropped": int((ended["state"] == "not_needed").sum()),
    }


def filled(expected: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the groups with something in them."""
    return {
        name: found
        for name, found in expected.items()
        if any(found[key] for key in ("opened", "answered", "open", "closed", "dropped"))
    }


def told(found: Sums) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Sums.__slots__ if name != "name"}
