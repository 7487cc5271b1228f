"""A scripted language model behind an OpenAI-compatible endpoint, for what finds its model by an address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from tests.serving import served

Says = Callable[[str], str]


@contextmanager
def model_server(says: Says) -> Iterator[str]:
    """The base URL of an endpoint that streams what `says` makes of the last message.

    Each reply tells that 7 tokens were read and 3 written.
    """
    app = FastAPI()

    @app.post("/v1/chat/completions")
    def complete(body: dict[str, Any]) -> StreamingResponse:
        # closed at once: what asks from one event loop after another would leave it open otherwise
        closed = {"Connection": "close"}
        return StreamingResponse(_chunks(says(body["messages"][-1]["content"])), 200, closed, "text/event-stream")

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"data": [{"id": "scripted"}]}

    with served(app) as url:
        yield f"{url}/v1"


def _chunks(text: str) -> Iterator[str]:
    common = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
    for delta, reason in (({"role": "assistant", "content": text}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield f"data: {json.dumps(common | {'choices': [choice]})}\n\n"
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    yield f"data: {json.dumps(common | {'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"
