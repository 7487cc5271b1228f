"""Passages without an answer. No model is involved, so a search never waits behind questions."""

from __future__ import annotations

import time

from fastapi import APIRouter

from api.errors import PROBLEMS
from api.schemas.asking import PassagesOut, SearchIn, SearchOut
from api.service import AccessPart

router = APIRouter(tags=["asking"])


@router.post("/v1/search", responses={404: PROBLEMS[404]})
def search(body: SearchIn, access: AccessPart) -> SearchOut:
    """The passages closest to a question, best first."""
    began = time.monotonic()
    hits = access.engine(body.collection).retriever.retrieve(body.to_question(), body.limit)
    spent = round((time.monotonic() - began) * 1000)
    return SearchOut(passages=PassagesOut.of(hits).passages, timings_ms={"retrieve": spent, "total": spent})
