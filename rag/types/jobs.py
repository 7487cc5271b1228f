"""Documents as they arrive, and the jobs that take them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it arrives: unchecked text, whatever its sender knew about it, and where its pages start."""

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: datetime | None = None
    language: str = ""
    corrects: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    authors: tuple[str, ...] = ()
    updated_at: datetime | None = None

    @classmethod
    def restored(cls, fields: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` made of one, after it was JSON; what is missing is as if it had not been known."""
        lists = {name: tuple(fields[name]) for name in ("corrects", "retracts", "pages", "authors") if name in fields}
        times = {
            name: datetime.fromisoformat(fields[name]) for name in ("published_at", "updated_at") if fields.get(name)
        }
        return cls(**{**fields, **lists, **times})


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


FINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED})
"""The states that a job does not leave by itself."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document of a job that was not taken in, with a stable `code` and one sentence of `detail`."""

    id: str
    code: str
    detail: str
    line: int | None = None
    """Of the stream it came in, from 1."""


class StreamState(StrEnum):
    RECEIVING = "receiving"
    COMPLETE = "complete"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class Stream:
    """How the stream that a job comes from fares: so many lines were accepted. `detail` says why it broke off."""

    state: StreamState
    lines: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Progress of one batch: total = added + updated + unchanged + failed, once it is final.

    Of what failed, `dead` can be queued again; `failures` are the first of them. What is None is not known.
    """

    id: str
    state: JobState
    total: int
    added: int
    updated: int
    unchanged: int
    failed: int
    dead: int
    failures: tuple[Failure, ...]
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    rate_per_second: float | None = None
    seconds_left: float | None = None
    stream: Stream | None = None

    @property
    def done(self) -> int:
        return self.added + self.updated + self.unchanged + self.failed
