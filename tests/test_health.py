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

from diembao.service.health import HealthServer, HealthState
from pipeline.records import JobOutcome, JobRun

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
