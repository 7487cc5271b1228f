"""Documents: added in batches, from files and from pages, read, and removed for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Request, Response, UploadFile
from fastapi.routing import APIRoute
from pydantic import WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from api.errors import CLIENT_LEFT, PROBLEMS, REQUEST_ID, TooManyDocuments
from api.receiving import Receiving, is_lines
from api.schemas import examples
from api.schemas.documents import DocumentsIn, DocumentsOut, FetchIn, JobOut, StoredOut, WholeOut
from api.schemas.fields import COLLECTION
from api.service import Access, AccessPart, EnginePart, Named, ReadingPart, SettingsPart
from ingest.pipeline import Pipeline
from rag.errors import InvalidInput
from rag.types import DEFAULT_COLLECTION, Failure, Job, NewDocument

log = logging.getLogger("groundwire.api")

router = APIRouter(prefix="/v1/documents", tags=["documents"])

# Ids may hold slashes, dots and anything else a URL can carry.
_ONE = "/{document_id:path}"
_LARGEST_VERSION = 2**31 - 1

VersionNumber = Annotated[
    int | None,
    Query(ge=1, le=_LARGEST_VERSION),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": _LARGEST_VERSION}),
]
"""Left out for the current one; `null` is no version in a query."""
Cursor = Annotated[
    str, Query(pattern="^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2,3})?$", description="`next_cursor` of the page before")
]

IdempotencyKey = Annotated[
    str | SkipJsonSchema[None],
    Header(min_length=1, max_length=255, description="a retry with the same key returns the same job"),
]


class OfLines(APIRoute):
    """Matches requests whose body is a stream of lines, and no others."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, child = super().matches(scope)
        lines = is_lines(Headers(scope=scope).get("content-type", "")) if scope["type"] == "http" else False
        return (found, child) if lines else (Match.NONE, {})


async def receive(
    request: Request,
    access: AccessPart,
    settings: SettingsPart,
    response: Response,
    collection: Named = DEFAULT_COLLECTION,
    idempotency_key: IdempotencyKey = None,
) -> Response | JobOut:
    """Queue a stream of documents, a JSON object a line, as it comes."""
    store = (await asyncio.to_thread(access.create, collection)).store
    try:
        job = await Receiving(store, settings).job(aiter(request.stream()), idempotency_key)
    except ClientDisconnect:
        return Response(status_code=CLIENT_LEFT)
    return _accepted(job, response, collection)


router.add_api_route(
    "",
    receive,
    methods=["POST"],
    status_code=202,
    response_model=JobOut,
    response_model_exclude_none=True,
    include_in_schema=False,
    route_class_override=OfLines,
)

_JOB_IS = {"description": "the job", "required": True, "schema": {"type": "string", "format": "uri-reference"}}
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"description": "Accepted", "headers": {"Location": _JOB_IS}}}
_LINES = {
    "description": "With `application/x-ndjson` the body is a document a line, however many; it is read as it comes. "
    "A line that is none is a failure with its number. A stream that breaks off leaves its job with what had come, and "
    "is gone on with when it is sent again with the same `Idempotency-Key`.",
    "content": {
        "application/x-ndjson": {
            "itemSchema": {"$ref": "#/components/schemas/DocumentIn"},
            "example": examples.LINES,
        }
    },
}


