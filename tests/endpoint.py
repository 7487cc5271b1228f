"""A chat model behind a socket that is as particular as those of others: it refuses, thinks, limits and cuts off.

Only what it says is scripted. It speaks OpenAI's protocol, streamed or whole as it is asked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.serving import served

YES_OR_NO = "Answer yes or no."
Body = dict[str, Any]


@dataclass
class Endpoint:
    """`drafts` what it drafts, a word being a token; to a yes-or-no question it replies `verdict`.

    `refuses` may give the status, text and headers of a refusal of a request, None to let it pass. `apart` is what it
    thinks first, told apart from its reply. `probabilities` are told of the first token of a verdict, if asked for.
    """

    drafts: str = "The mill burned."
    verdict: str = "Yes"
    apart: str = ""
    refuses: Callable[[Body], tuple[int, str, dict[str, str]] | None] = lambda _: None
    probabilities: dict[str, float] | None = None
    asked: list[Body] = field(default_factory=list)
    learnt: int = 0

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its base URL."""
        app = FastAPI()
        app.post("/v1/chat/completions")(self.complete)
        with served(app) as url:
            yield f"{url}/v1"

    def complete(self, body: Body) -> Response:
        self.asked.append(body)
        closed = {"Connection": "close"}  # what asks from one event loop after another would leave it open
        if refusal := self.refuses(body):
            status, told, headers = refusal
            return JSONResponse({"error": {"message": told, "code": status}}, status, closed | headers)
        limit = body.get("max_completion_tokens") or body.get("max_tokens") or math.inf
        brief = YES_OR_NO in body["messages"][-1]["content"]
        thought = len(self.apart.split())
        tokens = re.findall(r"\S+\s*", self.verdict if brief else self.drafts)
        said = tokens[: max(0, int(min(limit, 10**6)) - thought)]
        finish = "stop" if said == tokens else "length"
        if body.get("stream"):
            return StreamingResponse(_chunks(said, self.apart, finish), 200, closed, "text/event-stream")
        message = {"role": "assistant", "content": "".join(said), "reasoning_content": self.apart}
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        if body.get("logprobs") and self.probabilities:
            choice["logprobs"] = {"content": [_token(token, self.probabilities) for token in said]}
        return JSONResponse({"id": "c", "object": "chat.completion", "created": 0, "choices": [choice]}, 200, closed)


def _token(token: str, probabilities: dict[str, float]) -> Body:
    """Of a token that is only a mark or a thought, no alternatives are told."""
    word = token.strip().casefold() in ("yes", "no")
    top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in probabilities.items()] if word else []
    return {"token": token, "logprob": 0.0, "bytes": None, "top_logprobs": top}


def _chunks(said: list[str], apart: str, finish: str) -> Iterator[str]:
    deltas = [{"reasoning_content": apart}] if apart else []
    for delta, reason in [*((d, None) for d in [*deltas, *({"content": word} for word in said)]), ({}, finish)]:
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": reason}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "choices": [choice]}
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"
