"""Recorded pages of 67 publishers, collected through their feeds by the command line, read and scored."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.support.cli import Diembao, json_lines

pytestmark = pytest.mark.long(30)

REAL = Path(__file__).parent.parent / ".." / "shared" / "real"


@pytest.mark.skipif(not REAL.exists(), reason="the recorded pages (../shared/real) are not here")
@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.thorough)])
def test_collected_read_and_scored(one_in: int, diembao: Diembao, tmp_path: Path) -> None:
    """Of one publisher in so many; tests/test_real_pages.py reads the pages of all."""
    whole = (REAL / "pages" / "expected.jsonl").read_text("utf-8").splitlines()
    publishers = sorted({json.loads(line)["publisher"] for line in whole})[::one_in]
    lines = [line for line in whole if json.loads(line)["publisher"] in publishers]
    expected = tmp_path / "expected.jsonl"
    expected.write_text("\n".join(lines) + "\n", "utf-8")
    rows = [json.loads(line) for line in lines]
    server = subprocess.Popen(
        [sys.executable, str(REAL / "serve.py"), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        home = server.stdout.readline().split()[0]
        diembao("--home", tmp_path, "init")
        settings = tmp_path / "config" / "settings.toml"
        settings.write_text(settings.read_text("utf-8").replace("delay_seconds = 2.0", "delay_seconds = 0.01"), "utf-8")
        tables = [
            f'[[source]]\nid = "p{n}"\nname = "{name}"\nhome = "{home}"\n'
            f'feeds = [{{ url = "{home}{name}/feed.xml" }}]\n'
            for n, name in enumerate(publishers)
        ]
        (tmp_path / "config" / "sources.toml").write_text("\n".join(tables), "utf-8")
        done = diembao("--home", tmp_path, "collect")
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        server.kill()
        server.wait()
    assert diembao("--home", tmp_path, "process").returncode == 0
    out = tmp_path / "all.jsonl"
    every = ("--relevance", "main", "--relevance", "mention", "--relevance", "no")
    [said] = json_lines(diembao("--home", tmp_path, "--json", "export", out, *every).stdout)
    assert said["rows"] == len(rows) == {1: 98, 3: 34}[one_in]
    address = {f"/{row['publisher']}{quote(urlsplit(row['url']).path, safe='/%')}": row["url"] for row in rows}
    predicted = tmp_path / "predicted.jsonl"
    with predicted.open("w", encoding="utf-8") as stream:
        for line in out.read_text("utf-8").splitlines():
            record = json.loads(line)
            record["url"] = address[urlsplit(record["url"]).path]
            stream.write(json.dumps(record) + "\n")
    score = subprocess.run(
        [sys.executable, str(REAL / "score_pages.py"), str(expected), str(predicted)],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(score.stdout)
    print(figures)
    assert figures["text_f1"] >= 0.945
    assert figures["title"] >= 0.97
    assert figures["date"] >= 0.98
