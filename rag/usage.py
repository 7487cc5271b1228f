"""How many tokens a language model says it read and wrote, for whoever asked to be told.

A stream of text has no room for it, so it goes beside: whoever sets `counting` in its context is told of
the calls that are made there. Models that do not tell leave it as it is.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Tokens so far; None while nothing was told."""

    read: int | None = None
    written: int | None = None

    def add(self, read: int, written: int) -> None:
        self.read = (self.read or 0) + read
        self.written = (self.written or 0) + written


counting: ContextVar[Usage | None] = ContextVar("counting", default=None)


def count(told: object) -> None:
    """Add what a model told, as `input_tokens` and `output_tokens`, if anybody counts here."""
    usage = counting.get()
    if usage is not None and isinstance(told, dict):
        usage.add(int(told.get("input_tokens") or 0), int(told.get("output_tokens") or 0))
