"""How Alembic reaches the database: over the connection, and in the transaction, that store.migrate hands in."""

from alembic import context

from teleradiology.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
