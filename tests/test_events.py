"""Links and rulings make groups; events tell who was first and who reprinted; the commands say so."""

import json
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.stories.events import build_events
from pipeline.records import Article, Item, Tags, VerdictReason
from pipeline.stories.clustering import Link, Ruling, cluster
from tests.support.newsroom import figures

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
TAGS = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")


def test_links_join_and_rulings_outweigh_them() -> None:
    links = [Link("b", "a", 0.9), Link("c", "b", 0.6), Link("d", "c", 0.8), Link("x", "gone", 1.0)]
    assert cluster("abcdex", links) == [{"a", "b", "c", "d"}, {"e"}, {"x"}]
    apart = Ruling(1, True, {"a": 0, "d": 1})
    # The weakest link gives way.
    assert cluster("abcd", links, [apart]) == [{"a", "b"}, {"c", "d"}]
    together = Ruling(2, False, {"a": 0, "d": 0})
    assert cluster("abcd", links, [apart, together]) == [{"a", "b", "c", "d"}]
    assert cluster("ab", [], [Ruling(1, False, {"a": 0, "b": 0}), Ruling(2, True, {"a": 0, "b": 1})]) == [{"a"}, {"b"}]


def test_groups_hang_on_no_order() -> None:
    draw = random.Random(1)
    names = [f"{n:02}" for n in range(30)]
    links = [Link(n, draw.choice(names[:i]), draw.random()) for i, n in enumerate(names) if i]
    rulings = [Ruling(1, True, {"03": 0, "17": 1, "21": 1}), Ruling(2, False, {"05": 0, "29": 0})]
    expected = cluster(names, links, rulings)
    for _ in range(20):
        draw.shuffle(links)
        draw.shuffle(names)
        assert cluster(names, links, rulings) == expected


def item(key: str, story: str, outlet: str, hours: float, **more: object) -> Item:
    url = f"http://{outlet}.example/{key}"
    article = Article(url, url, f"Bài {key}", "", "x", published=T0 + timedelta(hours=hours), published_from="page")
    made = Item(key, story, 1, outlet, outlet, "VN", "central", article, TAGS, T0, T0, "http://f.example/", event="e")
    return replace(made, **more)


def test_an_event_says_who_was_first_and_how_it_spread() -> None:
    items = [
        item("r2", "s", "c", 5, origin="TTXVN"),
        item("r1", "s", "b", 3, origin="TTXVN"),
        item("own", "t", "a", 1),
        item("abroad", "u", "d", 9, country="SG", tags=replace(TAGS, language="en")),
        item("other", "v", "a", 2, event=""),
    ]
    event, alone = build_events(items)
    assert (event.key, event.title, event.first.key) == ("e", "Bài r1", "own")
    assert (event.items, event.outlets, len(event.reports)) == (4, 4, 3)
    assert (event.languages, event.countries) == ({"vi": 3, "en": 1}, {"VN": 3, "SG": 1})
    assert (event.end - event.start) == timedelta(hours=8)
    assert (event.reports[0].origin, [i.key for i in event.reports[0].items]) == ("TTXVN", ["r1", "r2"])
    assert alone.key == "v"


def test_the_commands(diembao: "Callable[..., subprocess.CompletedProcess[str]]", tmp_path: Path) -> None:
    nothing = diembao("--home", tmp_path, "stories", "show", "zzz")
    assert nothing.returncode == 2
    assert "zzz" in nothing.stderr
    wrong = diembao("--home", tmp_path, "stories", "merge", "zzz", "yyy")
    assert wrong.returncode == 1
    assert "zzz" in wrong.stderr
    assert json.loads(diembao("--home", tmp_path, "--json", "stories", "rebuild").stdout) == {"moved": 0}


def test_the_benchmark_places_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures(600, tmp_path)
    [line] = [line for line in capsys.readouterr().out.splitlines() if " items, " in line]
    items, stories, events = (int(number) for number in re.findall(r"\d+", line))
    assert 600 == items > stories > events > 60
