"""The service as a chat model, for front ends that know OpenAI's protocol."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.errors import CLIENT_LEFT
from api.openai import ChatForm, completion, question_of
from api.schemas import examples
from api.schemas.asking import AnswerOut
from api.schemas.chat import ChatIn, ChatOut, FailedOut, ModelOut, ModelsOut, collection_of, model_name
from api.service import AccessPart, AdmissionPart, Named, SettingsPart, WatchPart
from api.stream import Asking, ClientGone
from rag.errors import NotFound
from rag.types import DEFAULT_COLLECTION

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
    access: AccessPart,
    admission: AdmissionPart,
    settings: SettingsPart,
    watch: WatchPart,
    collection: Named = DEFAULT_COLLECTION,
) -> ChatOut | Response:
    """The answer to the last user message, with markers, a list of sources after it, and its citations beside it."""
    question = question_of(body)
    meant = body.collection or collection_of(body.model) or collection
    engine = await access.opened(meant)
    asking = Asking(engine.answerer, admission, settings.ask_timeout, watch, request)
    if body.stream:
        counted = body.stream_options is not None and body.stream_options.include_usage
        return asking.stream(question, ChatForm(model_name(meant), (lambda: asking.usage) if counted else None))
    try:
        reply = AnswerOut.of(await asking.reply(question, request.receive))
        return completion(reply, model_name(meant), asking.usage)
    except ClientGone:
        return Response(status_code=CLIENT_LEFT)


@router.get("/models")
def models(access: AccessPart) -> ModelsOut:
    """A model for each collection: `groundwire` for the default one, `groundwire/NAME` for any other."""
    return ModelsOut(data=[ModelOut(id=model_name(name)) for name in access.names()])


@router.get("/models/{model:path}", responses={404: _FAILED})
def model(model: str, access: AccessPart) -> ModelOut:
    """A model by its name."""
    names = [model_name(name) for name in access.names()]
    if model not in names:
        raise NotFound(f"there is no model {model!r}; there are {', '.join(map(repr, names))}", "model")
    return ModelOut(id=model)
