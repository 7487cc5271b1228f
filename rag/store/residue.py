"""What a deletion leaves in the files: words in the full-text index's segments, pages in the write-ahead log."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from sqlalchemy import func, select, text

from rag.store.database import Database, translated
from rag.store.tables import forgotten

_PAGES: Final = 200
"""Pages of the full-text index that are written in one transaction; others wait for it a few milliseconds."""
_BRIEFLY: Final = 200
"""Milliseconds to wait for those who read the log."""


class Residue(Database):
    def deletions(self) -> int:
        """How many documents were ever forgotten."""
        with self.read() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(forgotten.c.times), 0))).scalar_one())

    def purge_words(self, *, begin: bool) -> bool:
        """Merge some of the full-text index, which drops the words of deleted texts. Returns whether there is more.

        To `begin`, all segments are put down to be merged (https://sqlite.org/fts5.html, "The 'merge' command").
        """
        with self.write() as connection:
            before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
            merge = text("INSERT INTO fulltext(fulltext, rank) VALUES ('merge', :pages)")
            connection.execute(merge, {"pages": -_PAGES if begin else _PAGES})
            # the command itself counts as one change
            return bool(connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before >= 2)

    def empty_log(self) -> bool:
        """Write the write-ahead log into the file and cut it off. Returns False when somebody was reading it."""
        with translated(), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone() or (0,)
            try:
                cursor.execute(f"PRAGMA busy_timeout={_BRIEFLY}")
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() or (1,)
            finally:
                cursor.execute(f"PRAGMA busy_timeout={patience}")
        return not busy
