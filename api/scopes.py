"""Which key a request needs, by its method and path, and whether its rate is limited. Pure.

What is not named here needs a key all the same: a new path is closed until somebody says otherwise.
"""

from __future__ import annotations

from enum import StrEnum

from api.keys import ASK, WRITE

NOT_SERVED = ("/v1/completions", "/v1/embeddings", "/v1/responses")
"""Other ways of OpenAI's protocol to ask: a key to ask is told that there is nothing, and not that it may not write."""

CLOSED = ("/v1", "/mcp", "/metrics")
"""Where keys are needed, with all below. The page, the documentation and the probes are open."""

READS = frozenset({"GET", "HEAD"})
_ASKING = ("/v1/ask", "/v1/search", "/v1/answers", "/v1/chat", "/v1/models", "/mcp", *NOT_SERVED)
_WRITING = ("/v1/jobs",)


class Kind(StrEnum):
    """What a request costs: questions and searches, changes, or next to nothing."""

    ASKS = "asks"
    WRITES = "writes"
    READS = "reads"


def scope_of(method: str, path: str) -> str | None:
    """The scope a request needs; None where it needs no key.

    Documents are read with `ask` and changed with `write`, and so is whatever else there is.
    """
    if not is_closed(path):
        return None
    if _within(path, _ASKING):
        return ASK
    if _within(path, _WRITING):
        return WRITE
    return ASK if method in READS else WRITE


def is_closed(path: str) -> bool:
    """Whether a path needs a key where there are keys."""
    return _within(path, CLOSED)


def kind_of(method: str, path: str) -> Kind:
    """By what its rate is limited: whatever changes something or costs the model or the index time."""
    scope = scope_of(method, path)
    if scope is None or method in READS:
        return Kind.READS
    return Kind.ASKS if scope == ASK else Kind.WRITES


def _within(path: str, tops: tuple[str, ...]) -> bool:
    return any(path == top or path.startswith(f"{top}/") for top in tops)
