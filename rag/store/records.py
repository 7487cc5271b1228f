"""What goes into the store and comes out of it, beyond the vocabulary of `rag.types`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Literal, Self

from rag.copies import Signature
from rag.types import Document, Filters, NewDocument, Passage, Sentence, Version

MarkName = Literal["good", "bad"]
Outcome = Literal["added", "updated", "unchanged", "failed", "dead"]
"""`failed` is for good; `dead` was worth other tries until there were too many, and can be queued again."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it stands now. `version` is the number of the current one."""

    document: Document
    version: int
    characters: int
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds; `queued_jobs` are not finished yet, nor are their `queued_documents`."""

    documents: int
    versions: int
    passages: int
    queued_jobs: int
    queued_documents: int

    @classmethod
    def total(cls, each: Iterable[Self]) -> Self:
        """Of several stores together."""
        rows = [astuple(counts) for counts in each]
        return cls(*map(sum, zip(*rows, strict=True))) if rows else cls(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Documents not taken in yet, and seconds since the oldest of their jobs was submitted (0 without any).

    `failed` are documents of all jobs that were not taken in, `given_up` those of them that a fault of the
    service stopped again and again, and that were not taken in since.
    """

    waiting: int
    lag_seconds: float
    failed: int
    given_up: int

    @classmethod
    def total(cls, each: Iterable[Self]) -> Self:
        """Of several stores together; the lag is that of the one that waits longest."""
        rows = list(each)
        return cls(
            waiting=sum(row.waiting for row in rows),
            lag_seconds=max((row.lag_seconds for row in rows), default=0.0),
            failed=sum(row.failed for row in rows),
            given_up=sum(row.given_up for row in rows),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When a version was published, if that is known, and when it came in."""

    published_at: datetime | None
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store knows of a document before a change: nothing but `incarnation` if it is new.

    `moments` are those of its versions, first to last; the last has `digest` and the metadata `document`.
    """

    incarnation: int
    document: Document | None = None
    digest: str = ""
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One document's change, complete: the version it leads to and everything made from it.

    A version with the number of the current one replaces its metadata and what is made from them.
    `embedded` has, for each passage, the digest of the text its vector was made from; `signature` is the text's.
    """

    item: int
    document: Document
    version: Version
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    embedded: tuple[str, ...]
    signature: Signature


@dataclass(frozen=True, slots=True)
class Item:
    """A document of a job, leased to be taken in. `attempts` counts this one; `request_id` submitted the job."""

    seq: int
    document_id: str
    payload: NewDocument
    attempts: int
    job_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """A stream that is being received into a job, by whoever holds `receiver`.

    Of an earlier try `lines` were accepted already, and `digest` is that of these; a `complete` one takes no more.
    """

    job_id: str
    receiver: str
    lines: int
    digest: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Requeued:
    """How many dead letters were queued again, and how many not, since their documents came anew meanwhile."""

    queued: int
    superseded: int


@dataclass(frozen=True, slots=True)
class Result:
    """How an item ended; `code` and `detail` say why it failed."""

    outcome: Outcome
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody said about an answer; `key_id` is the key it was said with, `""` where there are none."""

    key_id: str
    mark: MarkName
    note: str
    marked_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A reply as it was sent, in JSON, and what it replied to. `marks` are in the order of keys."""

    id: str
    asked_at: datetime
    question: str
    as_of: datetime
    filters: Filters
    body: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An API key as it is kept. `digest` is that of the whole key, which is kept nowhere.

    `collections` are the names of those it is bound to, none for all.
    """

    id: str
    name: str
    scopes: frozenset[str]
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    collections: frozenset[str] = frozenset()

    def usable(self, now: datetime) -> bool:
        """Whether it opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def validity(moments: Iterable[Moment]) -> list[tuple[datetime | None, datetime | None]]:
    """From when up to when each version is the one to be used; None stands for always.

    The first counts from its publication, or always if that is unknown. A later one counts from its
    own publication if that is later than the one before said, else from when it came in, and never
    before it was published. At any time the newest version that counts is the one to be used.
    """
    starts: list[datetime | None] = []
    before: Moment | None = None
    for moment in moments:
        published = moment.published_at
        if before is None or (published and before.published_at and published > before.published_at):
            starts.append(published)
        else:
            starts.append(max(moment.ingested_at, published) if published else moment.ingested_at)
        before = moment
    ends: list[datetime | None] = [None] * len(starts)
    for place in range(len(starts) - 1, 0, -1):
        later, end = starts[place], ends[place]
        ends[place - 1] = min(later, end) if later and end else later
    return list(zip(starts, ends, strict=True))
