"""Answers that were given: read again, and judged."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.errors import PROBLEMS
from api.guard import KEY_ID
from api.schemas.answers import FeedbackIn, FeedbackOut, KeptOut, whole
from api.service import EnginePart, SettingsPart

router = APIRouter(prefix="/v1/answers", tags=["asking"], responses={404: PROBLEMS[404]})


@router.get("/{answer_id}", response_model=KeptOut)
def answer(answer_id: str, engine: EnginePart, settings: SettingsPart) -> JSONResponse:
    """An answer or refusal as it was given, and what was asked.

    It is gone once its time is over, or a document that it shows something of was deleted.
    """
    return JSONResponse(whole(engine.store.answer(answer_id, settings.answer_days)))


@router.post("/{answer_id}/feedback", status_code=201)
def feedback(
    answer_id: str, body: FeedbackIn, request: Request, engine: EnginePart, settings: SettingsPart
) -> FeedbackOut:
    """Say whether an answer is right. `groundwire feedback export` writes what was said as questions for the evals."""
    key_id = request.scope[KEY_ID]
    mark = engine.store.mark_answer(answer_id, key_id, body.mark, body.note, settings.answer_days)
    return FeedbackOut.of(answer_id, mark)
