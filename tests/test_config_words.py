"""Faults of the configuration are told in the language of the run: a fault of every kind, and none is English."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from config.faults.errors import ConfigError, Fault
from config.faults.words import pattern_fault, toml_fault
from config.load import FILES, packaged
from config.rulebook import MODELS
from config.source_editor import with_enabled
from diembao.jobs.configuration import check_configuration
from diembao.system.home import Home
from pipeline.i18n.language import use_language
from pipeline.i18n.notices import Message
from tests.support.cli import run_inside
from tests.support.faulty_configuration import (
    ALERTS,
    CRONS,
    HOLIDAYS,
    PLACES,
    REGISTER,
    SCHEDULE,
    SETTINGS,
    SOURCES,
    TOPICS,
    UNITS,
)

ROOT = Path(__file__).parent.parent

#: Words of English and of the libraries that no Vietnamese sentence of ours holds, but in quotes, as data.
ENGLISH = re.compile(
    r"\b(?:a|an|the|is|are|no|not|of|or|and|found|needs?|needed|should|input|valid|unknown|missing|expected|least|only|"
    r"empty|twice|more|such|with|cannot|line|column|error|character|string|integer|number)\b",
    re.IGNORECASE,
)


def faults_of(folder: Path, name: str, text: str) -> list[Fault]:
    (folder / name).write_text(text, "utf-8")
    found = check_configuration(Home(folder.parent), lambda _: ()).faults
    faults = [fault for fault in found if fault.file == str(folder / name)]
    (folder / name).unlink()
    return faults


def english_in(words: str) -> list[str]:
    """The English words outside quotes, brackets and names of keys."""
    return ENGLISH.findall(re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\$\w+|~/\S+|\S+://\S+|[\w.]+_[\w.]+", "", words))


def each_alone(text: str) -> list[str]:
    """The text, and the text without its wrong types, which hide the checks of sense."""
    typed = re.sub(
        r'(?m)^(enabled = "yes"|late_hours = .*|read_all = .*|workers = .*|timeout_seconds = .*)\n', "", text
    )
    typed = re.sub(r"(?m)^(allow_private = .*|nam = .*|unheard = .*|form = .*|merged_on = .*|tier = .*)\n", "", typed)
    typed = typed.replace("name = 5", 'name = "X"').replace('[[rule]]\nkind = "unheard"\n', "")
    return [text, typed]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty configuration folder."""
    made = tmp_path / "config"
    made.mkdir()
    return made


def test_no_fault_of_any_file_is_english(folder: Path) -> None:
    texts = [
        *(("settings.toml", text) for text in each_alone(SETTINGS)),
        *(("sources.toml", text) for text in each_alone(SOURCES)),
        *(("alerts.toml", text) for text in each_alone(ALERTS)),
        *(("places.toml", text) for text in each_alone(PLACES)),
        *(("topics.toml", text) for text in each_alone(TOPICS)),
        ("schedule.toml", SCHEDULE),
        ("register.toml", REGISTER),
        ("units.toml", UNITS),
        ("holidays.toml", HOLIDAYS),
        *(("schedule.toml", f'[[job]]\nname = "a"\ncommand = ["x"]\ncron = "{cron}"\n') for cron in CRONS),
        ("settings.toml", '[document]\nform = "administrative"\n[province]\nname = "X"\nname_en = "X"\n'),
        ("settings.toml", '[province]\nname = "X'),
        (MODELS, "{"),
        (MODELS, '{"topics": 5}'),
    ]
    templates: set[str] = set()
    wrong = []
    for name, text in texts:
        faults = faults_of(folder, name, text)
        assert faults, (name, text)
        for fault in faults:
            assert isinstance(fault.message, Message), fault
            templates.add(fault.message.template)
            with use_language("vi"):
                words = fault.translated().removeprefix(str(folder))
            if english_in(fault.message.translated()) or fault.message.translated() == str(fault.message):
                wrong.append(words)
    assert wrong == []
    assert len(templates) > 70


