"""A day in a database, and acts of people on its articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from pipeline.records import TopicFound
from pipeline.records.audit import Actor
from pipeline.records.reviews import ActResult, Clash, Review, ReviewAct, ReviewKind
from storage.database import Database
from storage.schema.maintenance import decisions
from storage.schema.reviews import review_actions, reviews
from storage.schema.stories import story_rulings
from tests.support.desk import MORNING, people, store_day, written


@dataclass(frozen=True)
class Desk:
    storage: Database
    address: str
    keys: Mapping[str, str]

    def act(self, actor: Actor, kind: ReviewKind, *names: str, value: str = "", **more: Any) -> ActResult:
        result = self.try_act(actor, kind, *names, value=value, **more)
        assert isinstance(result, ActResult), result
        return result

    def try_act(self, actor: Actor, kind: ReviewKind, *names: str, value: str = "", **more: Any) -> ActResult | Clash:
        wanted = ReviewAct(kind, tuple(self.keys[name] for name in names), value, **more)
        return self.storage.reviews.act(actor, wanted, MORNING)

    def review(self, name: str) -> Review:
        return self.storage.reviews.reviews([self.keys[name]]).get(self.keys[name], Review(self.keys[name]))

    def values(self, name: str) -> tuple[str, list[str], str]:
        item = self.storage.articles.item(self.keys[name])
        assert item is not None
        return item.tags.relevance, [topic.id for topic in item.tags.topics], item.tags.tone

    def groups(self) -> dict[str, tuple[str, str]]:
        found = {}
        for name, key in self.keys.items():
            item = self.storage.articles.item(key)
            assert item is not None
            found[name] = (item.story, item.event)
        return found


def store_articles(storage: Database) -> Mapping[str, str]:
    energy = (TopicFound("energy", 0.8, ()),)
    made = [written(name, topics=energy) for name in ("x", "y", "z")]
    same = "một cơn lũ quét qua xã miền núi làm ba người chết và hai người mất tích trong đêm " * 6
    made += [written("wire", text=same, title="Lũ quét làm ba người chết"), written("n", relevance="no")]
    made += [written("reprint", source="b", text=same, title="Lũ quét làm ba người chết", hours=2.9)]
    keys = store_day(storage, made)
    people(storage)
    return keys


def counts(desk: Desk) -> list[int]:
    with desk.storage.reviews._reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (decisions, reviews, review_actions, story_rulings)
        ] + [desk.storage.audit.head().seq]
