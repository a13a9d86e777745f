"""translate, translation, explain, config check and doctor on the command line."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import packaged
from diembao.cli.main import cli
from diembao.service.machine.engines import translation_finding
from diembao.system.home import Home
from storage.database import open_database
from tests.support.cli import CommandResult, json_lines, run_inside
from tests.support.desk import MORNING, store_day, written
from tests.support.engines import MODEL, EngineServer
from tests.support.translated import KNOWN, press


@pytest.fixture
def server() -> Iterator[EngineServer]:
    with EngineServer(KNOWN) as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path, server: EngineServer, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "clock").write_text(f'{{"now": "{MORNING.isoformat()}", "steady": 0}}', "utf-8")
    monkeypatch.setenv("DIEMBAO_CLOCK", str(tmp_path / "clock"))
    made = Home(tmp_path / "home")
    run_inside("--home", made.root, "init")
    configure(made, f'backend = "openai"\naddress = "{server.address}/v1"\nmodel = "{MODEL}"')
    return made


def configure(home: Home, section: str) -> None:
    text = packaged("settings.toml").replace('contact = ""', 'contact = "a@example.vn"')
    start, end = text.index("[translation]"), text.index("# Provinces beside which")
    (home.config / "settings.toml").write_text(f"{text[:start]}[translation]\n{section}\n\n{text[end:]}", "utf-8")


@pytest.fixture
def keys(home: Home) -> dict[str, str]:
    storage = open_database(home.database)
    made = dict(store_day(storage, [*press(2), written("home")]))
    storage.close()
    return made


def run(home: Home, *words: str) -> CommandResult:
    return run_inside("--home", home.root, "--lang", "en", *words)


def test_translate_says_what_it_did_and_what_it_did_not(home: Home, keys: dict[str, str], server: EngineServer) -> None:
    done = run(home, "translate")
    assert done.returncode == 0
    assert "2 articles: 4 texts translated, 0 refused, 0 not had." in done.stdout
    assert "0 articles" in run(home, "translate").stdout
    server.fault = "lost_names"
    again = run(home, "translate", "--item", keys["p21"], "--retry")
    assert "0 articles" not in again.stdout
    server.fault = "503"
    down = run(home, "translate")
    assert (down.returncode, "503" in down.stderr) == (1, True)
    assert json_lines(run(home, "--json", "translate").stdout)[0]["translate"]["stop"] == "down"


def test_refusals_are_told_and_explained(home: Home, keys: dict[str, str], server: EngineServer) -> None:
    server.fault = "lost_names"
    done = run(home, "translate", "--item", keys["p21"])
    assert "Refused: a name is lost (2); diembao explain ITEM says why" in done.stdout
    explained = run(home, "explain", keys["p21"]).stdout
    assert "Title: its translation is not shown" in explained
    assert "Ninh Thuận" in explained
    row = json_lines(run(home, "--json", "explain", keys["p21"]).stdout)[0]["translation"]
    assert row["source"] in ("ko", "ja", "zh")
    assert set(row["refusals"]) >= {"title", "lead", "excerpt"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--whole"], "needs --item"),
        (["--item", "none"], "No such item"),
        (["--item", "{home}"], "is in Vietnamese"),
        (["--day", "2030-01-01"], "has not begun"),
    ],
)
def test_wrong_use_of_translate(home: Home, keys: dict[str, str], words: list[str], message: str) -> None:
    import click

    with pytest.raises(click.UsageError, match=message):
        run(home, "translate", *(word.format(**keys) for word in words))


def test_without_an_engine_nothing_is_translated(home: Home, keys: dict[str, str]) -> None:
    configure(home, 'backend = "none"')
    done = run(home, "translate")
    assert (done.returncode, "backend" in done.stdout) == (0, True)


def test_a_person_corrects_and_keeps_a_glossary(home: Home, keys: dict[str, str], server: EngineServer) -> None:
    run(home, "translate")
    words = ["translation", "correct", keys["p22"], "Nhà máy điện gió mới", "--who", "lan"]
    done = run(home, *words, "--term", "稼働", "vận hành")
    assert done.stdout.strip().endswith("Nhà máy điện gió mới")
    explained = run(home, "explain", keys["p22"]).stdout
    assert "Title (put so by lan): Nhà máy điện gió mới" in explained
    assert "by the engine openai" in explained
    assert "稼働 = vận hành  (lan)" in run(home, "translation", "glossary", "list").stdout
    run(home, "translation", "glossary", "add", "ko-KR", "출력 제한", "cắt giảm công suất", "--who", "lan")
    rows = json_lines(run(home, "--json", "translation", "glossary", "list", "ko").stdout)
    assert [(row["term"], row["translation"]) for row in rows] == [("출력 제한", "cắt giảm công suất")]
    # The engine is given the terms, and what lacks them is refused.
    server.texts.clear()
    server.bodies.clear()
    name = next(name for name, key in keys.items() if "출력 제한" in title_of(home, key))
    refused = run(home, "translate", "--item", keys[name], "--retry")
    assert refused.returncode == 0
    run(home, "translation", "glossary", "remove", "ko", "출력 제한", "--who", "lan")
    assert run(home, "translation", "glossary", "list", "ko").stdout == ""
    run(home, "translation", "correct", keys["p22"], "--take-back", "--who", "lan")
    assert "put so by" not in run(home, "explain", keys["p22"]).stdout
    actions = [line["action"] for line in json_lines(run(home, "--json", "audit", "list").stdout)]
    assert {"translation.corrected", "translation.correction_taken_back", "glossary.term_added"} <= set(actions)


def title_of(home: Home, key: str) -> str:
    storage = open_database(home.database)
    item = storage.articles.item(key)
    storage.close()
    assert item is not None
    return item.article.title


def test_config_check_resolves_the_name_and_says_that_texts_leave_the_house(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *more: object, **others: object) -> object:
        return real("93.184.216.34" if host == "api.example" else host, *more, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    section = 'backend = "openai"\naddress = "https://api.example/v1"\nmodel = "m"\n'
    configure(home, section)
    refused = run(home, "config", "check")
    assert refused.returncode != 0
    assert "translation.address: api.example is outside private networks" in refused.stdout + refused.stderr
    configure(home, f"{section}allow_public = true\n")
    allowed = run(home, "config", "check")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    assert "their texts leave the house" in allowed.stdout + allowed.stderr


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ('backend = "deepl"', "backend"),
        ('backend = "openai"\nmodel = "m"\naddress = "8.8.8.8"', "address"),
        ('backend = "openai"\nmodel = "m"\naddress = "https://8.8.8.8/v1"', "address"),
        ('backend = "openai"\nmodel = "m"\naddress = "http://169.254.169.254/v1"\nallow_public = true', "address"),
        ('backend = "openai"\nmodel = "m"\naddress = "http://me:pass@127.0.0.1/v1"', "address"),
        ('backend = "openai"\naddress = "http://127.0.0.1/v1"', "model"),
        ('backend = "ctranslate2"', "folder"),
        ('languages = ["vi"]', "languages"),
        ('secret = "sk-123"', "secret"),
        ("seconds_per_text = 0", "seconds_per_text"),
    ],
)
def test_faults_of_the_settings_are_named(home: Home, section: str, key: str) -> None:
    configure(home, section)
    checked = run(home, "config", "check")
    assert checked.returncode != 0
    assert f"translation.{key}" in checked.stdout + checked.stderr


def test_doctor_asks_the_engine(home: Home, server: EngineServer) -> None:
    from config.settings import load_settings

    assert translation_finding(load_settings(home.config)).verdict == "ok"
    server.fault = "503"
    assert translation_finding(load_settings(home.config)).verdict == "bad"
    server.fault = ""
    configure(home, f'backend = "openai"\naddress = "{server.address}/v1"\nmodel = "{MODEL}"\nallow_public = true')
    finding = translation_finding(load_settings(home.config))
    assert (finding.verdict, "127.0.0.1" in finding.text) == ("warning", True)
    configure(home, 'backend = "none"')
    assert translation_finding(load_settings(home.config)).verdict == "ok"


def test_an_alert_tells_of_a_day_without_the_engine(home: Home, keys: dict[str, str], server: EngineServer) -> None:
    server.fault = "503"
    run(home, "translate")
    assert "Nothing has been translated" not in run(home, "alerts").stdout
    clock = home.root.parent / "clock"
    clock.write_text(clock.read_text("utf-8").replace("2026-11-22", "2026-11-23"), "utf-8")
    assert "Nothing has been translated since 08:00 22/11" in run(home, "alerts").stdout
    assert "Nothing has been translated since 08:00 22/11" in run(home, "status").stdout


def test_the_group_is_in_the_reference() -> None:
    assert {"translate", "translation"} <= cli.commands.keys()
