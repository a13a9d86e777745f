"""What the program writes is its owner's alone, whatever the umask; rights that somebody gave stay."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.clock import now
from diembao.system.files import replacing, stream_atomically, write_atomically
from diembao.system.home import Home


def run(umask: str, *words: str | Path, **env: str) -> None:
    command = ["sh", "-c", f'umask {umask}; exec "$@"', "sh", sys.executable, "-m", "diembao", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env={**os.environ, **env})
    assert done.returncode in (0, 1), done.stderr


def open_to_others(folder: Path) -> list[str]:
    """Return the files and folders in a folder, and the folder itself, that somebody else has any right to."""
    return sorted(
        f"{path} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    )


@pytest.mark.one_in(3)
@pytest.mark.parametrize("umask", ["000", "002", "022", "027", "077"])
def test_configuration_is_private(umask: str, tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    run(umask, "--home", home, "init")
    assert (home / "config" / "sources.toml").exists()
    assert open_to_others(tmp_path / "a") == []


@pytest.mark.thorough
@pytest.mark.parametrize("umask", ["022", "000"])
def test_database_digests_backups_and_tables_are_private(umask: str, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    with Press(now()) as press:
        write_home(Home(home), press.outlets)
        for path in (home, *home.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
        for words in (
            ["collect"],
            ["process"],
            ["digest"],
            ["digest", "--out", out],
            ["publish"],
            ["export", out / "a.csv"],
            ["export", out / "a.xlsx"],
            ["db", "backup", tmp_path / "backups" / "a.db"],
        ):
            run(umask, "--home", home, *words)
    assert (home / "diembao.db").exists()
    assert (tmp_path / "backups" / "a.db").exists()
    assert list(out.glob("*.html"))
    for folder in (home, out, tmp_path / "backups"):
        assert open_to_others(folder) == []


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660])
@pytest.mark.parametrize("way", ["replacing", "bytes", "stream"])
def test_rights_that_somebody_gave_stay(way: str, mode: int, tmp_path: Path) -> None:
    path = tmp_path / "digest.html"
    path.write_text("old")
    path.chmod(mode)
    old = os.umask(0o077)
    try:
        if way == "replacing":
            with replacing(path) as draft:
                draft.write_text("new")
        elif way == "bytes":
            write_atomically(path, b"new")
        else:
            with stream_atomically(path) as stream:
                stream.write("new")
    finally:
        os.umask(old)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_rights_of_an_installation_stay(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("022", "--home", home, "init")
    home.chmod(0o750)
    for path in (home / "config").iterdir():
        path.chmod(0o640)
    run("077", "--home", home, "init")
    run("077", "--home", home, "source", "pause", "baoninhthuan")
    assert stat.S_IMODE(home.stat().st_mode) == 0o750
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home / "config").iterdir()} == {0o640}
