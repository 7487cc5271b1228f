"""Documents in; jobs and stored documents out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, Field

from api.schemas import examples
from api.schemas.fields import WHOLE, Collection, DayStart, Moment, Reply, Request, Text, storable
from rag.store import Counts, StoredDocument
from rag.types import (
    MAX_AUTHOR_CHARS,
    MAX_AUTHORS,
    Document,
    Failure,
    Job,
    JobState,
    NewDocument,
    StreamState,
    Version,
)

MAX_URLS = 100
MAX_REFERENCES = 100
MAX_PAGES = 10_000

References = Annotated[list[Text] | None, Field(max_length=MAX_REFERENCES)]
Author = Annotated[str, Field(max_length=MAX_AUTHOR_CHARS), BeforeValidator(storable)]
_INTO = Field(None, description="add to this collection, which is made if it is missing; default: `default`")


class DocumentIn(Request):
    """An article. Only `text` is required; what is unknown stays unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DOCUMENT]})

    text: Text
    id: Text | None = Field(default=None, description="identity; else derived from the URL, else from the content")
    title: Text | None = None
    url: Text | None = None
    source: Text | None = None
    published_at: DayStart | None = None
    updated_at: DayStart | None = Field(default=None, description="when its publisher changed it last; shown only")
    language: Text | None = None
    authors: Annotated[list[Author] | None, Field(max_length=MAX_AUTHORS)] = Field(
        default=None, description="who wrote it, by name, in order"
    )
    corrects: References = Field(default=None, description="ids or URLs of the articles that this one corrects")
    retracts: References = Field(default=None, description="ids or URLs of the articles that this one retracts")
    pages: Annotated[list[Annotated[int, WHOLE]] | None, Field(max_length=MAX_PAGES)] = Field(
        default=None, description="offsets in text, in code points, at which its pages start; the first is 0"
    )

    def document(self) -> NewDocument:
        return NewDocument(
            text=self.text,
            id=self.id or "",
            title=self.title or "",
            url=self.url or "",
            source=self.source or "",
            published_at=self.published_at,
            language=self.language or "",
            corrects=tuple(self.corrects or ()),
            retracts=tuple(self.retracts or ()),
            pages=tuple(self.pages or ()),
            authors=tuple(self.authors or ()),
            updated_at=self.updated_at,
        )


class DocumentsIn(Request):
    """A batch of documents."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ADD]})

    documents: Annotated[list[DocumentIn], Field(min_length=1)]
    collection: Collection | None = _INTO


class FetchIn(Request):
    """Pages and feeds to be fetched."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FETCH]})

    urls: Annotated[list[Text], Field(min_length=1, max_length=MAX_URLS)]
    collection: Collection | None = _INTO


class CountsOut(Reply):
    """Progress of a job: once it has succeeded, `total` is the sum of the others."""

    total: int
    added: int
    updated: int
    unchanged: int
    failed: int


class FailureOut(Reply):
    """A document that was not taken in. `line` is that of the stream it came in, from 1."""

    id: str
    code: str
    detail: str
    line: int | None = None

    @classmethod
    def of(cls, failure: Failure) -> Self:
        return cls(id=failure.id, code=failure.code, detail=failure.detail, line=failure.line)


class FailuresOut(Reply):
    """A page of failures; `next_cursor` gives the next one, null the end."""

    failures: list[FailureOut]
    next_cursor: str | None


class StreamOut(Reply):
    """How the stream a job comes from fares: so many lines were accepted; `detail` says why it broke off."""

    state: StreamState
    lines: int
    detail: str


class JobOut(Reply):
    """A batch on its way: once `succeeded`, every document is indexed or a failure for good.

    `failures` are the first 100 of `counts.failed`, of which `dead_letters` were given up after too many tries and can
    be queued again. What is not known, such as `seconds_left` of a job that has not begun, is left out.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB]})

    job_id: str
    state: JobState
    counts: CountsOut
    dead_letters: int
    failures: list[FailureOut]
    created_at: Moment
    started_at: Moment | None = None
    finished_at: Moment | None = None
    rate_per_second: float | None = None
    seconds_left: float | None = None
    stream: StreamOut | None = None

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            job_id=job.id,
            state=job.state,
            counts=CountsOut(
                total=job.total,
                added=job.added,
                updated=job.updated,
                unchanged=job.unchanged,
                failed=job.failed,
            ),
            dead_letters=job.dead,
            failures=[FailureOut.of(failure) for failure in job.failures],
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            rate_per_second=None if job.rate_per_second is None else round(job.rate_per_second, 2),
            seconds_left=None if job.seconds_left is None else round(job.seconds_left, 1),
            stream=StreamOut(**asdict(job.stream)) if job.stream else None,
        )


class JobsOut(Reply):
    """The latest jobs, newest first."""

    jobs: list[JobOut]


class RequeueIn(Request):
    """Which dead letters to queue again; without `ids`, all of the job."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REQUEUE]})

    ids: Annotated[list[Text], Field(min_length=1, max_length=10_000)] | None = None


class RequeuedOut(Reply):
    """How many were queued again, how many not because their document came anew since, and the job now."""

    requeued: int
    superseded: int
    job: JobOut


class StoredOut(Reply):
    """What is known about a document and its version, without the text. `characters` are code points.

    `corrects` and `retracts` name other documents by id, by URL or, in double quotes, by a headline of the same outlet.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STORED]})

    id: str
    title: str
    url: str
    source: str
    published_at: Moment | None
    updated_at: Moment | None = None
    authors: list[str] = Field(default_factory=list)
    language: str
    corrects: list[str]
    retracts: list[str]
    version: int
    characters: int
    ingested_at: Moment

    @classmethod
    def of(cls, stored: StoredDocument) -> Self:
        document = stored.document
        return cls(
            id=document.id,
            title=document.title,
            url=document.url,
            source=document.source,
            published_at=document.published_at,
            updated_at=document.updated_at,
            authors=list(document.authors),
            language=document.language,
            corrects=list(document.corrects),
            retracts=list(document.retracts),
            version=stored.version,
            characters=stored.characters,
            ingested_at=stored.ingested_at,
        )


class WholeOut(StoredOut):
    """A document version with its full text, the text that all offsets count in; `pages` are those of its pages."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WHOLE]})

    text: str
    pages: list[int]

    @classmethod
    def whole(cls, document: Document, version: Version) -> Self:
        stored = StoredOut.of(StoredDocument(document, version.number, len(version.text), version.ingested_at))
        return cls(**stored.model_dump(), text=version.text, pages=list(version.pages))


class DocumentsOut(Reply):
    """A page of documents, in the order of their ids; `next_cursor` gives the next one, null the end."""

    documents: list[StoredOut]
    next_cursor: str | None


class CollectionOut(Reply):
    """A collection and how much is in it; `waiting` are documents on their way into it.

    One that cannot be read has an `error` that says why, and counts of 0.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COLLECTION]})

    name: str
    documents: int
    passages: int
    waiting: int
    error: str | None = Field(None, exclude_if=lambda error: error is None)

    @classmethod
    def of(cls, name: str, counts: Counts) -> Self:
        return cls(
            name=name,
            documents=counts.documents,
            passages=counts.passages,
            waiting=counts.queued_documents,
            error=None,
        )


class CollectionsOut(Reply):
    """All collections that the key may reach, the default one first; one that is `bound` can make no others."""

    collections: list[CollectionOut]
    bound: bool = False
