"""Frames are typed, with nothing in them too."""

from datetime import date

import pandas as pd

from analysis.frames import articles, daily, ledger, stories, tags
from pipeline.records import SourceDay
from pipeline.tables.columns import ITEMS


def test_nothing_is_a_typed_frame_too() -> None:
    assert list(articles([]).columns) == [column.name for column in ITEMS]
    assert str(articles([])["published"].dtype) == "datetime64[us, Asia/Ho_Chi_Minh]"
    assert str(stories([])["items"].dtype) == "Int64"
    assert str(tags([], {})["score"].dtype) == "Float64"
    assert len(ledger([])) == 0
    day = date(2026, 11, 20)
    found = daily([], day, day, lambda _: [SourceDay("a", "Báo A", "failed")])
    assert found[["day", "state"]].to_numpy().tolist() == [[pd.Timestamp(day), "failed"]]
    assert found["items"].isna().all()
