"""`diembao init` writes comments in the language of the run, and the data of the package byte for byte."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from config.comments import comments, with_comments
from config.load import FILES, packaged
from pipeline.i18n.catalogs import CONFIG_DOMAIN, catalog, translate_comment
from pipeline.i18n.language import use_language
from tests.support.cli import run_inside
from tests.support.clocks import CALENDAR_KNOWN, clock_at

#: Words of English that no Vietnamese comment holds, but in quotes or as keys
ENGLISH = re.compile(r"\b(?:the|are|which|that|with|what|where|from|their|only|seen)\b", re.IGNORECASE)


def without_comments(text: str) -> list[str]:
    """The lines of a text without its comments, counted from the comments' own places."""
    lines: list[str | None] = list(text.splitlines())
    for comment in comments(text):
        for n in range(comment.first, comment.last):
            lines[n] = comment.before if comment.before.strip() else None
    return [line for line in lines if line is not None]


@pytest.mark.parametrize("name", FILES)
def test_each_comment_has_a_vietnamese_one(name: str) -> None:
    text = packaged(name)
    assert '"""' not in text, "comments() knows no text of several lines"
    assert "'''" not in text
    known = catalog("vi", CONFIG_DOMAIN)
    missing = [comment.text for comment in comments(text) if known.gettext(comment.text) == comment.text]
    assert missing == [], "no entry in config.po"


def test_the_catalogue_has_no_other_entries() -> None:
    texts = {comment.text for name in FILES for comment in comments(packaged(name))}
    path = files("pipeline.i18n") / "locales" / "vi" / "LC_MESSAGES" / f"{CONFIG_DOMAIN}.po"
    with path.open("rb") as stream:
        assert {str(message.id) for message in read_po(stream) if message.id} - texts == set()


@pytest.mark.parametrize("name", FILES)
def test_what_is_data_stays(name: str) -> None:
    text = packaged(name)
    with use_language("vi"):
        written = with_comments(text, translate_comment)
    assert written != text
    assert tomllib.loads(written) == tomllib.loads(text)
    assert without_comments(written) == without_comments(text)
    assert len(list(comments(written))) == len(list(comments(text)))
    said = "\n".join(re.sub(r"\"[^\"]*\"|`[^`]*`|\([^)]*\)|note", "", c.text) for c in comments(written))
    assert ENGLISH.findall(said) == []
    assert max(map(len, (line for line in written.splitlines() if line.lstrip().startswith("#")))) <= 130
    with use_language("en"):
        assert with_comments(text, translate_comment) == text


def test_comments_of_all_kinds() -> None:
    text = (
        "# one\n#  two\n#\n# three\n\n[a]  # head\nb = 'x # y' # value\nc = [\n    # in a list\n    # of two lines\n"
        '    "#", # "quoted"\n]\nd = "\\"# no"\n'
    )
    assert [(c.first, c.last, c.before, c.text) for c in comments(text)] == [
        (0, 4, "", "one\n two\n\nthree"),
        (5, 6, "[a]  ", "head"),
        (6, 7, "b = 'x # y' ", "value"),
        (8, 10, "    ", "in a list\nof two lines"),
        (10, 11, '    "#", ', '"quoted"'),
    ]
    assert with_comments(text, lambda words: words) == text
    short = with_comments(text, lambda words: "một" if "\n" in words else f"{words}!")
    assert short == (
        '# một\n\n[a]  # head!\nb = \'x # y\' # value!\nc = [\n    # một\n    "#", # "quoted"!\n]\nd = "\\"# no"\n'
    )
    assert with_comments("a = 1 # x", lambda words: "y") == "a = 1 # y\n"
    assert with_comments("    # x\n", lambda words: "y\n\nz") == "    # y\n    #\n    # z\n"


def test_init_speaks_the_language_of_the_run_and_leaves_files_alone(tmp_path: Path) -> None:
    for lang, words in {"vi": "diembao: cài đặt chung.", "en": "diembao: general settings."}.items():
        home = tmp_path / lang
        assert run_inside("--home", home, "--lang", lang, "init").returncode == 0
        assert (home / "config" / "settings.toml").read_text("utf-8").startswith(f"# {words}")
        assert (home / "config" / "sources.toml").stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in (home / "config").iterdir()) == sorted(FILES)
    (tmp_path / "vi" / "config" / "alerts.toml").write_text("# mine\n", "utf-8")
    run_inside("--home", tmp_path / "vi", "--lang", "en", "init")
    assert (tmp_path / "vi" / "config" / "alerts.toml").read_text("utf-8") == "# mine\n"
    settings = tmp_path / "vi" / "config" / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('contact = ""', 'contact = "a@bao.example"'), "utf-8")
    clock = clock_at(tmp_path, CALENDAR_KNOWN)
    checked = run_inside("--home", tmp_path / "vi", "config", "check", DIEMBAO_CLOCK=clock)
    assert checked.stderr == ""
