"""A crash has an exit code of its own, and no schedule can take it for done."""

import sys
from pathlib import Path

import pytest

from config.faults.errors import ConfigError
from config.schedule import Job, load_schedule
from diembao.cli.context import CRASH
from diembao.service.job_process import JobProcess, run_job
from diembao.system.home import Home
from pipeline.records import JobOutcome
from tests.support.cli import Diembao
from tests.support.served_home import ask, plan, serving, turns, until

pytestmark = pytest.mark.one_in(3)

#: module that is broken → how: each is imported by the command line, or by what `collect` and `alerts` import
BROKEN = {
    "click.py": "raise ImportError('broken on purpose')",
    "sqlalchemy.py": "raise ImportError('broken on purpose')",
    "pydantic.py": "import no_such_module",
    "tomllib.py": "raise RuntimeError('broken on purpose')",
    "alembic.py": "1 / 0",
    "gettext.py": "def (",
    "zoneinfo.py": "raise MemoryError",
    "diembao.py": "raise ImportError('broken on purpose')",
}


@pytest.fixture
def home(tmp_path: Path, diembao: Diembao) -> Home:
    assert diembao("--home", tmp_path / "home", "init").returncode == 0
    return Home(tmp_path / "home")


def job(command: str, *ok: int) -> Job:
    return Job(command, (command,), every_minutes=10, ok=ok)


@pytest.mark.parametrize("command", ["collect", "alerts"])
@pytest.mark.parametrize(("module", "fault"), BROKEN.items(), ids=list(BROKEN))
def test_a_crash_is_never_done(
    module: str, fault: str, command: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / module).write_text(fault)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{Path(__file__).parent.parent}")
    result = run_job(job(command, 0, 1), (command,), home, JobProcess())
    assert (result.outcome, result.exit_code) == (JobOutcome.FAILED, CRASH), result.output_tail


def test_a_module_that_is_missing_by_hand_too(diembao: Diembao, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('broken on purpose')")
    env = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parent.parent}"}
    done = diembao("--home", tmp_path, "status", env=env)
    assert done.returncode == CRASH
    assert "ImportError: broken on purpose" in done.stderr


def test_an_error_of_the_database_is_not_done_either(home: Home, diembao: Diembao) -> None:
    """By hand it is 1, as ever; as a job it is no 'done but something failed'."""
    home.database.write_bytes(b"no database at all" * 1000)
    assert diembao("--home", home.root, "collect").returncode == 1
    result = run_job(job("collect", 0, 1), ("collect",), home, JobProcess())
    assert (result.outcome, result.exit_code) == (JobOutcome.FAILED, CRASH), result.output_tail


@pytest.mark.parametrize(
    ("words", "ok", "outcome", "code"),
    [
        (("source", "list"), (0,), JobOutcome.DONE, 0),
        (("nonsense",), (0, 1), JobOutcome.FAILED, 2),
        (("recall", "--against", "nowhere.csv"), (0, 2), JobOutcome.DONE, 2),
        (("export", "nowhere/x.pdf"), (0,), JobOutcome.FAILED, 2),
    ],
)
def test_other_codes_say_what_they_said(
    words: tuple[str, ...], ok: tuple[int, ...], outcome: JobOutcome, code: int, home: Home
) -> None:
    result = run_job(Job("x", words, every_minutes=1, ok=ok), words, home, JobProcess())
    assert (result.outcome, result.exit_code) == (outcome, code), result.output_tail


def test_some_source_failed_is_done_as_ever(home: Home) -> None:
    source = (
        '[[source]]\nid = "a"\nname = "A"\nhome = "http://127.0.0.1:9/"\nfeeds = [{ url = "http://127.0.0.1:9/x" }]\n'
    )
    (home.config / "sources.toml").write_text(source)
    result = run_job(job("collect", 0, 1), ("collect",), home, JobProcess())
    assert (result.outcome, result.exit_code) == (JobOutcome.DONE, 1), result.output_tail


#: Python's own start runs this: in no process but that of the service can sqlalchemy be imported.
_ALL_JOBS_BROKEN = "import sys\nif 'serve' not in sys.orig_argv:\n    sys.modules['sqlalchemy'] = None\n"


def test_the_service_is_not_well_after_crashes(home: Home, diembao: Diembao, tmp_path: Path) -> None:
    """Two jobs that take 1 for done die of an ImportError at once: `status`, its exit code and /metrics say so."""
    (tmp_path / "sitecustomize.py").write_text(_ALL_JOBS_BROKEN)
    each = "every_minutes = 600\nok = [0, 1]"
    plan(home, collect=(["collect"], each), alerts=(["alerts"], each))
    with serving(home, PYTHONPATH=f"{tmp_path}:{Path(__file__).parent.parent}"):
        until(lambda: all(any(run.ended for run in turns(home, name)) for name in ("collect", "alerts")))
        done = diembao("--home", home.root, "--lang", "en", "status")
        _, metrics = ask(home, "/metrics")
    assert done.returncode == 1
    for name in ("collect", "alerts"):
        assert f"Job '{name}' failed when it last ran" in done.stdout
        assert f'diembao_job_turns_total{{how="failed",job="{name}"}} 1.0' in metrics


TABLE = '[[job]]\nname = "collect"\ncommand = ["collect"]\nevery_minutes = 10\nok = {ok}\n'


def test_no_schedule_may_name_it_and_old_ones_still_work(tmp_path: Path) -> None:
    for ok in ("[0, 1]", "[0]", "[0, 1, 3]", "[]"):
        (tmp_path / "schedule.toml").write_text(TABLE.format(ok=ok))
        assert load_schedule(tmp_path)[0].name == "collect"
    for ok in ("[0, 1, 70]", "[70]"):
        (tmp_path / "schedule.toml").write_text(TABLE.format(ok=ok))
        with pytest.raises(ConfigError, match="crash"):
            load_schedule(tmp_path)


def test_python_itself_would_say_one() -> None:
    """The reason for all of this."""
    import subprocess

    assert subprocess.run([sys.executable, "-c", "1/0"], capture_output=True, check=False).returncode == 1
