"""The articles that a fresh collection starts with, read from `seeds/`."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import files_in, read
from rag.errors import SetupError
from rag.types import Failure, NewDocument

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def articles(folder: Path = SEEDS) -> list[NewDocument]:
    """The articles of a folder and of those in it, by path, but for what a README says. Raises `SetupError` when one
    cannot be read.
    """
    found: list[NewDocument] = []
    for path, name in files_in(folder):
        if path.name == "README.md":
            continue
        for each in read(path, name):
            if isinstance(each, Failure):
                raise SetupError(f"{path}: {each.detail}")
            found.append(each)
    return found
