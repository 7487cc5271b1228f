"""The service as a chat model, for front ends that know OpenAI's protocol."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.errors import CLIENT_LEFT
from api.openai import ChatForm, completion, question_of
from api.schemas import examples
from api.schemas.asking import AnswerOut
from api.schemas.chat import MODEL, ChatIn, ChatOut, FailedOut, ModelOut, ModelsOut
from api.service import AdmissionPart, EnginePart, SettingsPart, WatchPart
from api.stream import Asking, ClientGone
from rag.errors import NotFound

_FAILED: dict[str, Any] = {"model": FailedOut, "description": "What went wrong, in OpenAI's shape"}
_STREAMED = {
    "description": "A completion; with `stream` chunks of one as server-sent events, the last with the citations.",
    "content": {"text/event-stream": {"schema": {"type": "string"}, "example": examples.CHAT_STREAM}},
}

router = APIRouter(prefix="/v1", tags=["OpenAI"], responses={422: _FAILED, 503: _FAILED})


@router.post("/chat/completions", response_model=ChatOut, responses={200: _STREAMED, 404: _FAILED, 504: _FAILED})
async def chat(
    request: Request,
    body: ChatIn,
    engine: EnginePart,
    admission: AdmissionPart,
    settings: SettingsPart,
    watch: WatchPart,
) -> ChatOut | Response:
    """The answer to the last user message, with markers, a list of sources after it, and its citations beside it."""
    question = question_of(body)
    asking = Asking(engine.answerer, admission, settings.ask_timeout, watch, request)
    if body.stream:
        return asking.stream(question, ChatForm())
    try:
        return completion(AnswerOut.of(await asking.reply(question, request.receive)))
    except ClientGone:
        return Response(status_code=CLIENT_LEFT)


@router.get("/models")
async def models() -> ModelsOut:
    """The one model there is."""
    return ModelsOut(data=[ModelOut()])


@router.get("/models/{model}", responses={404: _FAILED})
async def model(model: str) -> ModelOut:
    """The one model there is, by its name."""
    if model != MODEL:
        raise NotFound(f"there is no model {model!r}; there is one, {MODEL!r}", "model")
    return ModelOut()
