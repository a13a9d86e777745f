"""Sources paused and resumed by a person, at the desk or by `diembao source pause` and `resume`.

A source is switched in sources.toml, from where every collection takes it: a state beside the file would be
configuration in two places, of which one would win unseen. The audit entry is committed before the file is written: a
program that is killed between them leaves an entry that tells what was ordered, and never a switched source of which
the audit knows nothing. Where the file cannot be written, a second entry says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.system.files import write_atomically
from pipeline.errors import DiembaoError
from pipeline.records.audit import Actor, AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from diembao.system.home import Home
    from pipeline.records import Source
    from storage.database import Database

#: Seconds to wait for another program that writes sources.toml.
_LOCK_WAIT = 5


class UnknownSource(DiembaoError, LookupError):
    """No source of this id is in sources.toml."""


def switch_source(storage: Database, home: Home, id: str, enabled: bool, *, actor: Actor, at: datetime) -> Source:
    """Switch one source on or off; see `switch_sources`. Raises UnknownSource."""
    from config.settings import load_settings
    from config.sources import load_sources

    def choose() -> list[Source]:
        if not load_settings(home.config).collection.home and (home.config / "sources.toml").exists():
            for source in load_sources(home.config):
                if source.id == id:
                    return [source]
        raise UnknownSource(id)

    return switch_sources(storage, home, choose, enabled, actor=actor, at=at)[0]


def switch_sources(
    storage: Database, home: Home, choose: Callable[[], list[Source]], enabled: bool, *, actor: Actor, at: datetime
) -> list[Source]:
    """Switch the sources that `choose` reads from sources.toml on or off; return them as they were before.

    `choose` is called while no other program writes the file. Nothing is stored of those that are as wanted already.
    Raises what `choose` does, ConfigError where the file cannot be changed safely, HomeInUse, OSError and StorageError.
    """
    from config.source_editor import with_enabled

    path = home.config / "sources.toml"
    with home.lock("source", wait=_LOCK_WAIT):
        sources = choose()
        changed = [source for source in sources if source.enabled != enabled]
        if not changed:
            return sources
        text = path.read_text("utf-8-sig")
        for source in changed:
            text = with_enabled(str(path), text, source.id, enabled)
        action = "source.resumed" if enabled else "source.paused"
        storage.crawl.switch_sources(enabled, _events(action, changed, enabled, actor, at))
        try:
            write_atomically(path, text.encode())
        except BaseException:
            storage.crawl.switch_sources(not enabled, _events("source.not_switched", changed, not enabled, actor, at))
            raise
        return sources


def _events(action: str, sources: Sequence[Source], enabled: bool, actor: Actor, at: datetime) -> dict[str, AuditEvent]:
    """Return the entry of each source by its id."""
    return {
        source.id: AuditEvent(action, "source", source.id, {"enabled": not enabled}, {"enabled": enabled}, actor, at)
        for source in sources
    }
