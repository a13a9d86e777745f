"""Stored texts under other rules: beside the old tags, past every interruption, never over a person's word."""

import csv
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.evaluation.labels import read_labels
from diembao.jobs.retag import RetagChanges, retag
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Document,
    Entry,
    Irrelevant,
    Poll,
    Reason,
    Relevance,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump, load
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from storage.maintenance.integrity import check_integrity
from storage.schema.core import versions
from storage.search.parser import parse
from tests.support.cli import Diembao
from tests.support.earlier_fingerprints import as_earlier_release
from tests.support.factories import examine_pending, store_pages
from tests.support.stress.retag import interrupt

pytestmark = [pytest.mark.usefixtures("forked_workers"), pytest.mark.few_on_postgresql, pytest.mark.long(13)]

T0 = datetime(2026, 3, 1, 1, tzinfo=UTC)
T1 = T0 + timedelta(days=1)
SOURCE = Source("a", "Báo A", "http://a.example/", ())
RULES = load_rulebook(None)
SETTINGS = ProcessSettings(workers=1)
ABOUT = "Tỉnh Ninh Thuận khởi công dự án điện gió tại huyện Thuận Nam. Chủ tịch UBND tỉnh Ninh Thuận dự lễ."
ELSEWHERE = "Thành phố Hải Phòng khai trương tuyến xe buýt mới. Người dân Hải Phòng đi lại thuận tiện hơn."
PARTS = "".join(f"<p>{ABOUT} Phần {n} nói thêm về cánh đồng điện gió và nắng.</p>" for n in range(12))
PAGE = f"""<html><head><title>Điện gió Ninh Thuận</title></head>
<body><article><h1>Điện gió Ninh Thuận</h1>{PARTS}</article></body></html>"""


def quiet(_stage: str, _done: int, _all: int) -> None:
    pass


def store(storage: Database, rows: Sequence[tuple[str, str, Relevance]], page: str = "<p>trang</p>") -> list[str]:
    """Store articles as rules 'old' tagged them; return their keys. A row: title, text, relevance."""
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", T0)
    urls = [f"http://a.example/bai-{n}.html" for n in range(len(rows))]
    entries = tuple(Entry(url, title=row[0]) for url, row in zip(urls, rows, strict=True))
    poll = Poll("a", "http://a.example/rss", T0, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll, lambda _: page.encode())
    by_url = dict(zip(urls, rows, strict=True))

    def examine(document: Document) -> Coverage | Irrelevant:
        title, text, relevance = by_url[document.url]
        article = Article(document.url, document.url, title, "", text, published=T0, language="vi")
        topics = (TopicFound("tourism", 0.7, ()),) if relevance != "no" else ()
        tags = Tags("vi", relevance, 0.9, VerdictReason.text("vì thế"), (), topics, (), "neutral", "old")
        if relevance == "no":
            return Irrelevant(document.id, article, tags)
        return Coverage(document.id, article, tags, dump(compute_fingerprint(title, text, T0, "vi")))

    examine_pending(storage, examine, T0)
    storage.stories.group(T0)
    every = storage.articles.items(relevance=("main", "mention", "no"))
    keys = {item.article.url: item.key for item in every}
    return [keys[url] for url in urls]


def retagged(storage: Database, *, dry_run: bool = False, since: datetime | None = None) -> RetagChanges:
    return retag(storage, [SOURCE], RULES, SETTINGS, since=since, dry_run=dry_run, progress=quiet)


def relevances(storage: Database, as_of: datetime | None = None) -> dict[str, str]:
    every = storage.articles.items(relevance=("main", "mention", "no"), as_of=as_of)
    return {item.key: item.tags.relevance for item in every}


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    assert check_integrity(address) == []
    opened.close()


def test_what_changes_is_told_before_and_done_after(storage: Database) -> None:
    leaves, enters, stays = store(
        storage,
        [
            ("Xe buýt Hải Phòng", ELSEWHERE, "main"),
            ("Điện gió Ninh Thuận", ABOUT, "no"),
            ("Ninh Thuận khởi công điện gió", ABOUT + " Thêm nữa.", "main"),
        ],
    )
    planned = retagged(storage, dry_run=True)
    assert relevances(storage) == {leaves: "main", enters: "no", stays: "main"}
    assert [moved.key for moved in planned.entering] == [enters]
    assert [moved.key for moved in planned.leaving] == [leaves]
    assert planned.topics_removed["tourism"] == 2
    assert planned.topics_added["energy"] == 2
    done = retagged(storage)
    assert done == planned
    assert relevances(storage) == {leaves: "no", enters: "main", stays: "main"}
    assert storage.articles.item(stays).tags.rules == RULES.version  # type: ignore[union-attr]
    assert retagged(storage) == RetagChanges()


