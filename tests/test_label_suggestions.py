"""Articles whose label would teach most: uncertain, unlike each other, not decided on; what is filled is learnt."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from diembao.evaluation.labels import read_labels
from diembao.evaluation.suggestions import suggest, suggestion_row
from pipeline.opinion.encoder import EncoderFailed
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, TopicFound
from storage.database import Database, open_database
from tests.support.cli import run_inside
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages
from tests.support.filled import SOURCE

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Vectors

#: Within the last 90 days of any day on which the test runs
AT = datetime.now(UTC).replace(microsecond=0)
#: Title, score of its topic, chance of its tone; titles that begin alike are alike in meaning
ARTICLES = [
    ("muối một", 0.44, 0.9),
    ("muối hai", 0.45, 0.9),
    ("gió một", 0.42, 0.9),
    ("cầu một", 0.97, 0.34),
    ("nho một", 0.98, 0.99),
]


class ByFirstWord:
    """An encoder for which texts are alike that begin with the same word."""

    name = "m"

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def encode(self, texts: Sequence[str], /) -> "Vectors":
        if self.fails:
            raise EncoderFailed("down")
        words = sorted({text.split()[0] for text in texts})
        return np.eye(len(words), dtype=np.float32)[[words.index(text.split()[0]) for text in texts]]


@pytest.fixture
def storage(tmp_path: Path) -> Database:
    storage = open_database(tmp_path / "diembao.db")
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", AT)
    entries = tuple(Entry(f"https://a.example/bai-{n}.html", title=title) for n, (title, *_) in enumerate(ARTICLES))
    store_pages(storage, run, Poll("a", SOURCE.feeds[0].url, AT, Reason.OK, 200, entries=entries))

    def examine(document: Document) -> Coverage:
        title, score, tone = ARTICLES[int(document.url.split("-")[1].split(".")[0])]
        tags = replace(PLAIN_TAGS, relevance_score=0.99, topics=(TopicFound("energy", score, ()),), tone_score=tone)
        return Coverage(document.id, Article(document.url, document.url, title, "", f"{title}.", published=AT), tags)

    examine_pending(storage, examine, AT)
    return storage


def titles(
    storage: Database, count: int, encoder: ByFirstWord | None, decided: frozenset[str] = frozenset()
) -> list[str]:
    return [one.item.article.title for one in suggest(storage.articles.items(), set(decided), count, encoder)]


def test_uncertain_articles_come_first_and_no_two_alike(storage: Database) -> None:
    assert set(titles(storage, 3, ByFirstWord())) == {"muối một", "gió một", "cầu một"}
    assert titles(storage, 5, ByFirstWord())[-1] in ("nho một", "muối hai")
    assert len(titles(storage, 99, ByFirstWord())) == len(ARTICLES)


@pytest.mark.parametrize("encoder", [None, ByFirstWord(fails=True)])
def test_without_vectors_the_least_certain_are_proposed_all_the_same(
    storage: Database, encoder: ByFirstWord | None
) -> None:
    assert titles(storage, 1, encoder)[0] in ("muối một", "cầu một")


def test_what_a_person_decided_on_is_not_asked_again(storage: Database) -> None:
    first = suggest(storage.articles.items(), set(), 1, None)[0]
    assert first.item.article.title not in titles(storage, 5, None, frozenset({first.item.key}))


def test_the_command_writes_what_train_reads_once_it_is_filled(storage: Database, tmp_path: Path) -> None:
    one = suggest(storage.articles.items(), set(), 1, None)[0]
    storage.close()
    result = run_inside("--home", tmp_path, "label", "suggest", "--count", "2", "--out", tmp_path / "labels.jsonl")
    assert result.returncode == 0, result.stdout
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 2 and all(row["decision"] == {} and row["doubt"] > 0.9 for row in rows)
    assert rows[0].keys() == suggestion_row(one).keys()
    rows[0]["decision"] = {"relevance": "mention", "tone": "positive", "topics": ["tourism"]}
    labels = list(read_labels(enumerate(rows, 1)))
    assert (labels[0]["about_ninh_thuan"], labels[0]["tone"], labels[0]["topics"]) == (
        "mention", "positive", ["tourism"],
    )  # fmt: skip
    assert "tone" not in labels[1] and "topics" not in labels[1]
