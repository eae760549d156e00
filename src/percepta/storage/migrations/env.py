"""What Alembic runs: the steps, on the connection that :mod:`percepta.storage.database` opened."""

from alembic import context

from percepta.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