def test_the_old_tagging_stays_beside_the_new_one(storage: Database) -> None:
    [key] = store(storage, [("Xe buýt Hải Phòng", ELSEWHERE, "main")])
    retagged(storage)
    assert relevances(storage) == {key: "no"}
    [before] = storage.articles.items(as_of=T1)
    assert (before.tags.relevance, before.tags.rules) == ("main", "old")
    assert not list(storage.articles.items(as_of=T0 - timedelta(seconds=1)))
    [then] = storage.articles.digest_items(T0 - timedelta(hours=1), T1, T0, as_of=T1)
    assert then.key == key
    assert not storage.articles.digest_items(T0 - timedelta(hours=1), T1, T0)


def test_what_enters_finds_its_story_and_can_be_searched(storage: Database) -> None:
    one, other = store(
        storage, [("Ninh Thuận khởi công điện gió", ABOUT, "main"), ("Ninh Thuận khởi công điện gió", ABOUT, "no")]
    )
    assert len(storage.search.search(parse("Thuận Nam"), zone=UTC)) == 1
    retagged(storage)
    found = storage.search.search(parse("Thuận Nam"), zone=UTC)
    assert {hit.item.key for hit in found} == {one, other}
    assert len({hit.item.story for hit in found}) == 1
    stored = [storage.articles.item(hit.item.key) for hit in found]
    assert [item is not None and item.changed for item in stored] == [False, False]


def test_a_page_whose_text_was_not_kept_is_read_again(storage: Database) -> None:
    [key] = store(storage, [("Tin ngắn", "", "no")], page=PAGE)
    changes = retagged(storage)
    assert [moved.key for moved in changes.entering] == [key]
    found = storage.articles.item(key)
    assert found is not None
    assert "cánh đồng điện gió" in found.article.text
    assert (found.tags.relevance, found.changed) == ("main", False)


def test_what_a_person_decided_holds(storage: Database) -> None:
    decided, free = store(
        storage, [("Xe buýt Hải Phòng", ELSEWHERE, "main"), ("Xe buýt Hải Phòng nữa", ELSEWHERE + " Nữa.", "main")]
    )
    said = [
        Decision(decided, "relevance", "mention", "Lan", T1, "chủ đầu tư là người tỉnh"),
        Decision(decided, "topics", "sport_entertainment", "Lan", T1),
        Decision(decided, "tone", "positive", "Lan", T1),
    ]
    storage.articles.decide(said)
    changes = retagged(storage)
    assert changes.held == 1
    assert [moved.key for moved in changes.leaving] == [free]
    assert relevances(storage) == {decided: "mention", free: "no"}
    assert [item.key for item in storage.articles.items()] == [decided]
    found = storage.articles.item(decided)
    assert found is not None
    assert ([t.id for t in found.tags.topics], found.tags.tone) == (["sport_entertainment"], "positive")
    assert found.tags.reason.parameters["who"] == "Lan"
    assert [
        hit.item.key for hit in storage.search.search(parse("topic:sport_entertainment tone:positive"), zone=UTC)
    ] == [decided]
    storage.articles.decide([Decision(decided, "relevance", "no", "Minh", T1 + timedelta(hours=1))])
    assert not list(storage.articles.items())
    assert [item.key for item in storage.articles.items(as_of=T1, relevance=("mention",))] == [decided]
    with pytest.raises(StorageError, match="no item of that id"):
        storage.articles.decide([Decision("nowhere", "tone", "neutral", "Lan", T1)])


def test_since(storage: Database) -> None:
    store(storage, [("Xe buýt Hải Phòng", ELSEWHERE, "main")])
    assert not storage.articles.outdated_taggings("new", since=T1, after=0, limit=9)
    [one] = storage.articles.outdated_taggings("new", since=T0, after=0, limit=9)
    assert (one.tags.rules, one.document.entry.text) == ("old", ELSEWHERE)


def test_rules_that_come_back_tag_once_more(storage: Database) -> None:
    [key] = store(storage, [("Xe buýt Hải Phòng", ELSEWHERE, "main")])
    for n, version in enumerate(("new", "old", "new", "old")):
        [one] = storage.articles.outdated_taggings(version, since=None, after=0, limit=9)
        tags = replace(one.rule_tags, rules=version, tone="positive" if version == "new" else "negative")
        article = Article("", "", one.title, "", "")
        storage.articles.save_retaggings([Coverage(one.id, article, tags)], version, T1 + timedelta(hours=n))
        assert not storage.articles.outdated_taggings(version, since=None, after=0, limit=9)
        found = storage.articles.item(key)
        assert found is not None
        assert (found.tags, found.article.text) == (tags, ELSEWHERE)


