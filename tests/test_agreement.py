"""How people and rules agree, on both databases: figures against a recomputation, the rules most often overruled."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from diembao.jobs.office.agreement import MOST_ARTICLES, Agreement, agreement
from pipeline.records.reviews import ReviewAct, ReviewKind
from storage.database import Database, open_database
from storage.schema.core import taggings, versions
from storage.schema.maintenance import decisions
from storage.schema.reviews import reviews
from tests.support.desk import LAN, MINH, MORNING, Made, people
from tests.support.office import fill

pytestmark = pytest.mark.none_on_postgresql

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKS = 4
#: Four weeks after the morning on which the articles came.
NOW = MORNING + timedelta(weeks=3)


@dataclass(frozen=True)
class Office:
    storage: Database
    keys: Mapping[str, str]

    def act(self, kind: ReviewKind, *names: str, value: str = "", at: datetime = MORNING) -> None:
        self.storage.reviews.act(LAN, ReviewAct(kind, tuple(self.keys[name] for name in names), value), at)

    def found(self, weeks: int = WEEKS, at: datetime = NOW) -> Agreement:
        return agreement(self.storage, ZONE, at, weeks)


def _make(storage: Database) -> Mapping[str, str]:
    keys = fill(storage)
    people(storage)
    return keys


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(_make)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, made: Made, tmp_path: Path) -> Iterator[Office]:
    address, keys = made.copy(request, tmp_path)
    storage = open_database(address)
    yield Office(storage, keys)
    storage.close()


def test_nobody_has_judged(office: Office) -> None:
    found = office.found()
    assert (found.relevance.judged, found.tone.judged, list(found.topics), list(found.rules)) == (0, 0, [], [])
    assert [week.week for week in found.weeks] == [date(2026, 11, 16) + timedelta(weeks=n) for n in range(WEEKS)]


def test_each_matter_is_counted_by_what_a_person_said(office: Office) -> None:
    office.act("approve", "n0")
    office.act("reject", "n1", value="not_ours")
    office.act("reject", "n2", value="repeated")
    office.act("grade", "n3", value="mention")
    office.act("approve", "m20", value="main")
    office.act("topics", "n0", value="environment_climate energy")
    office.act("topics", "n4", value="")
    office.act("tone", "n5", value="neutral")
    found = office.found()
    # A rejection as told already says nothing of the province.
    assert (found.relevance.judged, found.relevance.overruled) == (4, 3)
    assert (found.changes.out, found.changes.into, found.changes.grade) == (1, 1, 1)
    # Two were approved: of one the topics were changed, of the other they were let be; n4 was decided alone.
    assert (found.topics_of_articles.judged, found.topics_of_articles.overruled) == (3, 2)
    assert (found.tone.judged, found.tone.overruled) == (3, 1)
    topics = {topic.id: (topic.filed, topic.removed, topic.added) for topic in found.topics}
    assert topics == {"environment_climate": (2, 1, 0), "energy": (1, 0, 1)}
    rules = {(rule.kind, rule.topic, rule.words): rule for rule in found.rules}
    place = rules["place", "", "phước dinh"]
    assert (place.fired, place.overruled) == (3, 2)
    assert {article.key for article in place.articles} == {office.keys["n1"], office.keys["n3"]}
    flood = rules["topic", "environment_climate", "mưa lũ"]
    assert (flood.fired, flood.overruled, flood.percent) == (2, 1, 50)
    tone = rules["tone", "", "thiệt hại"]
    assert (tone.fired, tone.overruled) == (2, 1)
    assert [rule.words for rule in found.rules] == ["phước dinh", "thiệt hại", "mưa lũ"]


def test_what_was_undone_or_lies_before_the_weeks_does_not_count(office: Office) -> None:
    office.act("reject", "n1", value="not_ours")
    office.storage.reviews.undo(LAN, MORNING)
    assert office.found().relevance.judged == 0
    office.act("reject", "n1", value="not_ours")
    assert office.found().relevance.judged == 1
    assert office.found(weeks=3).relevance.judged == 0
    # Looked at anew later without a word on its relevance: the decision still is of its own week.
    office.act("star", "n1", value="1", at=NOW)
    assert office.found(weeks=3).relevance.judged == 0
    assert office.found().weeks[0].relevance.overruled == 1


def test_the_machine_is_taken_at_its_word_of_that_moment(office: Office) -> None:
    """Rules that came later, and say what the person had said, make no agreement of it."""
    office.act("reject", "n1", value="not_ours")
    _tag_anew(office.storage, MORNING + timedelta(hours=1))
    assert (office.found().relevance.judged, office.found().relevance.overruled) == (1, 1)
    office.act("grade", "n2", value="no", at=MORNING + timedelta(hours=2))
    assert (office.found().relevance.judged, office.found().relevance.overruled) == (2, 1)


def _tag_anew(storage: Database, at: datetime) -> None:
    """Store a second tagging of every article, by rules that find nothing of ours in any."""
    with storage.reviews._writing() as connection:
        rows = connection.execute(select(taggings)).all()
        new = [
            {
                "version_id": row.version_id,
                "rules": "later",
                "tagged_at": at,
                "relevance": "no",
                "score": 0.1,
                "tags": {**row.tags, "relevance": "no", "topics": [], "tone": "neutral", "tone_words": []},
            }
            for row in rows
        ]
        connection.execute(insert(taggings), new)


def test_figures_are_those_of_a_recomputation(office: Office) -> None:
    """Two hundred random acts and undoings over three weeks, counted once more from the plain rows."""
    chance = random.Random(18)
    names = sorted(office.keys)
    acts: list[tuple[ReviewKind, tuple[str, ...]]] = [
        ("approve", ("", "main", "mention")),
        ("reject", ("not_ours", "passing", "repeated", "minor")),
        ("topics", ("", "energy", "environment_climate", "energy environment_climate")),
        ("tone", ("negative", "neutral", "positive")),
        ("grade", ("main", "mention", "no")),
        ("reviewed", ("",)),
    ]
    for number in range(200):
        at = MORNING + timedelta(minutes=150 * number)
        if number == 90:
            _tag_anew(office.storage, at)
        who = chance.choice((LAN, MINH))
        if chance.random() < 0.15:
            office.storage.reviews.undo(who, at)
            continue
        kind, values = chance.choice(acts)
        chosen = tuple(office.keys[name] for name in chance.sample(names, chance.randint(1, 2)))
        office.storage.reviews.act(who, ReviewAct(kind, chosen, chance.choice(values)), at)
    found = office.found()
    shares, weekly, topics = _recomputed(office.storage, found.since)
    assert {
        "relevance": (found.relevance.judged, found.relevance.overruled),
        "topics": (found.topics_of_articles.judged, found.topics_of_articles.overruled),
        "tone": (found.tone.judged, found.tone.overruled),
    } == shares
    assert shares["topics"][1] > 0
    for week in found.weeks:
        for matter, share in (("relevance", week.relevance), ("topics", week.topics), ("tone", week.tone)):
            assert (share.judged, share.overruled) == weekly.get((week.week, matter), (0, 0)), (week.week, matter)
    assert {topic.id: (topic.filed, topic.removed, topic.added) for topic in found.topics} == topics
    assert all(len(rule.articles) == min(rule.overruled, MOST_ARTICLES) for rule in found.rules)


def _recomputed(
    storage: Database, since: date
) -> tuple[dict[str, tuple[int, int]], dict[tuple[date, str], tuple[int, int]], dict[str, tuple[int, int, int]]]:
    """Count anew, in plain loops over the rows of the tables."""
    with storage.reviews._reading() as connection:
        said = connection.execute(select(decisions).order_by(decisions.c.id)).all()
        stood = connection.execute(select(reviews)).all()
        of_item = select(versions.c.item_key, taggings).join(taggings, taggings.c.version_id == versions.c.id)
        tagged = connection.execute(of_item.order_by(taggings.c.tagged_at)).all()
    judged, overruled = Counter[str](), Counter[str]()
    weekly: dict[tuple[date, str], tuple[int, int]] = {}
    topics: dict[str, tuple[int, int, int]] = {}
    for review in stood:
        for matter in ("relevance", "topics", "tone"):
            own = [row for row in said if row.item_key == review.item_key and row.field == matter]
            if own:
                value, at = own[-1].value, own[-1].at
            elif matter != "relevance" and review.state == "approved":
                value, at = None, review.at
            else:
                continue
            day = at.astimezone(ZONE).date()
            if day < since:
                continue
            earlier = [row for row in tagged if row.item_key == review.item_key and row.tagged_at <= at]
            tags = earlier[-1].tags
            machine = {topic["id"] for topic in tags["topics"]} if matter == "topics" else tags[matter]
            person = machine if value is None else set(value.split()) if matter == "topics" else value
            judged[matter] += 1
            overruled[matter] += machine != person
            monday = day - timedelta(days=day.weekday())
            before = weekly.get((monday, matter), (0, 0))
            weekly[monday, matter] = before[0] + 1, before[1] + (machine != person)
            if matter == "topics":
                for name in machine | person:
                    filed, removed, added = topics.get(name, (0, 0, 0))
                    topics[name] = filed + 1, removed + (name not in person), added + (name not in machine)
    return {matter: (judged[matter], overruled[matter]) for matter in judged}, weekly, topics
