"""Runs migrations on the connection that `core.schema` hands over. There is no offline mode."""

from alembic import context

from duecare import workflows
from duecare.core import schema
from duecare.core.metadata import metadata

workflows.load()
given = context.config.attributes
options = {**schema.COMPARISON, **given.get("options", {})}
context.configure(connection=given["connection"], target_metadata=metadata, **options)
with context.begin_transaction():
    context.run_migrations()
