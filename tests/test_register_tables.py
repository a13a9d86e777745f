"""The register's commands, its tables and its part of the periodic report."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
import docx
import pytest

from pipeline.records.audit import AuditFilter
from pipeline.register.matters import NewMatter, StepRequest
from storage.database import open_database
from tests.support.cli import CommandResult, run_inside
from tests.support.desk import COMMAND, LAN
from tests.support.register_papers import SECRET, Filled, filled_register, text_of
from tests.support.register_year import at


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled_register(tmp_path_factory.mktemp("papers")) as made:
        yield made


@pytest.fixture(scope="module")
def home(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("home")
    run("init", home=root)
    with sqlite3.connect(filled.file) as source, sqlite3.connect(root / "diembao.db") as target:
        source.backup(target)
    return root


def run(*words: str | Path, home: Path) -> CommandResult:
    return run_inside("--home", home, *words)


def test_commands_write_the_documents(home: Path, tmp_path: Path) -> None:
    done = run("--json", "register", "overdue", "--as-of", "2025-07-01", "-o", tmp_path, home=home)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["count"] == 1
    assert [Path(file).name for file in told["files"]] == [
        "van-de-bao-chi-qua-han-2025-07-01.docx",
        "van-de-bao-chi-qua-han-2025-07-01.pdf",
    ]
    first = (tmp_path / "van-de-bao-chi-qua-han-2025-07-01.docx").read_bytes()
    run("register", "overdue", "--as-of", "2025-07-01", "-o", tmp_path / "again.docx", home=home)
    assert (tmp_path / "again.docx").read_bytes() == first
    weekly = run("register", "weekly", "--as-of", "2025-06-26", "-o", tmp_path / "w.pdf", home=home)
    assert weekly.returncode == 0
    assert (tmp_path / "w.pdf").read_bytes().startswith(b"%PDF")
    yearly = run("--json", "register", "yearly", "--year", "2025", "--form", "docx", "-o", tmp_path, home=home)
    assert json.loads(yearly.stdout)["year"] == 2025
    dossier = run("register", "dossier", "1", "-o", tmp_path / "d.docx", home=home)
    assert dossier.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dossier", "99"), "99"),
        (("weekly", "--unit", "nobody"), "nobody"),
        (("overdue", "--as-of", "2100-01-01"), "01/01/2100"),
        (("weekly", "--form", "pdf", "-o", "x.docx"), "x.docx"),
    ],
)
def test_commands_refuse_what_cannot_be_meant(words: tuple[str, ...], said: str, home: Path) -> None:
    try:
        done = run("register", *words, home=home)
    except click.UsageError as error:
        assert said in error.format_message()
    else:
        assert done.returncode == 2
        assert said in done.stderr


def _table(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_notes_leave_the_house_by_a_flag_alone_and_the_audit_tells(home: Path, tmp_path: Path) -> None:
    def entries() -> list[str]:
        storage = open_database(home / "diembao.db")
        found = [one.action for one in storage.audit.page(AuditFilter(object_kind="table"))]
        storage.close()
        return found

    for suffix in ("csv", "xlsx", "parquet", "jsonl"):
        assert run("export", tmp_path / f"m.{suffix}", "--table", "matters", home=home).returncode == 0
    rows = _table(tmp_path / "m.csv")
    assert "notes" not in rows[0]
    assert next(row["matter"] for row in rows) == "1"
    assert rows[0]["unit"] == "so-y-te"
    assert rows[0]["item_title"] == "Bài <về> nước hồ"
    for suffix in ("csv", "jsonl"):
        assert SECRET not in (tmp_path / f"m.{suffix}").read_text("utf-8")
    before = entries()
    run("export", tmp_path / "n.csv", "--table", "matters", "--with-notes", home=home)
    assert SECRET in _table(tmp_path / "n.csv")[0]["notes"]
    assert entries().count("matter.notes_exported") == before.count("matter.notes_exported") + 1
    steps, contacts = tmp_path / "s.csv", tmp_path / "c.csv"
    run("export", steps, "--table", "matter_steps", home=home)
    run("export", contacts, "--table", "press_contacts", home=home)
    for path in (tmp_path / "m.csv", tmp_path / "n.csv", steps):
        words = path.read_text("utf-8")
        assert "Lan" not in words
        assert ",lan," not in words
    past = run("--json", "export", tmp_path / "p.csv", "--table", "matters", "--as-of", "2025-06-23", home=home)
    assert json.loads(past.stdout)["rows"] == 1
    assert _table(tmp_path / "p.csv")[0]["state"] == "assigned"


def test_cells_that_a_spreadsheet_would_compute_are_text(home: Path, tmp_path: Path) -> None:
    storage = open_database(home / "diembao.db")
    key = storage.register.all_links()[0].item
    storage.register.open(COMMAND, NewMatter("=1+1", "other", key), at(date(2026, 11, 1)))
    storage.close()
    run("export", tmp_path / "f.csv", "--table", "matters", home=home)
    assert "'=1+1" in {row["title"] for row in _table(tmp_path / "f.csv")}


def test_a_periodic_report_tells_of_the_matters_and_a_past_month_stays(filled: Filled, tmp_path: Path) -> None:
    from analysis.report.figures import Span
    from config.rulebook import load_rulebook
    from diembao.jobs.reporting.report import OfficePart, write_report

    storage, request = filled.storage, filled.request

    def made(span: Span, book: Any = request.book) -> tuple[str, Any]:
        files, report = write_report(
            storage,
            request.settings,
            load_rulebook(None),
            span,
            language="vi",
            out=tmp_path,
            forms=("docx",),
            office=OfficePart(book=book),
        )
        return text_of(docx.Document(str(files[0]))), report.register

    june = Span(date(2025, 6, 1), date(2025, 6, 30))
    before, figures = made(june)
    assert "Vấn đề báo chí nêu" in before
    assert "Sở Y tế Ninh Thuận" in before
    assert (figures.all.opened, figures.all.open, figures.all.overdue) == (1, 1, 1)
    answer = StepRequest("answer", {"answer_text": "đã kiểm tra"})
    storage.register.step(LAN, 1, answer, at(date(2025, 7, 3), 9))
    after, again = made(june)
    assert again == figures
    assert after.partition("Vấn đề báo chí nêu")[2] == before.partition("Vấn đề báo chí nêu")[2]
    july, figures = made(Span(date(2025, 7, 1), date(2025, 7, 31)))
    assert (figures.all.answered, figures.all.in_time, figures.all.with_term, figures.all.days) == (1, 0, 1, 10)
    assert "Sở Y tế Khánh Hòa" in july
    assert "10 (8)" in july
    assert "Vấn đề báo chí nêu" not in made(Span(date(2024, 6, 1), date(2024, 6, 30)))[0]
    assert "Vấn đề báo chí nêu" not in made(june, None)[0]
