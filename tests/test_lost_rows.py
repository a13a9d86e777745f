"""Rows that a PostgreSQL loses with the files of its tables: `db check` tells them, whatever table it is."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from storage.engine.connection import connect
from storage.maintenance.integrity import check_integrity
from tests.support.damaged import change, fill_all
from tests.support.postgres import control, start_postgres

pytestmark = pytest.mark.long(25)

#: Bytes of a page of PostgreSQL.
_PAGE = 8192


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    started = start_postgres(lambda: tmp_path_factory.mktemp("own") / f"postgres-{time.monotonic_ns()}")
    yield started
    started.cleanup()


@pytest.fixture(scope="module")
def sample(server: Any) -> Callable[[], str]:
    """Give a function that makes a database of the server with a few articles in it."""
    home = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    numbers = iter(range(10**9))

    def create(template: str = "filled") -> str:
        name = f"own_{next(numbers)}" if template == "filled" else "filled"
        outside_a_transaction(home.render_as_string(hide_password=False), f"CREATE DATABASE {name} TEMPLATE {template}")
        return home.set(database=name).render_as_string(hide_password=False)

    fill_all(create("template0"))
    return create


def outside_a_transaction(address: str, statement: str) -> None:
    engine = connect(address)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def file_of(server: Any, address: str, table: str) -> Path:
    engine = connect(address)
    with engine.connect() as connection:
        path = connection.execute(text(f"SELECT pg_relation_filepath('{table}')")).scalar_one()
    engine.dispose()
    return Path(str(server.pgdata), str(path))


def damage_files(server: Any, files: dict[Path, bytes]) -> None:
    """Give files of the stopped server another content."""
    control(server, "stop")
    for file, content in files.items():
        file.write_bytes(content)
    control(server, "restart")


#: Tables whose rows others refer to, with their names, and tables of whose rows nothing else tells.
_REFERRED, _ALONE = ("candidates", "sources"), ("polls", "facts", "publication_files")


def test_a_table_whose_file_is_emptied_is_told(server: Any, sample: Callable[[], str]) -> None:
    """A vacuumed table is the worst case: its index answers for rows without looking whether they are there."""
    vacuumed = {name: sample() for name in (*_REFERRED, *_ALONE)}
    others = {name: sample() for name in (_REFERRED[0], _ALONE[0])}
    for address in vacuumed.values():
        outside_a_transaction(address, "VACUUM")
    every = [*vacuumed.items(), *others.items()]
    assert [check_integrity(address) for address in (vacuumed["polls"], others["polls"])] == [[], []]
    damage_files(server, {file_of(server, address, name): b"" for name, address in every})
    for name, address in vacuumed.items():
        problems = [str(problem) for problem in check_integrity(address)]
        assert any(p.startswith(f"{name}: its key knows ") and p.endswith("and 0 are there") for p in problems), (
            problems
        )
        if name in _REFERRED:
            assert any(p.endswith(f"refers to a missing row of {name}") for p in problems), problems
    assert all(check_integrity(address) for address in others.values())


def test_a_page_that_is_gone_is_told(server: Any, sample: Callable[[], str]) -> None:
    cut, emptied = sample(), sample()
    columns = "run_id, candidate_id, at, url, reason, status, note, size"
    files = {}
    for address in (cut, emptied):
        more = f"SELECT n, {columns} FROM fetches, generate_series(90, 200) n WHERE id = 1"
        change(address, f"INSERT INTO fetches (id, {columns}) {more}")
        outside_a_transaction(address, "VACUUM")
        outside_a_transaction(address, "CHECKPOINT")
        assert check_integrity(address) == []
        files[address] = file_of(server, address, "fetches")
    whole = files[cut].read_bytes()
    assert len(whole) >= 2 * _PAGE
    damage_files(server, {files[cut]: whole[:-_PAGE], files[emptied]: bytes(_PAGE) + whole[_PAGE:]})
    for address in (cut, emptied):
        problems = [str(problem) for problem in check_integrity(address)]
        assert any(problem.startswith("fetches: its key knows 117 rows, and ") for problem in problems), problems


def test_a_reference_to_a_lost_row_is_told(postgres: Callable[[], str]) -> None:
    address = postgres()
    fill_all(address)
    change(address, "ALTER TABLE fetches DISABLE TRIGGER ALL")
    change(address, "UPDATE fetches SET candidate_id = 77 WHERE id = 2")
    [problem] = check_integrity(address)
    assert str(problem) == "row 2 of fetches refers to a missing row of candidates"


def test_rows_that_were_deleted_are_not_lost(postgres: Callable[[], str]) -> None:
    address = postgres()
    fill_all(address)
    change(address, "DELETE FROM fetches WHERE id < 4")
    change(address, "UPDATE polls SET note = 'x'")
    engine = connect(address)
    with engine.begin() as writer:
        writer.execute(text("DELETE FROM fetches"))
        assert check_integrity(address) == []
    engine.dispose()
    outside_a_transaction(address, "VACUUM")
    assert check_integrity(address) == []


def test_after_a_page_that_cannot_be_read_the_check_goes_on(server: Any, sample: Callable[[], str]) -> None:
    address = sample()
    change(address, "UPDATE versions SET title = 'Bàj' WHERE id = 2")
    outside_a_transaction(address, "CHECKPOINT")
    damage_files(server, {file_of(server, address, "facts"): b"\xfe" * _PAGE})
    problems = [str(problem) for problem in check_integrity(address)]
    assert any("cannot be read" in problem for problem in problems), problems
    assert not any("transaction is aborted" in problem for problem in problems), problems
    assert any("row versions 2" in problem for problem in problems), problems
