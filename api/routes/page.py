"""The page at `/`: a few files of the package, as they are. Nothing is built and nothing comes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

FRONT = "index.html"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # Where a browser knows them: a string can then not be made into markup by any script.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS = {
    # The files belong together, so each is asked for again, and sent again only when it has changed.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page; `tag` is the ETag of its content."""

    content: bytes
    media_type: str
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """Every file of the page by its name, read once."""
    found = {}
    for file in (files("api") / "web").iterdir():
        kind = file.name.rpartition(".")[2]
        if kind in _TYPES:
            content = file.read_bytes()
            found[file.name] = Asset(content, _TYPES[kind], f'"{sha256(content).hexdigest()[:32]}"')
    return found


IfNoneMatch = Annotated[str, Header()]


@router.api_route("/", methods=["GET", "HEAD"])
def front(if_none_match: IfNoneMatch = "") -> Response:
    return _sent(FRONT, if_none_match)


@router.api_route("/web/{name}", methods=["GET", "HEAD"])
def asset(name: str, if_none_match: IfNoneMatch = "") -> Response:
    return _sent(name, if_none_match)


def _sent(name: str, known: str) -> Response:
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    headers = _HEADERS | {"ETag": found.tag}
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    if found.tag in tags or "*" in tags:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)
