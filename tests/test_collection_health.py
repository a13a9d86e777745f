"""Whoever says that all is well says it of collection too: status, its JSON and exit code, /readyz and metrics."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from config.schedule import Job
from diembao.service.collection_health import CollectionHealth, collection_health, find_troubles
from diembao.service.health import HealthServer, HealthState
from diembao.system.home import Home
from pipeline.records import CollectionFigures, JobOutcome, SourceStanding
from storage.database import open_database
from tests.support.cli import json_lines, run_inside
from tests.support.polled_press import (
    DAY,
    HOUR,
    NOW,
    UNWELL,
    WELL,
    Press,
    all_of_many_fail,
    all_wait,
    half_fail,
    just_served,
    no_page_came,
    nothing_new,
    one_host_waits,
    only_feed_gone,
)

pytestmark = pytest.mark.one_in(3)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
JOBS = (Job("collect", ("collect", "--due"), every_minutes=10),)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    assert run_inside("--home", folder, "init").returncode == 0
    return Home(folder)


@pytest.fixture
def press(home: Home) -> Iterator[Press]:
    home.database.unlink(missing_ok=True)
    storage = open_database(home.database)
    yield Press(storage)
    storage.close()


def status(home: Home, *words: str, tmp: Path) -> tuple[int, str]:
    clock = tmp / "clock.json"
    clock.write_text(json.dumps({"now": NOW.isoformat(), "steady": 0.0}))
    done = run_inside("--home", home.root, *words, "status", DIEMBAO_CLOCK=str(clock))
    return done.returncode, done.stdout


@pytest.mark.parametrize("case", UNWELL, ids=lambda case: case.__name__)
def test_collection_in_trouble_is_not_well(
    case: Callable[[Press], None], press: Press, home: Home, tmp_path: Path
) -> None:
    case(press)
    text = status(home, "--lang", "en", tmp=tmp_path)
    assert text[0] == 1
    assert text[1].startswith("NOT WELL:")
    code, out = status(home, "--json", tmp=tmp_path)
    [row] = json_lines(out)
    collection = [trouble for trouble in row["troubles"] if "diembao serve" not in trouble]
    assert (code, row["healthy"], row["collection"]["healthy"]) == (1, False, False)
    assert 1 <= len(collection) <= 2, collection


@pytest.mark.parametrize("case", WELL, ids=lambda case: case.__name__)
def test_what_is_no_trouble(case: Callable[[Press], None], press: Press, home: Home, tmp_path: Path) -> None:
    case(press)
    code, out = status(home, "--json", tmp=tmp_path)
    [row] = json_lines(out)
    assert row["collection"]["healthy"] is True
    assert [t for t in row["troubles"] if "diembao serve" not in t] == []
    assert code == (1 if case is just_served else 0), "a service that was started and does not run"


def test_the_screen_says_how_collection_stands(press: Press, home: Home, tmp_path: Path) -> None:
    assert "Thu thập: chưa thu thập lần nào" in status(home, tmp=tmp_path)[1]
    one_host_waits(press)
    code, text = status(home, "--lang", "en", tmp=tmp_path)
    assert code == 0
    assert "All is well." in text
    assert "Collection: 3 of 4 sources can be read; last asked 09:00 20/11" in text
    assert "Báo 0 waits until 19:00 20/11: 1 feeds at s0.example (server asks for fewer requests)" in text


@pytest.mark.parametrize("case", [only_feed_gone, all_of_many_fail, half_fail, all_wait, nothing_new, no_page_came])
def test_on_postgresql_too(case: Callable[[Press], None], postgres: Callable[..., str]) -> None:
    storage = open_database(postgres())
    case(Press(storage))
    [trouble] = collection_health(storage, JOBS, NOW, ZONE).troubles
    assert "diembao" in trouble or "19:00" in trouble
    storage.close()


def standing(asked: int = 1, failing: int = 0, *, held: int = 0, ago: timedelta = HOUR) -> SourceStanding:
    return SourceStanding("s", "Báo", 1, asked, failing, held, NOW + DAY if held else None, NOW - ago, NOW)


@pytest.mark.parametrize(
    ("asked", "failing", "troubles"),
    [
        *((1, 0, 0), (1, 1, 1), (2, 1, 0), (2, 2, 1), (3, 1, 0), (3, 2, 1)),
        *((9, 4, 0), (9, 5, 1), (9, 9, 1), (95, 47, 0), (95, 48, 1)),
    ],
)
def test_shares(asked: int, failing: int, troubles: int) -> None:
    sources = tuple(standing(failing=n < failing) for n in range(asked))
    assert len(find_troubles(CollectionFigures(sources), NOW, ZONE)) == troubles


@pytest.mark.parametrize(("ago", "troubles"), [(23 * HOUR, 0), (24 * HOUR, 1), (9 * DAY, 1)])
def test_standing_still(ago: timedelta, troubles: int) -> None:
    due = SourceStanding("s", "Báo", 1, 1, 0, 0, None, NOW - ago, NOW - ago + HOUR)
    assert len(find_troubles(CollectionFigures((due,)), NOW, ZONE)) == troubles
    not_due = SourceStanding("s", "Báo", 1, 1, 0, 0, None, NOW - ago, NOW)
    assert find_troubles(CollectionFigures((not_due,)), NOW, ZONE) == []


def test_a_monitor_hears_it_over_http(tmp_path: Path) -> None:
    state = HealthState(tmp_path)
    health = HealthServer("127.0.0.1:0", state)

    def ask(path: str) -> tuple[int, str]:
        try:
            with urlopen(health.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    assert ask("/readyz")[0] == 200
    figures = CollectionFigures(tuple(standing(failing=1) for _ in range(3)), new=7)
    state.collection = CollectionHealth(figures, ("None of the 3 sources can be read",))
    code, body = ask("/readyz")
    assert (code, json.loads(body)["collection"]) == (503, ["None of the 3 sources can be read"])
    assert ask("/healthz")[0] == 200, "a restart would mend nothing"
    metrics = ask("/metrics")[1]
    for line in (
        "diembao_ready 0.0",
        "diembao_collection_well 0.0",
        "diembao_sources_failing 3.0",
        "diembao_sources_asked 3.0",
    ):
        assert line in metrics
    state.collection = CollectionHealth(CollectionFigures((standing(),)), ())
    assert ask("/readyz")[0] == 200
    assert "diembao_ready 1.0" in ask("/metrics")[1]
    health.close()


def test_the_jobs_that_collect_are_known_by_their_command(press: Press) -> None:
    press.sources(1)
    press.storage.service.plan_job("sang", NOW - 3 * DAY, "test")
    for command, troubles in ((("collect",), 1), (("run",), 1), (("process",), 0), (("digest",), 0)):
        jobs = [Job("sang", command, every_minutes=10)]
        assert len(collection_health(press.storage, jobs, NOW, ZONE).troubles) == troubles
    assert JobOutcome.PLANNED == "planned"
