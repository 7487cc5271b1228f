"""Which source stands behind what is shown, and how many there are. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rag.types import Citation, Hit


def source_of(shown: Citation | Hit) -> str:
    """The name of its source: that of its near-copies where it has any, else its document's."""
    return shown.cluster or shown.document.id


def independent(shown: Iterable[Citation | Hit]) -> int:
    """How many sources do not say the same word for word: a story that ten papers printed is one."""
    return len(set(map(source_of, shown)))
