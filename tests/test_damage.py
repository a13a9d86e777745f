"""Damaged rows: none costs more than itself in what is made of the rest."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.i18n.notices import set_listener
from storage.database import open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import copy, restore
from storage.maintenance.integrity import check_integrity
from tests.support.cli import CommandResult, json_lines, run_inside
from tests.support.damaged import change, copied_home, fill_one, made_home
from tests.support.filled import fill, quiet

pytestmark = [pytest.mark.one_in(3), pytest.mark.long(12)]

made = pytest.fixture(scope="module")(made_home)
home = pytest.fixture(copied_home)


#: Damage of one article of six → the statement.
ONE_BAD = {
    "no UTF-8": "UPDATE versions SET article = CAST(x'7b22ff227d' AS TEXT) WHERE id = 2",
    "UTF-8 cut in a title": (
        "UPDATE versions SET article = CAST(replace(CAST(article AS BLOB), x'c3a0', x'c3') AS TEXT) WHERE id = 2"
    ),
    "no JSON": "UPDATE versions SET article = '{\"url\": ' WHERE id = 2",
    "JSON of another shape": "UPDATE versions SET article = '[1, 2]' WHERE id = 2",
    "JSON null": "UPDATE versions SET article = 'null' WHERE id = 2",
    "a field less": "UPDATE versions SET article = json_remove(article, '$.title') WHERE id = 2",
    "tags without JSON": "UPDATE taggings SET tags = substr(tags, 1, 20) WHERE id = 2",
    "tags of another shape": "UPDATE taggings SET tags = '{}' WHERE id = 2",
    "no time of first sight": (
        "UPDATE items SET first_seen = '2026-03-02 0x:00:00' WHERE key = (SELECT item_key FROM versions WHERE id = 2)"
    ),
}


def left_out(done: CommandResult) -> bool:
    return done.returncode == 1 and "Left out, because it is damaged: article" in done.stderr


@pytest.fixture(params=ONE_BAD.values(), ids=list(ONE_BAD))
def damaged(request: pytest.FixtureRequest, home: Path) -> Path:
    change(f"sqlite:///{home / 'diembao.db'}", request.param)
    return home


def run(home: Path, *words: str | Path) -> CommandResult:
    return run_inside("--home", home, "--lang", "en", *words)


def test_json_lines_go_on(damaged: Path) -> None:
    done = run(damaged, "export", damaged / "x.jsonl")
    assert left_out(done), done
    assert len((damaged / "x.jsonl").read_text("utf-8").splitlines()) == 5


def test_the_digest_goes_on(damaged: Path) -> None:
    done = run(damaged, "digest", "--day", "2026-03-03", "--form", "md", "--out", damaged)
    assert left_out(done), done
    [file] = damaged.glob("*.md")
    whole = file.read_text("utf-8")
    assert [n for n in range(1, 7) if f"Bài {n}" in whole] == [1, 3, 4, 5, 6]


def test_a_digest_is_published(damaged: Path) -> None:
    done = run(damaged, "publish", "--day", "2026-03-03")
    assert left_out(done), done
    storage = open_database(damaged / "diembao.db")
    published = storage.publications.latest(date(2026, 3, 3))
    assert published is not None
    assert len(published.items) == 5
    storage.close()


def test_a_search_goes_on(damaged: Path, request: pytest.FixtureRequest) -> None:
    done = run(damaged, "--json", "search", "bài", "--by", "relevance")
    # Damaged tags hide no hit: what a list shows of them was written beside the index before the damage.
    are_tags = "tags" in request.node.callspec.id
    assert left_out(done) is not are_tags, done
    assert len(json_lines(done.stdout)) == (6 if are_tags else 5)


def test_a_table_goes_on(damaged: Path) -> None:
    run(damaged, "export", damaged / "x.csv")  # its rows were made before the damage
    assert len((damaged / "x.csv").read_text("utf-8").splitlines()) in (6, 7)
    assert run(damaged, "export", damaged / "x.xlsx").returncode == 0
    done = run(damaged, "export", damaged / "x.jsonl")
    assert left_out(done), done


def test_a_backup_is_made_and_restored(damaged: Path) -> None:
    done = run(damaged, "db", "backup", damaged / "kept" / "b.db")
    assert (damaged / "kept" / "b.db").is_file(), done
    live = damaged / "live.db"
    restore(damaged / "kept" / "b.db", f"sqlite:///{live}", quiet)
    assert check_integrity(f"sqlite:///{live}") == check_integrity(f"sqlite:///{damaged / 'diembao.db'}") != []


def test_the_check_names_it(damaged: Path) -> None:
    done = run(damaged, "db", "check")
    assert done.returncode == 1
    assert "2" in done.stderr


@pytest.mark.parametrize("statement", [ONE_BAD["no UTF-8"], ONE_BAD["no JSON"]])
def test_a_damaged_row_is_not_copied_to_postgresql(statement: str, home: Path, postgres: Callable[[], str]) -> None:
    address = f"sqlite:///{home / 'diembao.db'}"
    change(address, statement)
    with pytest.raises(StorageError, match="row versions 2 is damaged"):
        copy(address, postgres(), quiet)


@pytest.mark.one_in(9)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sources SET name = CAST(x'42e1bb' AS TEXT)",
        "UPDATE candidates SET entry = '{' WHERE id = 2",
        "UPDATE candidates SET entry = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE runs SET counts = CAST(x'ff' AS TEXT)",
        "UPDATE polls SET note = CAST(x'ff' AS TEXT)",
        "UPDATE fetches SET url = CAST(x'68747470ff' AS TEXT) WHERE id = 2",
        "UPDATE facts SET kind = CAST(x'61ff' AS TEXT)",
        "UPDATE facts SET kind = 'a'",
        "UPDATE listings SET cells = CAST(x'61ff' AS TEXT)",
        "UPDATE listings SET cells = 'không có dấu phân cách'",
        "UPDATE publications SET items = '{'",
        "UPDATE publications SET title = CAST(x'ff' AS TEXT)",
        "UPDATE decisions SET note = CAST(x'ff' AS TEXT)",
        "UPDATE documents SET entry = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE documents SET body = x'789c01' WHERE id = 2",
        "UPDATE versions SET fingerprint = x'01' WHERE id = 2",
        "UPDATE fetches SET reason = 'oj' WHERE id = 2",
        "UPDATE polls SET reason = 'oj'",
        "UPDATE documents SET reason = 'no_texu' WHERE id = 2",
        "UPDATE candidates SET reason = 'oj', outcome = 'waitinh' WHERE id = 2",
        "INSERT INTO job_runs (job, due, started, ended, how, late_seconds, said, server) VALUES "
        "('digest', '2026-03-02 06:15:00', '2026-03-02 06:15:00', '2026-03-02 06:15:00', 'donf', 0, '', 'x')",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("ledger", "--day", "2026-03-02"),
        ("digest", "--day", "2026-03-03", "--form", "html", "--out", "{home}"),
        ("export", "{home}/x.csv"),
        ("export", "{home}/x.jsonl"),
        ("search", "bài"),
        ("db", "backup", "{home}/kept/b.db"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_damage_anywhere_ends_no_reader(words: tuple[str, ...], statement: str, home: Path) -> None:
    change(f"sqlite:///{home / 'diembao.db'}", statement)
    done = run(home, *(word.replace("{home}", str(home)) for word in words))
    assert done.returncode in (0, 1)


def test_a_damaged_page_is_unreadable_and_the_others_are_read(address: str) -> None:
    storage = open_database(address)
    fill(storage, range(2))
    storage.close()
    storage = open_database(address)
    fill_one(storage)
    body = "x'789c01'" if address.startswith("sqlite") else "'\\x789c01'::bytea"
    change(address, f"UPDATE documents SET body = {body} WHERE outcome = 'waiting'")
    assert storage.articles.pending_documents(10) == []
    assert storage.articles.pending_count() == 0, "it waits no longer"
    assert sum(storage.articles.unreadable_reasons().values()) == 1
    storage.close()


@pytest.fixture(autouse=True)
def _no_listener() -> None:
    set_listener(None)
