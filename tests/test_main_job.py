"""From the sample press to the digest and the CSV, through real processes."""

import csv
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.notebook import open_home
from diembao.system.home import Home
from tests.support.cli import Diembao, json_lines
from tests.support.forked_processes import ForkedPopen

pytestmark = pytest.mark.long(60)

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def first(diembao: Diembao, home: Home, press: Press) -> dict[str, object]:
    """What the first run printed."""
    done = diembao("--home", home.root, "--json", "run")
    assert done.returncode == 1, done.stderr  # the press has a dead outlet and a broken feed
    found: dict[str, object] = {"collect": [row["collect"] for row in json_lines(done.stdout) if "collect" in row]}
    for row in json_lines(done.stdout):
        if "collect" not in row:
            found |= row
    return found


def counted(home: Home, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home.database) as connection:
        return connection.execute(query).fetchall()


def test_every_source_has_a_line_and_failures_are_named(
    first: dict[str, list[dict[str, object]]], press: Press
) -> None:
    rows = {row["source_id"]: row for row in first["collect"]}
    assert rows.keys() == {outlet.id for outlet in press.outlets}
    dead = {outlet.id for outlet in press.outlets if outlet.state == "dead"}
    assert dead
    for name in dead:
        assert rows[name]["reasons"] == {"connection_refused": rows[name]["feeds"]}


def test_sums_of_outcomes_are_sums_of_attempts(first: object, home: Home, diembao: Diembao) -> None:
    [(candidates,)] = counted(home, "SELECT count(*) FROM candidates")
    assert sum(n for _, n in counted(home, "SELECT outcome, count(*) FROM candidates GROUP BY outcome")) == candidates
    [(links, parts)] = counted(home, "SELECT sum(entries), sum(new + changed + known + repeated + invalid) FROM polls")
    assert links == parts >= candidates
    [status] = json_lines(diembao("--home", home.root, "--json", "status").stdout)
    assert sum(status["candidates"].values()) == status["totals"]["candidates"] == candidates
    assert sum(status["documents"].values()) == status["totals"]["documents"]
    assert status["documents"]["waiting"] == 0
    fetched = counted(home, "SELECT count(DISTINCT candidate_id) FROM fetches")
    assert fetched == [(candidates - status["candidates"]["waiting"],)] or fetched == [(candidates,)]


def test_robots_are_obeyed(first: object, press: Press, home: Home) -> None:
    asked = {request.path for request in press.requests}
    assert not [path for path in asked if path.startswith("/noi-bo/")]
    assert counted(home, "SELECT count(*) FROM candidates WHERE reason = 'robots_txt'") != [(0,)]


def test_what_was_found_is_what_a_careful_reader_finds(first: object, press: Press, home: Home) -> None:
    query = (
        "SELECT v.title, t.relevance FROM items i JOIN versions v ON v.item_key = i.key"
        " JOIN taggings t ON t.version_id = v.id"
    )
    found = {str(title): str(relevance) for title, relevance in counted(home, query)}
    gold = {a.title: a.gold.relevance for a in press.articles if a.gold is not None}
    judged = [title for title in gold if title in found]
    assert len(judged) > 100
    right = sum((found[t] == "no") == (gold[t] == "no") for t in judged)
    assert right / len(judged) >= 0.95, [t for t in judged if (found[t] == "no") != (gold[t] == "no")]


def test_digest_and_csv(first: dict[str, object], home: Home, diembao: Diembao, tmp_path: Path) -> None:
    html, markdown, *_ = (Path(str(name)) for name in first["digest"])  # type: ignore[attr-defined]
    assert "Ninh Thuận" in html.read_text("utf-8")
    assert "Ninh Thuận" in markdown.read_text("utf-8")
    table = tmp_path / "x.csv"
    [said] = json_lines(diembao("--home", home.root, "--json", "export", table).stdout)
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    frame = pd.read_csv(table)
    assert len(rows) - 1 == len(frame) == said["rows"] > 50
    lines = tmp_path / "x.jsonl"
    diembao("--home", home.root, "export", lines)
    records = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert len(records) == said["rows"]
    only = tmp_path / "only.csv"
    [said] = json_lines(
        diembao("--home", home.root, "--json", "export", only, "--topic", "energy", "--relevance", "main").stdout
    )
    assert 0 < said["rows"] < len(records)
    assert len(pd.read_csv(only)) == said["rows"]


