"""A web server of the test's own on loopback, and names that lead to it and elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest.fetch import Fetcher
from rag.errors import Rejected

HERE = "127.0.0.1"
NAMES = {
    "news.example": [HERE],
    "other.example": [HERE],
    "inside.example": ["10.0.0.5"],
    "mixed.example": [HERE, "192.168.1.1"],
    "mapped.example": ["::ffff:10.0.0.5"],
}


@dataclass
class Reply:
    """What the server says. `stream` sends further parts, for as long as somebody listens."""

    body: bytes = b""
    media: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Callable[[], Iterator[bytes]] | None = None


@dataclass
class Website:
    """Pages by path, and every request that came: its path and its headers."""

    port: int
    pages: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path != "/robots.txt"]


def resolve(host: str, port: int) -> list[str]:
    """The names above; an address is itself, however it is written, as the system has it."""
    import socket

    if host in NAMES:
        return NAMES[host]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(entry[4][0]) for entry in found]


def fetcher(allowed: tuple[str, ...] = (HERE,), **bounds: object) -> Fetcher:
    """One that may reach the server on loopback."""
    return Fetcher(resolve, allowed, **bounds)  # type: ignore[arg-type]


def code(fetch: Fetcher, url: str) -> str:
    """The code with which an address is refused."""
    with pytest.raises(Rejected) as refused:
        fetch.get(url)
    assert str(refused.value)
    return refused.value.code


@contextmanager
def website() -> Iterator[Website]:
    site: Website

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = site.pages.get(self.path) or Reply(status=404)
            if reply.headers.get("ETag") and self.headers.get("If-None-Match") == reply.headers["ETag"]:
                reply = Reply(status=304)
            self.send_response(reply.status)
            for name, value in ({"Content-Type": reply.media} | dict(reply.headers)).items():
                self.send_header(name, value)
            if reply.stream is None:
                self.send_header("Content-Length", str(len(reply.body)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            try:
                self.wfile.write(reply.body)
                for part in reply.stream() if reply.stream else ():
                    self.wfile.write(part)
            except OSError:
                pass  # nobody listens any more

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((HERE, 0), Handler)
    server.daemon_threads = True
    site = Website(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
