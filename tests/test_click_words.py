"""click's own words are those of the run's language, whatever the machine's; each of them has a translation."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click
import pytest

from diembao.cli.click_words import translate_metavar
from diembao.cli.main import cli, main
from pipeline.i18n.catalogs import CLICK_DOMAIN, catalog, translate_click
from pipeline.i18n.language import use_language
from tests.support.cli import run_inside

#: What stands for a value and is the same in both languages
INTERNATIONAL = {"CSV", "ID", "N", "URL"}
#: Vietnamese for STORY, in letters that English has too
VIETNAMESE = {"KHO", "TIN"}


@cache
def messages_of_click() -> tuple[tuple[str, str, str, set[str]], ...]:
    """Return (place, message, plural or '', fields filled in) of each call of gettext in click's source."""
    return tuple(_messages_of_click())


def _messages_of_click() -> Iterator[tuple[str, str, str, set[str]]]:
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        filled = {
            id(node.func.value): {keyword.arg for keyword in node.keywords if keyword.arg}
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if words:
                    yield f"{path.name}:{node.lineno}", words[0], (words[1:] or [""])[0], filled.get(id(node), set())


def test_each_message_of_click_is_translated_with_fields_that_click_fills_in() -> None:
    assert len(messages_of_click()) > 70
    words, wrong = catalog("vi", CLICK_DOMAIN), []
    for place, message, plural, filled in messages_of_click():
        with use_language("vi"):
            text = translate_click(message, plural, 2)
        if text in (message, plural) and text not in ("d",) and words.gettext(message) == message:
            wrong.append(f"{place}: no translation: {message!r}")
        if not {name for _, name, _, _ in Formatter().parse(text) if name} <= filled:
            wrong.append(f"{place}: other fields: {text!r}")
    assert wrong == []


def test_english_is_click_s_own() -> None:
    with use_language("en"):
        assert [
            m
            for _, m, plural, _ in messages_of_click()
            if (translate_click(m), translate_click(m, plural, 2)) != (m, plural or m)
        ] == []


def metavars(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from command.collect_usage_pieces(context)
    for parameter in command.params:
        if not getattr(parameter, "is_flag", False):
            yield parameter.make_metavar(context)
    for child in command.commands.values() if isinstance(command, click.Group) else ():
        yield from metavars(child, click.Context(child, parent=context))


def test_what_stands_for_a_value_is_translated() -> None:
    with use_language("vi"):
        shown = set(metavars(cli, click.Context(cli, **cli.context_settings)))
        words = {word for metavar in shown for word in re.findall(r"(?<![^\W\d])[A-Z]{2,}(?![^\W\d])", metavar)}
        assert words <= INTERNATIONAL | VIETNAMESE
        assert translate_metavar("ITEM|URL|FILE.jsonl") == "BÀI|URL|TỆP.jsonl"
    with use_language("en"):
        assert translate_metavar("[OPTIONS] ITEM|URL|FILE.jsonl") == "[OPTIONS] ITEM|URL|FILE.jsonl"


def error_of(*words: str, **env: str) -> str:
    """What a wrong use says, without the command's name."""
    with pytest.raises(click.ClickException) as raised:
        run_inside(*words, **env)
    return raised.value.format_message()


@pytest.mark.parametrize(
    ("words", "vietnamese", "english"),
    [
        (("export",), "Thiếu tham số 'TỆP'.", "Missing argument 'FILE'."),
        (
            ("colect",),
            "Không có lệnh 'colect'. (Có phải là: 'collect'?)",
            "No such command 'colect'. Did you mean 'collect'?",
        ),
        (("decide", "--xyz"), "Không có tùy chọn '--xyz'.", "No such option '--xyz'."),
        (("source", "export"), "Thiếu tùy chọn '--opml'.", "Missing option '--opml'."),
        (("status", "x", "y"), "Thừa tham số (x y)", "Got unexpected extra arguments (x y)"),
        (("db", "backup", "--keep"), "Tùy chọn '--keep' cần có giá trị (1).", "Option '--keep' requires an argument."),
        (
            ("source", "check", "--pages", "3.5"),
            "Giá trị không hợp lệ cho '--pages': '3.5' không phải là số nguyên.",
            "Invalid value for '--pages': '3.5' is not a valid integer range.",
        ),
        (
            ("source", "check", "--pages", "99"),
            "Giá trị không hợp lệ cho '--pages': 99 nằm ngoài khoảng 0<=x<=50.",
            "Invalid value for '--pages': 99 is not in the range 0<=x<=50.",
        ),
        (
            ("tag", "/khong-co"),
            "Giá trị không hợp lệ cho 'TỆP': Tệp '/khong-co' không có.",
            "Invalid value for 'FILE': File '/khong-co' does not exist.",
        ),
        (
            ("evaluate", "--against", "/khong-co"),
            "Giá trị không hợp lệ cho '--against': Thư mục '/khong-co' không có.",
            "Invalid value for '--against': Directory '/khong-co' does not exist.",
        ),
    ],
)  # fmt: skip
def test_wrong_use_is_told_in_the_language_of_the_run(words: tuple[str, ...], vietnamese: str, english: str) -> None:
    # The second run is in the process of the first one: nothing that click keeps is of the first one's language.
    assert error_of(*words, LANG="en_GB.UTF-8", LANGUAGE="en") == vietnamese
    assert error_of("--lang", "en", *words, LANG="vi_VN.UTF-8") == english
    assert error_of(*words, DIEMBAO_LANG="en").startswith(english[:7])
    assert error_of(*words) == vietnamese


def test_help_pages_and_the_version_are_in_the_language_of_the_run() -> None:
    english_words = re.compile(r"Usage|Options|Commands|OPTIONS|Show this|Show the version|default:|COMMAND|required")
    for words in ((), ("search",), ("source",), ("digest",), ("source", "export")):
        page = run_inside(*words, "--help").stdout
        assert page.startswith("Cách dùng: ")
        assert "Tùy chọn:" in page
        assert "Cho xem hướng dẫn này rồi thoát." in page
        assert english_words.findall(page) == []
        page = (
            run_inside(*words, "--help", "--lang", "en").stdout
            if not words
            else run_inside("--lang", "en", *words, "--help").stdout
        )
        assert page.startswith("Usage: ")
        assert "Show this message and exit." in page
    assert "[mặc định: 20; 1<=x<=1000]" in run_inside("search", "--help").stdout
    assert "[bắt buộc]" in run_inside("source", "export", "--help").stdout
    assert ", phiên bản " in run_inside("--version").stdout
    assert ", version " in run_inside("--lang", "en", "--version").stdout


def test_an_error_outside_is_shown_in_the_language_of_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DIEMBAO_LANG", raising=False)
    said = {
        "vi": ["Cách dùng: ", "Xem hướng dẫn bằng '", "Lỗi: Thiếu tham số 'TỆP'."],
        "en": ["Usage: ", "Try '", "Error: Missing argument 'FILE'."],
    }
    for lang, starts in said.items():
        monkeypatch.setattr("sys.argv", ["diembao", "--lang", lang, "export"])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line]
        assert len(lines) == 3
        assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True)), lines


def test_other_users_of_gettext_are_left_alone() -> None:
    assert gettext.gettext("Usage:") == "Usage:"
    assert vars(click.core)["_"] is not gettext.gettext
