"""What can be switched off to measure what it is worth, one part at a time. Never for answering people."""

from __future__ import annotations

from enum import StrEnum


class Ablation(StrEnum):
    """The part of the engine that is left out; each changes replies."""

    NOTHING = ""
    LEXICAL = "lexical"
    """Search by meaning alone."""
    DENSE = "dense"
    """Search by words alone."""
    FUSION = "fusion"
    """The two rankings take turns, whatever their scores are."""
    RANK = "rank"
    """The model reads the hits from their beginning, not their most relevant sentences."""
    VERIFICATION = "verification"
    """Every drafted sentence that has a quote is released."""
    TIME = "time"
    """No passage gains by its time, and the model is told neither the day nor when an article was published.
    What may be seen stays as asked."""
