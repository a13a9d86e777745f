"""[collection]: the installation whose pages are used, in place of a collection of one's own."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from config.load import Faults
from pipeline.i18n.catalogs import mark

#: Most days for which readings are kept for other provinces.
_MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """[collection]: where the pages come from."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    #: Home folder of the installation that collects, absolute or seen from this home; '': this one does.
    home: str = ""
    #: Address of its database without a password; '': by its settings.
    database: str = ""

    def folder(self, home: Path) -> Path:
        """Return the home folder of the installation that collects, of a home whose settings these are."""
        return (home / Path(self.home).expanduser()).resolve()


def check_collection(settings: CollectionSettings, share_days: int, faults: Faults) -> None:
    """Add what is wrong with [collection], and with the days for which readings are kept for others."""
    if not 0 <= share_days <= _MOST_DAYS:
        words = mark("from 0 to {most} days, found {found}")
        faults.add(("process", "share_days"), words, most=_MOST_DAYS, found=share_days)
    if share_days and settings.home:
        faults.add(("process", "share_days"), mark("is for the installation that collects: its readings are used here"))
    if settings.database and not settings.home:
        faults.add(
            ("collection", "home"), mark("is empty: the home folder of the installation that collects is needed")
        )
    if re.search(r"://[^/@]*:[^/@]+@", settings.database):
        words = mark("holds a password: leave it out and give the whole address in $DIEMBAO_COLLECTION_DATABASE")
        faults.add(("collection", "database"), words)


def collecting_config(directory: Path | None) -> Path | None:
    """Return the configuration folder whose sources are collected: that of [collection], else `directory` itself.

    Of settings that cannot be read it is `directory`; who asks for the settings is told what is wrong with them.
    """
    if directory is None:
        return None
    try:
        table = tomllib.loads((directory / "settings.toml").read_text("utf-8-sig")).get("collection", {})
        settings = CollectionSettings(home=str(table.get("home", "")))
    except (OSError, ValueError, AttributeError):
        return directory
    return settings.folder(directory.parent) / "config" if settings.home else directory
