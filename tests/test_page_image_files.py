"""Files of page images and their rows: which are whole, which are missing or changed, and which may go."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.settings import RetentionSettings
from diembao.jobs.collection.page_images import file_faults, image_path
from diembao.jobs.retention import apply_retention
from diembao.system.home import Home
from pipeline.records import Decision, Reason
from storage.database import Database
from tests.support.cli import json_lines, run_inside
from tests.support.imaged_pages import (
    T0,
    clock_at,
    due,
    image,
    new_home,
    open_kept,
    open_watched,
    sink_of,
    store,
    take,
)

storage = pytest.fixture(open_watched)
home = pytest.fixture(new_home)
kept = pytest.fixture(open_kept)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let every write beyond `size` bytes of a file fail, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_disk_without_room_leaves_no_half_image(kept: Database, home: Home) -> None:
    key = store(kept, "moi")
    sink = sink_of(kept, home)
    page = sink.next_page()
    assert page is not None
    with files_of_at_most(2**20), pytest.raises(OSError, match="File too large"):
        sink.save(image(page.document_id, bytes(2**21)))
    assert [path for path in home.images.rglob("*") if path.is_file()] == []
    assert kept.page_images.of_item(key) == {}
    assert list(due(kept)) == ["moi.html"], "it is visited again"


def test_a_run_killed_between_file_and_row_takes_the_image_again(kept: Database, home: Home) -> None:
    """The file that no row names stays until it is as old as an image may become: it may be of a newer database."""
    store(kept, "moi")
    stray = image_path(home, "x/20260301T080000Z-00000000.pdf")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"%PDF")
    path = take(kept, home)
    os.utime(stray, (T0.timestamp(), T0.timestamp()))
    for n in range(3):
        kept.service.begin_run("collect", T0 + timedelta(days=n))
    retain(kept, home, T0 + timedelta(days=1), images_days=2)
    assert stray.exists()
    retain(kept, home, T0 + timedelta(days=3), images_days=1)
    assert not stray.exists()
    assert not path.exists()


def retain(storage: Database, home: Home, at: datetime, **days: int) -> dict[str, int]:
    settings = replace(RetentionSettings(0, 0, 0, 0, 0), **days)
    with clock_at(home, at):
        result = apply_retention(
            storage, home, settings, delete=True, vacuum=False, progress=lambda _stage, _done, _all: None
        )
    assert result.deleted is not None
    assert result.deleted["page_images"] == next(e.rows for e in result.expired if e.kind == "page_images")
    return {kind: rows for kind, rows in result.deleted.items() if rows}


def test_images_go_when_they_are_old(storage: Database, home: Home) -> None:
    key = store(storage, "moi")
    path = take(storage, home)
    for n in range(40):
        storage.service.begin_run("collect", T0 + timedelta(days=n))
    assert retain(storage, home, T0 + timedelta(days=40)) == {}, "0 days: for ever"
    assert retain(storage, home, T0 + timedelta(days=30), images_days=31) == {}
    assert retain(storage, home, T0 + timedelta(days=40), images_days=31) == {"page_images": 1}
    assert not path.parent.exists()
    stored = storage.page_images.of_item(key)[1]
    assert (stored.reason, stored.file, stored.removed_at) == (Reason.OK, "", T0 + timedelta(days=40))
    assert storage.page_images.total_bytes() == 0
    assert due(storage) == {}, "it is not taken once more"
    assert list(file_faults(storage, home)) == []


def test_images_of_what_is_not_about_the_province_go_as_its_page_does(storage: Database, home: Home) -> None:
    store(storage, "moi")
    ours = take(storage, home)
    other = store(storage, "khac")
    theirs = take(storage, home)
    storage.articles.decide([Decision(other, "relevance", "no", "x", T0, "")])
    for n in range(40):
        storage.service.begin_run("collect", T0 + timedelta(days=n))
    retain(storage, home, T0 + timedelta(days=20), irrelevant_pages_days=30)
    assert theirs.exists()
    retain(storage, home, T0 + timedelta(days=40), irrelevant_pages_days=30, images_days=730)
    assert (ours.exists(), theirs.exists()) == (True, False)


def test_a_clock_that_is_ahead_takes_no_image_away(kept: Database, home: Home) -> None:
    store(kept, "moi")
    path = take(kept, home)
    assert retain(kept, home, T0 + timedelta(days=4000), images_days=31) == {}
    assert path.exists()


def test_the_check_names_what_is_missing_or_changed(kept: Database, home: Home) -> None:
    assert run_inside("--home", home.root, "--lang", "en", "db", "check").returncode == 0
    paths = []
    for name in ("mot", "hai", "ba"):
        store(kept, name)
        paths.append(take(kept, home, name.encode()))
    assert list(file_faults(kept, home)) == []
    paths[0].unlink()
    paths[1].write_bytes(b"hai sua")
    done = run_inside("--home", home.root, "--lang", "en", "--json", "db", "check")
    assert done.returncode == 1
    problems = json_lines(done.stdout)[0]["problems"]
    assert [paths[0].name in problems[0], "not there" in problems[0]] == [True, True]
    assert [paths[1].name in problems[1], "not as it was taken" in problems[1]] == [True, True]
    assert len(problems) == 2
    assert "in no backup" in done.stderr
    assert "Restore a backup" not in done.stderr


@pytest.mark.parametrize("file", ["../../x", "/etc/passwd", "a/../../b", "", "a", "a/.b", "a/b/c"])
def test_no_path_leads_out_of_the_folder(home: Home, file: str) -> None:
    with pytest.raises(OSError, match="not a path of an image"):
        image_path(home, file)


def test_an_item_tells_where_its_image_is(kept: Database, home: Home) -> None:
    key = store(kept, "moi")
    path = take(kept, home)
    done = run_inside("--home", home.root, "--lang", "en", "item", key)
    assert f"Page image: {path}" in done.stdout
    assert "taken at 15:00:00 01/03/2026 from http://a.example/x.html" in done.stdout
    row = json_lines(run_inside("--home", home.root, "--json", "item", key).stdout)[0]["item"]["versions"][0]["image"]
    assert (row["file"], row["bytes"], row["reason"]) == (str(path), 8, "ok")
    path.unlink()
    assert "The file is not there." in run_inside("--home", home.root, "--lang", "en", "item", key).stdout
    other = store(kept, "khac")
    assert "image" not in run_inside("--home", home.root, "--lang", "en", "item", other).stdout


def test_images_are_read_by_nothing_that_is_sent() -> None:
    """Only what takes, tells, checks, deletes or shows them inside the house names the table or the folder."""
    root = Path(__file__).parent.parent
    readers = {
        path.relative_to(root).as_posix()
        for package in ("analysis", "diembao")
        for path in (root / package).rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("page_images", "home.images", "StoredImage"))
    }
    assert readers == {
        "diembao/cli/commands/db.py",
        "diembao/cli/commands/images.py",
        "diembao/cli/views/page_image.py",
        "diembao/jobs/collection/page_images.py",
        "diembao/jobs/history.py",
        "diembao/jobs/reading/article.py",
        "diembao/jobs/retention.py",
        "diembao/web/routes/reading/article.py",
    }
