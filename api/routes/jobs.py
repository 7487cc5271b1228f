"""How far batches of documents have come, what failed in them, and another try for what was given up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic.json_schema import SkipJsonSchema

from api.errors import PROBLEMS
from api.schemas.documents import FailureOut, FailuresOut, JobOut, JobsOut, RequeuedOut, RequeueIn
from api.service import EnginePart
from rag.types import JobState

router = APIRouter(prefix="/v1/jobs", tags=["documents"])

Cursor = Annotated[str, Query(pattern="^[0-9]{0,18}$", description="`next_cursor` of the page before")]


@router.get("", responses={404: PROBLEMS[404]}, response_model_exclude_none=True)
def jobs(
    engine: EnginePart, limit: Annotated[int, Query(ge=1, le=200)] = 50, state: JobState | SkipJsonSchema[None] = None
) -> JobsOut:
    """The latest jobs, or the latest of those in a state, newest first."""
    return JobsOut(jobs=[JobOut.of(job) for job in engine.store.jobs(limit, state)])


@router.get("/{job_id}", responses={404: PROBLEMS[404]}, response_model_exclude_none=True)
def job(job_id: str, engine: EnginePart) -> JobOut:
    """One job. Once it has succeeded, its documents answer questions. What is not known is left out."""
    return JobOut.of(engine.store.job(job_id))


@router.get("/{job_id}/failures", responses={404: PROBLEMS[404]})
def failures(
    job_id: str, engine: EnginePart, cursor: Cursor = "", limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> FailuresOut:
    """A page of what failed in a job, in the order in which it was submitted."""
    page, next_cursor = engine.store.failures(job_id, cursor or None, limit)
    return FailuresOut(failures=[FailureOut.of(failure) for failure in page], next_cursor=next_cursor)


@router.post("/{job_id}/requeue", status_code=202, responses={404: PROBLEMS[404]}, response_model_exclude_none=True)
def requeue(job_id: str, engine: EnginePart, body: RequeueIn | None = None) -> RequeuedOut:
    """Queue again what was given up after too many tries: all of it, or the documents with these ids.

    What failed for good stays so, and so does a document that was submitted again meanwhile.
    """
    done = engine.store.requeue(job_id, body.ids if body else None)
    return RequeuedOut(requeued=done.queued, superseded=done.superseded, job=JobOut.of(engine.store.job(job_id)))


@router.post("/{job_id}/cancel", responses={404: PROBLEMS[404]}, response_model_exclude_none=True)
def cancel(job_id: str, engine: EnginePart) -> JobOut:
    """End a job. What is not taken in yet never is, and is a failure with the code `cancelled`; what was, stays."""
    return JobOut.of(engine.store.cancel(job_id))
