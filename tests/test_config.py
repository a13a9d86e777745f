"""Configuration files: every fault is told at once, with file, line and key, and the packaged ones have none."""

from pathlib import Path

import pytest

from config.faults.errors import ConfigError
from config.load import FILES
from config.schedule import load_schedule
from config.settings import load_settings
from config.sources import load_sources


def faults_of(directory: Path, name: str, text: str) -> list[str]:
    (directory / name).write_text(text, "utf-8")
    load = {"sources.toml": load_sources, "settings.toml": load_settings, "schedule.toml": load_schedule}[name]
    with pytest.raises(ConfigError) as caught:
        load(directory)
    return [str(fault).removeprefix(f"{directory / name}:") for fault in caught.value.faults]


def test_packaged_files_are_valid() -> None:
    assert load_settings(None).province.name == "Ninh Thuận"
    assert {job.name for job in load_schedule(None)} == {
        "collect",
        "process",
        "morning",
        "read",
        "digest",
        "send",
        "register",
        "update",
        "letters",
        "translate",
        "images",
        "backup",
        "self-check",
        "retention",
        "weekly-report",
        "monthly-report",
        "alerts",
    }
    assert len(load_sources(None)) > 100
    assert len(FILES) == 10


def test_shipped_sources() -> None:
    sources = load_sources(None)
    enabled = [s for s in sources if s.enabled]
    assert len(enabled) >= 80
    assert {s.category for s in enabled} == {"local", "central", "vn_foreign_service", "foreign"}
    assert len({s.name for s in sources}) == len(sources)


def test_every_fault_at_once(tmp_path: Path) -> None:
    text = """\
[[source]]
id = "a"
name = "A"
home = "http://a.example/"
feeds = [{ url = "http://a.example/rss", kinds = "feed" }]

[[source]]
id = "b"
nam = "B"
home = "http://b.example/"
feeds = [{ url = "http://b.example/rss", kind = "fed" }]
delay_seconds = "x"

[source.selectors]
titel = "h1"
"""
    assert sorted(faults_of(tmp_path, "sources.toml", text)) == [
        "11: source[1].feeds[0].kind: one of 'feed', 'sitemap', 'listing', 'list', 'query' is needed, found 'fed'",
        "12: source[1].delay_seconds: a number is needed, found 'x'",
        "15: source[1].selectors.titel: unknown key; did you mean 'title'?",
        "5: source[0].feeds[0].kinds: unknown key; did you mean 'kind'?",
        "7: source[1].name: is missing",
        "9: source[1].nam: unknown key; did you mean 'name'?",
    ]


def test_sense_is_checked_too(tmp_path: Path) -> None:
    text = """\
[[source]]
id = "a"
name = "A"
home = "ftp://a.example/"
feeds = [{ url = "http://a.example/rss" }, { url = "http://a.example/rss" }]
article_url = "("

[[source]]
id = "a"
name = "B"
home = "http://b.example/"
feeds = [{ url = "http://elsewhere.test/rss", kind = "listing", links = "a[" }]
country = "Vietnam"
login = "may:mat-khau"

[[source]]
id = "c"
name = "C"
home = "http://c.example/"
feeds = [{ url = "http://may:mat-khau@c.example/rss" }]
"""
    found = "\n".join(faults_of(tmp_path, "sources.toml", text))
    for part in (
        "4: source[0].home: no http(s) address",
        "source[0].feeds[1].url: http://a.example/rss is already a feed of 'a'",
        "6: source[0].article_url: ",
        "9: source[1].id: 'a' is used twice",
        "source[1].feeds[0].url: another site than home",
        "source[1].feeds[0].links: ",
        "13: source[1].country: two capital letters",
        "20: source[2].feeds: an address with a login in it",
        "14: source[1].login: the name of a secret",
    ):
        assert part in found, (part, found)
    assert "mat-khau" not in found


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    [fault] = faults_of(tmp_path, "settings.toml", '[province]\nname = "x\n')
    assert fault.startswith("2: no valid TOML")


def test_settings_and_schedule(tmp_path: Path) -> None:
    settings = '[province]\nname = "X"\nname_en = "X"\ntime_zone = "Asia/Nowhere"\n[digest]\ncutoff = "25:00"\n'
    assert len(faults_of(tmp_path, "settings.toml", settings)) == 2
    jobs = '[[job]]\nname = "a"\ncommand = []\ncron = "x"\n[[job]]\nname = "a"\ncommand = ["x"]\nevery_minutes = 0\n'
    assert len(faults_of(tmp_path, "schedule.toml", jobs)) == 4


def test_another_encoding_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes('name = "Ninh Thuận"'.encode("utf-16"))
    with pytest.raises(ConfigError, match=r"settings\.toml: cannot be read"):
        load_settings(tmp_path)
