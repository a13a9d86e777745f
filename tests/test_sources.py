"""sources.toml: the outlets that ship with diembao, and what a program changes in the file that people edit."""

import tomllib
from pathlib import Path

import pytest
from babel import Locale

from config.faults.errors import ConfigError
from config.load import packaged
from config.source_editor import table_of, with_enabled, with_sources
from config.sources import check_sources, load_sources
from diembao.jobs.collection.collect import logins_of
from pipeline.records import Feed, Selectors, Source
from pipeline.text.urls import normalise_url, same_site


def test_enough_real_outlets_are_asked() -> None:
    enabled = [s for s in load_sources(None) if s.enabled]
    assert len(enabled) >= 80
    assert {s.category for s in enabled} == {"local", "central", "vn_foreign_service", "foreign"}
    assert len({s.country for s in enabled}) >= 8
    assert len({language for s in load_sources(None) for language in s.languages}) >= 12


def test_every_outlet_is_described() -> None:
    raw = tomllib.loads(packaged("sources.toml"))["source"]
    keys = {"id", "name", "home", "feeds", "country", "languages", "kind", "category", "reach"}
    assert [table.get("id") for table in raw if not keys <= set(table)] == []
    known = Locale("en")
    for source in load_sources(None):
        assert source.name.strip() == source.name != ""
        assert {language.split("-")[0] for language in source.languages} <= known.languages.keys(), source.id
        assert source.country in known.territories, source.id
        assert source.reach == "local" or source.category != "local", source.id
        assert source.country == "VN" or source.category == "foreign", source.id
        assert source.home.startswith("https://") or source.home.startswith("http://")


def test_no_feed_and_no_name_twice() -> None:
    sources = load_sources(None)
    feeds = [normalise_url(feed.url) for s in sources for feed in s.feeds if feed.kind != "query"]
    feeds += [feed.url for s in sources for feed in s.feeds if feed.kind == "query"]
    assert len(feeds) == len(set(feeds))
    assert len({s.id for s in sources}) == len({s.name for s in sources}) == len(sources)


def test_feeds_stand_on_the_outlets_own_sites() -> None:
    for source in load_sources(None):
        sites = (source.home, *(f"https://{domain}/" for domain in source.domains))
        assert [f.url for f in source.feeds if not any(same_site(f.url, site) for site in sites)] == [], source.id


def test_nothing_watches_persons_or_social_media() -> None:
    watched = [
        normalise_url(url) for s in load_sources(None) for url in (s.home, *(f.url.split("?")[0] for f in s.feeds))
    ]
    for name in ("facebook", "tiktok", "youtube", "twitter", "instagram", "t.me", "zalo"):
        assert not [url for url in watched if f"{name}.com" in url or f"/{name}" in url]


# changing the file


def pairs(text: str) -> dict[str, bool]:
    return {table["id"]: table.get("enabled", True) for table in tomllib.loads(text)["source"]}


def test_every_shipped_source_can_be_switched() -> None:
    text = packaged("sources.toml")
    before = pairs(text)
    for id in [*before][::24]:
        off = with_enabled("x", text, id, not before[id])
        assert pairs(off) == before | {id: not before[id]}
        assert pairs(with_enabled("x", off, id, before[id])) == before
        comments = [line for line in text.splitlines() if "#" in line]
        assert [line for line in off.splitlines() if "#" in line] == comments
        assert 0 <= len(off.splitlines()) - len(text.splitlines()) <= 1


@pytest.mark.parametrize(
    "text",
    [
        'source = [{id = "a", name = "A", home = "http://a.vn", feeds = [{url = "http://a.vn/r"}]}] # x\n',
        '[[source]]\nname = "A" # tên\nhome = "http://a.vn"\nfeeds = [{url = "http://a.vn/r"}]\n"id" = "a"\n[source.selectors]\ntitle = "h1"\n',  # noqa: E501
        '[[source]]\n"enabled" = true # bật\nid = "a"\nname = "A"\nhome = "http://a.vn"\nfeeds = [{url = "http://a.vn/r"}]\n# hết',  # noqa: E501
    ],
)
def test_odd_ways_to_write_the_file(text: str) -> None:
    changed = with_enabled("x", text, "a", False)
    assert pairs(changed) == {"a": False}
    assert changed.count("#") == text.count("#")


def test_what_cannot_be_changed_says_so() -> None:
    with pytest.raises(KeyError):
        with_enabled("x", packaged("sources.toml"), "khong-co", True)
    fault = '[[source]]\nid = "a"\nname = "A"\nhome = "http://a.vn"\nfeeds = []\nenabled = false\n'
    with pytest.raises(ConfigError, match="an enabled source needs at least one feed"):
        with_enabled("x", fault, "a", True)


def test_a_source_is_written_as_it_is_read() -> None:
    source = Source(
        "moi", 'Báo "Mới" \\ 1', "https://moi.vn/", domains=("moi.net",), languages=("vi", "en"),
        feeds=(Feed("https://moi.vn/r"), Feed("https://moi.vn/q?x={query}", "query", None, ("Cà Ná",), "vi", 9)),
        country="VN", category="local", reach="local", poll_minutes=30, delay_seconds=2.5, article_url=r"moi\.vn/'\d+",
        selectors=Selectors(title="h1.x", drop=(".a", "#b")), note="dòng\nhai",
    )  # fmt: skip
    plain = Source("hai", "Hai", "https://hai.vn/", (Feed("https://hai.vn/", "listing"),), enabled=False)
    assert check_sources("x", table_of(source) + "\n" + table_of(plain)) == (source, plain)
    for existing in load_sources(None)[::10]:
        assert check_sources("x", table_of(existing)) == (existing,)


def test_sources_are_added_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    new = Source("moi", "Mới", "https://moi.example/", (Feed("https://moi.example/r"),))
    text = packaged("sources.toml")
    changed = with_sources("x", text, [new])
    assert changed.startswith(text.rstrip())
    (tmp_path / "sources.toml").write_text(changed, "utf-8")
    assert load_sources(tmp_path)[-1] == new
    with pytest.raises(ConfigError, match="is used twice"):
        with_sources("x", changed, [new])
    assert check_sources("x", with_sources("x", "", [new])) == (new,)


def test_a_login_is_a_secret_and_a_missing_one_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DIEMBAO_LOGIN_A", "may:mật khẩu")
    sources = [Source(key, key, f"http://{key}.example/", (), login=f"DIEMBAO_LOGIN_{key.upper()}") for key in "ab"]
    assert logins_of(sources) == {"a": "may:mật khẩu"}
    assert "DIEMBAO_LOGIN_B" in caplog.text
