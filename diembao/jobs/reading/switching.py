"""Sources paused and resumed by a person at the desk.

A source is switched in sources.toml, where `diembao source pause` switches it too and from where every collection takes
it: a state beside the file would be configuration in two places, of which one would win unseen. The file is written
while a transaction of the database is open that switches the stored source and appends the audit entry; where the file
cannot be written nothing is stored, and where the transaction cannot be committed the file is put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.system.files import write_atomically
from pipeline.errors import DiembaoError
from pipeline.records.audit import Actor, AuditEvent

if TYPE_CHECKING:
    from datetime import datetime

    from diembao.system.home import Home
    from pipeline.records import Source
    from storage.database import Database

#: Seconds to wait for another program that writes sources.toml.
_LOCK_WAIT = 5


class UnknownSource(DiembaoError, LookupError):
    """No source of this id is in sources.toml."""


def switch_source(storage: Database, home: Home, id: str, enabled: bool, *, actor: Actor, at: datetime) -> Source:
    """Switch a source on or off; return it as it was before. Nothing is stored where it is as wanted already.

    Raises UnknownSource, ConfigError where the file cannot be changed safely, HomeInUse, OSError and StorageError.
    """
    from config.source_editor import with_enabled
    from config.sources import load_sources

    path = home.config / "sources.toml"
    with home.lock("source", wait=_LOCK_WAIT):
        source = next((one for one in load_sources(home.config) if one.id == id), None) if path.exists() else None
        if source is None:
            raise UnknownSource(id)
        if source.enabled == enabled:
            return source
        before = path.read_bytes()
        changed = with_enabled(str(path), path.read_text("utf-8-sig"), id, enabled).encode()
        event = AuditEvent(
            "source.resumed" if enabled else "source.paused",
            "source",
            id,
            {"enabled": source.enabled},
            {"enabled": enabled},
            actor,
            at,
        )
        try:
            storage.crawl.switch_source(id, enabled, event, lambda: write_atomically(path, changed))
        except BaseException:
            if path.read_bytes() != before:
                write_atomically(path, before)
            raise
        return source
