"""From error to reply: the one table of HTTP statuses, and every error as a problem document (RFC 9457).

Nothing of the inside of the service is shown: an error outside the tree of `rag.errors` is logged
with its traceback and answered with a sentence that says only that.
"""

from __future__ import annotations

import errno
import json
import logging
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.denials import (
    CollectionDenied,
    ForeignOrigin,
    KeyExpired,
    KeyMissing,
    KeyRefused,
    KeyRevoked,
    RateLimited,
    ScopeMissing,
    TooMany,
    TooManyAtOnce,
    WrongHost,
)
from api.patience import TooSlow
from api.schemas.around import FieldError, Problem
from api.schemas.chat import PATHS as OPENAI_PATHS
from api.schemas.chat import FailedOut
from api.schemas.fields import storable
from ingest.intake import TooMany as TooManyLines
from rag.errors import (
    AnswerNotFound,
    DiskFull,
    GroundwireError,
    IndexUnavailable,
    InvalidInput,
    KeyReused,
    ModelBusy,
    ModelKeyRefused,
    ModelUnavailable,
    ModelUnknown,
    NotFound,
    Overloaded,
    ReadOnly,
    Rejected,
    SetupError,
    StoreDamaged,
    Unavailable,
    UnknownCollection,
)

log = logging.getLogger("groundwire.api")

MEDIA_TYPE = "application/problem+json"
CLIENT_LEFT = 499
RETRY_SECONDS = 5
REQUEST_ID = "groundwire.request_id"
"""Where a request's scope keeps its id."""
PROBLEM = "groundwire.problem"
"""Where a request's scope keeps the code of the error that its client was told."""
MAX_FIELD_ERRORS = 20
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BEARER = 'Bearer realm="groundwire"'
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_BRANCH = re.compile(r"[a-z-]+\[.*\]")
"""What the framework calls one of several types of a field."""


class NotReady(Unavailable):
    """The service has bound its port and is still loading."""

    code = "starting"


class TimedOut(GroundwireError):
    """The answer took longer than the settings allow."""

    code = "timeout"


class Stopping(Unavailable):
    """The service was told to end, and this reply was not done in time."""

    code = "stopping"

    def __init__(self) -> None:
        super().__init__("service", "the service is ending; ask again when it is back")


class TooLarge(InvalidInput):
    """The request body is larger than the settings allow."""

    code = "payload_too_large"


class TooManyDocuments(InvalidInput):
    """The request has more documents than the settings allow."""

    code = "too_many_documents"


class MalformedBody(InvalidInput):
    """The body is not JSON at all."""

    code = "invalid_json"


class MalformedForm(MalformedBody):
    """The body is not a form with files in it."""

    code = "invalid_form"


class WrongMediaType(InvalidInput):
    """The body says it is something other than JSON."""

    code = "unsupported_media_type"


class PackedBody(WrongMediaType):
    """The body says it is compressed. Nothing is unpacked here, since nobody can say how large it becomes."""

    code = "unsupported_encoding"


