"""The store's schema, one change a file, applied by alembic when a store is opened."""
