"""diembao matter: the same steps as at the desk, by who is named; a term that cannot be counted is told."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from diembao.system.home import Home
from pipeline.records.accounts import NewAccount
from storage.database import open_database
from tests.support.cli import run_diembao
from tests.support.clocks import clock_at
from tests.support.desk import COMMAND, MORNING, store_day, written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("home")
    assert run_diembao("--home", root, "init").returncode == 0
    storage = open_database(Home(root).database)
    keys = store_day(storage, [written("x"), written("y")])
    storage.accounts.create(NewAccount("lan", "reviewer", "Lan"), COMMAND, MORNING)
    storage.accounts.create_department("so-y-te", "Sở Y tế", "", COMMAND, MORNING)
    storage.close()
    return root, keys["x"]


def test_a_matter_is_opened_answered_and_closed_by_commands(made: tuple[Path, str], tmp_path: Path) -> None:
    root, key = made
    clock = clock_at(tmp_path, datetime.fromisoformat("2026-09-01T23:59:00+07:00"))

    def matter(*words: str, code: int = 0) -> str:
        result = run_diembao("--home", root, "matter", *words, env={"DIEMBAO_CLOCK": str(clock)})
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    def row(*words: str) -> dict[str, object]:
        result = run_diembao("--home", root, "--json", "matter", *words, env={"DIEMBAO_CLOCK": str(clock)})
        assert result.returncode == 0, result.stderr
        found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
        return found

    # 2 September is off: fifteen working days from 3 September on
    opened = row("open", key, "--kind", "opinion", "--who", "Lan", "--unit", "so-y-te")
    assert (opened["due"], opened["state"], opened["unit"]) == ("2026-09-23", "assigned", "so-y-te")
    number = str(opened["id"])
    assert "so-y-te" in matter("list")
    assert matter("list", "--overdue") == ""
    assert "Bài x" in matter("show", number)
    assert "lý do" in matter("step", number, "drop", "--who", "Lan", code=2)
    assert "so-la" in matter("step", number, "assign", "--unit", "so-la", "--who", "Lan", code=2)
    assert row("step", number, "answer", "--text", "Đã kiểm tra", "--who", "Lan")["state"] == "answered"
    assert "báo chí" in matter("step", number, "close", "--who", "Lan", code=2)
    assert row("step", number, "close", "--result", "Báo A đã đăng", "--who", "Lan")["state"] == "closed"
    told = row("show", number)
    assert [step["who"] for step in told["steps"]] == ["Lan"] * 3  # type: ignore[attr-defined, index]
    assert "trạng thái" in matter("step", number, "begin", "--who", "Lan", code=2)
    again = ("step", number, "reopen", "--reason", "báo nêu lại", "--who", "Lan")
    reopened = row(*again, "--due", "2026-12-20")
    assert (reopened["state"], reopened["due"], reopened["settled_at"]) == (
        "preparing",
        "2026-12-20",
        told["settled_at"],
    )


def test_units_take_part_until_a_command_says_otherwise(made: tuple[Path, str]) -> None:
    root, key = made
    storage = open_database(Home(root).database)
    for handle in ("so-a", "so-b", "so-c"):
        storage.accounts.create_department(handle, handle, "", COMMAND, MORNING)
    storage.close()

    def units(*words: str) -> tuple[object, object]:
        result = run_diembao("--home", root, "--json", "matter", *words, "--who", "Lan")
        assert result.returncode == 0, result.stderr
        row = json.loads(result.stdout.splitlines()[-1])
        return row["unit"], row["taking_part"]

    both = ("--with", "so-b", "--with", "so-c")
    assert units("open", key, "--kind", "other", "--unit", "so-a", *both) == ("so-a", ["so-b", "so-c"])
    storage = open_database(Home(root).database)
    number = str(storage.register.matters(limit=1)[0].id)
    storage.close()
    step = ("step", number, "assign", "--unit")
    assert units(*step, "so-y-te") == ("so-y-te", ["so-b", "so-c"])
    assert units(*step, "so-b") == ("so-b", ["so-c"]), "a unit in charge does not take part besides"
    assert units(*step, "so-b", "--with", "so-a") == ("so-b", ["so-a"])
    result = run_diembao("--home", root, "matter", *step, "so-b", "--with", "so-a", "--alone", "--who", "Lan")
    assert result.returncode == 2
    assert "--alone" in result.stderr
    assert units(*step, "so-b", "--alone") == ("so-b", [])


def test_what_cannot_be_opened_is_told(made: tuple[Path, str], tmp_path: Path) -> None:
    root, key = made
    clock = clock_at(tmp_path, datetime.fromisoformat("2026-12-20T08:00:00+07:00"))

    def refused(*words: str) -> str:
        result = run_diembao("--home", root, "matter", *words, "--who", "Lan", env={"DIEMBAO_CLOCK": str(clock)})
        assert result.returncode == 2
        return result.stderr

    assert "2027" in refused("open", key, "--kind", "opinion")
    assert "khongco" in refused("open", "khongco", "--kind", "opinion")
    assert refused("open", key, "--kind", "lạ")
    assert refused("open", key, "--kind", "complaint")
    done = run_diembao(
        "--home", root, "matter", "open", key, "--kind", "opinion", "--due", "2027-01-12", "--who", "Lan"
    )
    assert done.returncode == 0, done.stderr