@router.post(
    "",
    status_code=202,
    responses=_ACCEPTED | {504: PROBLEMS[504]},
    response_model_exclude_none=True,
    openapi_extra={"requestBody": _LINES},
)
def add(
    body: DocumentsIn,
    access: AccessPart,
    settings: SettingsPart,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> JobOut:
    """Queue a batch. The content of each document decides whether anything is to do for it."""
    if len(body.documents) > settings.max_batch:
        raise TooManyDocuments(f"a request has at most {settings.max_batch:,} documents", "documents")
    store = access.create(body.collection).store
    job = store.enqueue([document.document() for document in body.documents], idempotency_key, _id_of(request))
    return _accepted(job, response, body.collection)


@router.post(
    "/upload",
    status_code=202,
    responses=_ACCEPTED,
    response_model_exclude_none=True,
)
async def upload(
    files: Annotated[list[UploadFile], File(min_length=1, description="files, each of a format of its own")],
    access: AccessPart,
    settings: SettingsPart,
    reading: ReadingPart,
    request: Request,
    response: Response,
    collection: Annotated[str, Form(pattern=COLLECTION, description="add to this collection")] = DEFAULT_COLLECTION,
    idempotency_key: IdempotencyKey = None,
) -> JobOut:
    """Queue the articles in files: HTML, PDF, DOCX, mail, Markdown, plain text, JSON Lines, RSS or Atom.

    What cannot be read is listed in `failures` with its code and keeps nothing else from being taken in.
    """

    if (await request.form()).get("collection") == "":  # which the framework takes for none
        raise InvalidInput(f"the name of a collection is {COLLECTION}", "collection")
    access.allowed(collection)  # before anything is read

    def take() -> Job:
        found = reading.files((file.file.read(), file.filename or "", file.content_type or "") for file in files)
        return _enqueue(access, collection, found, settings.max_batch, idempotency_key, _id_of(request))

    return _accepted(await reading.run(take), response, collection)


@router.post("/fetch", status_code=202, responses=_ACCEPTED, response_model_exclude_none=True)
async def fetch(
    body: FetchIn,
    access: AccessPart,
    settings: SettingsPart,
    reading: ReadingPart,
    request: Request,
    response: Response,
) -> JobOut:
    """Fetch pages, and the articles of feeds, from the public network and queue them.

    What cannot be had is listed in `failures`, with its address as the id and a code. Replies once all is fetched.
    """
    access.allowed(body.collection)  # before anything is fetched

    def take() -> Job:
        found = reading.pages.documents(body.urls)
        return _enqueue(access, body.collection, found, settings.max_batch, None, _id_of(request))

    return _accepted(await reading.run(take), response, body.collection)


def _enqueue(
    access: Access,
    collection: str | None,
    found: Iterable[NewDocument | Failure],
    most: int,
    key: str | None,
    request_id: str,
) -> Job:
    batch: list[NewDocument | Failure] = []
    for one in found:
        batch.append(one)
        if len(batch) > most:
            raise TooManyDocuments(f"a request has at most {most:,} documents", "files")
    return access.create(collection).store.enqueue(batch, key, request_id)


def _id_of(request: Request) -> str:
    return str(request.scope.get(REQUEST_ID, ""))


def _accepted(job: Job, response: Response, collection: str | None) -> JobOut:
    log.info("a job was accepted", extra={"job_id": job.id, "documents": job.total})
    where = f"?collection={collection}" if collection not in (None, DEFAULT_COLLECTION) else ""
    response.headers["Location"] = f"/v1/jobs/{job.id}{where}"
    return JobOut.of(job)


@router.get("", responses={404: PROBLEMS[404]})
def documents(
    engine: EnginePart,
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    search: Annotated[str, Query(max_length=200, description="words that title and source must have")] = "",
) -> DocumentsOut:
    """A page of what is stored, without the texts: all, or what has these words in its title and source."""
    page, next_cursor = engine.store.documents(cursor or None, limit, search)
    return DocumentsOut(documents=[StoredOut.of(stored) for stored in page], next_cursor=next_cursor)


@router.get(_ONE, responses={404: PROBLEMS[404]})
def document(
    document_id: str,
    engine: EnginePart,
    version: VersionNumber = None,
) -> WholeOut:
    """A document with its full text: the current version, or the one asked for."""
    return WholeOut.whole(*engine.store.document(document_id, version))


@router.delete(_ONE, status_code=204, responses={404: PROBLEMS[404]})
def forget(document_id: str, engine: EnginePart) -> None:
    """Remove a document with all its versions. Once this has returned it never answers again."""
    Pipeline(engine.store, engine.embedder, engine.index).forget(document_id)
