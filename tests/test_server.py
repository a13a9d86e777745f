"""The service as a process: one of it, every turn recorded, nothing left behind however it ends."""

import json
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from diembao.system.home import Home
from pipeline.records import JobOutcome, JobRun
from pipeline.records.publications import Dispatch, Publication
from storage.database import open_database
from tests.support.cli import Diembao, json_lines, run_inside
from tests.support.forked_processes import ForkedPopen
from tests.support.served_home import LONG_AGO, ask, plan, serving, start, turns, until
from tests.support.stress.serve_kill import kill
from tests.support.stress.serve_soak import soak

pytestmark = pytest.mark.long(60)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    assert run_inside("--home", tmp_path, "init").returncode == 0
    return Home(tmp_path)


def lives(pid: int) -> bool:
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(said.strip()) and not said.startswith("Z")  # nobody may be there to collect an orphan


def running(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(home, "/readyz")[1])["running"]
    return found


def hang(home: Home, limit: float) -> tuple[list[str], str]:
    """A job that serves the sample press until it is ended."""
    command = ["demo", "--serve", "--out", str(home.root / "out")]
    return command, f"every_minutes = 600\nlimit_minutes = {limit}"


def test_it_runs_its_jobs_records_them_answers_and_stops_when_told(home: Home, diembao: Diembao) -> None:
    plan(
        home,
        look=(["db", "check"], "every_minutes = 600"),
        wrong=(["nonsense"], "every_minutes = 600"),
        long=hang(home, 10),
        short=hang(home, 0.05),
        later=(["digest"], 'cron = "15 6 * * *"'),
    )
    with serving(home, subprocess.Popen) as process:
        until(lambda: all(run.ended for name in ("look", "wrong", "short") for run in turns(home, name) or [_NEVER]))
        assert [(run.outcome, run.exit_code) for run in turns(home, "look")] == [(JobOutcome.DONE, 0)]
        [wrong] = turns(home, "wrong")
        assert (wrong.outcome, wrong.exit_code) == (JobOutcome.FAILED, 2)
        assert "nonsense" in wrong.output_tail
        assert [run.outcome for run in turns(home, "short")] == [JobOutcome.TIMEOUT]
        assert ask(home, "/healthz") == (200, "ok\n")
        status, ready = ask(home, "/readyz")
        assert status == 200
        told = json.loads(ready)
        assert "T06:15" in told["next"]["later"]
        assert list(told["running"]) == ["long"]
        metrics = ask(home, "/metrics")[1]
        assert 'diembao_job_turns_total{how="done",job="look"} 1.0' in metrics
        assert "process_resident_memory_bytes" in metrics
        assert ask(home, "/etc/passwd")[0] == 404
        said = diembao("--home", home.root, "--lang", "en", "status")
        assert said.returncode == 1, "a job failed"
        assert "Job 'wrong' failed when it last ran" in said.stdout
        assert f"Service: runs ({json.loads((home.root / 'serve.json').read_text())['who']}" in said.stdout
        [row] = json_lines(run_inside("--home", home.root, "--json", "status").stdout)
        assert row["healthy"] is False
        assert row["jobs"]["look"]["last"]["how"] == "done"
        assert row["jobs"]["later"]["next"]
        assert row["store_bytes"] > 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    [long] = turns(home, "long")
    assert long.outcome == JobOutcome.STOPPED
    assert not (home.root / "serve.json").exists()
    assert [json.loads(line)["event"] for line in (home.root / "logs" / "serve.log").read_text().splitlines()]


_NEVER = JobRun(0, "", LONG_AGO, LONG_AGO)


def test_a_second_one_says_who_holds_the_home_and_ends_with_3(home: Home, diembao: Diembao) -> None:
    plan(home, later=(["digest"], 'cron = "15 6 * * *"'))
    with serving(home) as process:
        second = diembao("--home", home.root, "serve")
        assert second.returncode == 3
        assert f":{process.pid}" in second.stderr
        process.kill()
        process.wait()
    with serving(home):
        pass


def test_two_homes_on_one_database_cannot_both_run(home: Home, tmp_path: Path, address: str, diembao: Diembao) -> None:
    plan(home, later=(["digest"], 'cron = "15 6 * * *"'))
    other = Home(tmp_path / "other")
    assert run_inside("--home", other.root, "init").returncode == 0
    plan(other, later=(["digest"], 'cron = "15 6 * * *"'))
    with serving(home, DIEMBAO_DATABASE=address) as process:
        second = diembao("--home", other.root, "serve", env={"DIEMBAO_DATABASE": address})
        assert second.returncode == 3, second.stderr
        assert f":{process.pid}" in second.stderr
        process.kill()
        process.wait()
    with serving(other, DIEMBAO_DATABASE=address):
        pass


def test_started_at_once_one_runs(home: Home) -> None:
    plan(home, later=(["digest"], 'cron = "15 6 * * *"'))
    several = [start(home) for _ in range(3)]
    try:
        until(lambda: sum(process.poll() is not None for process in several) == 2)
        assert sorted(process.poll() or 0 for process in several) == [0, 3, 3]
        until(lambda: (home.root / "serve.json").exists())
    finally:
        for process in several:
            process.kill()
            process.communicate()


