"""Backups in the home folder: their names, and which are kept."""

from datetime import datetime
from pathlib import Path

from diembao.system.home import Home


def backup_path(home: Home, kind: str) -> Path:
    """Return the path for a new backup, with the local time in its name."""
    return home.root / "backups" / f"diembao-{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.db"


def delete_old_backups(folder: Path, keep: int) -> None:
    """Delete all but the newest `keep` backups of kind "backup" in a folder; their names sort by time."""
    for path in sorted(folder.glob("diembao-backup-*.db"))[:-keep]:
        path.unlink()
        path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
