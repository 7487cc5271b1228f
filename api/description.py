"""The OpenAPI description: what the framework reads off the routes, and what only the house knows.

Every status a client can be told is there with its media type, bounds that are settings are stated, what can be done
with a reply is linked, and keys are asked for where there are keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.errors import PROBLEMS
from api.schemas.around import Problem
from api.schemas.chat import PATHS as OPENAI_PATHS
from api.schemas.chat import FailedOut, Lenient
from api.schemas.fields import Reply, Request
from api.scopes import is_closed
from rag.settings import Settings

Description = dict[str, Any]

KEY = "API key"
AT_THE_DOOR = (401, 403, 421, 429, 503)
"""What may be answered below a path that can be closed, whatever was asked: by the door, or by a service that starts,
ends or has no room.
"""
WITH_BODY = (400, 408, 413, 415)
EVENT: Description = {
    "type": "object",
    "description": "a server-sent event",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}


@dataclass(frozen=True, slots=True)
class Link:
    """From a reply of `POST origin` to `method target`, whose `parameter` is at `place` in its body."""

    name: str
    origin: str
    method: str
    target: str
    parameter: str
    place: str


_ANSWER = "/v1/answers/{answer_id}"
_JOB = "/v1/jobs/{job_id}"
_DOCUMENT = "/v1/documents/{document_id}"
_ACCEPTING = ("/v1/documents", "/v1/documents/upload", "/v1/documents/fetch")
LINKS = (
    Link("answer", "/v1/ask", "get", _ANSWER, "answer_id", "/id"),
    Link("feedback", "/v1/ask", "post", f"{_ANSWER}/feedback", "answer_id", "/id"),
    Link("document", "/v1/search", "get", _DOCUMENT, "document_id", "/passages/0/document_id"),
    *(Link("job", path, "get", _JOB, "job_id", "/job_id") for path in _ACCEPTING),
    *(Link("failures", path, "get", f"{_JOB}/failures", "job_id", "/job_id") for path in _ACCEPTING),
)


def describe(app: FastAPI, settings: Settings, keyed: Callable[[], bool]) -> Callable[[], Description]:
    """What `app.openapi` is to be: made once, but for whether keys are asked for, which `keyed` tells each time."""
    made: Description = {}

    def openapi() -> Description:
        if not made:
            found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.update(_completed(found, settings))
        return made if keyed() else _without_keys(made)

    return openapi


def _completed(found: Description, settings: Settings) -> Description:
    schemas = found["components"]["schemas"]
    schemas[Problem.__name__] = Problem.model_json_schema()
    for model in _models():
        schema, extra = schemas.get(model.__name__, {}), model.model_config.get("json_schema_extra")
        same = schema.get("properties", {}).keys() == model.model_fields.keys()  # and not another of this name
        if same and isinstance(extra, dict):
            schema |= extra  # the framework leaves out what is null, which replies always have
    schemas["DocumentsIn"]["properties"]["documents"]["maxItems"] = settings.max_batch
    for path, _, operation in _operations(found):
        _tell_replies(path, operation)
    for link in LINKS:
        target = found["paths"][link.target][link.method]["operationId"]
        replies = found["paths"][link.origin]["post"]["responses"]
        good = next(reply for status, reply in replies.items() if status.startswith("2"))
        how = {"operationId": target, "parameters": {link.parameter: f"$response.body#{link.place}"}}
        good.setdefault("links", {})[link.name] = how
    return found


def _tell_replies(path: str, operation: Description) -> None:
    replies = operation["responses"]
    more: tuple[int, ...] = ()
    if is_closed(path):
        operation["security"] = [{KEY: []}]
        more += AT_THE_DOOR
    if "requestBody" in operation:
        more += WITH_BODY
    elif not operation.get("parameters"):
        replies.pop("422", None)  # there is nothing to be wrong
    for status in more:
        replies.setdefault(str(status), dict(PROBLEMS[status]))
    for status, reply in replies.items():
        if path.startswith(OPENAI_PATHS) and int(status) >= 400:
            schema = {"$ref": f"#/components/schemas/{FailedOut.__name__}"}
            reply["content"] = {"application/json": {"schema": schema}}
        if stream := reply.get("content", {}).get("text/event-stream"):
            stream.pop("schema", None)  # it would be that of the whole stream
            stream["itemSchema"] = EVENT
    operation["responses"] = dict(sorted(replies.items()))


def _without_keys(made: Description) -> Description:
    """The same of a service that asks for no key: nothing needs one, and nobody is turned away for the lack of it."""
    paths: Description = {}
    for path, method, operation in _operations(made):
        open_ = {name: part for name, part in operation.items() if name != "security"}
        open_["responses"] = {status: reply for status, reply in operation["responses"].items() if status != "401"}
        paths.setdefault(path, {})[method] = open_
    components = {name: part for name, part in made["components"].items() if name != "securitySchemes"}
    return made | {"paths": paths, "components": components}


def _operations(found: Description) -> Iterator[tuple[str, str, Description]]:
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _models(*tops: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """All schemas there are."""
    for top in tops or (Request, Reply, Lenient):
        yield top
        if below := top.__subclasses__():
            yield from _models(*below)
