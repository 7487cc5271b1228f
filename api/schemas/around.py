"""Health, and problems as RFC 9457 describes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema

from api.schemas import examples
from api.schemas.fields import Reply


class AliveOut(Reply):
    """The process answers."""

    status: str = "ok"


class PartOut(Reply):
    """Whether one part can answer; `detail` is one sentence when it cannot."""

    ok: bool
    detail: str = ""


class LineOut(Reply):
    """How many questions are being answered, and how many wait for their turn."""

    running: int
    waiting: int


class ReadyOut(Reply):
    """Whether questions can be answered now, part by part."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READY]})

    ready: bool
    parts: dict[str, PartOut]
    questions: LineOut


class FieldError(Reply):
    """One field at fault, as a path such as `documents[3].text`."""

    field: str
    detail: str


# Written out, so that the schema of a problem stands on its own wherever it is put.
_FIELD_ERRORS = WithJsonSchema(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            "required": ["field", "detail"],
        },
    }
)


class Problem(Reply):
    """What went wrong. `code` is stable and meant for programs, `detail` is a sentence for people.

    `retry_after` is what the header of that name says, for a stream, whose headers are gone by then.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PROBLEM]})

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: Annotated[list[FieldError], _FIELD_ERRORS] | None = None
    retry_after: Annotated[int, Field(ge=1)] | None = None
    request_id: str | None = None
