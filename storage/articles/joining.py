"""Items that turn out to be one article → one item with the versions, decisions and links of all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from pipeline.records import CandidateOutcome
from storage.articles.claims import former_key, store_claims
from storage.articles.joined_reviews import move_reviews
from storage.crawl.page_readings import drop_readings, store_reading_of
from storage.schema.core import candidates, items, taggings, versions
from storage.schema.derived import facts, listings
from storage.schema.maintenance import decisions
from storage.schema.renditions import item_texts
from storage.schema.search import search_items


def join_items(connection: Connection, kept: str, gone: Sequence[str]) -> None:
    """Join items to `kept`; what refers to `gone` refers to it from then on.

    Versions follow each other by the times of their pages; one that repeats the text before it is left out. The newest
    is stored anew where it came from another item, so that the search index and the stories find it. The items have
    left their stories before (storage.stories.placement). Their keys stay in `claims` and lead to `kept`.
    """
    owner = connection.execute(select(items.c.candidate_id).where(items.c.key == kept)).scalar_one()
    of_gone = candidates.c.item_key.in_(gone)
    own_page = candidates.c.outcome.in_((CandidateOutcome.FETCHED, CandidateOutcome.SUMMARY))
    change = {"outcome": CandidateOutcome.SAME, "next_try": None}
    connection.execute(update(candidates).where(of_gone, own_page).values(**change))
    connection.execute(update(candidates).where(of_gone).values(item_key=kept))
    store_claims(connection, {owner: [former_key(key) for key in gone]})
    connection.execute(update(decisions).where(decisions.c.item_key.in_(gone)).values(item_key=kept))
    move_reviews(connection, kept, gone)
    for table in (search_items, facts, listings, item_texts):
        connection.execute(delete(table).where(table.c.item_key.in_(gone)))
    _join_versions(connection, kept, gone)
    connection.execute(delete(items).where(items.c.key.in_(gone)))


def _join_versions(connection: Connection, kept: str, gone: Sequence[str]) -> None:
    columns: Select[*tuple[Any, ...]] = select(versions.c.id, versions.c.item_key, versions.c.text_hash)
    query = columns.where(versions.c.item_key.in_([kept, *gone]))
    rows: list[Row[Any]] = []
    for row in connection.execute(query.order_by(versions.c.fetched_at, versions.c.id)):
        if rows and rows[-1].text_hash == row.text_hash:
            if row.item_key == kept and rows[-1].item_key != kept:
                _drop_version(connection, rows.pop().id)
                rows.append(row)
            elif row.item_key != kept:
                _drop_version(connection, row.id)
            else:
                rows.append(row)
            continue
        rows.append(row)
    order = [row.id for row in rows]
    if rows[-1].item_key != kept:
        order[-1] = _store_anew(connection, rows[-1].id)
    # Numbers of one item are unique at every moment: first out of the way, then to their places.
    renumber = update(versions).where(versions.c.id == bindparam("version"))
    connection.execute(renumber.values(number=-versions.c.id), [{"version": version} for version in order])
    places = [{"version": version, "place": n} for n, version in enumerate(order, 1)]
    connection.execute(renumber.values(item_key=kept, number=bindparam("place")), places)
    connection.execute(update(items).where(items.c.key == kept).values(version=len(order)))


def _store_anew(connection: Connection, version: int) -> int:
    """Store a version and its taggings under new ids in place of the old ones; return the id of the version."""
    row = connection.execute(select(versions).where(versions.c.id == version)).one()
    of_version = connection.execute(
        select(taggings).where(taggings.c.version_id == version).order_by(taggings.c.id)
    ).all()
    _drop_version(connection, version)
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    key = connection.execute(insert(versions).values(**values)).inserted_primary_key
    assert key is not None
    store_reading_of(connection, key[0])
    for tagging in of_version:
        values = {name: value for name, value in tagging._mapping.items() if name != "id"}
        connection.execute(insert(taggings).values(**values | {"version_id": key[0]}))
    return int(key[0])


def _drop_version(connection: Connection, version: int) -> None:
    drop_readings(connection, [version])
    connection.execute(delete(taggings).where(taggings.c.version_id == version))
    connection.execute(delete(versions).where(versions.c.id == version))


def move_address(connection: Connection, key: str, url: str) -> None:
    """Show an item under an address from now on, also in its texts; where each was read stays in them."""
    connection.execute(update(items).where(items.c.key == key).values(url=url))
    query = select(versions.c.id, versions.c.article).where(versions.c.item_key == key)
    for version, article in connection.execute(query).all():
        if article["canonical"] != url:
            change = {**article, "canonical": url}
            connection.execute(update(versions).where(versions.c.id == version).values(article=change))