def test_frames_are_the_exports(first: object, home: Home, diembao: Diembao, tmp_path: Path) -> None:
    with open_home(home.root) as opened:
        frames = {name: getattr(opened, name)() for name in ("articles", "stories", "tags", "daily", "ledger")}
    for name, frame in frames.items():
        table = {"articles": "items"}.get(name, name)
        file = tmp_path / f"{table}.jsonl"
        done = diembao("--home", home.root, "export", file, "--table", table)
        assert done.returncode == 0, done.stderr
        assert len(frame) == len(file.read_text("utf-8").splitlines()) > 0, name
        assert all(frame.attrs["meaning"][column] for column in frame), name
    found = frames["articles"]
    assert str(found["published"].dtype) == "datetime64[us, Asia/Ho_Chi_Minh]"
    assert frames["stories"]["items"].sum() == len(found)
    assert set(frames["stories"]["story"]) == set(found["story"])
    assert frames["daily"]["items"].sum() == len(found)
    unread = frames["daily"][(frames["daily"]["collected"] == "no") & frames["daily"]["items"].isna()]
    assert len(unread) > 0, "a day without data is not 0"
    about = frames["ledger"]["document"] == "coverage"
    assert set(frames["ledger"].loc[about, "item"]) >= set(found["item"])


def test_the_example_notebook_runs(first: object, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(home.root))
    # A command that ran in this process left it for its children; a kernel leaves out its folder under it.
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / "coverage.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not kept in the repository"
    done = NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    told = json.dumps(done.cells[1]["outputs"])
    assert "(0, 0)" not in told
    assert "(" in told


def test_the_report_counts_what_the_export_counts(first: object, home: Home, diembao: Diembao, tmp_path: Path) -> None:
    done = diembao("--home", home.root, "--json", "report", "--since", "2000-01-01", "--out", tmp_path)
    assert done.returncode == 2, "years without end are refused"
    since = (pd.Timestamp.now("Asia/Ho_Chi_Minh") - pd.Timedelta(days=20)).date()
    done = diembao("--home", home.root, "--json", "report", "--since", str(since), "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    [told] = json_lines(done.stdout)
    with open_home(home.root) as opened:
        assert told["items"] == len(opened.articles(since)) > 0
        assert told["stories"] == len(opened.stories(since))
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".docx", ".pdf"]
    assert diembao("--home", home.root, "report", "--last", "week", "--since", str(since)).returncode == 2
    done = diembao("--home", home.root, "--json", "report", "--last", "annual", "--day", "2026-11-23")
    assert json_lines(done.stdout)[0]["since"] == "2024-12-15"


def test_empty_day_is_a_valid_digest(first: object, home: Home, diembao: Diembao, tmp_path: Path) -> None:
    done = diembao("--home", home.root, "--json", "digest", "--day", "2020-02-01", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2020" in (tmp_path / "diem-bao-2020-02-01.html").read_text("utf-8")


def _collect_and_process(home: Home, diembao: Diembao) -> tuple[int, int]:
    """Do what `run` does before it makes a digest; return new articles and new versions."""
    assert diembao("--home", home.root, "collect").returncode in (0, 1)  # 1: a dead outlet was among those watched
    [told] = json_lines(diembao("--home", home.root, "--json", "process").stdout)
    return told["process"]["new_items"], told["process"]["new_versions"]


def test_second_run_stores_nothing_new_and_an_edit_is_a_version(
    first: object, home: Home, press: Press, diembao: Diembao
) -> None:
    before = counted(home, "SELECT key, version FROM items ORDER BY key")
    asked = len(press.requests)
    assert _collect_and_process(home, diembao) == (0, 0)
    assert counted(home, "SELECT key, version FROM items ORDER BY key") == before
    assert any(request.status == 304 for request in press.requests[asked:])

    article = next(a for a in press.articles if a.versions and a.gold and a.gold.relevance == "main")
    press.change(article.outlet, article.slug)
    assert _collect_and_process(home, diembao) == (0, 1)
    after = counted(home, "SELECT key, version FROM items ORDER BY key")
    assert [key for key, _ in after] == [key for key, _ in before]
    assert sum(int(str(v)) for _, v in after) == sum(int(str(v)) for _, v in before) + 1


def test_a_second_run_at_the_same_time_is_refused(home: Home, diembao: Diembao) -> None:
    with home.lock("collect"):
        done = diembao("--home", home.root, "collect")
    assert done.returncode == 3
    assert "collect.lock" in done.stderr


def test_a_run_told_to_stop_says_so_and_loses_nothing(press: Press, diembao: Diembao, tmp_path: Path) -> None:
    fresh = Home(tmp_path)
    write_home(fresh, press.outlets[::3], workers=1)
    process = ForkedPopen(
        [sys.executable, "-m", "diembao", "--home", str(fresh.root), "--json", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    asked = len(press.requests)
    while len(press.requests) < asked + 30 and process.poll() is None:
        time.sleep(0.05)
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "Đã dừng giữa chừng" in err
    assert not any("digest" in row for row in json_lines(out))
    assert counted(fresh, "SELECT count(*) FROM candidates WHERE outcome = 'waiting'") != [(0,)]
    _collect_and_process(fresh, diembao)
    assert counted(fresh, "SELECT count(*) FROM candidates WHERE outcome = 'waiting'") == [(0,)]
