"""A language model that reads nothing: behind an OpenAI-compatible endpoint it says again whichever sentence of a
prompt has most of the question's words.

For runs that ask how the service holds up, not what it answers: `python -m evals.scripted --seconds 0.1`.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

NAME = "scripted"
_WORD = re.compile(r"\w{3,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_QUESTION = re.compile(r"^Question: (.*)$", re.MULTILINE)
_CHOICE = re.compile(r"answer yes or no\b", re.IGNORECASE)


def reply(prompt: str) -> str:
    """What is said to a prompt: "Yes." where that was asked for, else one sentence of what stands before the question.

    >>> reply("The ferry sank. It rained in Oslo.\\n\\nQuestion: Did the ferry go to Oslo?\\nAnswer the question.")
    'The ferry sank.'
    """
    if _CHOICE.search(prompt):
        return "Yes."
    asked = list(_QUESTION.finditer(prompt))
    question, text = (asked[-1][1], prompt[: asked[-1].start()]) if asked else (prompt, prompt)
    words = _words(question)
    return max(_SENTENCE.split(text.strip()), key=lambda sentence: len(words & _words(sentence)))


def chunks(text: str) -> Iterator[dict[str, Any]]:
    """The text as OpenAI streams it, a word at a time."""
    about = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": NAME}
    said = [{"role": "assistant", "content": ""}, *({"content": word} for word in re.findall(r"\S+\s*", text))]
    for delta, finish in [*((delta, None) for delta in said), ({}, "stop")]:
        yield about | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {"id": "chatcmpl-scripted", "object": "chat.completion", "created": 0, "model": NAME, "choices": [choice]}


class Handler(BaseHTTPRequestHandler):
    """`GET /v1/models` and `POST /v1/chat/completions`. A reply takes `seconds`, as that of a model would."""

    seconds: ClassVar[float] = 0.0

    def do_GET(self) -> None:
        self._send("application/json", json.dumps({"object": "list", "data": [{"id": NAME, "object": "model"}]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        time.sleep(self.seconds)
        text = reply(str(body["messages"][-1]["content"]))
        if body.get("stream"):
            events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks(text))
            self._send("text/event-stream", events + "data: [DONE]\n\n")
        else:
            self._send("application/json", json.dumps(completion(text)))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a line a request is of no use here."""

    def _send(self, media_type: str, text: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long a reply takes")
    arguments = parser.parse_args()
    Handler.seconds = arguments.seconds
    with ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler) as server:
        print(f"ready at http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
