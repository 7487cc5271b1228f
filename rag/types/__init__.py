"""The vocabulary: what the rooms of the house say to each other.

Every value is frozen, validated once where it is made, and free of vendors: the standard library
only. Times are zone-aware and in UTC. Offsets count Unicode code points in `Version.text`, so
`version.text[start:end]` is always the thing itself.
"""

from rag.types.answers import (
    Answer,
    Citation,
    Claim,
    Completed,
    Event,
    Lap,
    Refusal,
    Retrieved,
    Status,
    Verified,
)
from rag.types.documents import (
    COLLECTION_NAME,
    DEFAULT_COLLECTION,
    MAX_AUTHOR_CHARS,
    MAX_AUTHORS,
    Document,
    Notice,
    NoticeStatus,
    Passage,
    Sentence,
    Version,
)
from rag.types.found import (
    Evidence,
    Fault,
    Hit,
    Signals,
    Verdict,
)
from rag.types.jobs import (
    FINAL,
    Failure,
    Job,
    JobState,
    NewDocument,
    Stream,
    StreamState,
)
from rag.types.questions import (
    MAX_PASSAGES,
    MAX_QUESTION_CHARS,
    MAX_TURN_CHARS,
    MAX_TURNS,
    Filters,
    Question,
    Turn,
)

__all__ = [
    "COLLECTION_NAME",
    "DEFAULT_COLLECTION",
    "FINAL",
    "MAX_AUTHORS",
    "MAX_AUTHOR_CHARS",
    "MAX_PASSAGES",
    "MAX_QUESTION_CHARS",
    "MAX_TURNS",
    "MAX_TURN_CHARS",
    "Answer",
    "Citation",
    "Claim",
    "Completed",
    "Document",
    "Event",
    "Evidence",
    "Failure",
    "Fault",
    "Filters",
    "Hit",
    "Job",
    "JobState",
    "Lap",
    "NewDocument",
    "Notice",
    "NoticeStatus",
    "Passage",
    "Question",
    "Refusal",
    "Retrieved",
    "Sentence",
    "Signals",
    "Status",
    "Stream",
    "StreamState",
    "Turn",
    "Verdict",
    "Verified",
    "Version",
]
