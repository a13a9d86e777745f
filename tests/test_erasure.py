"""An account is erased: what the person decided stays, under a number, and the name is nowhere any more."""

import re

from sqlalchemy import select

from diembao.jobs.decide import decide
from pipeline.records.reviews import ActResult, ReviewAct
from storage.database import Database
from storage.schema.core import metadata
from storage.schema.derived import listings
from tests.support.desk import COMMAND, LAN, MINH, MORNING, people, store_day, written


def tables_that_name(db: Database, name: str) -> dict[str, str]:
    """Return each table of the database that holds a name as a word, with one of its rows."""
    found = {}
    with db.audit._reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                if re.search(rf"\b{name}\b", str(tuple(row)), re.IGNORECASE):
                    found[table.name] = str(tuple(row))
    return found


def test_decisions_stay_under_the_number_of_an_erased_account(db: Database) -> None:
    keys = store_day(db, [written("x"), written("y")])
    people(db)
    act = db.reviews.act(LAN, ReviewAct("grade", (keys["x"],), "mention", "vì thế"), MORNING)
    assert isinstance(act, ActResult)
    # The same person at the command line; what Minh then does can be undone to it.
    decide(db, keys["y"], {"relevance": "mention"}, who="lan", at=MORNING, acts=[("star", "1")])
    assert isinstance(db.reviews.act(MINH, ReviewAct("star", (keys["y"],), ""), MORNING), ActResult)
    db.search.catch_up()
    assert {"accounts", "decisions", "review_actions", "review_action_items"} <= tables_that_name(db, "lan").keys()
    head = db.audit.head()

    db.accounts.erase(1, COMMAND, MORNING)

    assert tables_that_name(db, "lan").keys() == {"audit_people"}, "the name that a command was given, in its entry"
    decided = db.articles.decisions()
    assert [(one.value, one.who, one.note) for one in decided[keys["x"]]] == [("mention", "#1", "vì thế")]
    assert [(one.value, one.who) for one in decided[keys["y"]]] == [("mention", "#1")]
    for key in keys.values():
        item = db.articles.item(key)
        assert item is not None
        assert (item.tags.relevance, item.tags.reason.parameters["who"]) == ("mention", "#1")
    with db.audit._reading() as connection:
        cells = connection.execute(select(listings.c.cells)).scalars().all()
    assert len(cells) == 2
    assert all("Người duyệt" in row for row in cells), "rows of tables name nobody, of the office or by number"
    undone = db.reviews.undo(MINH, MORNING)
    assert isinstance(undone, ActResult)
    assert db.reviews.reviews([keys["y"]])[keys["y"]].who == "#1"
    verdict = db.audit.verify([head])
    assert verdict.is_sound, verdict
