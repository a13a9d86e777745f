"""what was read of each page in rows of their own, so that five weeks of pages are compared without opening one

The index of a day's pages holds the reason of each too, for the same end; that of outcomes why pages are unreadable.

Revision ID: 0027
Revises: 0026
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.engine.damage import is_damaged
from storage.engine.dialects import sound_json
from storage.engine.instants import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

#: Rows read and written at once
_BATCH = 1_000
_OF_A_DAY = ["fetched_at", "source_id", "outcome", "outcome_reason"]
_OLD_INDEX = "ix_documents_fetched_at_source_id_outcome_outcome_reason"


def upgrade() -> None:
    readings = op.create_table(
        "page_readings",
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text"),
        sa.Column("document_id", sa.Integer(), nullable=False, comment="the page it was read from"),
        sa.Column("source_id", sa.String(), nullable=False, comment="the outlet the page came from"),
        sa.Column("at", Instant(), nullable=False, comment="when the page was fetched"),
        sa.Column("text", sa.Integer(), nullable=False, comment="1: a text was read from the page itself"),
        sa.Column("title", sa.Integer(), nullable=False, comment="1: and a headline"),
        sa.Column("date", sa.Integer(), nullable=False, comment="1: and a date"),
        sa.Column(
            "asked",
            sa.Text(),
            nullable=False,
            comment="parts that the source's selectors were asked for, between blanks",
        ),
        sa.Column("missed", sa.Text(), nullable=False, comment="those of them that were not found"),
        sa.Column(
            "agreement",
            sa.Float(),
            nullable=True,
            comment="F1 of words between the selectors' text and the readers'",
        ),
        sa.Column("place", sa.Text(), nullable=False, comment="element that held the text; may be empty"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_page_readings_document_id_documents")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_page_readings_source_id_sources")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_page_readings_version_id_versions")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_page_readings")),
    )
    for rows in _readings(op.get_bind()):
        op.get_bind().execute(sa.insert(readings), rows)
    op.create_index(op.f("ix_page_readings_at"), "page_readings", ["at"])
    op.drop_index(op.f(_OLD_INDEX), table_name="documents")
    op.create_index(op.f(f"{_OLD_INDEX}_reason"), "documents", [*_OF_A_DAY, "reason"])
    op.drop_index(op.f("ix_documents_outcome"), table_name="documents")
    op.create_index(op.f("ix_documents_outcome_outcome_reason"), "documents", ["outcome", "outcome_reason"])


def downgrade() -> None:
    op.drop_index(op.f("ix_documents_outcome_outcome_reason"), table_name="documents")
    op.create_index(op.f("ix_documents_outcome"), "documents", ["outcome"])
    op.drop_index(op.f(f"{_OLD_INDEX}_reason"), table_name="documents")
    op.create_index(op.f(_OLD_INDEX), "documents", _OF_A_DAY)
    op.drop_index(op.f("ix_page_readings_at"), table_name="page_readings")
    op.drop_table("page_readings")


def _readings(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """Yield the readings of the texts that are stored, some at a time."""
    versions = sa.table(
        "versions",
        *map(sa.column, ("id", "document_id", "title", "published")),
        sa.column("article", sa.JSON),
    )
    documents = sa.table(
        "documents", *map(sa.column, ("id", "source_id", "reason")), sa.column("fetched_at", Instant())
    )
    article = sound_json(connection, versions.c.article)
    parts = article["parts"]
    query = (
        sa.select(
            versions.c.id,
            versions.c.document_id,
            documents.c.source_id,
            documents.c.fetched_at,
            documents.c.reason,
            (versions.c.title != "").label("title"),
            versions.c.published.is_not(None).label("dated"),
            article["published_from"].as_string().label("published_from"),
            article["text_from"].as_string().label("text_from"),
            sa.func.length(article["text"].as_string()).label("size"),
            parts["selectors"].as_string().label("selectors"),
            parts["selectors_missed"].as_string().label("missed"),
            parts["agreement"].as_string().label("agreement"),
            parts["place"].as_string().label("place"),
        )
        .join(documents, documents.c.id == versions.c.document_id)
        .where(versions.c.id > sa.bindparam("last"))
        .order_by(versions.c.id)
        .limit(_BATCH)
    )
    last = 0
    while found := connection.execute(query, {"last": last}).all():
        last = found[-1].id
        # What is damaged is told by `db check`; the upgrade is no place to stop for it.
        if rows := [_reading(row) for row in found if row.reason == "ok" and not is_damaged(row)]:
            yield rows


def _reading(row: Any) -> dict[str, Any]:
    read = row.text_from == "page"
    missed = (row.missed or "").split() if read else []
    return {
        "version_id": row.id,
        "document_id": row.document_id,
        "source_id": row.source_id,
        "at": row.fetched_at,
        "text": int(read and bool(row.size)),
        "title": int(read and bool(row.title)),
        "date": int(read and bool(row.dated) and row.published_from != "feed"),
        "asked": " ".join([*(row.selectors or "").split(), *missed]) if read else "",
        "missed": " ".join(missed),
        "agreement": float(row.agreement) if read and row.agreement else None,
        "place": (row.place or "") if read else "",
    }
