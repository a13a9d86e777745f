"""Fixtures: language, sample press, a home folder that watches it, command line, empty databases of both kinds."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.jobs.people import passwords
from diembao.system.home import Home
from pipeline.i18n.language import use_language
from tests.support.cli import Diembao, run_diembao
from tests.support.forked_runs import add_option, prepare, run
from tests.support.postgres import start_postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from storage.database import Database
    from tests.support.reading_room import ReadingRoom
    from tests.support.register_desk import RegisterDesk

#: Of the tests marked few_on_postgresql, one in this many of those on PostgreSQL is run by the suite.
_OF_THOSE_ON_POSTGRESQL = 4
_USERS_HASHER = passwords._HASHER


def pytest_addoption(parser: pytest.Parser) -> None:
    add_option(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    return run(session)


def pytest_configure(config: pytest.Config) -> None:
    """Let the words of topics.toml decide alone: to encode an article takes longer than most tests.

    Tests of the second opinion take this back.
    """
    os.environ.setdefault("DIEMBAO_ENCODER", "none")
    prepare(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as thorough what the marks of a file leave out of the suite; let its long files begin first.

    A file that began last would run on when the other processes of the suite have nothing left to do.
    """
    number: Counter[tuple[Path, str]] = Counter()

    def leave_out(item: pytest.Item, rule: str, one_in: int) -> None:
        if number[item.path, rule] % one_in:
            item.add_marker(pytest.mark.thorough)
        number[item.path, rule] += 1

    for item in items:
        if mark := item.get_closest_marker("one_in"):
            # Of a function its variants are counted, of a file its tests.
            leave_out(item, item.name.partition("[")[0] if mark in item.own_markers else mark.name, *mark.args)
        if "postgresql" in item.name:
            if item.get_closest_marker("none_on_postgresql"):
                item.add_marker(pytest.mark.thorough)
            elif item.get_closest_marker("few_on_postgresql"):
                leave_out(item, "few_on_postgresql", _OF_THOSE_ON_POSTGRESQL)
    items.sort(key=_seconds_of, reverse=True)


def _seconds_of(item: pytest.Item) -> float:
    mark = item.get_closest_marker("long")
    return float(mark.args[0]) if mark else 0.0


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """Each test begins in the language in which the program does: a command run in this process leaves its own."""
    with use_language("vi"):
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Let a password's hash cost a hundredth; `costly_hashes` is for tests of what one costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def costly_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of passwords cost what they cost users."""
    monkeypatch.setattr(passwords, "_HASHER", _USERS_HASHER)
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session")
def diembao() -> Diembao:
    return run_diembao


@pytest.fixture
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this process are forked from it: for tests that examine pages and are not about the workers."""
    from tests.support.forked_workers import fork_workers, warm_up

    warm_up()
    fork_workers(monkeypatch.setattr)


@pytest.fixture
def served_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this process are forked by the fork server: where threads of it may read modules in meanwhile."""
    from tests.support.cli import fork_server
    from tests.support.served_workers import serve_workers

    serve_workers(fork_server().path, monkeypatch.setattr)


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(datetime.now(UTC)) as opened:
        yield opened


@pytest.fixture(scope="module")
def home(press: Press, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    write_home(made, press.outlets, workers=1)
    return made


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """A real PostgreSQL of this test session; call it for the address of a new database with our tables in it.

    Called with "template0", it gives an empty one.
    """
    from sqlalchemy import create_engine, make_url, text

    from storage.database import open_database

    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    server = start_postgres(lambda: tmp_path_factory.mktemp("postgres"))
    home = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(home, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # What this server stores need not outlive the machine, nor its hundreds of databases be swept by turns.
        for name in ("fsync", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))

    def create(name: str, template: str) -> str:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return home.set(database=name).render_as_string(hide_password=False)

    open_database(create("tables", "template0")).close()
    numbers = iter(range(10**9))
    yield lambda template="tables": create(f"t{next(numbers)}", template)
    engine.dispose()
    server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An SQLite file with our tables in it, of which every new one that a test opens is a copy."""
    from tests.support.new_databases import copy_tables, make_tables

    file = make_tables(tmp_path_factory.mktemp("tables") / "tables.db")
    with pytest.MonkeyPatch.context() as patch:
        copy_tables(file, patch.setattr)
        yield file


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> str:
    """The address of a database with nothing but our tables, once of each kind that the database is kept on."""
    if request.param == "sqlite":
        shutil.copyfile(tables, tmp_path / "t.db")
        return f"sqlite:///{tmp_path / 't.db'}"
    made: str = request.getfixturevalue("postgres")()
    return made


@pytest.fixture
def db(address: str) -> "Iterator[Database]":
    """An open database with nothing but our tables; what a test writes to its audit must verify."""
    from storage.database import open_database

    opened = open_database(address)
    yield opened
    assert opened.audit.verify().is_sound
    opened.close()


def _new_database(request: pytest.FixtureRequest) -> str:
    """Return the address of a new database of the kind that a fixture's parameter names."""
    if request.param == "postgresql":
        made: str = request.getfixturevalue("postgres")()
        return made
    return f"sqlite:///{request.getfixturevalue('tmp_path_factory').mktemp('database') / 't.db'}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_address(request: pytest.FixtureRequest) -> str:
    """The address of a database that the tests of a module share, once of each kind."""
    return _new_database(request)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def desk_address(request: pytest.FixtureRequest) -> str:
    """The address of a database under a browser's desk; on PostgreSQL by make thorough."""
    return _new_database(request)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from tests.support.browsers import CHROMIUM, open_browser

    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def room(module_address: str, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[ReadingRoom]":
    from tests.support.reading_room import reading_room

    with reading_room(tmp_path_factory.mktemp("room"), module_address) as opened:
        yield opened


@pytest.fixture(scope="module")
def register(module_address: str, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[RegisterDesk]":
    from tests.support.register_desk import register_desk

    with register_desk(tmp_path_factory.mktemp("register"), module_address) as opened:
        yield opened
