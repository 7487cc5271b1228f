"""What both clients need of httpx: where to connect, what to send with each call, and what its errors are here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict
from urllib.parse import urlsplit

import httpx

from api.client import NotRunning
from api.remote.calls import Call
from rag.errors import InvalidInput, Unavailable

CONNECT_SECONDS = 10.0
NEVER_BY_PROXY = ("all://127.0.0.1", "all://localhost", "all://[::1]")


class Wiring(TypedDict):
    base_url: str
    headers: dict[str, str]
    timeout: httpx.Timeout
    mounts: dict[str, Any]


def wiring(base: str, key: str | None, timeout: float) -> Wiring:
    """The arguments of an httpx client. Without a `key` that of `GROUNDWIRE_KEY` is sent, if there is one.

    Raises `InvalidInput` when `base` is no address.
    """
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInput(f"{base!r} is not an http address", "base")
    key = os.environ.get("GROUNDWIRE_KEY", "") if key is None else key
    return {
        "base_url": base.rstrip("/"),
        "headers": {"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {}),
        "timeout": httpx.Timeout(timeout, connect=CONNECT_SECONDS),
        "mounts": dict.fromkeys(NEVER_BY_PROXY),
    }


def sent(call: Call[Any]) -> dict[str, Any]:
    """A call as the arguments of httpx's `request`."""
    arguments: dict[str, Any] = {"method": call.method, "url": call.path, "headers": dict(call.headers)}
    if call.files:  # a form has its fields beside its files
        arguments["data"] = dict(call.params)
    elif call.params:
        arguments["params"] = dict(call.params)
    if call.body is not None:
        arguments["json"] = call.body
    if call.files:
        arguments["files"] = [("files", file) for file in call.files]
    return arguments


@contextmanager
def translated(base: str) -> Iterator[None]:
    """Raises `NotRunning` and `Unavailable` in place of httpx's errors."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotRunning(f"nothing answers at {base} ({error})") from error
    except httpx.TransportError as error:
        raise Unavailable("service", f"the connection to {base} broke off ({error or type(error).__name__})") from error
