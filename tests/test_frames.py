"""Frames hold what the exports hold, typed; and the example notebook runs on a real home folder."""

import json
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import Diembao
from nbclient import NotebookClient

from analysis.columns import ITEMS
from analysis.frames import articles, daily, ledger, stories, tags
from diembao.home import Home
from diembao.notebook import open_home
from pipeline.records import SourceDay

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def filled(home: Home, diembao: Diembao) -> Home:
    assert diembao("--home", home.root, "run").returncode == 1  # one outlet of the sample press is dead
    return home


def test_frames_are_the_exports(filled: Home, diembao: Diembao, tmp_path: Path) -> None:
    with open_home(filled.root) as opened:
        frames = {name: getattr(opened, name)() for name in ("articles", "stories", "tags", "daily", "ledger")}
    for name, frame in frames.items():
        table = {"articles": "items"}.get(name, name)
        file = tmp_path / f"{table}.jsonl"
        done = diembao("--home", filled.root, "export", file, "--table", table)
        assert done.returncode == 0, done.stderr
        assert len(frame) == len(file.read_text("utf-8").splitlines()) > 0, name
        assert all(frame.attrs["meaning"][column] for column in frame), name
    found = frames["articles"]
    assert str(found["published"].dtype) == "datetime64[us, Asia/Ho_Chi_Minh]"
    assert frames["stories"]["items"].sum() == len(found)
    assert set(frames["stories"]["story"]) == set(found["story"])
    assert frames["daily"]["items"].sum() == len(found)
    unread = frames["daily"][~frames["daily"]["collected"] & frames["daily"]["items"].isna()]
    assert len(unread) > 0, "a day without data is not 0"
    about = frames["ledger"]["document"] == "coverage"
    assert set(frames["ledger"].loc[about, "item"]) >= set(found["item"])


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


def test_the_notebook_runs(filled: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(filled.root))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / "coverage.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not kept in the repository"
    done = NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    told = json.dumps(done.cells[1]["outputs"])
    assert "(0, 0)" not in told
    assert "(" in told
