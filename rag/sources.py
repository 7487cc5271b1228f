"""How many sources stand behind what is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rag.types import Citation, Hit


def independent(shown: Iterable[Citation | Hit]) -> int:
    """How many sources do not say the same word for word: a story that ten papers printed is one."""
    return len({each.cluster or each.document.id for each in shown})
