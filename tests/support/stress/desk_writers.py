"""Many writers of decisions at once, in several processes: nothing may be lost or doubled, and the audit must verify.

    python -m tests.support.stress.desk_writers ADDRESS FIRST COUNT DECISIONS

Each writer decides on articles that the others decide on too, by the version that it saw, and after a clash again.
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Executable, Table, func, select, text, update
from sqlalchemy.exc import IntegrityError

from config.rulebook import load_rulebook
from diembao.jobs.review.acts import act
from pipeline.records.accounts import NewAccount
from pipeline.records.audit import Actor
from pipeline.records.reviews import ActResult, Review, ReviewAct, ReviewKind
from pipeline.rules.rulebook import Rulebook
from storage.audit.verify import verify_chain
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from storage.schema.audit import audit_entries, audit_people
from storage.schema.core import items
from storage.schema.reviews import review_actions, reviews
from tests.support.desk import COMMAND, MORNING, store_day, written
from tests.support.forked_processes import Popen

#: Articles on which all decide, and writers of one process.
_ARTICLES, _OF_A_PROCESS = 30, 10
_ACTS: tuple[tuple[ReviewKind, str], ...] = (
    ("approve", ""), ("reject", "minor"), ("reject", "old"), ("tone", "negative"), ("tone", "positive"), ("star", "1"),
    ("star", ""), ("grade", "mention"),
)  # fmt: skip


@dataclass(slots=True)
class Written:
    """What writers did, and what is wrong in the database afterwards."""

    #: decisions that were answered with their number
    told: int = 0
    clashes: int = 0
    #: decisions refused because the database was busy, and made again
    busy: int = 0
    #: entries of the audit
    entries: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def write_at_once(address: str, writers: int, decisions: int, popen: Popen = subprocess.Popen) -> Written:
    """Let so many writers make so many decisions each in an empty database; return what came of it.

    `popen` starts the writers' processes.
    """
    storage = open_database(address)
    keys = store_day(storage, [written(f"w{n}") for n in range(_ARTICLES)])
    names = [storage.accounts.create(NewAccount(f"w{n}", "reviewer"), COMMAND, MORNING).id for n in range(writers)]
    began = storage.audit.head().seq
    command = [sys.executable, "-m", "tests.support.stress.desk_writers", address]
    start = time.monotonic()
    processes = [
        popen(
            [*command, str(names[first]), str(min(_OF_A_PROCESS, writers - first)), str(decisions)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in range(0, writers, _OF_A_PROCESS)
    ]
    found, told = Written(), list[tuple[int, int, str]]()
    for process in processes:
        said = json.loads(process.communicate(timeout=900)[0])
        found.clashes += said["clashes"]
        found.busy += said["busy"]
        found.problems += said["failed"]
        told += [tuple(one) for one in said["told"]]
    found.seconds = time.monotonic() - start
    found.told = len(told)
    found.entries = storage.audit.head().seq - began
    found.problems += _problems(storage, list(keys.values()), told, names, decisions, found.entries)
    storage.close()
    return found


def _problems(
    storage: Database,
    keys: list[str],
    told: list[tuple[int, int, str]],
    names: list[int],
    decisions: int,
    entries: int,
) -> list[str]:
    """Return what differs between what writers were told and what is stored."""
    problems: list[str] = []
    if len(told) != len(names) * decisions:
        problems.append(f"{len(told)} decisions were told instead of {len(names) * decisions}")
    with storage.reviews._reading() as connection:
        rows = connection.execute(select(review_actions.c.id, review_actions.c.account)).all()
        versions = pairs(connection, select(reviews.c.item_key, reviews.c.version))
        actors = pairs(
            connection,
            select(audit_entries.c.account, func.count())
            .where(audit_entries.c.action.startswith("review."))
            .group_by(audit_entries.c.account),
        )
    stored, said = Counter((row.id, row.account) for row in rows), Counter((number, who) for number, who, _ in told)
    problems += [f"lost: {one}" for one in said - stored] + [f"doubled or not told: {one}" for one in stored - said]
    on = Counter(key for _, _, key in told)
    problems += [
        f"{key} has version {versions.get(key, 0)} after {on[key]} decisions"
        for key in keys
        if versions.get(key, 0) != on[key]
    ]
    problems += [f"audit: {actors.get(who, 0)} entries of {who}" for who in names if actors.get(who, 0) != decisions]
    if entries != len(told):
        problems.append(f"audit: {entries} entries of {len(told)} decisions")
    if (fault := storage.audit.verify().fault) is not None:
        problems.append(f"audit entry {fault.seq}: {fault.why}")
    return problems


def pairs(connection: Connection, query: Executable) -> dict[Any, Any]:
    """Return the rows of a query with two columns as a dictionary."""
    return dict(tuple(row) for row in connection.execute(query))


def work(address: str, first: int, count: int, decisions: int) -> dict[str, Any]:
    """Decide in `count` threads, each with a connection of its own, as accounts from `first` on."""
    rules = load_rulebook(None)
    done: dict[str, Any] = {"told": [], "clashes": 0, "busy": 0, "failed": []}
    lock = threading.Lock()

    def decide(account: int) -> None:
        try:
            told, clashes, busy = _decide(address, account, decisions, rules)
        except Exception as error:
            done["failed"].append(f"writer {account}: {type(error).__name__}: {error}")
            return
        with lock:
            done["told"] += told
            done["clashes"] += clashes
            done["busy"] += busy

    threads = [threading.Thread(target=decide, args=(account,)) for account in range(first, first + count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def _decide(address: str, account: int, decisions: int, rules: Rulebook) -> tuple[list[tuple[int, int, str]], int, int]:
    """Return (number, account, article) of each decision that was told, and how many clashed or met a busy database."""
    storage, dice = open_database(address), random.Random(account)
    actor = Actor(account, f"w{account}", "127.0.0.1", "desk")
    with storage.reviews._reading() as connection:
        keys = list(connection.execute(select(items.c.key).order_by(items.c.key)).scalars())
    told: list[tuple[int, int, str]] = []
    clashes = busy = 0
    while len(told) < decisions:
        key, (kind, value) = dice.choice(keys), dice.choice(_ACTS)
        try:
            seen = storage.reviews.reviews([key]).get(key) or Review(key)
            at = MORNING + timedelta(seconds=len(told))
            result = act(storage, actor, ReviewAct(kind, (key,), value, expected={key: seen.version}), at, rules)
        except StorageError as error:
            if not error.may_pass:
                raise
            busy += 1
            continue
        if not isinstance(result, ActResult):
            clashes += 1
        elif result.action:
            told.append((result.action, account, key))
    storage.close()
    return told, clashes, busy


def unnamed_bits(address: str, count: int, seed: int) -> list[str]:
    """Change the lowest bit of so many cells of the audit drawn by `seed`, one at a time; return those not named."""
    engine, dice, missed = connect(address), random.Random(seed), list[str]()
    with engine.connect() as connection:
        last = int(connection.execute(select(func.max(audit_entries.c.seq))).scalar_one())
    for _ in range(count):
        table: Table = dice.choice((audit_entries, audit_people))
        name = dice.choice([c.name for c in table.columns if not c.primary_key])
        seq = dice.randint(1, last)
        with engine.connect() as connection:
            transaction = connection.begin()
            _drop_guards(connection)
            present = connection.execute(select(table.c[name]).where(table.c.seq == seq)).scalars().first()
            changed = {name: _one_bit_off(present)}
            try:
                connection.execute(update(table).where(table.c.seq == seq).values(**changed))
            except IntegrityError:
                transaction.rollback()  # a check of the database itself: no such change is possible
                continue
            fault = verify_chain(connection).fault
            transaction.rollback()
        if fault is None or fault.seq != seq:
            missed.append(f"{table.name}.{name} of {seq}: {fault}")
    engine.dispose()
    return missed


def _drop_guards(connection: Connection) -> None:
    """Do what an attacker with all rights does first; it is undone with the transaction."""
    if connection.dialect.name == "postgresql":
        for table in ("audit_entries", "audit_people", "audit_head"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(text("PRAGMA ignore_check_constraints = ON"))


def _one_bit_off(value: Any) -> Any:
    if value is None:
        return 1
    if isinstance(value, int):
        return value ^ 1
    return chr(ord(value[0]) ^ 1) + value[1:] if value else "a"


if __name__ == "__main__":
    print(json.dumps(work(sys.argv[1], *map(int, sys.argv[2:5]))))