STATUS: Mapping[type[GroundwireError], HTTPStatus] = {
    MalformedBody: HTTPStatus.BAD_REQUEST,
    MalformedForm: HTTPStatus.BAD_REQUEST,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    KeyMissing: HTTPStatus.UNAUTHORIZED,
    KeyRefused: HTTPStatus.UNAUTHORIZED,
    KeyRevoked: HTTPStatus.UNAUTHORIZED,
    KeyExpired: HTTPStatus.UNAUTHORIZED,
    ScopeMissing: HTTPStatus.FORBIDDEN,
    CollectionDenied: HTTPStatus.FORBIDDEN,
    ForeignOrigin: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    AnswerNotFound: HTTPStatus.NOT_FOUND,
    UnknownCollection: HTTPStatus.NOT_FOUND,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyLines: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    PackedBody: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    TooManyDocuments: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Rejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyAtOnce: HTTPStatus.TOO_MANY_REQUESTS,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    Stopping: HTTPStatus.SERVICE_UNAVAILABLE,
    DiskFull: HTTPStatus.SERVICE_UNAVAILABLE,
    ReadOnly: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelKeyRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnknown: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    TimedOut: HTTPStatus.GATEWAY_TIMEOUT,
    SetupError: HTTPStatus.INTERNAL_SERVER_ERROR,
    GroundwireError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of an error is that of its nearest ancestor here."""

_HTTP = {
    404: ("no_such_path", "there is nothing at this path; /docs shows what there is"),
    405: ("method_not_allowed", "this path does not know this method; the Allow header names those it knows"),
}
"""Code and sentence for what the framework itself refuses."""


def problem(error: Exception, request_id: str | None = None) -> Problem:
    """Any error as a problem document. What is not of the house's tree is an internal error."""
    if isinstance(error, RequestValidationError):
        return _invalid(error, request_id)
    if isinstance(error, HTTPException):
        code, detail = _HTTP.get(error.status_code, (HTTPStatus(error.status_code).name.lower(), error.detail))
        return _problem(error.status_code, code, detail, request_id)
    if isinstance(error, GroundwireError):
        field = error.field if isinstance(error, InvalidInput) else None
        after = after_of(error)
        return _problem(status_of(error), error.code, str(error), request_id, field, retry_after=after)
    return _problem(500, GroundwireError.code, "something went wrong inside the service; its log says what", request_id)


def status_of(error: GroundwireError) -> int:
    """The HTTP status that `STATUS` gives the error's class or the nearest class above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def after_of(error: Exception) -> int | None:
    """In how many seconds to come back, where coming back may help."""
    if isinstance(error, Overloaded | ModelBusy | TooMany):
        return error.retry_after
    return RETRY_SECONDS if isinstance(error, Unavailable) else None


def headers_of(error: Exception) -> dict[str, str]:
    """What goes with the problem: when to come back, which methods there are, what kind of key is wanted."""
    if after := after_of(error):
        return {"Retry-After": str(after)}
    if isinstance(error, KeyMissing):
        return {"WWW-Authenticate": BEARER}
    if isinstance(error, KeyRefused):
        return {"WWW-Authenticate": f'{BEARER}, error="invalid_token"'}
    if isinstance(error, ScopeMissing):
        return {"WWW-Authenticate": f'{BEARER}, error="insufficient_scope", scope="{error.scope}"'}
    if isinstance(error, TooLarge | TooManyLines | TooSlow | PackedBody):
        return {"Connection": "close"}
    return dict(error.headers or {}) if isinstance(error, HTTPException) else {}


def _methods(request: Request) -> str:
    """All that a path knows; the framework names those of one of its routes."""
    if described := request.app.openapi()["paths"].get(request.scope["path"]):
        methods = {method.upper() for method in described}
        return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
    scope = {name: request.scope[name] for name in ("type", "path", "root_path", "headers") if name in request.scope}
    tried = ((method, route) for method in METHODS for route in request.app.routes)
    known = {method for method, route in tried if route.matches(scope | {"method": method})[0] is Match.FULL}
    return ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))


async def respond(request: Request, error: Exception) -> Response:
    """The exception handler of the app, for every error."""
    error = _as_ours(request, error)
    body = problem(error, request.scope.get(REQUEST_ID))
    headers = headers_of(error)
    if body.status == HTTPStatus.METHOD_NOT_ALLOWED and "app" in request.scope:
        headers["Allow"] = _methods(request)
    request.scope[PROBLEM] = body.code
    if body.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Overloaded | NotReady | Stopping):
        trace = None if isinstance(error, GroundwireError) else error
        log.error("%s: %s", body.code, error, exc_info=trace, extra={"code": body.code})
    if request.scope["path"].startswith(OPENAI_PATHS):
        return Response(json.dumps(FailedOut.of(body).model_dump()), body.status, headers, "application/json")
    return Response(to_json(body), body.status, headers, MEDIA_TYPE)


def to_json(body: Problem) -> bytes:
    """ASCII only, so that whatever a client sent and is named here can be written down."""
    return json.dumps(body.model_dump(exclude_none=True)).encode()


def _as_ours(request: Request, error: Exception) -> Exception:
    """The errors of a body that could not be read, which the framework reports as it sees them."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            at, why = first["loc"][-1], first.get("ctx", {}).get("error", "")
            return MalformedBody(f"the body is not JSON: {why} (character {at})")
        if first["loc"] == ("body",) and isinstance(error.body, bytes):
            sent = request.headers.get("content-type", "nothing")
            return WrongMediaType(f"send the body as Content-Type: application/json, not {sent}")
    if isinstance(error, HTTPException) and isinstance(error.__cause__, GroundwireError):
        return error.__cause__  # raised while the body was read, by `Envelope`
    if isinstance(error, HTTPException) and getattr(error.__cause__, "errno", None) in _NO_ROOM:
        return DiskFull("disk", "there is no room on the disk for what was sent")
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.BAD_REQUEST:
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            return MalformedForm(f"the body is not a form of files: {error.detail}")
        return MalformedBody(_unreadable(error.__cause__))
    return error


def _unreadable(error: BaseException | None) -> str:
    if isinstance(error, RecursionError):
        return "the body is nested too deeply"
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return "a number in the body has too many digits"
    return "the body is not JSON in UTF-8"


def _problem(
    status: int,
    code: str,
    detail: str,
    request_id: str | None,
    field: str | None = None,
    errors: list[FieldError] | None = None,
    retry_after: int | None = None,
) -> Problem:
    return Problem(
        type=f"urn:groundwire:problem:{code}",
        title=code.replace("_", " ").capitalize().replace("json", "JSON"),
        status=status,
        detail=detail,
        code=code,
        field=field,
        errors=errors,
        retry_after=retry_after,
        request_id=request_id,
    )


def _invalid(error: RequestValidationError, request_id: str | None) -> Problem:
    found = [FieldError(field=_field(each), detail=_sentence(each)) for each in error.errors()[:MAX_FIELD_ERRORS]]
    first = found[0]
    detail = f"{first.field}: {first.detail}"
    return _problem(status_of(InvalidInput("")), InvalidInput.code, detail, request_id, first.field, found)


def _field(found: Mapping[str, Any]) -> str:
    """Where it is wrong; of a field that may be of several types without which of them was tried."""
    where = found["loc"]
    if found["type"] != "extra_forbidden":  # then the last step is what the client wrote, whatever it looks like
        where = [step for step in where if isinstance(step, int) or not _BRANCH.fullmatch(step)]
    return _path(where)


def _path(location: Iterable[str | int]) -> str:
    """`("body", "documents", 3, "text")` as `documents[3].text`; the body itself is `body`."""
    where, *steps = location
    if where == "header":
        return "-".join(word.capitalize() for step in steps for word in str(step).split("-"))
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{storable(step)}" for step in steps)
    return path.removeprefix(".") or str(where)


def _sentence(found: Mapping[str, Any]) -> str:
    if found["type"] == "extra_forbidden":
        return "there is no such field"
    return str(found["msg"])


def _described(status: HTTPStatus) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
    }
    if status in _HEADERS:
        name, description, schema = _HEADERS[status]
        found["headers"] = {name: {"description": description, "required": True, "schema": schema}}
    return found


_AGAIN = ("Retry-After", "seconds until the next try", {"type": "integer", "minimum": 1})
_HEADERS: Mapping[int, tuple[str, str, dict[str, Any]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "what kind of key is wanted", {"type": "string"}),
    HTTPStatus.TOO_MANY_REQUESTS: _AGAIN,
    HTTPStatus.SERVICE_UNAVAILABLE: _AGAIN,
}
"""What always goes with such a reply."""

CODES: Mapping[str, int] = {kind.code: int(status) for kind, status in STATUS.items()} | {
    code: status for status, (code, _) in _HTTP.items()
}
"""Every `code` a problem can have, with its status."""

PROBLEMS: dict[int | str, dict[str, Any]] = {int(status): _described(status) for status in sorted(set(STATUS.values()))}
"""The problem replies for the OpenAPI page; `api.description` adds the schema they name."""
