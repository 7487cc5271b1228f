"""The articles that a fresh collection starts with, read from `seeds/`."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from rag.errors import SetupError
from rag.types import Failure, NewDocument

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
ENDINGS = frozenset({".txt", ".md"})


def articles(folder: Path = SEEDS) -> list[NewDocument]:
    """The articles of a folder and of those in it, by path: text files, and Markdown with its front matter.

    Raises `SetupError` when one cannot be read.
    """
    found: list[NewDocument] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in ENDINGS or path.name == "README.md":
            continue
        for each in read(path, path.relative_to(folder).as_posix()):
            if isinstance(each, Failure):
                raise SetupError(f"{path}: {each.detail}")
            found.append(each)
    return found