@pytest.mark.parametrize("texts", [60, pytest.param(160, marks=pytest.mark.thorough)])
def test_killed_half_way_it_ends_as_if_it_had_not_been(tmp_path: Path, texts: int) -> None:
    assert interrupt(tmp_path, texts) == []


def test_the_commands(tmp_path: Path, diembao: Diembao) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.toml").write_text("")
    storage = open_database(tmp_path / "diembao.db")
    key, other = store(storage, [("Xe buýt Hải Phòng", ELSEWHERE, "main"), ("Điện gió Ninh Thuận", ABOUT, "no")])
    storage.close()

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return diembao("--home", tmp_path, *words)

    said = call("retag", "--dry-run")
    assert said.returncode == 0, said.stderr
    assert f"Vào: {other}  Báo A: Điện gió Ninh Thuận" in said.stdout
    assert f"Ra: {key}" in said.stdout
    assert "2 sẽ đổi" in said.stdout
    decided = call(
        "decide",
        key,
        "--relevance",
        "main",
        "--topic",
        "sport_entertainment",
        "--who",
        "Lan",
        "--note",
        "tuyến tới tỉnh",
    )
    assert decided.returncode == 0, decided.stderr
    assert re.search(r": nói về tỉnh; .+ \(sport_entertainment\); ", decided.stdout)
    assert call("decide", key).returncode == 2
    assert "energy" in call("decide", key, "--topic", "nosuch").stderr
    found = json.loads(diembao("--home", tmp_path, "--json", "retag").stdout.splitlines()[-1])["retag"]
    assert (found["texts"], found["held"], found["leaving"]) == (2, 1, [])

    def exported(*words: str) -> dict[str, tuple[str, str]]:
        file = tmp_path / "items.csv"
        assert call("export", str(file), *words).returncode == 0
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {row["item"]: (row["relevance"], row["topics"]) for row in csv.DictReader(lines)}

    now, then = exported(), exported("--as-of", "2026-03-01")
    assert set(now) == {key, other}
    assert now[key] == ("main", "sport_entertainment")
    assert now[other][0] == "main"
    assert then == {key: ("main", "tourism")}
    hits = call("search", "topic:sport_entertainment", "--json").stdout.splitlines()
    assert [json.loads(line)["item"] for line in hits] == [key]
    titles = {"Xe buýt Hải Phòng", "Điện gió Ninh Thuận"}
    for words, shown in (((), titles), (("--as-of", "2026-03-02"), {"Xe buýt Hải Phòng"})):
        done = call("digest", "--day", "2026-03-02", "--form", "md", "--out", str(tmp_path / "out"), *words)
        assert done.returncode == 0, done.stderr
        [made] = (tmp_path / "out").glob("*.md")
        whole = made.read_text("utf-8")
        assert {title for title in titles if title in whole} == shown
    target = tmp_path / "decided.jsonl"
    assert call("decide", "--export", str(target)).returncode == 0
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    [record] = read_labels(enumerate(rows, 1))
    assert (record["about_ninh_thuan"], record["topics"], record["title"]) == (
        "main",
        ["sport_entertainment"],
        "Xe buýt Hải Phòng",
    )


def test_fingerprints_of_an_earlier_release_are_made_anew(storage: Database, address: str) -> None:
    store(storage, [("Điện gió Ninh Thuận", f"{ABOUT} Dự án có 12 tuabin, công suất 46 MW.", "main")])
    engine = connect(address)

    def stored() -> bytes:
        with engine.begin() as connection:
            return bytes(connection.execute(select(versions.c.fingerprint)).scalar_one())

    earlier = as_earlier_release(stored())
    with engine.begin() as connection:
        connection.execute(update(versions).values(fingerprint=earlier))
    storage.stories.rebuild(T1)
    assert stored() == earlier, "it is read as it is"
    retagged(storage)
    old, fresh = load(earlier), load(stored())
    engine.dispose()
    assert old is not None and fresh is not None
    assert (len(old.measures), len(old.concepts)) == (0, 0)
    assert min(len(fresh.measures), len(fresh.concepts)) > 0
    assert fresh.terms.tolist() == old.terms.tolist()
