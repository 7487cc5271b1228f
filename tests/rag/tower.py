"""A report that its own outlet corrected, for tests of what is told then."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.types import NewDocument

REPORT = NewDocument(
    id="report",
    title="Osk tower is measured",
    source="Osk Post",
    published_at=datetime(2025, 3, 10, tzinfo=UTC),
    text="The tower of Osk is 61 metres high, the surveyor Ada Lorne said. She measured it on a rope.",
)
CORRECTION = NewDocument(
    id="correction",
    title="Correction: the tower of Osk",
    source="Osk Post",
    published_at=datetime(2025, 3, 12, tzinfo=UTC),
    text='In the article "Osk tower is measured" we gave the height of the tower as 61 metres. It is 16 metres high.',
)
