"""Passages without an answer. No model is involved, so a search never waits behind questions."""

from __future__ import annotations

import time

from fastapi import APIRouter

from api.errors import PROBLEMS
from api.schemas.asking import PassagesOut, SearchIn, SearchOut
from api.service import AccessPart
from rag.compose import Engine

router = APIRouter(tags=["asking"])


@router.post("/v1/search", responses={404: PROBLEMS[404]})
def search(body: SearchIn, access: AccessPart) -> SearchOut:
    """The passages closest to a question, best first."""
    return found(body, access.engine(body.collection))


def found(body: SearchIn, engine: Engine) -> SearchOut:
    """What a search finds, and how long that took."""
    began = time.monotonic()
    hits = engine.retriever.retrieve(body.to_question(), body.limit)
    spent = round((time.monotonic() - began) * 1000)
    return SearchOut(passages=PassagesOut.of(hits).passages, timings_ms={"retrieve": spent, "total": spent})