def test_a_file_in_another_encoding_is_told_in_vietnamese(folder: Path) -> None:
    path = folder / "settings.toml"
    path.write_bytes('name = "Ninh Thuận"'.encode("utf-16"))
    faults = check_configuration(Home(folder.parent), lambda _: ()).faults
    [fault] = [fault for fault in faults if fault.file == str(path)]
    assert fault.translated().endswith("settings.toml: không đọc được: không phải chữ UTF-8 (byte thứ 1)")
    assert str(fault).endswith("settings.toml: cannot be read: no text in UTF-8 (byte 1)")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\n", 1, "tên khóa thiếu dấu '='"),
        ("a = 1 2", 1, "có chữ thừa sau giá trị"),
        ("[a\nb = 1", 1, "tên bảng chưa đóng bằng ]"),
        ("[[a]\nb = 1", 1, "tên bảng chưa đóng bằng ]]"),
        ("a = b", 1, "không phải giá trị: chữ phải đặt trong dấu nháy, danh sách trong [ ]"),
        ("\na = 1\na = 2\n", 3, "một khóa ghi hai lần"),
        ("[a]\n[a]", 2, "một bảng ghi hai lần"),
        ("a = [1", None, "danh sách chưa đóng bằng ]"),
        ("a = {b = 1", None, "bảng đặt trong ngoặc nhọn chưa đóng"),
        ('a = "x\n', 1, "chữ chưa đóng dấu nháy"),
        ('a = "x', None, "chữ chưa đóng dấu nháy"),
        ("a = 'x", None, "chữ chưa đóng dấu nháy"),
        ('a = "\\d"', 1, "trong chữ có dấu \\: viết hai lần, hoặc dùng nháy đơn"),
        ("a = 2026-02-30", 1, "không có ngày này"),
        ("đ = 1", 1, "không phải khóa, cũng không phải tên bảng"),
    ],
)
def test_broken_toml(text: str, line: int | None, words: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    at, message = toml_fault(caught.value)
    assert at == line
    assert re.fullmatch(rf"không đúng dạng TOML: {re.escape(words)}( \(ký tự thứ \d+\))?", message.translated())


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a", "có ngoặc chưa đóng (ký tự thứ 1)"),
        ("a)", "có ngoặc đóng mà không mở (ký tự thứ 2)"),
        ("[a", "[ chưa đóng (ký tự thứ 1)"),
        ("*a", "không có gì để lặp lại (ký tự thứ 1)"),
        ("a**", "lặp lại hai lần liền (ký tự thứ 3)"),
        ("[z-a]", "khoảng kết thúc trước khi bắt đầu (ký tự thứ 2)"),
        (r"\i", "dấu \\ trước ký tự không có nghĩa ấy (ký tự thứ 1)"),
        ("(?P<1>a)", "không hiểu được (ký tự thứ 5)"),
    ],
)
def test_broken_patterns(pattern: str, words: str) -> None:
    with pytest.raises(re.error) as caught:
        re.compile(pattern)
    assert pattern_fault(caught.value).translated() == f"biểu thức chính quy không đúng: {words}"


def test_the_command_speaks_the_language_of_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    for name in FILES:
        text = packaged(name).replace('contact = ""', 'contact = "a@bao.example"')
        (folder / name).write_text(text, "utf-8")
    (folder / "alerts.toml").write_text("[mail]\nto = 5\nserver = 'x:1'\nsevrer = ''\n", "utf-8")
    vietnamese = run_inside("--home", tmp_path, "config", "check")
    english = run_inside("--home", tmp_path, "--lang", "en", "config", "check")
    assert (vietnamese.returncode, english.returncode) == (2, 2)
    path = folder / "alerts.toml"
    assert sorted(vietnamese.stderr.splitlines()) == [
        f"{path}:2: mail.to: cần danh sách trong [ ], ở đây là 5",
        f"{path}:4: mail.sevrer: không có khóa này; có phải là 'server'?",
    ]
    assert sorted(english.stderr.splitlines()) == [
        f"{path}:2: mail.to: a list in [ ] is needed, found 5",
        f"{path}:4: mail.sevrer: unknown key; did you mean 'server'?",
    ]
    told = run_inside("--home", tmp_path, "--json", "config", "check").stdout
    assert "cần danh sách trong [ ]" in told


def test_an_edit_that_is_not_safe_is_told_in_vietnamese() -> None:
    text = 'source = [{ id = "a", name = "A", home = "http://a.example/", feeds = [] }]\n'
    with pytest.raises((ConfigError, KeyError, TypeError)) as caught:
        with_enabled("sources.toml", text, "a", True)
    if isinstance(caught.value, ConfigError):
        assert english_in(caught.value.faults[0].translated()) == []


def test_every_check_marks_its_message() -> None:
    """A fault made of plain text would be shown in English."""
    wrong = []
    for path in sorted((ROOT / "config").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            arguments = {"add": node.args[1:2], "Fault": node.args[3:4], "ValueError": node.args[:1]}.get(name, [])
            wrong += [
                f"{path.name}:{node.lineno}: {ast.unparse(argument)}"
                for argument in arguments
                if isinstance(argument, ast.JoinedStr | ast.Constant)
            ]
    assert wrong == []
