"""A desk for the office's pages: articles of a morning, two departments, people of every role, judgements."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diembao.system.clock import now
from pipeline.records import Article, PlaceFound, Tags, TopicFound
from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from storage.database import Database, open_database
from tests.support.desk import mark, store_day, written
from tests.support.desk_server import MAKER, Desk, serve_desk, write_desk_home

TEXT = (
    "Sáng nay, lực lượng chức năng khống chế đám cháy kho điều ở xã Phước Dinh. "
    "Mưa lũ gây thiệt hại nặng cho nhiều hộ, chưa có ai bị thương."
)
EVIL = 'Bài <script>alert("x")</script> "><img src=x>'


def tagged(name: str, number: int, **tags: object) -> tuple[Article, Tags]:
    """Return an article that names Phước Dinh and is filed under floods, with a negative tone, unless `tags` say so."""
    text = f"{TEXT} " + " ".join(f"{name}{number}từ{n}" for n in range(120))
    place = PlaceFound("phuoc-dinh", "Phước Dinh", "", (mark("Phước Dinh", text),))
    flood = TopicFound("environment_climate", 0.9, (mark("Mưa lũ", text),))
    given = {"places": (place,), "topics": (flood,), "tone": "negative", "tone_words": (mark("thiệt hại", text),)}
    title = EVIL if number == 0 else f"Cháy kho điều, tin số {number}"
    made: dict[str, Any] = {**given, **tags}
    return written(f"{name}{number}", text=text, title=title, **made)


def fill(storage: Database) -> Mapping[str, str]:
    """Store ten articles: n0 to n7 filed under floods, m20 and m21 about nothing of ours; return keys by name."""
    made = [tagged("n", number) for number in range(8)]
    made += [tagged("m", number + 20, relevance="no", topics=(), tone="neutral", tone_words=()) for number in range(2)]
    keys = store_day(storage, made)
    storage.search.catch_up()
    return keys


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    desk: Desk
    keys: Mapping[str, str]
    #: numbers of Sở Y tế and of Sở Công Thương
    health: int
    trade: int


def acting(account: Account) -> Actor:
    """Return an account as who acts at the desk."""
    return Actor(account.id, account.name, "127.0.0.1", "desk")


@contextmanager
def office_desk(root: Path, address: str) -> Iterator[OfficeDesk]:
    """Serve a desk on an empty database, its home in a folder, with ten articles and two departments.

    The clock is the machine's own: days are counted from today.
    """
    home = write_desk_home(root)
    storage = open_database(address)
    keys = fill(storage)
    health = storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    trade = storage.accounts.create_department("so-cong-thuong", "Sở Công Thương", "", MAKER, now())
    storage.close()
    with serve_desk(home, address) as desk:
        yield OfficeDesk(desk, keys, health.id, trade.id)
