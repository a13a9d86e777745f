"""The configuration of a home folder: written, checked, and its list of sources edited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from diembao.system.files import write_atomically
from pipeline.i18n.catalogs import translate_comment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.load import Fault
    from diembao.system.home import Home
    from pipeline.records import Source

#: Seconds to wait for another change of sources.toml.
_LOCK_WAIT = 10.0


def write_configuration(directory: Path) -> list[Path]:
    """Write the packaged configuration files that `directory` lacks; return them.

    Their comments are in the language of the context; all else is that of the package, byte for byte.
    """
    from config.comments import with_comments
    from config.load import FILES, packaged

    missing = [directory / name for name in FILES if not (directory / name).exists()]
    for path in missing:
        write_atomically(path, with_comments(packaged(path.name), translate_comment).encode())
    return missing


def check_configuration(directory: Path) -> list[Fault]:
    """Return every fault of every configuration file in `directory` (packaged ones stand in for missing ones)."""
    from config.alerts import load_alerts
    from config.load import ConfigError
    from config.rulebook import load_rulebook
    from config.schedule import load_schedule
    from config.settings import load_settings
    from config.sources import load_sources

    faults: list[Fault] = []
    for load in (load_settings, load_sources, load_schedule, load_alerts, load_rulebook):
        try:
            load(directory)
        except ConfigError as error:
            # Sources whose searches take their names from places.toml meet its faults too.
            faults.extend(fault for fault in error.faults if fault not in faults)
    return faults


def add_sources(home: Home, load: Callable[[], Sequence[Source]], sources: Sequence[Source]) -> Path:
    """Append sources to sources.toml of the home folder; return its path.

    `load` reads the file first: where it has faults already, its ConfigError leaves the file alone.
    """
    from config.source_editor import with_sources

    path = home.config / "sources.toml"
    with home.lock("source", wait=_LOCK_WAIT):
        load()
        write_atomically(path, with_sources(str(path), path.read_text("utf-8-sig"), sources).encode())
    return path


def set_enabled(home: Home, choose: Callable[[], list[Source]], enabled: bool) -> list[Source]:
    """Switch the sources that `choose` reads from the file on or off; return them as they were before."""
    from config.source_editor import with_enabled

    path = home.config / "sources.toml"
    with home.lock("source", wait=_LOCK_WAIT):
        sources = choose()
        text = path.read_text("utf-8-sig")
        for source in sources:
            if source.enabled != enabled:
                text = with_enabled(str(path), text, source.id, enabled)
        write_atomically(path, text.encode())
    return sources
