"""`python -m benchmarks.desk_soak`: the desk under writers, kills and guesses, on SQLite and on PostgreSQL.

40 writers with 50 decisions each at once, the audit verified and bits of it changed; the desk killed with -9 50 times
while browsers send forms; 10,000 attempts to sign in. Ends with 1 if anything was lost, doubled or not named.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from argon2 import PasswordHasher
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from diembao.jobs.people import passwords
from pipeline.records.accounts import NewAccount
from storage.database import open_database
from tests.support.desk import COMMAND, MORNING
from tests.support.postgres import start_postgres
from tests.support.stress.desk_guesses import guess
from tests.support.stress.desk_kill import kill_desk
from tests.support.stress.desk_writers import unnamed_bits, write_at_once

_WRITERS, _DECISIONS, _KILLS, _BITS, _GUESSES = 40, 50, 50, 200, 10_000
_PASSWORD = "tràng giang bốn mùa ngựa"
#: Attempts of one place that may cost a hash in 42 minutes, beside the one that each of a thousand places has.
_OF_ONE_PLACE = 60


def main(words: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--kills", type=int, default=_KILLS)
    parser.add_argument("--guesses", type=int, default=_GUESSES)
    asked = parser.parse_args(words)
    table = Table("", *(kind for kind in ("SQLite", "PostgreSQL") if asked.only in (None, kind.lower())))
    columns: list[list[str]] = []
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if asked.only != "postgresql":
            addresses = [f"sqlite:///{folder / f'{name}.db'}" for name in ("writers", "kills", "guesses")]
            failed += _play(folder / "sqlite", addresses, asked, columns)
        if asked.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            server = start_postgres(lambda: folder / "postgres")
            try:
                failed += _play(folder / "postgresql", _created(server.get_uri()), asked, columns)
            finally:
                server.cleanup()
    for row in zip(*columns, strict=True):
        table.add_row(row[0].partition("|")[0], *(cell.partition("|")[2] for cell in row))
    Console(width=120).print(table)
    return int(failed > 0)


def _created(uri: str) -> list[str]:
    """Make three empty databases; return their addresses."""
    home = make_url(uri).set(drivername="postgresql+psycopg")
    names = ("writers", "kills", "guesses")
    engine = create_engine(home, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return [home.set(database=name).render_as_string(hide_password=False) for name in names]


def _play(folder: Path, addresses: Sequence[str], asked: argparse.Namespace, columns: list[list[str]]) -> int:
    """Add the column of one kind of database, cells as 'head|value'; return how many problems there were."""
    folder.mkdir()
    written = write_at_once(addresses[0], _WRITERS, _DECISIONS)
    print(f"{folder.name}: {written.told} decisions in {written.seconds:.0f} s, {written.problems[:5]}", flush=True)
    missed = unnamed_bits(addresses[0], _BITS, seed=1)
    killed = kill_desk(folder, addresses[1], asked.kills, seed=1)
    print(f"{folder.name}: {killed.kills} kills, {killed.told} forms told, {killed.problems[:5]}", flush=True)
    guesses, entered = _guess(addresses[2], asked.guesses)
    columns.append(
        [
            f"decisions told, by {_WRITERS} writers at once|{written.told:,} in {written.seconds:.0f} s",
            f"clashes and waits for the database, decided again|{written.clashes:,} and {written.busy:,}",
            f"decisions lost, doubled, without their audit entry|{len(written.problems)}",
            f"audit entries that verify|{written.entries:,}",
            f"cells of the audit with one bit changed, not named|{len(missed)} of {_BITS}",
            f"kills of the desk with -9|{killed.kills}",
            f"forms told as done, decisions among them|{killed.told:,}, {killed.decisions:,}",
            f"forms sent again|{killed.again:,}",
            f"forms lost, done twice|{killed.lost}, {killed.twice}",
            f"audit entries that verify after the kills|{killed.entries:,}",
            f"attempts to sign in, of which cost a hash|{asked.guesses:,}, {guesses:,}",
            f"attempts that got in, sign-ins of the owner refused|{entered}",
        ]
    )
    problems = [*written.problems, *missed, *killed.problems]
    print(*problems[:20], sep="\n", flush=True)
    too_many = int(guesses > asked.guesses // 10 + _OF_ONE_PLACE)
    failed: int = len(problems) + killed.lost + killed.twice + too_many + (entered != "0, 0")
    return failed


def _guess(address: str, count: int) -> tuple[int, str]:
    """Return how many guesses cost a hash, and in words how many got in and how often the owner did not."""
    # A hundredth of a hash's cost: what counts is how many there are.
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    storage = open_database(address)
    account = storage.accounts.create(NewAccount("lan", "reviewer"), COMMAND, MORNING)
    storage.accounts.set_password(account.id, passwords.hash_password(_PASSWORD), COMMAND, MORNING)
    found = guess(storage, b"k" * 32, account, _PASSWORD, MORNING, count)
    storage.close()
    return found.hashed, f"{found.entered}, {found.owner_refused}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
