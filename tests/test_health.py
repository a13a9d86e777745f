"""What a monitor is told over HTTP: alive, ready, and the figures behind it."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from diembao.service.health import HealthServer, HealthState, service_trouble
from diembao.system.home import Home
from pipeline.i18n.language import use_language
from pipeline.records import JobOutcome, JobRun
from tests.support.cli import CommandResult, run_inside

AT = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> HealthState:
    return HealthState(tmp_path)


@pytest.fixture
def health(state: HealthState) -> Iterator[HealthServer]:
    opened = HealthServer("127.0.0.1:0", state)
    yield opened
    opened.close()


def ask(health: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urlopen(health.url + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_well_in_trouble_and_stuck(health: HealthServer, state: HealthState) -> None:
    assert [ask(health, path)[0] for path in ("/healthz", "/readyz", "/")] == [200, 200, 404]
    state.trouble = "disk I/O error"
    status, said = ask(health, "/readyz")
    assert (status, json.loads(said)["trouble"]) == (503, "disk I/O error")
    assert ask(health, "/healthz") == (200, "ok\n"), "nothing that a restart would mend"
    assert "diembao_ready 0.0" in ask(health, "/metrics")[1]
    state.trouble, state.checked = "", time.monotonic() - 3600
    assert [ask(health, path)[0] for path in ("/healthz", "/readyz")] == [503, 503]


def test_status_asks_the_service_for_its_own_word(health: HealthServer, state: HealthState, tmp_path: Path) -> None:
    """Jobs that it cannot even begin leave no trace in the database."""

    def status() -> CommandResult:
        with use_language("en"), Home(tmp_path).lock("serve"):
            return run_inside("--home", tmp_path, "--lang", "en", "status")

    assert run_inside("--home", tmp_path, "init").returncode == 0
    (tmp_path / "serve.json").write_text(json.dumps({"who": "here:1", "since": "now", "health": health.url}))
    assert status().returncode == 0
    state.trouble = "disk I/O error"
    done = status()
    assert (done.returncode, "The service cannot do its work: disk I/O error" in done.stdout) == (1, True)
    state.trouble, state.checked = "", time.monotonic() - 3600
    assert "has not looked at its schedule for a minute" in status().stdout
    health.close()
    assert "The service does not answer at http://127.0.0.1" in status().stdout
    (tmp_path / "serve.json").write_text(json.dumps({"who": "here:1", "since": "now", "health": ""}))
    assert status().returncode == 0, "one that listens nowhere cannot be asked"


def test_a_service_that_stands_still_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diembao.service.health._PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, use_language("en"):
        assert "does not answer" in service_trouble(f"http://127.0.0.1:{mute.getsockname()[1]}")


def test_the_figures_of_turns(health: HealthServer, state: HealthState) -> None:
    run = JobRun(1, "digest", AT, AT + timedelta(hours=2), AT + timedelta(hours=2, seconds=7), JobOutcome.DONE, 0, 7200)
    health.count(run)
    health.count(JobRun(2, "digest", AT, AT, AT, JobOutcome.CRASHED, -9))
    figures = dict(line.rsplit(" ", 1) for line in ask(health, "/metrics")[1].splitlines() if line[0] != "#")
    assert run.ended is not None
    assert float(figures['diembao_job_turns_total{how="done",job="digest"}']) == 1
    assert float(figures['diembao_job_turns_total{how="crashed",job="digest"}']) == 1
    assert float(figures['diembao_job_last_done_timestamp_seconds{job="digest"}']) == run.ended.timestamp()
    assert float(figures['diembao_job_seconds_bucket{job="digest",le="5.0"}']) == 1
    assert float(figures["diembao_disk_free_bytes"]) > 0


def test_a_client_that_says_nothing_holds_up_nobody(health: HealthServer) -> None:
    host, port = health.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))):
        assert ask(health, "/healthz")[0] == 200
