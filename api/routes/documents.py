"""Documents: added in batches, read, and removed for good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from api.errors import PROBLEMS
from api.schemas.documents import DocumentsIn, DocumentsOut, JobOut, StoredOut, WholeOut
from api.service import EnginePart, SettingsPart
from ingest.pipeline import Pipeline
from rag.errors import InvalidInput

router = APIRouter(prefix="/v1/documents", tags=["documents"])

# Ids may hold slashes, dots and anything else a URL can carry.
_ONE = "/{document_id:path}"
_LARGEST_VERSION = 2**31 - 1


@router.post("", status_code=202, responses={413: PROBLEMS[413]})
def add(
    body: DocumentsIn,
    engine: EnginePart,
    settings: SettingsPart,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=255, description="a retry with the same key returns the same job")
    ] = None,
) -> JobOut:
    """Queue a batch. The content of each document decides whether anything is to do for it."""
    if len(body.documents) > settings.max_batch:
        raise InvalidInput(f"a request has at most {settings.max_batch:,} documents", "documents")
    job = engine.store.enqueue([document.document() for document in body.documents], idempotency_key)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobOut.of(job)


@router.get("")
def documents(
    engine: EnginePart, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> DocumentsOut:
    """A page of what is stored, without the texts."""
    page, next_cursor = engine.store.documents(cursor, limit)
    return DocumentsOut(documents=[StoredOut.of(stored) for stored in page], next_cursor=next_cursor)


@router.get(_ONE, responses={404: PROBLEMS[404]})
def document(
    document_id: str, engine: EnginePart, version: Annotated[int | None, Query(ge=1, le=_LARGEST_VERSION)] = None
) -> WholeOut:
    """A document with its full text: the current version, or the one asked for."""
    return WholeOut.whole(*engine.store.document(document_id, version))


@router.delete(_ONE, status_code=204, responses={404: PROBLEMS[404]})
def forget(document_id: str, engine: EnginePart) -> None:
    """Remove a document with all its versions. Once this has returned it never answers again."""
    Pipeline(engine.store, engine.embedder, engine.index).forget(document_id)
