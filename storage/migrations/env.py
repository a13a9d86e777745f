"""Alembic's entry: runs migrations on the connection that storage.engine hands over."""

from alembic import context

from storage.schema.core import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
