"""What the adapters share: broken files told as such, and the sentence around an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.split import sentences
from rag.errors import InvalidInput


def load(path: Path) -> Any:
    """The JSON of a file. Raises `InvalidInput`."""
    with broken(path):
        return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def broken(where: object) -> Iterator[None]:
    """Whatever is missing or of another shape than its layout says is `InvalidInput` naming the place."""
    try:
        yield
    except InvalidInput:
        raise
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInput(f"{where}: {type(error).__name__}: {error}", "set") from error


def sentence_at(text: str, offset: int) -> str:
    """The sentence of the text that stands at an offset, "" where none does."""
    return next((text[s.start : s.end] for s in sentences(text) if s.start <= offset < s.end), "")
