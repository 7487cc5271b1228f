"""Which collections there are beside the default one, whose store keeps the register. Each is a store of its own."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update
from ulid import ULID

from rag.errors import InvalidInput
from rag.store.database import Database
from rag.store.tables import ALWAYS, collections, job_items, jobs, versions


class Register(Database):
    def registered(self) -> dict[str, str | None]:
        """The names of the collections by their keys. A key is never given twice; one without a name was deleted."""
        with self.read() as connection:
            return {row.key: row.name for row in connection.execute(select(collections))}

    def key_of(self, name: str) -> str | None:
        """The key of the collection of this name."""
        with self.read() as connection:
            return connection.scalar(select(collections.c.key).where(collections.c.name == name))

    def register(self, name: str, most: int) -> str:
        """The key of the collection of this name, a new one if there is none.

        Raises `InvalidInput` when there are `most` already.
        """
        with self.write() as connection:
            known = connection.scalar(select(collections.c.key).where(collections.c.name == name))
            if known is not None:
                return str(known)
            if connection.execute(select(func.count(collections.c.name))).scalar_one() >= most:
                raise InvalidInput(f"there may be {most:,} collections, and there are", "collection")
            key = str(ULID()).lower()
            connection.execute(insert(collections), {"key": key, "name": name})
            return key

    def retire(self, name: str) -> str | None:
        """Take its name from a collection, so that nothing finds it any more. Returns the key, if there is one."""
        with self.write() as connection:
            key = connection.scalar(select(collections.c.key).where(collections.c.name == name))
            connection.execute(update(collections).where(collections.c.name == name).values(name=None))
            return key

    def strike(self, key: str) -> None:
        """Nothing is left of this collection."""
        with self.write() as connection:
            connection.execute(delete(collections).where(collections.c.key == key))

    def withdraw(self) -> None:
        """Let nothing that is in this store answer any more, and cancel what waits to be taken in.

        For whoever still has the file open when it is removed.
        """
        with self.write() as connection:
            connection.execute(update(versions).values(valid_to=ALWAYS))
            connection.execute(delete(job_items))
            connection.execute(delete(jobs))
