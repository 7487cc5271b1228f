"""How far batches of documents have come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.errors import PROBLEMS
from api.schemas.documents import JobOut, JobsOut
from api.service import EnginePart

router = APIRouter(prefix="/v1/jobs", tags=["documents"])


@router.get("", responses={404: PROBLEMS[404]})
def jobs(engine: EnginePart, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JobsOut:
    """The latest jobs, newest first."""
    return JobsOut(jobs=[JobOut.of(job) for job in engine.store.jobs(limit)])


@router.get("/{job_id}", responses={404: PROBLEMS[404]})
def job(job_id: str, engine: EnginePart) -> JobOut:
    """One job. Once it has succeeded, its documents answer questions."""
    return JobOut.of(engine.store.job(job_id))
