"""Where the documents are from."""

from __future__ import annotations

from fastapi import APIRouter

from api.errors import PROBLEMS
from api.schemas.answers import SourceOut, SourcesOut
from api.service import EnginePart

router = APIRouter(tags=["documents"])


@router.get("/v1/sources", responses={404: PROBLEMS[404]})
def sources(engine: EnginePart) -> SourcesOut:
    """The sources that filters can name, and how many documents there are of each."""
    counts = engine.store.sources()
    return SourcesOut(sources=[SourceOut(source=name, documents=count) for name, count in counts.items()])
