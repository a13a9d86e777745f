"""names under which links claim an article, so that one article at two addresses is found and two at one are parted

Pages of links that led to another link's article wait to be examined again: by today's rules an address that different
articles share joins none of them.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.text.address_shapes import article_number, is_page, loose_form

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: Rows read and written at once
_BATCH = 1_000


def upgrade() -> None:
    claims = op.create_table(
        "claims",
        sa.Column("candidate_id", sa.Integer(), nullable=False, comment="the link"),
        sa.Column(
            "name",
            sa.String(),
            nullable=False,
            comment="a loose address of its page; guid:, number:, time: or text: of its article; item: a former key",
        ),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_claims_candidate_id_candidates")),
        sa.PrimaryKeyConstraint("candidate_id", "name", name=op.f("pk_claims")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_claims_name"), "claims", ["name"])
    connection = op.get_bind()
    last = 0
    while links := _links_after(connection, last):
        last = links[-1].id
        addresses = {link.id: {link.url} for link in links}
        for table in (_DOCUMENTS, _ITEMS, _CANONICALS):
            for row in connection.execute(table, {"low": links[0].id, "high": last}):
                if row.candidate_id in addresses and row.url:
                    addresses[row.candidate_id].add(row.url)
        rows = [{"candidate_id": link, "name": name} for link, of_link in addresses.items() for name in _names(of_link)]
        connection.execute(sa.insert(claims), rows)
    op.execute(
        "UPDATE documents SET outcome = 'waiting', outcome_reason = '', note = '', examined_at = NULL "
        "WHERE outcome IN ('coverage', 'irrelevant') AND removed_at IS NULL AND id IN "
        "(SELECT max(d.id) FROM documents d JOIN candidates c ON c.id = d.candidate_id "
        "WHERE c.outcome = 'same' AND c.item_key IS NOT NULL GROUP BY d.candidate_id)"
    )


_DOCUMENTS = sa.text("SELECT candidate_id, url FROM documents WHERE candidate_id BETWEEN :low AND :high")
_ITEMS = sa.text("SELECT candidate_id, url FROM items WHERE candidate_id BETWEEN :low AND :high")
_VERSIONS = sa.table("versions", sa.column("item_key"), sa.column("article", sa.JSON))
_OWNED = sa.table("items", sa.column("key"), sa.column("candidate_id"))
# By the item and not by the page, for which versions have no index: of the link that brings an item's texts.
_CANONICALS = (
    sa.select(_OWNED.c.candidate_id, _VERSIONS.c.article["canonical"].as_string().label("url"))
    .join(_VERSIONS, _VERSIONS.c.item_key == _OWNED.c.key)
    .where(_OWNED.c.candidate_id.between(sa.bindparam("low"), sa.bindparam("high")))
)


def _links_after(connection: sa.Connection, last: int) -> list[Any]:
    query = sa.text("SELECT id, url FROM candidates WHERE item_key IS NOT NULL AND id > :last ORDER BY id LIMIT :batch")
    return list(connection.execute(query, {"last": last, "batch": _BATCH}))


def _names(addresses: Iterable[str]) -> Iterator[str]:
    """Yield the loose addresses of a link and the numbers in them, each once."""
    loose = {loose_form(address) for address in addresses if is_page(address)} - {""}
    numbers = {f"number:{a.partition('/')[0]}:{n}" for a in loose if (n := article_number(f"//{a}"))}
    yield from sorted(loose | numbers)