def test_what_a_killed_one_left_running_is_ended_and_taken_up_again(home: Home) -> None:
    plan(home, long=hang(home, 10))
    with serving(home) as process:
        pid = until(lambda: running(home).get("long"))
        process.kill()
        process.wait()
    assert lives(pid), "an orphan"
    with serving(home):
        # The service says where it answers before it has looked after its orphans.
        until(lambda: turns(home, "long")[0].outcome == JobOutcome.LOST)
        assert not lives(pid)


def test_killed_at_random_moments_it_leaves_a_sound_database(tmp_path: Path) -> None:
    assert kill(tmp_path, 3, 9, ForkedPopen) == []


def test_status_is_well_without_a_service_and_says_when_one_stopped(home: Home) -> None:
    assert run_inside("--home", home.root, "status").returncode == 0
    storage = open_database(home.database)
    at = datetime.now(UTC)
    number = storage.service.begin_job("digest", at - timedelta(hours=2), at, 7200, "test")
    storage.service.end_job(JobRun(number, "digest", at, at, at, JobOutcome.DONE, 0))
    storage.close()
    done = run_inside("--home", home.root, "status")
    assert done.returncode == 1
    assert "Dịch vụ không chạy" in done.stdout
    assert "muộn 120 phút" in done.stdout


def test_status_says_whether_the_last_digest_was_sent(home: Home) -> None:
    at = datetime.now(UTC)
    storage = open_database(home.database)
    number = storage.publications.publish(Publication(0, at.date(), at, "vi", "Điểm báo", "0" * 64, "r1", (), {}))
    for channel in ("lanh-dao", "phong"):
        assert storage.publications.begin_dispatch(Dispatch(number, channel, at, False, ""))
    storage.publications.end_dispatch(Dispatch(number, "lanh-dao", at, True, ""), True)
    storage.close()
    done = run_inside("--home", home.root, "status")
    assert "Gửi: lanh-dao ✓, phong ?" in done.stdout
    assert (done.returncode, "đã tới phong chưa" in done.stdout) == (1, True)


def test_sending_by_the_schedule_asks_for_no_list(home: Home) -> None:
    said = run_inside("--home", home.root, "send", "--if-any")
    assert (said.returncode, "[sending]" in said.stdout) == (0, True)
    with pytest.raises(click.UsageError, match="sending"):
        run_inside("--home", home.root, "send")


def test_a_late_digest_says_so_in_every_form(home: Home) -> None:
    from docx import Document

    words = ["--home", home.root, "digest", "--form", "html", "--form", "md", "--form", "docx"]
    assert run_inside(*words).returncode == 0
    assert "lập muộn" not in next(home.digests.glob("*.html")).read_text("utf-8")
    assert run_inside(*words, DIEMBAO_DUE="2026-11-20T06:15:00+07:00").returncode == 0
    told = [next(home.digests.glob(f"*.{form}")).read_text("utf-8") for form in ("html", "md")]
    told.append("\n".join(p.text for p in Document(str(next(home.digests.glob("*.docx")))).paragraphs))
    for text in told:
        assert "Bản này lập muộn: lẽ ra có lúc 06:15 ngày 20/11/2026" in text


def test_days_with_mishaps_make_and_send_every_digest_once(tmp_path: Path) -> None:
    problems, stage = soak(tmp_path, 2, faults=("no answer", "off"), every=1, popen=ForkedPopen)
    assert problems == []
    assert sum(stage.faults.values()) == 2
    assert (len(stage.mail.digests), stage.asked) == (4, 1), "two days, two lists"
    assert stage.mail.alerts
    late = [path for path in sorted(stage.home.digests.glob("*.html")) if "lập muộn" in path.read_text("utf-8")]
    assert [path.name for path in late] == ["diem-bao-2026-03-03.html"], "that of the day on which the machine was off"


def test_so_many_backups_are_kept(home: Home) -> None:
    folder = home.root / "backups"
    folder.mkdir()
    for day in range(10, 16):
        for suffix in ("db", "db.sha256"):
            (folder / f"diembao-backup-202601{day}-013000.{suffix}").touch()
    (folder / "diembao-before-upgrade-20260101-010101.db").touch()
    assert run_inside("--home", home.root, "status").returncode == 0
    assert run_inside("--home", home.root, "db", "backup", "--keep", "3").returncode == 0
    kept = sorted(path.name for path in folder.glob("diembao-backup-*"))
    assert kept[:4] == [
        f"diembao-backup-202601{day}-013000.{suffix}" for day in (14, 15) for suffix in ("db", "db.sha256")
    ]
    assert len(kept) == 6
    assert (folder / "diembao-before-upgrade-20260101-010101.db").exists()
    with pytest.raises(click.UsageError):
        run_inside("--home", home.root, "db", "backup", "x.db", "--keep", "3")
