"""Whether what a job of the day is for has been done, by plain SQL, the folder of digests and the mailbox."""

import sqlite3
from collections.abc import Set
from pathlib import Path

import psycopg

from tests.support.stress.stores import Store


def is_done(job: str, store: Store, offered: Set[str], digest: Path, letters: int) -> bool:
    """Return whether the work of collect, process, digest or send is done; False where the database cannot be read.

    What counts is the work and not the disk: with the database on another machine, a full disk of the home folder
    keeps a job from its work only if it writes a file. `offered`: addresses of all articles that feeds list;
    `digest`: file of today's; `letters`: how many times the list that got the fewest got it.
    """
    try:
        asked = {url for (url,) in store.rows("SELECT url FROM candidates WHERE outcome <> 'waiting'")}
        [(unread,)] = store.rows("SELECT count(*) FROM documents WHERE outcome = 'waiting'")
    except (sqlite3.Error, psycopg.Error):
        return False
    done = {"collect": offered <= asked, "process": unread == 0, "digest": digest.is_file(), "send": letters > 0}
    return done[job]
