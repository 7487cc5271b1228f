"""The Model Context Protocol over HTTP: one path, one message a request, no sessions."""

from __future__ import annotations

from fastapi import APIRouter, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from api.callers import is_loopback
from api.mcp import Desk, server
from api.service import McpPart
from rag.settings import Settings

LARGEST_MESSAGE = 2**20
LOCAL = ("127.0.0.1", "localhost", "[::1]")

router = APIRouter()


def manager(desk: Desk, settings: Settings) -> StreamableHTTPSessionManager:
    """What speaks the protocol while its `run()` is entered. It keeps nothing between two requests."""
    return StreamableHTTPSessionManager(
        server(desk),
        stateless=True,
        security_settings=_security(settings.host),
        max_request_body_size=min(LARGEST_MESSAGE, settings.max_request_bytes),
    )


@router.post("/mcp", include_in_schema=False)
@router.post("/mcp/", include_in_schema=False)  # as many clients are told to write it
async def mcp(manager: McpPart) -> Response:
    """A message of a client, and its reply. Streams that a server would begin are not offered: GET is refused."""
    return _Handled(manager)


class _Handled(Response):
    """The reply that the protocol's own implementation writes."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager
        self.status_code = 200
        self.background = None
        self.init_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


def _security(host: str) -> TransportSecuritySettings:
    """On loopback only this machine may call, by a name of its own: no web page whose name was pointed at it may.

    Bound elsewhere the service demands keys, which such a page does not have.
    """
    names = {*LOCAL, host}
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=is_loopback(host.strip("[]")),
        allowed_hosts=[each for name in names for each in (name, f"{name}:*")],
        allowed_origins=[f"http://{each}" for name in names for each in (name, f"{name}:*")],
    )
