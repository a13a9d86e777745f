"""Whole articles from real sites whose addresses lie or move: collected and processed, each is one item.

All outlets are watched by one home, so that one crawl serves every case; each case looks at its own outlet.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.records import Item, LedgerEntry
from pipeline.text.urls import normalise_url
from storage.database import open_database
from storage.maintenance.integrity import check_integrity
from tests.support.cli import json_lines, run_diembao, run_inside
from tests.support.identity_cases import CASES, EDITED, OLD
from tests.support.moving_press import Outlet, write_home

# Four rounds over 41 small sites: 40 s on a machine of one's own, several times that on a shared one.
pytestmark = [pytest.mark.long(20), pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Outcome:
    """What the database holds of one outlet."""

    home: str
    items: Sequence[Item]
    links: Sequence[LedgerEntry]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    outlets = {name: Outlet(f"o{n}", case.stages) for n, (name, case) in enumerate(CASES.items())}
    for outlet in outlets.values():
        outlet.site.__enter__()
    home = write_home(tmp_path_factory.mktemp("home"), outlets.values())
    clock = home.root / "clock.json"
    stages = max(len(case.stages) for case in CASES.values())
    began = datetime.now(UTC)
    for stage in range(stages + 1):
        for outlet in outlets.values():
            outlet.show(stage)
        # Two hours pass before the last round, in which pages are looked at again.
        at = datetime.now(UTC) if stage < stages else began + timedelta(hours=2)
        clock.write_text(json.dumps({"now": at.isoformat(), "steady": stage * 60.0}))
        for command in ("collect", "process"):
            done = run_diembao("--home", home.root, command, env={"DIEMBAO_CLOCK": str(clock)})
            assert done.returncode in (0, 1), done.stderr
        _store_outcomes(home.database, outlets, stage)
    storage = open_database(home.database)
    assert check_integrity(f"sqlite:///{home.database}") == []
    ledger = list(storage.crawl.ledger(began - timedelta(days=1), began + timedelta(days=1)))
    items = list(storage.articles.items())
    yield {
        name: Outcome(
            outlet.site.home,
            [item for item in items if item.source_id == outlet.id],
            [entry for entry in ledger if entry.source_id == outlet.id],
        )
        for name, outlet in outlets.items()
    }
    storage.close()
    for outlet in outlets.values():
        outlet.site.__exit__(None, None, None)


#: Number of items of each outlet after each round, by its id.
_COUNTS: dict[str, list[int]] = {}
_HOME: list[Path] = []


def _store_outcomes(database: Path, outlets: dict[str, Outlet], stage: int) -> None:
    storage = open_database(database)
    items = list(storage.articles.items())
    storage.close()
    _HOME[:] = [database.parent]
    for name, outlet in outlets.items():
        _COUNTS.setdefault(name, []).append(sum(item.source_id == outlet.id for item in items))


@pytest.mark.parametrize("name", CASES)
def test_every_article_is_one_item(name: str, outcomes: dict[str, Outcome]) -> None:
    case, outcome = CASES[name], outcomes[name]
    assert sorted(item.article.title for item in outcome.items) == sorted(case.titles)
    # At every moment, not only in the end.
    assert set(_COUNTS[name]) == {len(case.titles)}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.shown])
def test_it_is_shown_under_its_own_address(name: str, outcomes: dict[str, Outcome]) -> None:
    case, outcome = CASES[name], outcomes[name]
    [item] = [item for item in outcome.items if item.article.title == case.titles[0]]
    assert item.article.canonical == outcome.home[:-1] + case.shown


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.paths])
def test_every_address_leads_to_it(name: str, outcomes: dict[str, Outcome]) -> None:
    case, outcome = CASES[name], outcomes[name]
    [item] = [item for item in outcome.items if item.article.title == case.titles[0]]
    storage = open_database(_HOME[0] / "diembao.db")
    addresses = [normalise_url(outcome.home[:-1] + path) for path in case.paths]
    entries = storage.crawl.ledger_entries(addresses)
    storage.close()
    assert {entries[address].item for address in addresses} == {item.key}


@pytest.mark.parametrize("name", ["moved twice", "old address gone, same guid", "ref", "slash at the end"])
def test_commands_find_it_by_every_address(name: str, outcomes: dict[str, Outcome], tmp_path: Path) -> None:
    case, outcome = CASES[name], outcomes[name]
    [item] = [item for item in outcome.items if item.article.title == case.titles[0]]
    addresses = [outcome.home[:-1] + path for path in case.paths]
    for address in addresses:
        [hit] = json_lines(run_inside("--home", _HOME[0], "--json", "search", address).stdout)
        assert hit["item"] == item.key
        [history] = json_lines(run_inside("--home", _HOME[0], "--json", "item", address).stdout)
        assert history["item"]["key"] == item.key
    against = tmp_path / "list.txt"
    against.write_text("\n".join(addresses), "utf-8")
    rows = [
        row["recall"]
        for row in json_lines(run_inside("--home", _HOME[0], "--json", "recall", "--against", against).stdout)
    ]
    assert [(row["verdict"], row["item"]) for row in rows] == [("coverage", item.key)] * len(addresses)


def test_explain_falls_back_to_the_stored_text(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["old address gone, same guid"]
    done = run_diembao("--home", _HOME[0], "--json", "explain", outcome.home[:-1] + OLD)
    assert done.returncode == 0, done.stderr
    assert EDITED in done.stdout
