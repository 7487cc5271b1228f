"""An empty store without the work of making one: its tables are made once, by `Store.open`, and copied from then on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.store import Store


def blank(path: Path) -> Path:
    """The path, with an empty store there if nothing is. How a store is made and migrated has tests of its own."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_made())
    return path


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "store")
        Store.open(path).close()
        return path.read_bytes()
