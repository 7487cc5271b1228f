"""What each collection holds and what waits to be taken into it, read from the files: the service need not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import GroundwireError, Unavailable
from rag.settings import Settings
from rag.store import Backlog, Counts, Store
from rag.types import DEFAULT_COLLECTION

LONG_LAG = 600.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A collection; `error` says why it cannot be read, and then nothing else is known of it."""

    name: str
    counts: Counts | None = None
    backlog: Backlog | None = None
    error: str = ""

    def row(self) -> Row:
        known = {**asdict(self.counts), **asdict(self.backlog)} if self.counts and self.backlog else {}
        return {"name": self.name} | known | ({"error": self.error} if self.error else {})


def holdings(settings: Settings) -> list[Held]:
    """Every collection, the default one first; none where there is no store yet. Makes nothing."""
    if not settings.store_path.is_file():
        return []
    try:
        store = Store.open(settings.store_path)
        try:
            named = sorted((name, key) for key, name in store.registered().items() if name is not None)
        finally:
            store.close()
    except GroundwireError as error:
        return [Held(DEFAULT_COLLECTION, error=str(error))]
    return [_held(name, settings.store_of(key)) for name, key in ((DEFAULT_COLLECTION, ""), *named)]


def together(held: Sequence[Held]) -> tuple[Row, Row]:
    """Counts and backlog of all that can be read; empty where there is none."""
    counts = [each.counts for each in held if each.counts]
    backlogs = [each.backlog for each in held if each.backlog]
    return (asdict(Counts.total(counts)) if counts else {}, asdict(Backlog.total(backlogs)) if backlogs else {})


def problems(row: Row, logs: Path) -> list[tuple[str, str]]:
    """What is wrong with a collection, of which this is the row, each with what to do about it."""
    name = row["name"]
    default = name == DEFAULT_COLLECTION
    of, option = ("", "") if default else (f" of {name}", f" --collection {name}")
    found = []
    if "error" in row:
        remedy = "see that the disk has room and the data folder is writable"
        if not default:
            remedy += f"; without its file, `groundwire collections --delete {name}` and add its documents again"
        found.append((f"the store{of} cannot be read: {row['error']}", remedy))
    if row.get("lag_seconds", 0.0) > LONG_LAG:
        what = f"{row['waiting']:,} documents{of} wait, the oldest for {row['lag_seconds'] / 60:,.0f} minutes"
        found.append((what, f"wait if `holds` grows; else {logs / 'worker.log'} says what stops it"))
    if row.get("given_up"):
        what = f"{row['given_up']:,} documents{of} were given up because a part was away too long"
        jobs = f"`groundwire jobs list --state failed{option}` names their jobs"
        found.append((what, f"{jobs}, and `groundwire jobs requeue JOB{option}` tries them again"))
    return found


def _held(name: str, path: Path) -> Held:
    try:
        if not path.is_file():
            raise Unavailable("store", f"{path} is missing")
        store = Store.open(path)
        try:
            return Held(name, store.counts(), store.backlog())
        finally:
            store.close()
    except GroundwireError as error:
        return Held(name, error=str(error))
