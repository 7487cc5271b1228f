"""A small HTTP client of the service, for the command line and the supervisor. Standard library only, to start fast."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit

from api.events import Events
from rag.errors import GroundwireError, InvalidInput, Unavailable
from rag.types import FINAL

Body = dict[str, Any]

POLL_SECONDS, LONGEST_POLL_SECONDS = 0.25, 2.0


class NotRunning(GroundwireError):
    """Nothing answers at the address."""

    code = "not_running"


class Problem(GroundwireError):
    """The service answered with a problem document. `retry_after` is in seconds, where the service named a time."""

    def __init__(self, status: int, body: Body, retry_after: int | None = None) -> None:
        super().__init__(str(body.get("detail") or body.get("title") or f"the service answered {status}"))
        self.status = status
        self.code = str(body.get("code") or "internal_error")
        self.body = body
        self.retry_after = retry_after


class Client:
    """Calls to the service at `base`, with an API key where one is given.

    Each call names `collection` unless it is empty: in its body, or in the query where there is none.
    Raises `NotRunning`, `Problem`, or `Unavailable` when an answer breaks off.
    """

    def __init__(self, base: str, timeout: float = 300.0, key: str = "", collection: str = "") -> None:
        parts = urlsplit(base)
        if not key.isascii() or not key.isprintable():
            raise InvalidInput("the API key has characters that no key has", "key")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidInput(f"{base!r} is not an http address", "base")
        self.base = base.rstrip("/")
        self._parts = parts
        self._timeout = timeout
        self._known = {"Authorization": f"Bearer {key}"} if key else {}
        self._collection = collection

    def get(self, path: str) -> Body:
        return self.call("GET", path)[1]

    def post(self, path: str, body: Body, headers: Mapping[str, str] | None = None) -> Body:
        return self.call("POST", path, body, headers)[1]

    def call(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        also: tuple[int, ...] = (),
    ) -> tuple[int, Body]:
        """Status and JSON. A status of 400 and above is a `Problem`, unless it is named in `also`."""
        with self._respond(method, path, body, headers or {}) as response:
            reply = _parse(response.read())
            if response.status >= 400 and response.status not in also:
                raise Problem(response.status, reply)
            return response.status, reply

    def send(self, path: str, pieces: Iterable[bytes], size: int | None, headers: Mapping[str, str]) -> Body:
        """The JSON that answers a body sent in pieces; `size` is that of them all, None when it is not known."""
        given = {} if size is None else {"Content-Length": str(size)}
        with self._respond("POST", path, pieces, {**headers, **given}) as response:
            reply = _parse(response.read())
            if response.status >= 400:
                raise Problem(response.status, reply)
            return reply

    def events(self, path: str, body: Body) -> Iterator[tuple[str, Body]]:
        """The server-sent events of a call, as they come: (event, data)."""
        with self._respond("POST", path, body, {"Accept": "text/event-stream"}) as response:
            if response.status >= 400:
                raise Problem(response.status, _parse(response.read()))
            parser = Events()
            while piece := response.readline():
                for event, data in parser.feed(piece):
                    yield event, _parse(data.encode())

    @contextmanager
    def _respond(
        self, method: str, path: str, body: Body | Iterable[bytes] | None, headers: Mapping[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._timeout)
        try:
            connection.connect()
        except OSError as error:
            raise NotRunning(
                f"nothing answers at {self.base} ({error.strerror or error}); start it with `groundwire serve`, "
                "or name another address with --base"
            ) from error
        if self._collection and isinstance(body, dict):
            body = body | {"collection": self._collection}
        elif self._collection:
            path += f"{'&' if '?' in path else '?'}collection={quote(self._collection, safe='')}"
        try:
            sent = json.dumps(body).encode() if isinstance(body, dict) else body
            wanted = {"Accept": "application/json", "Content-Type": "application/json", **self._known, **headers}
            # a service that refuses in the middle of a body may have said why
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, self._parts.path.rstrip("/") + path, sent, wanted)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("service", f"the connection to {self.base} broke off ({error})") from error
        finally:
            connection.close()


def _parse(data: bytes) -> Body:
    try:
        reply = json.loads(data) if data else {}
    except ValueError:
        reply = {}
    return reply if isinstance(reply, dict) else {"items": reply}


def finished(client: Client, job: Body, progress: Callable[[Body], object] = lambda _: None) -> Body:
    """The job once every document is indexed or listed as a failure. `progress` is told each state on the way.

    It is asked for less often the longer it takes: to count a long job costs the service some milliseconds.
    """
    began = time.monotonic()
    while job["state"] not in FINAL:
        progress(job)
        time.sleep(min(POLL_SECONDS + (time.monotonic() - began) / 20, LONGEST_POLL_SECONDS))
        job = client.get(f"/v1/jobs/{job['job_id']}")
    progress(job)
    return job
