"""Answers, whole or streamed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.errors import CLIENT_LEFT, PROBLEMS
from api.schemas import examples
from api.schemas.asking import AnswerOut, AskIn
from api.service import AccessPart, AdmissionPart, SettingsPart, WatchPart
from api.stream import AskForm, Asking, ClientGone

router = APIRouter(tags=["asking"])

_STREAMED = {
    "description": "An answer or a refusal. With `Accept: text/event-stream` the events `passages`, `sentence`, "
    "`answer` and `error`.",
    "content": {"text/event-stream": {"schema": {"type": "string"}, "example": examples.STREAM}},
}
_REPLIES: dict[int | str, dict[str, Any]] = {
    200: _STREAMED,
    404: PROBLEMS[404],
    503: PROBLEMS[503],
    504: PROBLEMS[504],
}


@router.post("/v1/ask", response_model=AnswerOut, responses=_REPLIES)
async def ask(
    request: Request,
    body: AskIn,
    access: AccessPart,
    admission: AdmissionPart,
    settings: SettingsPart,
    watch: WatchPart,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> AnswerOut | Response:
    """An answer whose every sentence is cited and supported, or a refusal that says why there is none."""
    question = body.to_question()
    engine = await access.opened(body.collection)
    asking = Asking(engine.answerer, admission, settings.ask_timeout, watch, request)
    if wants_stream(accept):
        return asking.stream(question, AskForm(body.explain))
    try:
        return AnswerOut.of(await asking.reply(question, request.receive), explain=body.explain)
    except ClientGone:
        return Response(status_code=CLIENT_LEFT)


def wants_stream(accept: str) -> bool:
    """Whether the header names event streams and does not put JSON before them."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    wanted = [kind for kind in kinds if kind in ("text/event-stream", "application/json")]
    return wanted[:1] == ["text/event-stream"]
