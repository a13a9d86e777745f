"""Logs: readable lines or JSON, rotated, and never a secret in them, however it is written."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.schedule import Job
from diembao.service import logs
from diembao.service.job_process import JobProcess, run_job
from diembao.service.logs import JobLog, close_log, open_log
from diembao.system.home import Home
from diembao.system.secrets import SecretError, hide_secrets, secret
from pipeline.records import JobOutcome

PLANTED = 'p@ss "từ/khóa\\4711'


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_log()


def test_a_server_gets_json_lines_and_a_file(tmp_path: Path) -> None:
    shown = io.StringIO()
    log = open_log(tmp_path, shown)
    log.info("begins", job="digest", tên="Điểm báo\nhai dòng")
    [line] = shown.getvalue().splitlines()
    assert json.loads(line) | {"at": ""} == {
        "at": "",
        "event": "begins",
        "job": "digest",
        "tên": "Điểm báo\nhai dòng",
        "level": "info",
    }
    assert (tmp_path / "serve.log").read_text("utf-8") == shown.getvalue()


def test_a_terminal_gets_lines_to_read(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    open_log(tmp_path, shown).warning("clock_jumped", seconds=7200)
    assert "clock_jumped" in shown.getvalue()
    assert not shown.getvalue().startswith("{")


def test_files_are_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_BYTES", 10_000)
    log = open_log(tmp_path, io.StringIO())
    job = JobLog(tmp_path, "job")
    for n in range(2_000):
        log.info("flood", n=n)
        job.write(f"dòng {n} " + "x" * 60)
    job.close()
    for name in ("serve.log", "job.log"):
        files = list(tmp_path.glob(f"{name}*"))
        assert len(files) == 6
        assert sum(file.stat().st_size for file in files) < 70_000
    assert job.last.splitlines()[-1].startswith("dòng 1999 ")


def test_no_secret_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "diembao_smtp_password").write_text("tu-systemd-4711\n")
    (tmp_path / "hook").write_text("tgram://4711:abcdefgh/1\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.setenv("DIEMBAO_ALERT_URL_FILE", str(tmp_path / "hook"))
    monkeypatch.setenv("PGPASSWORD", PLANTED)
    assert secret("DIEMBAO_SMTP_PASSWORD") == "tu-systemd-4711"
    assert secret("DIEMBAO_ALERT_URL") == "tgram://4711:abcdefgh/1"
    shown = io.StringIO()
    log = open_log(tmp_path / "logs", shown)
    log.info("x", said=f"mật khẩu là {PLANTED}!", more=["tu-systemd-4711"], url="tgram://4711:abcdefgh/1")
    log.info("x", url="postgresql://may:khong-ai-biet@db/diembao", head="Authorization: Basic bWF5Om1hdGtoYXU=")
    try:
        raise ValueError(f"login failed for {PLANTED}")
    except ValueError:
        log.exception("broke")
    logging.getLogger("diembao.other").error("token=abc123def %s", "tu-systemd-4711")
    for text in (shown.getvalue(), (tmp_path / "logs" / "serve.log").read_text("utf-8")):
        assert len(text.splitlines()) == 4
        for word in ("4711", "khong-ai-biet", "bWF5Om1hdGtoYXU", "abc123def"):
            assert word not in text, text
        for line in text.splitlines():
            json.loads(line)


def test_no_secret_in_what_a_job_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_SMTP_PASSWORD", "mat-khau-4711")
    job = Job("show", ("extract", "mat-khau-4711.html"), every_minutes=1)
    ended = run_job(job, job.command, Home(tmp_path), JobProcess())
    assert ended.outcome is JobOutcome.FAILED
    kept = (tmp_path / "logs" / "show.log").read_text("utf-8")
    assert "***.html" in kept
    assert "mat-khau-4711" not in kept + ended.output_tail


def test_where_a_secret_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret("DIEMBAO_X") is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "diembao_diembao_x").write_text("of a folder of systemd\n")
    assert secret("DIEMBAO_X") == "of a folder of systemd"
    (tmp_path / "DIEMBAO_X").write_text("of systemd\n")
    assert secret("DIEMBAO_X") == "of systemd"
    (tmp_path / "file").write_text("of a file")
    monkeypatch.setenv("DIEMBAO_X_FILE", str(tmp_path / "file"))
    assert secret("DIEMBAO_X") == "of a file"
    monkeypatch.setenv("DIEMBAO_X", "of the environment")
    assert secret("DIEMBAO_X") == "of the environment"
    monkeypatch.delenv("DIEMBAO_X")
    monkeypatch.setenv("DIEMBAO_X_FILE", str(tmp_path / "none"))
    with pytest.raises(SecretError, match=r"none \(named by \$DIEMBAO_X_FILE\) cannot be read"):
        secret("DIEMBAO_X")


def test_what_is_no_secret_is_left_as_it_is() -> None:
    said = "digest: 12 tin, 34 bài; https://bao.example/tin?a=1&b=2 (06:15), mức basic"
    assert hide_secrets(said) == said
