"""What alembic runs: the migrations, on the connection and in the transaction of whoever calls.

`Store.open` calls it. A change of the tables is a new file in `versions/`, its revision in `HEAD` of
`rag.store.database`, and `rag.store.tables` brought in line; tests compare the three.
"""

from alembic import context

from rag.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, and a migration that fails half-way must leave nothing behind
)
context.run_migrations()
