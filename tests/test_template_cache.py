"""Compiled templates on the disk: used while they are of this template and this Jinja, else made anew."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from analysis.documents.template_cache import CompiledTemplates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    monkeypatch.setattr("sys.pycache_prefix", None)
    (tmp_path / "a.html").write_text("{{ n }} bài", "utf-8")
    return tmp_path


def render(folder: Path) -> str:
    environment = Environment(loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(), autoescape=True)
    return environment.get_template("a.html").render(n="<3")


def file_of(folder: Path) -> Path:
    (file,) = (folder / "__pycache__").iterdir()
    return file


def test_it_is_kept_and_not_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render(folder) == "&lt;3 bài"
    assert file_of(folder).stat().st_size > 100
    monkeypatch.setattr(Environment, "compile", lambda *_: pytest.fail("it was compiled again"))
    assert render(folder) == "&lt;3 bài"


def test_another_text_is_compiled_anew(folder: Path) -> None:
    render(folder)
    before = file_of(folder).read_bytes()
    (folder / "a.html").write_text("{{ n }} tin", "utf-8")
    assert render(folder) == "&lt;3 tin"
    assert file_of(folder).read_bytes() != before


def test_a_damaged_file_is_made_anew(folder: Path) -> None:
    render(folder)
    whole = file_of(folder).read_bytes()
    file_of(folder).write_bytes(b"none")
    assert render(folder) == "&lt;3 bài"
    assert file_of(folder).read_bytes() == whole


def test_where_nothing_may_be_written_nothing_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert render(folder) == "&lt;3 bài"
    assert not (folder / "__pycache__").exists()
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (folder / "__pycache__").write_text("a file where the folder would be", "utf-8")
    assert render(folder) == "&lt;3 bài"
    assert {file.name for file in folder.iterdir()} == {"a.html", "__pycache__"}
