"""API keys as they are kept: what is public of them, and a digest. What they open is not decided here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update

from rag.errors import InvalidInput, NotFound
from rag.store.database import Database
from rag.store.records import AccessKey
from rag.store.tables import Row, access_keys, from_micros, now_micros, to_micros


class AccessKeys(Database):
    def add_key(
        self,
        key_id: str,
        name: str,
        scopes: Collection[str],
        digest: str,
        expires_at: datetime | None,
        collections: Collection[str] = (),
    ) -> None:
        """Keep a new key, bound to some collections or, without any, to none.

        Raises `InvalidInput` for a name that one in use has.
        """
        with self.write() as connection:
            same = select(access_keys.c.id).where(access_keys.c.name == name, access_keys.c.revoked_at.is_(None))
            if connection.execute(same).first() is not None:
                raise InvalidInput(f"there is a key named {name!r}; revoke it first, or take another name", "name")
            row = {
                "id": key_id,
                "name": name,
                "scopes": " ".join(sorted(scopes)),
                "collections": " ".join(sorted(collections)),
                "digest": digest,
                "created_at": now_micros(),
                "expires_at": None if expires_at is None else to_micros(expires_at),
            }
            connection.execute(insert(access_keys), row)

    def access_keys(self) -> list[AccessKey]:
        """Every key there ever was, oldest first."""
        query = select(access_keys).order_by(access_keys.c.created_at, access_keys.c.id)
        with self.read() as connection:
            return [_key(row) for row in connection.execute(query)]

    def access_key(self, key_id: str) -> tuple[bool, AccessKey | None]:
        """Whether there ever was any key, and the one with this id."""
        with self.read() as connection:
            row = connection.execute(select(access_keys).where(access_keys.c.id == key_id)).one_or_none()
            known = row is not None or connection.execute(select(access_keys.c.id).limit(1)).first() is not None
        return known, _key(row) if row is not None else None

    def revoke_key(self, which: str) -> AccessKey:
        """Revoke the key in use that has this name or id, from now on. Raises `NotFound`."""
        named = (access_keys.c.name == which) | (access_keys.c.id == which)
        with self.write() as connection:
            query = select(access_keys).where(named, access_keys.c.revoked_at.is_(None))
            row = connection.execute(query.order_by(access_keys.c.id != which)).first()
            if row is None:
                raise NotFound(f"there is no key {which!r} in use", "name")
            one = update(access_keys).where(access_keys.c.id == row.id).returning(access_keys)
            return _key(connection.execute(one.values(revoked_at=now_micros())).one())


def _key(row: Row) -> AccessKey:
    return AccessKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        digest=row.digest,
        created_at=from_micros(row.created_at),
        expires_at=None if row.expires_at is None else from_micros(row.expires_at),
        revoked_at=None if row.revoked_at is None else from_micros(row.revoked_at),
        collections=frozenset(row.collections.split()),
    )
